//! How the work of reading grows with the text. A binary of its own, because its allocator counts.
//!
//! Bytes taken from the heap stand for work, since a clock would measure the machine. What rescans without a copy
//! they do not see: that shows in the long texts, which would take hours instead of moments.

use allocation_counter::measure;
use dioscuri_errors::{ApiError, Seen, Taxonomy, read_answer};
use dioscuri_vocab::UnixTime;

/// Texts that are made to be read again and again: what is repeated, with a number that counts up for `%`, so that
/// no two are the same.
const HOSTILE: &[&str] = &[
    "{",
    "[",
    "(",
    "}",
    "{]",
    "\"",
    "'",
    "\"'",
    "“",
    "\\",
    "\\\"",
    "\\\\\"",
    "\\n",
    "\\u00",
    "\0",
    "\r",
    "\t",
    "x",
    "é",
    "0",
    ":",
    ",",
    "{\"error\":",
    "{\"error\":{\"message\":\"",
    "{\"a\":\"{\\\"a\\\":",
    "[{\"error\":{}},",
    "{\"error\": {\"code\": 503}}\n",
    "{\"error\": {\"code\": 503, \"message\": \"%\"}} ",
    ",{\"field\": \"f%\", \"description\": \"d\"}",
    ",{\"quotaId\": \"Q%PerDay\", \"quotaValue\": \"%\"}",
    "{\"message\": \"m%\", ",
    "{\"message\": \"m\", \"code\": 429, \"x\": ",
    "429 {'error': {'code': 429, 'message': 'm%'}} ",
    "code: % ",
    "{'error': ",
    "{'a': \"it's\", ",
    "b'{",
    "map[",
    "map[a:",
    "a:b ",
    "violations {\n",
    "key: \"value\"\n",
    "retry_delay {\n  seconds: 1\n}\n",
    "[violations {",
    "array(1) {\n",
    "[\"error\"]=>\n",
    "data: ",
    "data: {\n",
    "data: {\"error\":{}}\n\n",
    "429 ",
    "Error 429, Message: ",
    "Details: [",
    "status: ",
    "code = ",
    "limit: 0, ",
    "retry in 1",
    "Quota exceeded for metric: a/b%, limit: %, model: g%\n",
    "RESOURCE_EXHAUSTED ",
    "ResourceExhausted: ",
    "finish_reason: ",
    "block_reason: SAFETY\n",
    "{\"candidates\":[",
    "{\"candidates\":[{\"finishReason\":\"R%\"}]}",
    "<html>",
    "<title>",
    "<p>&#",
    "&amp;",
    "\u{1b}[",
    "\u{1b}[31m",
    "│ x │\n",
    "╭──╮\n",
    "> ",
    "> > {\n",
    "api | {\n",
    "2026-09-18T12:04:31Z ERROR ",
    " + 'x'",
    "at f (a.js:1:2)\n",
    "... 2 more items\n",
    "// ",
    "/* ",
    "https://",
    "retryDelay",
    "\"@type\": ",
    "AI",
    "za",
];

/// A size to compare with, in bytes: large against every table and buffer of a fixed size, and no short quotation.
const SMALL: usize = 24 << 10;

/// How much longer the longer text is.
const FACTOR: usize = 8;

/// How much more work [`FACTOR`] times the text may be. Buffers double, so that linear is not exactly linear;
/// quadratic is 64.
const BOUND: u64 = 12;

/// What a fixed cost may add, in bytes.
const SLACK: u64 = 16 << 10;

/// The longest text that anybody should have to wait for, in bytes: a day's log.
const LONG: usize = 10 << 20;

fn text(unit: &str, size: usize) -> Vec<u8> {
    if !unit.contains('%') {
        return unit.repeat(size / unit.len()).into_bytes();
    }
    let numbered = (0_u32..).map(|number| unit.replace('%', &number.to_string()).into_bytes());
    // Each is a byte at least.
    numbered.take(size).flatten().take(size).collect()
}

/// Bytes taken from the heap by `read`.
fn cost(read: impl FnOnce()) -> u64 {
    measure(read).bytes_total
}

/// Compares the work for a text and for one [`FACTOR`] times as long.
#[track_caller]
fn check(what: &str, read: impl Fn(&[u8])) {
    for unit in HOSTILE {
        let [small, large] = [SMALL, FACTOR * SMALL].map(|size| {
            let text = text(unit, size);
            cost(|| read(&text))
        });
        assert!(
            large <= BOUND * small + SLACK,
            "{what}: {unit:?} repeated costs {small} bytes, and {large} when it is {FACTOR} times as long"
        );
    }
}

#[test]
#[should_panic(expected = "repeated costs")]
fn a_reader_that_copies_the_rest_at_each_line_is_found() {
    check("copies", |text| {
        (0..text.len())
            .step_by(64)
            .for_each(|at| drop(text[at..].to_vec()));
    });
}

#[test]
fn finding_errors_in_text_is_linear() {
    check("find_in", |text| {
        drop(Taxonomy::new().find_in(text, None, UnixTime(0)));
    });
}

#[test]
fn finding_errors_in_an_answer_is_linear() {
    check("find_in with 200", |text| {
        drop(Taxonomy::new().find_in(text, Some(200), UnixTime(0)));
    });
}

#[test]
fn reading_a_body_is_linear() {
    check("parse", |text| drop(ApiError::parse(Seen::new(Some(429), text))));
}

#[test]
fn reading_an_answer_is_linear() {
    check("read_answer", |text| drop(read_answer(text, UnixTime(0))));
}

/// No time is asserted. To read a text of this size again from each of its bytes would take days.
/// A reader that looked to the end of the log at each record would not come to the end of it.
#[test]
fn a_log_of_many_records_is_read_to_its_end() {
    let text = text("2026-11-22 10:00:00 gemini\n", LONG / 16);
    assert_eq!(Taxonomy::new().find_in(&text, None, UnixTime(0)), []);
}

#[test]
fn a_long_text_is_read_to_its_end() {
    for unit in [
        "{",
        "\"",
        "\\",
        "{\"error\":",
        "map[",
        "'",
        "data: ",
        "429 ",
        "│ x │\n",
        "x",
    ] {
        let text = text(unit, LONG);
        for finding in Taxonomy::new().find_in(&text, None, UnixTime(0)) {
            assert!(finding.span.end <= text.len(), "{unit:?}: {:?}", finding.span);
        }
    }
}
