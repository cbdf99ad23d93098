//! What the words of a text say about an error: a status, a code, the name of an exception, a reason.

use super::names::{self, Meaning};
use crate::Code;
use dioscuri_vocab::Class;

/// How much of the words before and after a number is looked at, in bytes.
const CONTEXT: usize = 32;

/// What a text says in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Prose {
    /// The HTTP status.
    pub(super) status: Option<u16>,
    /// Whether a status stands right before the name of a code: so only Google's servers and SDKs write it.
    pub(super) paired: bool,
    /// The canonical code, by its name or the name of an exception.
    pub(super) code: Option<Code>,
    /// A failure that a program found itself.
    pub(super) class: Option<Class>,
    /// What a wrapper means if nothing else is said.
    pub(super) wrapper: Option<Class>,
    /// A finish reason whose name is no word of other meanings.
    pub(super) finish: Option<&'static str>,
}

impl Prose {
    pub(super) fn read(text: &str) -> Self {
        let mut prose = Self::default();
        let mut likely = None;
        for word in words(text) {
            prose.take(&word, &mut likely);
        }
        prose.status = prose.status.or(likely);
        prose
    }

    fn take(&mut self, word: &Word<'_>, likely: &mut Option<u16>) {
        let name = word.name;
        if name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_digit()) {
            self.paired |= code_follows(word.after) && status(word).is_some();
            match status(word) {
                Some((status, true)) => self.status = self.status.or(Some(status)),
                Some((status, false)) => *likely = likely.or(Some(status)),
                None => {}
            }
            return;
        }
        if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return;
        }
        if name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
        {
            self.code = self.code.or_else(|| code(word));
            self.finish = self
                .finish
                .or_else(|| UNMISTAKABLE.iter().copied().find(|reason| *reason == name));
            return;
        }
        match names::find(name, word.before.ends_with('.'), word.after.starts_with(':')) {
            Some(Meaning::Code(code)) => self.code = self.code.or(Some(code)),
            Some(Meaning::Status(status)) => *likely = likely.or(Some(status)),
            Some(Meaning::Class(class)) => self.class = self.class.or(Some(class)),
            None => self.wrapper = self.wrapper.or_else(|| names::wrapper(name)),
        }
    }
}

/// Finish reasons that mean nothing else in any program.
const UNMISTAKABLE: &[&str] = &[
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "IMAGE_SAFETY",
    "MALFORMED_FUNCTION_CALL",
    "MALFORMED_RESPONSE",
    "MISSING_THOUGHT_SIGNATURE",
    "PROHIBITED_CONTENT",
    "TOO_MANY_TOOL_CALLS",
    "UNEXPECTED_TOOL_CALL",
];

/// A word and what stands around it.
struct Word<'t> {
    name: &'t str,
    before: &'t str,
    after: &'t str,
}

fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|byte| is_word(*byte))?;
        let length = bytes[start..].iter().take_while(|byte| is_word(**byte)).count();
        at = start + length;
        Some(Word {
            name: &text[start..at],
            before: &text[..start],
            after: &text[at..],
        })
    })
}

/// The status that `word` is, and whether that is certain.
fn status(word: &Word<'_>) -> Option<(u16, bool)> {
    let status: u16 = word
        .name
        .parse()
        .ok()
        .filter(|status| (400..600).contains(status))?;
    if is_part_of_a_number(word) {
        return None;
    }
    let before = tail(word.before, CONTEXT).to_ascii_lowercase();
    let after = head(word.after, CONTEXT).to_ascii_lowercase();
    let told = before.trim_end_matches([' ', ':', '=', '(', '[', '#', '\'', '"', '-', '\n', '`', '*']);
    let closely = before.len() - told.len() <= 4;
    // `got 429 likes`: a verb of many uses before a number of something.
    let counts = after
        .strip_prefix(' ')
        .is_some_and(|next| next.starts_with(|c: char| c.is_ascii_lowercase()));
    let verb = counts && VERBS.iter().any(|word| told.ends_with(word));
    let named = closely && !verb && BEFORE.iter().any(|word| ends_with_word(told, word));
    let exception = before.ends_with(": ") && ends_with_exception(word.before);
    let phrase = after.trim_start_matches([' ', '-', ':', '(', ')', ',', '.', '[', '\'', '"']);
    let explained = PHRASES.iter().any(|words| phrase.starts_with(words)) || code_follows(word.after);
    let bracketed = before.ends_with('[') && after.trim_start().starts_with(']')
        || before.ends_with('(') && (after.starts_with("):") || after.starts_with(") "));
    if named || exception || explained || bracketed {
        return Some((status, true));
    }
    let opens_line = before.is_empty() || before.ends_with('\n');
    let opens_sentence = opens_line || before.ends_with(": ") || before.ends_with(" - ");
    let sentence = word.after.strip_prefix([' ', ':']).map(str::trim_start);
    let begins = sentence.is_some_and(|sentence| {
        sentence.starts_with(|c: char| c.is_ascii_uppercase() || matches!(c, '{' | '[' | '*' | '\'' | '"'))
            || sentence.starts_with("models/")
    });
    (opens_sentence && begins).then_some((status, opens_line))
}

/// Those of [`BEFORE`] that stand before other numbers too.
const VERBS: &[&str] = &["got", "returned", "received", "failed", "reason", "undefined"];

/// Words before a status.
const BEFORE: &[&str] = &[
    "status",
    "code",
    "http",
    "error",
    "http/1.0",
    "http/1.1",
    "http/2",
    "http/2.0",
    "returned",
    "got",
    "exception",
    "failed",
    "response",
    "reason",
    "undefined",
    "statuscode",
    "status_code",
    "err",
    "错误",
    "状态码",
    "received",
];

/// The phrases of RFC 9110 and what clients say in their place.
const PHRASES: &[&str] = &[
    "bad request",
    "unauthorized",
    "forbidden",
    "not found",
    "method not allowed",
    "request timeout",
    "conflict",
    "payload too large",
    "content too large",
    "request entity too large",
    "unprocessable",
    "too many requests",
    "client closed request",
    "internal server error",
    "not implemented",
    "bad gateway",
    "service unavailable",
    "gateway timeout",
    "gateway time-out",
    "post http",
    "get http",
];

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| {
        !before.ends_with(|c: char| c.is_ascii_alphabetic()) || word == "error" || word == "code"
    })
}

/// Whether an exception's name and a colon stand before: `ResourceExhausted: 429 …`.
fn ends_with_exception(before: &str) -> bool {
    let name = before.trim_end_matches([':', ' ']);
    let name = name
        .rsplit(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    name.bytes().filter(u8::is_ascii_uppercase).count() >= 2
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn code_follows(after: &str) -> bool {
    let after = after.trim_start();
    let end = after
        .find(|c: char| !(c.is_ascii_uppercase() || c == '_'))
        .unwrap_or(after.len());
    end > 4 && Code::from_name(&after[..end]).is_some()
}

/// Whether the digits are a piece of a larger number, a time, a version or an address.
fn is_part_of_a_number(word: &Word<'_>) -> bool {
    let joins = |c: char| matches!(c, '.' | ':' | ',' | '-' | '/');
    let mut before = word.before.chars().rev();
    let mut after = word.after.chars();
    let digit_before = before.next().is_some_and(joins) && before.next().is_some_and(|c| c.is_ascii_digit());
    let digit_after = after.next().is_some_and(joins) && after.next().is_some_and(|c| c.is_ascii_digit());
    digit_before || digit_after
}

/// The canonical code that `word` names. Words that mean other things too need a status or a colon around them.
fn code(word: &Word<'_>) -> Option<Code> {
    let code = Code::from_name(word.name).filter(|code| code.name() == word.name)?;
    if word.name.contains('_') || word.name == "UNAUTHENTICATED" {
        return Some(code);
    }
    if word.after.starts_with(":Error received") {
        return None;
    }
    let before = tail(word.before, CONTEXT);
    let trimmed = before.trim_end_matches([' ', ':', '=', '(', '[', '\'', '"', '.']);
    let after_number = trimmed.ends_with(|c: char| c.is_ascii_digit());
    let lower = trimmed.to_ascii_lowercase();
    let told = ["status", "code", "exception", "error", "statuscode", "codes"]
        .iter()
        .any(|word| lower.ends_with(word));
    (after_number || told).then_some(code)
}

fn tail(text: &str, length: usize) -> &str {
    let from = (text.len().saturating_sub(length)..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[from.unwrap_or(text.len())..]
}

fn head(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_status(text: &str, expected: Option<u16>) {
        assert_eq!(Prose::read(text).status, expected, "{text}");
    }

    #[test]
    fn a_status_is_told_by_what_stands_around_it() {
        check_status("got status: 429 Too Many Requests. ", Some(429));
        check_status("Error fetching from https://host/v1beta: [502 ] ", Some(502));
        check_status("ServiceUnavailable: 503 Busy", Some(503));
        check_status("400 User location", Some(400));
        check_status("in batch 1: 500 An internal", Some(500));
        check_status("HTTP/1.1 404 whatever", Some(404));
        check_status("Error code: 403 - ", Some(403));
        check_status("API error (404): gone", Some(404));
    }

    #[test]
    fn other_numbers_are_no_status() {
        check_status("took 503 ms", None);
        check_status("2026-01-07 20:40:47,429 all is well", None);
        check_status("used 429 tokens of 500", None);
        check_status("version 1.429.0", None);
        check_status("port 8429", None);
        check_status("gemini: received 512 bytes", None);
        check_status("I got 429 likes", None);
        check_status("returned 404 rows", None);
    }

    #[track_caller]
    fn check_code(text: &str, expected: Option<Code>) {
        assert_eq!(Prose::read(text).code, expected, "{text}");
    }

    #[test]
    fn a_code_is_told_by_its_name() {
        check_code("429 RESOURCE_EXHAUSTED. {", Some(Code::ResourceExhausted));
        check_code("status = StatusCode.UNAVAILABLE", Some(Code::Unavailable));
        check_code("StatusRuntimeException: INTERNAL: what", Some(Code::Internal));
        check_code("google.api_core.exceptions.NotFound: gone", Some(Code::NotFound));
        check_code(
            "com.google.api.gax.rpc.UnauthenticatedException",
            Some(Code::Unauthenticated),
        );
        check_code("FOR INTERNAL USE", None);
        check_code("File NotFound in cache", None);
    }

    #[test]
    fn exceptions_of_programs_are_classes() {
        assert_eq!(
            Prose::read("BlockedPromptException").class,
            Some(Class::BlockedPrompt)
        );
        assert_eq!(Prose::read("RetryError").wrapper, Some(Class::DeadlineExceeded));
        assert_eq!(Prose::read("openai.RateLimitError").status, Some(429));
        assert_eq!(Prose::read("the RateLimit is high").status, None);
    }
}
