//! Cuts a text into the pieces that each tell of one event: records of a log, paragraphs, pages of JSON.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::{ops::Range, sync::LazyLock};

/// A piece that goes on is cut here at the next end of a line without an open bracket. In bytes.
const SOFT: usize = 8 * 1024;

/// A piece is cut here in any case. In bytes.
const HARD: usize = 256 * 1024;

/// Without one of these, in any case, a long text tells of no failure of ours.
const ANCHORS: &[&str] = &[
    "resource_exhausted",
    "resourceexhausted",
    "invalid_argument",
    "invalidargument",
    "failed_precondition",
    "failedprecondition",
    "permission_denied",
    "permissiondenied",
    "unauthenticated",
    "not_found",
    "notfound",
    "deadline_exceeded",
    "deadlineexceeded",
    "unavailable",
    "statuscode.",
    "status aborted",
    "google.rpc",
    "google.api_core",
    "google.genai",
    "google.auth",
    "generativelanguage",
    "aiplatform",
    "cloudcode",
    "generativeai",
    "gemini",
    "vertex",
    "quota exceeded",
    "quotaid",
    "quota_id",
    "quotametric",
    "quota_metric",
    "current quota",
    "daily quota",
    "api key",
    "api_key_invalid",
    "user location",
    "overloaded",
    "high demand",
    "resource exhausted",
    "resource has been exhausted",
    "internal error",
    "prepayment",
    "spending cap",
    "finishreason",
    "finish_reason",
    "blockreason",
    "block_reason",
    "was blocked",
    "blockedprompt",
    "stopcandidate",
    "brokenresponse",
    "incompleteiteration",
    "defaultcredentials",
    "ratelimiterror",
    "got status",
    "error code: ",
    "too many requests",
    "quick accessor",
    "malformed_function_call",
    "unexpected_tool_call",
];

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(ANCHORS)
        .ok()
});

/// Words of whom a status belongs to.
const PROVIDERS: &[&str] = &[
    "gemini",
    "google",
    "vertex",
    "aiplatform",
    "generativelanguage",
    "genai",
    "cloudcode",
];

/// Whether `text` names the provider.
pub(super) fn names_provider(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PROVIDERS.iter().any(|name| lower.contains(name))
}

/// The pieces of `text`, in order. In a text longer than `quote` bytes only those near an anchor.
pub(super) fn blocks(text: &str, quote: usize) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let start = if text.len() <= quote {
            from
        } else {
            let Some(anchor) = FINDER.as_ref().and_then(|finder| finder.find(&text[from..])) else {
                break;
            };
            let before = &text[from..from + anchor.start()];
            from + memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |end| end + 1)
        };
        let end = end_of(text, start);
        blocks.push(start..end);
        from = end;
    }
    blocks
}

/// Where the piece ends that begins at `start`: before the next record of a log, unless a bracket is open.
fn end_of(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut depth = 0_i32;
    for line in text[start..].split_inclusive('\n') {
        let long = end - start;
        let closed = depth <= 0;
        if end > start && closed && (long > SOFT || begins_record(line)) || long > HARD {
            break;
        }
        for byte in line.bytes() {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
        }
        // Brackets of prose do not hold the next record.
        depth = depth.max(0);
        let room = HARD + SOFT - long.min(HARD);
        if line.len() > room {
            let cut = (0..=room)
                .rev()
                .find(|at| line.is_char_boundary(*at))
                .unwrap_or(0);
            return end + cut.max(1);
        }
        end += line.len();
    }
    end
}

/// Whether a line begins as the records of logs do: with a date, a time, or a level.
fn begins_record(line: &str) -> bool {
    let line = line.trim_start_matches(['[', '"', '\'', '(', '<', '>', ' ']);
    let bytes = line.as_bytes();
    let shape: Vec<u8> = bytes
        .iter()
        .take(10)
        .map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte })
        .collect();
    let date = shape.starts_with(b"0000-00-00") || shape.starts_with(b"0000/00/00");
    let time = shape.starts_with(b"00:00:00");
    let level = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE", "FATAL", "CRITICAL"]
        .iter()
        .any(|level| {
            line.strip_prefix(level)
                .is_some_and(|rest| rest.starts_with([' ', ':', ']', '\t', '|']) || rest.starts_with("ING"))
        });
    date || time || level
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = blocks(text, 1000).into_iter().map(|block| &text[block]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn records_are_pieces_of_their_own() {
        check(
            "2026-11-22 one\n  more of one\n2026-11-22 two\n",
            &["2026-11-22 one\n  more of one\n", "2026-11-22 two\n"],
        );
    }

    #[test]
    fn a_record_does_not_end_within_brackets() {
        check(
            "12:00:00 {\n12:00:01 \"a\": 1\n12:00:02 }\n12:00:03 x",
            &["12:00:00 {\n12:00:01 \"a\": 1\n12:00:02 }\n", "12:00:03 x"],
        );
    }

    #[test]
    fn of_a_long_text_only_what_is_near_an_anchor_is_read() {
        let quiet = "nothing to see here\n".repeat(100);
        let text = format!("{quiet}12:00:00 429 RESOURCE_EXHAUSTED\n12:00:01 {quiet}");
        check(&text, &["12:00:00 429 RESOURCE_EXHAUSTED\n"]);
    }

    #[test]
    fn the_anchors_make_an_automaton() {
        assert!(FINDER.is_some());
    }
}
