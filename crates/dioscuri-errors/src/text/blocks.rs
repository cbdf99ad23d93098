//! Cuts a text into the pieces that each tell of one event: records of a log, paragraphs, pages of JSON.

pub(super) mod record;

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
    "token count",
    "deadline expired",
    "found for api version",
    "dunning decision",
    "session not found",
    "payload size",
    "credits are depleted",
    "unregistered callers",
    "individual quota",
    "your capacity on this model",
    "generatecontentrequest.",
    "being provisioned",
    "active state",
    "are blocked",
    "authentication credentials",
    "credentials were not found",
    "billed users",
    "permission '",
    "requested entity",
    "invalid json payload",
    "unable to submit request",
    "invalid argument",
    "thought_signature",
    "no capacity available",
];

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(ANCHORS)
        .ok()
});

/// Names of our provider and of what it offers.
static PROVIDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    // Not every Google is ours: its crawler stands in the log of every web server.
    let names = [
        "gemini",
        "vertex",
        "aiplatform",
        "generativelanguage",
        "genai",
        "generativeai",
        "googleapi",
        "google.api",
        "google ai",
        "google_ai",
        "cloudcode",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(names)
        .ok()
});

/// Names of other providers, by which their errors tell themselves.
static OTHERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = [
        "platform.openai.com",
        "api.openai.com",
        "insufficient_quota",
        "api.anthropic.com",
        "overloaded_error",
        "botocore",
        "amazonaws.com",
        "throttlingexception",
        "api.stripe.com",
        "azure.com",
        "api.mistral.ai",
        "\"kind\": \"status\"",
        "\"kind\":\"status\"",
    ];
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(names)
        .ok()
});

/// Whether `text` names the provider.
pub(super) fn names_provider(text: &str) -> bool {
    PROVIDER.as_ref().is_some_and(|finder| finder.is_match(text))
}

/// Whether `text` names another provider and not ours.
pub(super) fn names_another(text: &str) -> bool {
    OTHERS.as_ref().is_some_and(|finder| finder.is_match(text)) && !names_provider(text)
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

/// Where the piece ends that begins at `start`: before the next record of a log, unless that goes on with an open
/// bracket.
fn end_of(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut depth = 0_i64;
    let moment = record::moment(&text[start..]);
    let name = record::container(&text[start..]).map(|(name, _)| name);
    let lines_of_json = record::is_json(&text[start..]);
    for line in text[start..].split_inclusive('\n') {
        let length = end - start;
        // Two records of one millisecond are one, of which each line was logged.
        let same = || moment.is_some() && record::moment(line) == moment;
        let begins = record::begins(line) || lines_of_json && record::is_json(line);
        // What another container writes in between ends nothing.
        let between = depth > 0 && name.is_some() && record::container(line).map(|(name, _)| name) != name;
        let next = begins && !between && (depth == 0 || !goes_on(line)) && !same();
        if length > 0 && (next || depth == 0 && length > SOFT) || length > HARD {
            break;
        }
        // Brackets that are only closed are prose.
        if !between {
            depth = (depth + opened(line)).max(0);
        }
        if line.len() > HARD {
            return end + floor(line, HARD);
        }
        end += line.len();
    }
    end
}

/// How many braces more `line` opens than it closes.
fn opened(line: &str) -> i64 {
    line.bytes().fold(0, |depth, byte| match byte {
        b'{' => depth + 1,
        b'}' => depth - 1,
        _ => depth,
    })
}

/// Whether a record continues what an earlier one has opened: some loggers write each line of a body as its own.
fn goes_on(line: &str) -> bool {
    let part_of_json = line.trim_end().ends_with(['{', '}', '[', ']', ',', '"']) || line.contains("\": ");
    let whole = line.contains('{') && opened(line) == 0;
    part_of_json && !whole
}

/// The largest place in `text` up to `at` where it may be cut.
fn floor(text: &str, at: usize) -> usize {
    (1..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
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
