//! `dioscuri sim` as its user meets it: what it prints, what it refuses, how it ends.

use crate::bench::{Bench, SCENARIO, check, dioscuri};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStderr, Stdio},
};

/// A simulator that has told its address; it ends with the test.
struct Running {
    child: Child,
    url: String,
    said: BufReader<ChildStderr>,
}

impl Running {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = dioscuri();
        command.current_dir(folder).arg("sim").args(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        printed.read_line(&mut url).unwrap();
        Self {
            url: url.trim().to_owned(),
            said: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    /// What it has said, up to the line that ends so.
    fn said_until(&mut self, end: &str) -> String {
        let mut said = String::new();
        while !said.trim_end().ends_with(end) {
            assert_ne!(self.said.read_line(&mut said).unwrap(), 0, "{said}");
        }
        said
    }

    /// The JSON body of the answer to a request.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Value {
        let host = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        write!(stream, "{head}{headers}content-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_says_what_a_person_needs() {
    let bench = Bench::with_requests(0);
    let mut running = Running::start(&bench.path(""), &["--scenario", "overload", "--minute", "6s"]);
    let expected = r#"
overload: one model answers 503 "high demand" for minutes, then recovers; another one stays well
a minute lasts 6s here, and the timetable runs as fast
keys        AQ.castor  castor, Developer API
models      gemini-3.8-flash, gemini-3.5-flash-lite
statistics  URL/sim/stats
control     URL/sim/ (scenario, reset, time)
try it      GEMINI_API_KEY=AQ.castor GOOGLE_GEMINI_BASE_URL=URL dioscuri run prompts.jsonl -o answers.jsonl --model gemini-3.8-flash,gemini-3.5-flash-lite
Ctrl-C ends it
"#;
    let said = running.said_until("Ctrl-C ends it");
    assert_eq!(said.replace(&running.url, "URL"), expected.trim_start());
    let scenario = running.ask("GET", "/sim/scenario", "", "");
    assert_eq!(
        (&scenario["name"], &scenario["minute_s"]),
        (&"overload".into(), &6.0.into())
    );
}

#[test]
fn what_is_printed_is_a_scenario_to_start_from() {
    let bench = Bench::with_requests(0);
    let printed = dioscuri().args(["sim", "--print", "overload"]).output().unwrap();
    assert!(printed.status.success());
    fs::write(bench.path("mine.toml"), &printed.stdout).unwrap();
    let mut running = Running::start(&bench.path(""), &["--scenario", "mine.toml"]);
    let said = running.said_until("Ctrl-C ends it");
    assert!(said.starts_with("mine.toml: one model answers 503"), "{said}");
    // Whose keys they are, the simulator does not know.
    assert!(!said.contains("AQ.castor"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_log_has_a_line_for_each_request_and_keeps_what_was_there() {
    let bench = Bench::with_requests(0);
    fs::write(bench.path("log.jsonl"), "{\"arrival\":0}\n").unwrap();
    let args = ["--scenario", "world.toml", "--log", "log.jsonl"];
    let mut running = Running::start(&bench.path(""), &args);
    let body = r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
    for key in ["AQ.castor", "AQ.stranger"] {
        let path = "/v1beta/models/gemini-3.8-flash:generateContent";
        running.ask("POST", path, &format!("x-goog-api-key: {key}\r\n"), body);
    }
    running.said_until("Ctrl-C ends it");
    let (code, said) = end(running);
    assert_eq!(code, Some(0), "{said}");
    let stats: Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!((&stats["arrivals"], &stats["answered"]), (&2.into(), &1.into()));
    let log = fs::read_to_string(bench.path("log.jsonl")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let statuses: Vec<&Value> = lines.iter().map(|line| &line["status"]).collect();
    assert_eq!(statuses, [&Value::Null, &200.into(), &400.into()]);
    assert!(!log.contains("AQ."), "{log}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_log_and_not_the_answers() {
    let bench = Bench::with_requests(0);
    let args = ["--scenario", "world.toml", "--log", "/dev/full"];
    let mut running = Running::start(&bench.path(""), &args);
    running.said_until("Ctrl-C ends it");
    let path = "/v1beta/models/gemini-3.8-flash:generateContent";
    let body = r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
    for _ in 0..3 {
        let answer = running.ask("POST", path, "x-goog-api-key: AQ.castor\r\n", body);
        assert!(answer["candidates"].is_array(), "{answer}");
    }
    let (code, said) = end(running);
    assert_eq!(code, Some(4), "{said}");
    assert_eq!(
        said.matches("cannot write the log `/dev/full`").count(),
        1,
        "{said}"
    );
}

#[test]
fn seed_and_minute_outlast_the_scenario_of_the_start() {
    let bench = Bench::with_requests(0);
    let running = Running::start(&bench.path(""), &["--minute", "6s", "--seed", "5"]);
    let put = running.ask("PUT", "/sim/scenario", "", r#"{"name": "overload"}"#);
    assert_eq!(
        (&put["name"], &put["seed"], &put["minute_s"]),
        (&"overload".into(), &5.into(), &6.0.into())
    );
}

/// Ends it as Ctrl-C would; its exit code, and what it says last.
#[cfg(unix)]
fn end(mut running: Running) -> (Option<i32>, String) {
    let pid = running.child.id().to_string();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-TERM", &pid]).status().unwrap().success());
    let mut said = String::new();
    running.said.read_to_string(&mut said).unwrap();
    (running.child.wait().unwrap().code(), said)
}

#[test]
fn every_scenario_of_the_library_is_listed_within_a_hundred_columns() {
    let ended = dioscuri().args(["sim", "--list"]).output().unwrap();
    let text = String::from_utf8(ended.stdout).unwrap();
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    for (name, _) in dioscuri_sim::Scenario::names() {
        let is_listed = text.lines().any(|line| line.split(' ').next() == Some(name));
        assert!(is_listed, "{name} is not in:\n{text}");
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    for option in ["--scenario", "--print"] {
        let mut command = dioscuri();
        command.args(["sim", option, "overlaod"]);
        check(
            command,
            1,
            &["unknown scenario `overlaod`; did you mean `overload`? (`dioscuri sim --list` shows them all)"],
        );
    }
}

#[test]
fn a_mistake_in_a_file_names_its_line_and_where_to_read_what_is_right() {
    let bench = Bench::with_requests(0);
    let sim = |scenario: &str| {
        let mut command = dioscuri();
        command
            .current_dir(bench.path(""))
            .args(["sim", "--scenario", scenario]);
        command
    };
    fs::write(bench.path("world.toml"), SCENARIO.replace("minute", "minut")).unwrap();
    check(
        sim("world.toml"),
        1,
        &[
            "error: the scenario `world.toml` is wrong: unknown key `minut` at line 3; did you mean `minute`?",
            "mend the file; `dioscuri sim --print demo` shows one that is right",
        ],
    );
    check(
        sim("nowhere.toml"),
        1,
        &["cannot read the scenario `nowhere.toml`"],
    );
}

#[test]
fn what_cannot_be_opened_is_told_before_anything_is_served() {
    let bench = Bench::with_requests(0);
    let sim = |args: &[&str]| {
        let mut command = dioscuri();
        command.current_dir(bench.path("")).arg("sim").args(args);
        command
    };
    check(
        sim(&["--log", "nowhere/log.jsonl"]),
        4,
        &["cannot write the log `nowhere/log.jsonl`"],
    );
    let running = Running::start(&bench.path(""), &[]);
    let taken = running.url.trim_start_matches("http://");
    check(
        sim(&["--listen", taken]),
        1,
        &["cannot listen at", "name another address with --listen"],
    );
    check(sim(&["--minute", "0s"]), 1, &["a minute has a length"]);
    check(sim(&["--minute", "6"]), 1, &["write for example 6s or 500ms"]);
    check(
        sim(&["--listen", ":8080"]),
        1,
        &["for example 127.0.0.1:8080 or localhost:8080"],
    );
    check(
        sim(&["--seed", "-1"]),
        1,
        &["invalid value '-1' for '--seed <N>'"],
    );
}
