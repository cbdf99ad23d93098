//! Whatever is wrong is told before anything is sent, with what to do.

use crate::bench::{Bench, check, dioscuri};
use std::{fs, path::Path};

const GOOD: &str = r#"{"key":"a","request":{"contents":[{"parts":[{"text":"hi"}]}]}}"#;

#[track_caller]
fn check_input(lines: impl AsRef<[u8]>, words: &[&str]) {
    let bench = Bench::with_input(lines);
    check(bench.command(&["--sim"]), 1, words);
    assert!(
        !bench.path("out.jsonl").exists(),
        "nothing was sent, so nothing is written"
    );
}

#[test]
fn each_bad_line_is_told_with_its_number() {
    check_input(
        format!("{GOOD}\noops"),
        &["a bad line", "line 2: is not JSON", "--skip-bad"],
    );
    check_input(r#"{"key":"a"}"#, &["line 1: lacks `request`"]);
    check_input(r#"{"request":{"contents":[{}]}}"#, &["line 1: lacks `key`"]);
    for contents in ["[]", "null", "\"no list\""] {
        check_input(
            format!(r#"{{"key":"a","request":{{"contents":{contents}}}}}"#),
            &["line 1: has a `request` without `contents`, a list"],
        );
    }
    check_input(
        format!("{GOOD}\n\n{GOOD}"),
        &[r#"line 3: repeats the key "a" of line 1"#],
    );
    check_input(
        "x".repeat(20_000_001),
        &["line 1: is 20,000,001 bytes long; a request may have 20,000,000"],
    );
    check_input(b"{\"key\":\"\xff\"}", &["line 1: is not UTF-8"]);
}

#[test]
fn all_bad_lines_are_counted_and_twenty_are_shown() {
    check_input("oops\n".repeat(55), &["55 bad lines", "line 20: ", "and 35 more"]);
    let bench = Bench::with_input("oops\n".repeat(55));
    let ended = bench.command(&["--sim"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("line 21"));
}

#[test]
fn nothing_to_read_is_told() {
    check_input("", &["has no requests"]);
    let bench = Bench::with_requests(1);
    let with_input = |input: &Path| {
        let mut command = dioscuri();
        command
            .current_dir(bench.path(""))
            .arg("run")
            .arg(input)
            .args(["-o", "out.jsonl", "--sim"]);
        command
    };
    check(
        with_input(Path::new("none.jsonl")),
        1,
        &["there is no input file `none.jsonl`"],
    );
    check(with_input(&bench.path("")), 1, &["is a folder"]);
}

#[test]
fn an_output_that_must_not_be_touched_is_refused() {
    let bench = Bench::with_requests(1);
    fs::write(bench.path("out.jsonl"), "{\"name\":\"Helen\"}\n").unwrap();
    check(
        bench.command(&["--sim"]),
        1,
        &["line 1 of the output `out.jsonl`"],
    );
    assert_eq!(
        fs::read(bench.path("out.jsonl")).unwrap(),
        b"{\"name\":\"Helen\"}\n"
    );
    check(
        bench.command_to(Path::new("in.jsonl"), &["--sim"]),
        1,
        &["is the input"],
    );
}

#[test]
fn an_output_that_cannot_be_written_has_a_code_of_its_own() {
    let bench = Bench::with_requests(1);
    check(bench.command_to(&bench.path(""), &["--sim"]), 4, &["is a folder"]);
    check(
        bench.command_to(Path::new("none/out.jsonl"), &["--sim"]),
        4,
        &["its folder does not exist"],
    );
}

#[test]
fn without_a_key_the_ways_out_are_named() {
    let bench = Bench::with_requests(1);
    check(
        bench.command(&[]),
        1,
        &["GEMINI_API_KEY", "GOOGLE_API_KEY", "--config", "--sim"],
    );
}

#[test]
fn a_wrong_configuration_or_scenario_names_the_nearest_word() {
    let bench = Bench::with_requests(1);
    fs::write(bench.path("dioscuri.toml"), "modles = []").unwrap();
    check(
        bench.command(&["--config", "dioscuri.toml"]),
        1,
        &["`modles`", "did you mean `models`?"],
    );
    check(bench.command(&["--sim=dmeo"]), 1, &["did you mean `demo`?"]);
    fs::write(bench.path("world.toml"), "minut = \"6s\"").unwrap();
    check(
        bench.command(&["--sim=world.toml"]),
        1,
        &["did you mean `minute`?"],
    );
}

#[test]
fn a_dash_is_no_file() {
    for (files, words) in [
        (["-", "-o", "out.jsonl"], "standard input is not supported"),
        (["in.jsonl", "-o", "-"], "standard output is not supported"),
    ] {
        let mut command = dioscuri();
        command.arg("run").args(files).arg("--sim");
        check(command, 1, &[words]);
    }
}

#[test]
fn a_scenario_after_a_space_is_hinted_at() {
    let bench = Bench::with_requests(1);
    check(bench.command(&["--sim", "demo"]), 1, &["--sim=demo"]);
}

#[test]
fn bad_usage_is_one_not_two() {
    let mut command = dioscuri();
    command.arg("rnu");
    check(command, 1, &["rnu"]);
    let mut command = dioscuri();
    command.args(["run", "in.jsonl"]);
    check(command, 1, &["--output"]);
}
