//! Killed and interrupted runs.
#![cfg(unix)]

use crate::bench::{Bench, summary};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

/// Starts a run of more requests than a minute allows, and waits until it shows progress.
fn started(bench: &Bench) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut command = bench.command(&["--sim=world.toml", "--progress", "json"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"progress\"") {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "ended without progress");
    }
    (child, said)
}

fn keys(lines: &[Value]) -> HashSet<&str> {
    lines.iter().map(|line| line["key"].as_str().unwrap()).collect()
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let bench = Bench::with_requests(250);
    let (mut child, _) = started(&bench);
    child.kill().unwrap();
    child.wait().unwrap();
    let text = std::fs::read_to_string(bench.path("out.jsonl")).unwrap();
    let before = text
        .lines()
        .filter(|line| serde_json::from_str::<Value>(line).is_ok())
        .count();
    assert!((1..250).contains(&before), "{before}");

    let (code, summary) = bench.simulate(&[]);
    assert_eq!(
        (code, &summary["already_answered"]),
        (0, &json!(before)),
        "{summary}"
    );
    assert_eq!(summary["answered"], 250 - before);
    let lines = bench.lines();
    assert_eq!((lines.len(), keys(&lines).len()), (250, 250));
}

#[test]
fn ctrl_c_lets_what_is_in_flight_end_and_sums_up() {
    check_drain("-INT");
}

#[test]
fn sigterm_is_a_ctrl_c() {
    check_drain("-TERM");
}

#[track_caller]
fn check_drain(signal: &str) {
    let bench = Bench::with_requests(250);
    let (mut child, mut said) = started(&bench);
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args([signal, &pid])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");

    let summary: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(summary["exit_code"], 130);
    let lines = bench.lines();
    assert_eq!(summary["answered"], lines.len());
    assert_eq!(
        summary["answered"], summary["sim"]["answered"],
        "nothing that was paid for is lost"
    );
    assert_eq!(summary["unfinished"], 250 - lines.len());
}

#[test]
fn a_second_run_on_the_same_output_is_refused_while_the_first_goes_on() {
    let bench = Bench::with_requests(250);
    let (mut child, _said) = started(&bench);
    let second = bench.command(&["--sim=world.toml"]).output().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another run is writing"));
}

#[test]
fn a_run_without_a_reader_of_its_progress_goes_on() {
    let bench = Bench::with_requests(20);
    let mut command = bench.command(&["--sim=world.toml"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(bench.lines().len(), 20);
    let ended = bench
        .command(&["--sim=world.toml", "--progress", "json"])
        .output()
        .unwrap();
    assert_eq!(summary(&ended)["already_answered"], 20);
}
