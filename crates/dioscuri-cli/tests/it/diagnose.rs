//! `dioscuri diagnose` over the real binary.

use crate::bench::{check, dioscuri, said};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Output, Stdio},
};

const OVERLOADED: &str = r#"{"error": {"code": 503, "message": "The model is overloaded. Please try again later.", "status": "UNAVAILABLE"}}"#;

const DAY: &str = r#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota.",
"details": [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
  "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
  "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
  "quotaDimensions": {"location": "global", "model": "gemini-3.8-flash"}, "quotaValue": "20"}]},
{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "14s"}]}}"#;

fn command(args: &[&str]) -> Command {
    let mut command = dioscuri();
    command.arg("diagnose").args(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What comes of `text` on standard input.
fn diagnose(args: &[&str], text: impl AsRef<[u8]>) -> Output {
    let mut child = command(args).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = text.as_ref().to_owned();
    // On another thread: the answer may fill its pipe before the question is all said.
    let writer = std::thread::spawn(move || {
        // Whoever refuses a text does not read it to its end.
        let _ = input.write_all(&text);
    });
    let ended = child.wait_with_output().unwrap();
    writer.join().unwrap();
    ended
}

fn text(ended: &Output) -> String {
    String::from_utf8(ended.stdout.clone()).unwrap()
}

fn object(text: &str) -> Value {
    let ended = diagnose(&["--format", "json"], text);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    serde_json::from_slice(&ended.stdout).unwrap()
}

fn lines(input: &[String]) -> (i32, Vec<Value>) {
    let ended = diagnose(&["-", "--format", "jsonl"], input.join("\n"));
    let lines = text(&ended)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    (ended.status.code().unwrap(), lines)
}

#[test]
fn a_body_is_explained_in_words_from_a_file_or_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("error.json");
    fs::write(&file, DAY).unwrap();
    let from_file = command(&[file.to_str().unwrap()]).output().unwrap();
    let from_pipe = diagnose(&[], DAY);
    for ended in [from_file, from_pipe] {
        assert_eq!(ended.status.code(), Some(0));
        let text = text(&ended);
        for words in [
            "quota_day · 429 RESOURCE_EXHAUSTED",
            "20",
            "gemini-3.8-flash",
            "14 s",
            "Pacific time",
        ] {
            assert!(text.contains(words), "`{words}` is not in:\n{text}");
        }
        assert!(!text.contains('\u{1b}'), "no colours but on a terminal");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}

#[test]
fn three_languages_are_spoken_and_others_are_bad_usage() {
    assert!(text(&diagnose(&["--lang", "de"], DAY)).contains("Jetzt tun"));
    assert!(text(&diagnose(&["--lang", "zh"], DAY)).contains("现在怎么办"));
    check(command(&["--lang", "fr"]), 1, &["fr", "en", "zh", "de"]);
}

#[test]
fn an_object_tells_everything_found_the_decisive_one_first() {
    let object = object(&format!("ERROR {OVERLOADED}\nERROR {DAY}\nERROR {OVERLOADED}\n"));
    let findings = object["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{object}");
    let first = &findings[0];
    assert_eq!(
        (&first["class"], &first["status"]),
        (&json!("quota_day"), &json!("RESOURCE_EXHAUSTED"))
    );
    assert_eq!(
        (&first["retryable"], &first["retry_after_s"]),
        (&json!(false), &json!(14.0))
    );
    assert_eq!(
        first["quota"],
        json!({
            "metric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "id": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "window": "day", "unit": "requests", "value": "20",
            "model": "gemini-3.8-flash", "location": "global", "tier": "free",
        })
    );
    assert_eq!(first["advice"]["again"]["kind"], "next_pacific_day");
    assert!(first["advice"]["again"]["wait_s"].as_f64().unwrap() <= 25.0 * 3600.0);
    assert_eq!(
        (&findings[1]["class"], &findings[1]["count"]),
        (&json!("capacity"), &json!(2))
    );
}

#[test]
fn the_same_thing_is_told_once_with_its_times() {
    let log = [
        "2026-11-20T10:00:00Z",
        "2026-11-20T10:00:05Z",
        "2026-11-20T10:07:00Z",
    ]
    .map(|time| format!("{time} ERROR {OVERLOADED}\n{time} INFO all is well\n"))
    .concat();
    let object = object(&log);
    let finding = &object["findings"][0];
    assert_eq!(object["findings"].as_array().unwrap().len(), 1);
    assert_eq!(finding["count"], 3);
    let seen = [&finding["first_seen"], &finding["last_seen"]];
    assert_eq!(seen, ["2026-11-20T10:00:00Z", "2026-11-20T10:07:00Z"]);
}

#[test]
fn each_line_gets_its_line_in_order() {
    let line = |id: Value, raw: &str| {
        json!({ "id": id, "http_status": null, "raw": raw, "source": "here" }).to_string()
    };
    let (code, told) = lines(&[
        line(json!("a"), OVERLOADED),
        line(json!(2), DAY),
        line(json!(["three"]), "all is well"),
    ]);
    assert_eq!(code, 0);
    let told: Vec<_> = told
        .iter()
        .map(|line| (line["id"].clone(), line["class"].clone()))
        .collect();
    let expected = [
        (json!("a"), "capacity"),
        (json!(2), "quota_day"),
        (json!(["three"]), "unknown"),
    ];
    assert_eq!(told, expected.map(|(id, class)| (id, json!(class))));
}

#[test]
fn a_bad_line_is_told_and_the_rest_goes_on() {
    let good = json!({ "id": "good", "raw": OVERLOADED }).to_string();
    let (code, told) = lines(&["oops".to_owned(), good, r#"{"id": "no text"}"#.to_owned()]);
    assert_eq!((code, told.len()), (1, 3));
    assert_eq!(told[0]["id"], Value::Null);
    assert_eq!(told[1]["class"], "capacity");
    assert_eq!(told[2]["id"], "no text");
    assert!(told[0]["error"].is_string() && told[2]["error"].is_string());
}

#[test]
fn a_line_is_answered_before_the_next_one_comes() {
    let mut child = command(&["--format", "jsonl"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for id in 0..3 {
        writeln!(input, "{}", json!({ "id": id, "raw": OVERLOADED })).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("{{\"id\":{id},")), "{answer}");
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_text_without_an_error_is_code_three_and_said_so() {
    for (input, words) in [("all is well\n", "No failure"), ("", "empty"), ("a\0b", "binary")] {
        let ended = diagnose(&[], input);
        assert_eq!(ended.status.code(), Some(3), "{input}");
        assert!(
            ended.stdout.is_empty() && said(&ended).contains(words),
            "{}",
            said(&ended)
        );
    }
    let ended = diagnose(&["--format", "json"], "all is well");
    assert_eq!(
        (ended.status.code(), text(&ended).trim()),
        (Some(3), r#"{"findings":[]}"#)
    );
    assert_eq!(diagnose(&["--format", "jsonl"], "").status.code(), Some(3));
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("utf16.log"), b"E\0r\0r\0o\0r\0").unwrap();
    fs::write(path("log.zip"), b"PK\x03\x04\x14\0").unwrap();
    fs::write(path("log.gz"), b"\x1F\x8B\x08\0").unwrap();
    check(command(&[&path("none.log")]), 1, &["none.log", "no file"]);
    check(command(&[&path("")]), 1, &["is a folder"]);
    check(command(&[&path("utf16.log")]), 1, &["utf16.log", "UTF-8"]);
    check(
        command(&[&path("utf16.log"), "--format", "jsonl"]),
        1,
        &["utf16.log", "UTF-8"],
    );
    check(command(&[&path("log.gz")]), 1, &["log.gz", "zcat"]);
    check(command(&[&path("log.zip")]), 1, &["log.zip", "unzip"]);
    check(command(&["--format", "yaml"]), 1, &["yaml", "jsonl"]);
}

#[test]
fn bytes_that_are_no_text_are_passed_over() {
    let mut log = b"\xC3\x28\xFF broken \xFE\n".to_vec();
    log.extend_from_slice(format!("2026-11-20T10:00:00Z ERROR {OVERLOADED}\n").as_bytes());
    let ended = diagnose(&["--format", "json"], log);
    let object: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(object["findings"][0]["class"], "capacity");
    assert_eq!(object["findings"][0]["first_seen"], "2026-11-20T10:00:00Z");
}

/// Bodies and lines of logs with a place for whatever a request, a server or a log may hold.
const PLACES: &[&str] = &[
    r#"{"error": {"code": 400, "message": "It is PLANT that is not valid.", "status": "INVALID_ARGUMENT"}}"#,
    r#"{"error": {"code": 404, "message": "models/PLANT is not found for API version v1beta.", "status": "NOT_FOUND"}}"#,
    r#"{"error": {"code": 400, "message": "Invalid value at 'top_k' (TYPE_INT32), PLANT", "status": "INVALID_ARGUMENT"}}"#,
    r#"{"error": {"code": 403, "message": "Permission denied: Consumer 'PLANT' has been suspended.", "status": "PERMISSION_DENIED", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "PLANT", "domain": "PLANT", "metadata": {"service": "PLANT", "permission": "PLANT"}}]}}"#,
    r#"{"error": {"code": 429, "message": "PLANT", "status": "RESOURCE_EXHAUSTED", "details": [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"subject": "PLANT", "description": "PLANT",
            "quotaMetric": "PLANT", "quotaId": "PLANT", "quotaDimensions": {"location": "PLANT", "model": "PLANT"}, "quotaValue": "7"}]}]}}"#,
    r#"{"error": {"code": 400, "message": "Bad.", "status": "INVALID_ARGUMENT", "details": [
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "contents.PLANT", "description": "PLANT is wrong"}]}]}}"#,
    r#"{"candidates": [{"finishReason": "PLANT", "finishMessage": "PLANT"}]}"#,
    r#"{"promptFeedback": {"blockReason": "PLANT", "blockReasonMessage": "PLANT"}}"#,
    "PLANT google.genai.errors.ServerError: 503 UNAVAILABLE. The model is overloaded. PLANT",
    "2026-11-20 10:00:00 PLANT ERROR PLANT 429 RESOURCE_EXHAUSTED: Quota exceeded PLANT\nPLANT",
    "ERROR PLANT {'error': {'code': 404, 'message': 'models/PLANT is not found', 'status': 'NOT_FOUND'}} PLANT",
    "POST https://generativelanguage.googleapis.com/v1beta/models/m:generateContent?PLANT 500 Internal Server Error",
];

#[test]
fn a_secret_is_never_shown_wherever_it_stands() {
    // Put together here, so that nobody has to wonder whether a key was committed.
    let secret = "S3".repeat(9);
    for before in [
        "AIza",
        "AQ.",
        "ya29.",
        "GOCSPX-",
        "1//0",
        "Bearer ",
        "key=",
        "api_key=",
        "x-goog-api-key: ",
        "Authorization: Bearer ",
        "token=",
        "password=",
        "eyJhbGci.eyJpc3Mi.",
    ] {
        let planted: Vec<_> = PLACES
            .iter()
            .map(|place| place.replace("PLANT", &format!("{before}{secret}")))
            .collect();
        let lines: Vec<_> = planted
            .iter()
            .map(|text| json!({ "id": 1, "raw": text }).to_string())
            .collect();
        for (args, input) in [
            (&["--lang", "en"][..], planted.join("\n\n")),
            (&["--lang", "de"], planted.join("\n\n").repeat(3)),
            (&["--format", "json", "--lang", "zh"], planted.join("\n\n")),
            (&["--format", "jsonl"], lines.join("\n")),
        ] {
            let ended = diagnose(args, input);
            assert_eq!(ended.status.code(), Some(0));
            let told = text(&ended) + &said(&ended);
            let at = told.find(&secret).map(|at| &told[at.saturating_sub(100)..]);
            assert_eq!(at, None, "{before} in {args:?}");
        }
    }
}

#[test]
fn a_message_quotes_no_request_and_no_lines_of_a_log() {
    let message = |text: &str| object(text)["findings"][0]["message"].clone();
    let quoted = r#"{"error": {"code": 400, "message": "Invalid value at 'top_k' (TYPE_INT32), \"my plan\"", "status": "INVALID_ARGUMENT"}}"#;
    assert_eq!(message(quoted), "Invalid value at 'top_k' (TYPE_INT32), \"…\"");
    let known = "job 7 of my plan: 503 UNAVAILABLE. The model is overloaded. Please try again later. my plan";
    assert_eq!(message(known), "The model is overloaded. Please try again later.");
    let unknown = "my plan failed with google.api_core.exceptions.ResourceExhausted: 429 my other plan";
    assert_eq!(message(unknown), Value::Null);
}

#[test]
fn the_time_zone_that_nobody_knows_is_told_once() {
    let mut child = command(&[]).env("TZ", "Middle/Earth").spawn().unwrap();
    child.stdin.take().unwrap().write_all(DAY.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(
        said(&ended).matches("Middle/Earth").count(),
        1,
        "{}",
        said(&ended)
    );
}

#[test]
fn what_a_windows_shell_writes_is_read() {
    let utf_16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        b"\xFF\xFE".iter().copied().chain(units).collect()
    };
    let ended = diagnose(&["--format", "json"], utf_16(&format!("配额 {OVERLOADED}\r\n")));
    let object: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(object["findings"][0]["class"], "capacity");
    let line = json!({ "id": 1, "raw": OVERLOADED }).to_string();
    let ended = diagnose(&["--format", "jsonl"], utf_16(&line));
    assert!(text(&ended).contains("capacity"), "{}", said(&ended));
}

#[test]
fn a_line_that_is_too_long_keeps_its_id() {
    let long = format!(r#"{{"id": "long", "raw": "{}"}}"#, "x".repeat(21_000_000));
    let (code, told) = lines(&[long, json!({ "id": 2, "raw": OVERLOADED }).to_string()]);
    assert_eq!(
        (code, &told[0]["id"], &told[1]["id"]),
        (1, &json!("long"), &json!(2))
    );
}

#[test]
fn a_log_of_many_chunks_is_counted_whole() {
    // More than two chunks, and failures across every seam.
    let noise =
        "2026-11-20T10:00:00Z INFO request served in 12 ms by worker 7, nothing to see here\n".repeat(500);
    let event = format!("2026-11-20T10:00:01Z ERROR {DAY}\n");
    let log = format!("{noise}{event}").repeat(480);
    let ended = diagnose(&["--format", "json"], &log);
    let object: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(object["findings"][0]["count"], 480);
    let text = text(&diagnose(&[], &log));
    assert!(
        text.starts_with("Summary\n  Failures: 480 · kinds: 1\n"),
        "{text}"
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for (args, input) in [
        (&["--format", "text"][..], OVERLOADED.to_owned()),
        (&["--format", "json"], OVERLOADED.to_owned()),
        (
            &["--format", "jsonl"],
            (json!({ "id": 1, "raw": OVERLOADED }).to_string() + "\n").repeat(5000),
        ),
    ] {
        let mut child = command(args).spawn().unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), said(&ended).as_str()), (Some(0), ""));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_has_its_code() {
    let mut child = command(&[]);
    child.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
    let mut child = child.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(OVERLOADED.as_bytes())
        .unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(4));
    assert!(said(&ended).contains("standard output"), "{}", said(&ended));
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_the_reading_and_tells_what_was_found() {
    let mut child = command(&["--format", "json"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // A pipe holds 64 kB: when more than twice of it is written, the child has listened for a while.
    let noise = "INFO nothing\n".repeat(20_000);
    input
        .write_all(format!("ERROR {OVERLOADED}\n{noise}").as_bytes())
        .unwrap();
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let ended = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(ended.status.code(), Some(130), "{}", said(&ended));
    let object: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(object["findings"][0]["class"], "capacity");
}
