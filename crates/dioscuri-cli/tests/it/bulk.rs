//! Whole runs against the simulator, over HTTP on loopback.

use crate::bench::{Bench, check};
use serde_json::{Value, json};
use std::fs;

#[test]
fn every_request_is_answered_and_a_second_run_sends_nothing() {
    let bench = Bench::with_requests(30);
    let (code, summary) = bench.simulate(&[]);
    assert_eq!((code, &summary["exit_code"]), (0, &json!(0)), "{summary}");
    assert_eq!(
        (&summary["answered"], &summary["total"]),
        (&json!(30), &json!(30))
    );
    assert_eq!(
        (&summary["sim"]["answered"], &summary["sent"]),
        (&json!(30), &json!(30))
    );

    let lines = bench.lines();
    assert_eq!(lines.len(), 30);
    for line in &lines {
        assert_eq!(line["receipt"]["endpoint"], "castor/global/gemini-3.8-flash");
        assert_eq!(line["receipt"]["rule"], "first_choice");
        assert!(line["response"]["candidates"].is_array(), "{line}");
    }

    let (code, summary) = bench.simulate(&[]);
    assert_eq!((code, &summary["already_answered"]), (0, &json!(30)));
    assert_eq!(summary["sim"]["arrivals"], 0);
    assert_eq!(bench.lines().len(), 30);
}

#[test]
fn the_summary_for_people_ends_what_is_said() {
    let bench = Bench::with_requests(3);
    check(
        bench.command(&["--sim=world.toml"]),
        0,
        &["a minute lasts 2s", "3 of 3 answered", "output"],
    );
}

#[test]
fn quiet_says_the_summary_only() {
    let bench = Bench::with_requests(3);
    let ended = bench.command(&["--sim=world.toml", "--quiet"]).output().unwrap();
    assert!(ended.stdout.is_empty());
    assert!(ended.stderr.starts_with(b"3 of 3 answered"));
}

#[test]
fn bad_lines_are_skipped_and_listed() {
    let good = r#"{"key":"a","request":{"contents":[{"parts":[{"text":"hi"}]}]}}"#;
    let bench = Bench::with_input([good, "oops", r#"{"key":"c"}"#, good].join("\n"));
    let (code, summary) = bench.simulate(&["--skip-bad"]);
    assert_eq!((code, &summary["answered"]), (3, &json!(1)));
    assert_eq!(summary["failed_by_class"], json!({ "invalid_request": 3 }));

    let errors: Vec<Value> = bench
        .lines()
        .into_iter()
        .filter(|line| line["error"].is_object())
        .collect();
    let keys: Vec<_> = errors.iter().map(|line| line["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["line-2", "c", "line-4"]);
    assert_eq!(errors[0]["error"]["class"], "invalid_request");
    assert_eq!(errors[0]["error"]["status"], Value::Null);
    assert_eq!(errors[0]["request_sha256"], Value::Null);

    let (code, _) = bench.simulate(&["--skip-bad"]);
    assert_eq!((code, bench.lines().len()), (3, 4), "they are listed once");
}

#[test]
fn a_prompt_a_line_is_an_input_too() {
    let bench = Bench::with_requests(0);
    fs::write(bench.path("in.txt"), "hello\n\nworld\n").unwrap();
    let mut command = crate::bench::dioscuri();
    command
        .current_dir(bench.path(""))
        .args(["run", "in.txt", "-o", "out.jsonl", "--sim=world.toml"]);
    check(command, 0, &["2 of 2 answered"]);
    let mut keys: Vec<_> = bench
        .lines()
        .iter()
        .map(|line| line["key"].as_str().unwrap().to_owned())
        .collect();
    keys.sort();
    assert_eq!(keys, ["1", "3"]);
}

#[test]
fn what_the_server_finds_wrong_is_sent_again_only_if_told_so() {
    let bench = Bench::with_input(r#"{"key":"a","request":{"contents":[{"parts":[]}]}}"#);
    let (code, summary) = bench.simulate(&[]);
    assert_eq!(
        (code, &summary["failed_by_class"], &summary["sent"]),
        (3, &json!({ "invalid_request": 1 }), &json!(1)),
        "{summary}"
    );

    let (code, summary) = bench.simulate(&[]);
    assert_eq!(
        (code, &summary["failed"], &summary["sent"]),
        (3, &json!(1), &json!(0))
    );
    assert_eq!(bench.lines().len(), 1);

    let (code, _) = bench.simulate(&["--retry-failed"]);
    assert_eq!((code, bench.lines().len()), (3, 2));
}

#[test]
fn a_prompt_that_changed_under_its_key_is_told_and_not_sent() {
    let bench = Bench::with_requests(2);
    bench.simulate(&[]);
    let input = fs::read_to_string(bench.path("in.jsonl")).unwrap();
    fs::write(bench.path("in.jsonl"), input.replace("number 1", "number one")).unwrap();
    let (code, summary) = bench.simulate(&[]);
    assert_eq!(
        (code, &summary["changed"], &summary["sim"]["arrivals"]),
        (3, &json!(1), &json!(0))
    );
}

#[test]
fn the_built_in_demo_is_the_default_world() {
    let bench = Bench::with_requests(3);
    check(
        bench.command(&["--sim"]),
        0,
        &["a minute lasts 6s", "3 of 3 answered"],
    );
}

#[test]
fn an_answer_cut_off_by_its_own_limit_is_an_answer_and_is_counted() {
    let contents = r#""contents":[{"role":"user","parts":[{"text":"hi"}]}]"#;
    let cut =
        format!(r#"{{"key":"cut","request":{{{contents},"generationConfig":{{"maxOutputTokens":1}}}}}}"#);
    let whole = format!(r#"{{"key":"whole","request":{{{contents}}}}}"#);
    let (code, summary) = Bench::with_input(format!("{cut}\n{whole}\n")).simulate(&[]);
    assert_eq!(
        (code, &summary["answered"], &summary["cut_off"]),
        (0, &json!(2), &json!(1))
    );
}
