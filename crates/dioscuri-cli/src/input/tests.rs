//! What passes for input, line by line.

use super::*;
use std::fs;

fn read(name: &str, content: impl AsRef<[u8]>) -> Result<Input, Unreadable> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    Input::read(&path)
}

fn good(key: &str) -> String {
    format!(r#"{{"key":"{key}","request":{{"contents":[{{"parts":[{{"text":"hi"}}]}}]}}}}"#)
}

#[track_caller]
fn check(content: impl AsRef<[u8]>, bad_lines: &[&str]) {
    let input = read("in.jsonl", content).unwrap();
    let found: Vec<String> = input.bad_lines.iter().map(ToString::to_string).collect();
    assert_eq!(found, bad_lines);
}

#[test]
fn a_good_file_has_no_bad_lines() {
    check([good("a"), good("b")].join("\n"), &[]);
}

#[test]
fn blank_lines_and_a_byte_order_mark_are_tolerated() {
    let input = read(
        "in.jsonl",
        format!("\u{feff}{}\r\n\r\n  \n{}\n", good("a"), good("b")),
    )
    .unwrap();
    assert_eq!(
        input.items.iter().map(|item| item.line).collect::<Vec<_>>(),
        [1, 4]
    );
    assert!(input.body(&input.items[0]).is_ok());
}

#[test]
fn a_line_that_is_not_json_is_named() {
    check(
        format!("{}\n{{\"key\": oops}}", good("a")),
        &["line 2: is not JSON: expected value (column 9)"],
    );
    check(
        "[1,2",
        &["line 1: is not JSON: EOF while parsing a list (column 4)"],
    );
    check("hello", &["line 1: is not JSON: expected value (column 1)"]);
}

#[test]
fn json_of_another_shape_is_named() {
    check(
        "[1,2]\n\"hi\"\n7",
        &[
            "line 1: is no JSON object",
            "line 2: is no JSON object",
            "line 3: is no JSON object",
        ],
    );
}

#[test]
fn one_document_is_told_once() {
    let list = format!("[\n{},\n{}\n]\n", good("a"), good("b"));
    let pretty = format!("\u{feff}{{\n  \"key\": \"a\",\n  \"request\": {}\n}}", "{}");
    for document in [list.as_str(), "[1, 2]", pretty.as_str()] {
        let error = read("in.jsonl", document).unwrap_err().to_string();
        assert!(error.contains("is one JSON document, not JSON lines"), "{error}");
    }
}

#[test]
fn utf_16_is_told_by_its_name() {
    for mark in [[0xFF, 0xFE], [0xFE, 0xFF]] {
        let error = read("in.txt", [&mark[..], b"h\0i\0"].concat()).unwrap_err();
        assert!(
            error.to_string().contains("is UTF-16; save it as UTF-8"),
            "{error}"
        );
    }
}

#[test]
fn a_key_has_a_letter() {
    check(good(""), &["line 1: has an empty `key`"]);
}

#[test]
fn a_misspelt_field_is_named() {
    check(
        r#"{"key":"a","reqest":{"contents":[{}]}}"#,
        &["line 1: lacks `request`; is `reqest` misspelt?"],
    );
    check(
        r#"{"keys":"a","request":{"contents":[{}]}}"#,
        &["line 1: lacks `key`; is `keys` misspelt?"],
    );
}

#[test]
fn a_line_needs_a_request() {
    check(r#"{"key":"a"}"#, &["line 1: lacks `request`"]);
    check(r#"{"key":"a","request":null}"#, &["line 1: lacks `request`"]);
    check(
        r#"{"key":"a","request":"hi"}"#,
        &["line 1: has a `request` that is no object"],
    );
    check(
        r#"{"key":"a","request":{}}"#,
        &["line 1: has a `request` without `contents`, a list of at least one turn"],
    );
}

#[test]
fn a_line_needs_a_key_that_is_a_string() {
    check(r#"{"request":{"contents":[{}]}}"#, &["line 1: lacks `key`"]);
    check(
        r#"{"key":7,"request":{"contents":[{}]}}"#,
        &["line 1: has a `key` that is no string"],
    );
    check(
        r#"{"key":"a","key":"b","request":{"contents":[{}]}}"#,
        &["line 1: has `key` or `request` twice"],
    );
}

#[test]
fn a_repeated_key_names_the_line_that_had_it_first() {
    check(
        [good("a"), good("b"), good("a")].join("\n"),
        &[r#"line 3: repeats the key "a" of line 1"#],
    );
}

#[test]
fn bytes_that_are_not_utf8_are_named() {
    check(b"{\"key\":\"\xff\"}", &["line 1: is not UTF-8 (byte 9)"]);
}

#[test]
fn a_line_beyond_twenty_megabytes_is_not_even_held() {
    let long = "x".repeat(20_000_001);
    check(
        format!("{long}\n{}", good("a")),
        &["line 1: is 20,000,001 bytes long; a request may have 20,000,000"],
    );
}

#[test]
fn a_bad_line_keeps_its_key_if_no_other_line_has_it() {
    let lines = [
        r#"{"key":"a"}"#,
        &good("b"),
        &good("b"),
        "oops",
        r#"{"key":"c"}"#,
        &good("c"),
        &good("line-4"),
    ];
    let input = read("in.jsonl", lines.join("\n")).unwrap();
    let keys: Vec<_> = input.bad_lines.iter().map(|bad| &*bad.key).collect();
    assert_eq!(keys, ["a", "line-3", "line-4+", "line-5"]);
}

#[test]
fn the_body_is_sent_byte_for_byte() {
    let request = r#"{ "contents" : [ {} ] , "x" : 1.50 }"#;
    let input = read("in.jsonl", format!(r#"{{"key":"a", "request": {request} }}"#)).unwrap();
    assert_eq!(input.body(&input.items[0]).unwrap(), request.as_bytes());
}

#[test]
fn a_prompt_a_line_is_keyed_by_its_line_number() {
    let input = read("in.txt", "hello\r\n\n\"world\"\n").unwrap();
    let keys: Vec<_> = input.items.iter().map(|item| &*item.key).collect();
    assert_eq!(keys, ["1", "3"]);
    let body = String::from_utf8(input.body(&input.items[1]).unwrap()).unwrap();
    assert_eq!(
        body,
        r#"{"contents":[{"parts":[{"text":"\"world\""}],"role":"user"}]}"#
    );
}

#[test]
fn a_request_that_changed_since_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.jsonl");
    fs::write(&path, good("a")).unwrap();
    let input = Input::read(&path).unwrap();
    fs::write(&path, good("a").replace("hi", "ho")).unwrap();
    let error = input.body(&input.items[0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1 of the input changed while the run was under way; it was not sent"
    );
}

#[test]
fn nothing_to_send_is_an_error() {
    let error = read("in.jsonl", "\n \n").unwrap_err();
    assert!(error.to_string().contains("has no requests"), "{error}");
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path: &Path| Input::read(path).unwrap_err().to_string();
    assert!(told(folder.path()).contains("is a folder"));
    assert!(told(&folder.path().join("none")).contains("there is no input file"));
}
