//! The server's own sentence, and its translation.

use super::known::KNOWN;
use crate::catalogue::{Book, Lang, fill};
use crate::{Evidence, Finding, ServerText};

/// How much of a message is looked at, in bytes: more than the two longest known sentences and what a
/// program may put before them.
const MAX_MESSAGE: usize = 2_000;

/// Sentences that say what to do about the one before, and nothing alone.
const FOLLOW_UPS: &[&str] = &["Please retry", "Please try again"];

/// What programs write beside every 429: told only if there is no other sentence.
const HTTP_PHRASE: &str = "Too many requests";

/// How sentences begin that servers of other providers write too.
const COMMON: &[&str] = &[
    HTTP_PHRASE,
    "You exceeded your current quota",
    "The model is overloaded",
    "The service is currently unavailable",
    "The operation was cancelled",
    "Internal error encountered",
    "Deadline Exceeded",
    "Resource exhausted",
];

/// A gap holds a name, a number or an address: nothing longer than this, in bytes.
const MAX_GAP: usize = 300;

/// A sentence of Google's servers. What stands in a gap in braces is passed on only if it can be nothing but
/// a name or a number; `{value}` stands for what a request held and is never told.
pub(super) struct Known {
    /// As the server writes it, without its full stop.
    pub(super) en: &'static str,
    pub(super) de: &'static str,
    pub(super) zh: &'static str,
}

/// What a server said, as it is told.
pub(super) struct Sentence {
    /// The first sentence, or two if both are known.
    pub(super) told: Option<String>,
    /// The translation of what is known.
    pub(super) translation: Option<String>,
    /// Whether only Google's servers write it.
    pub(super) is_googles: bool,
}

pub(super) fn read(finding: &Finding, lang: Lang) -> Sentence {
    let message = even(finding.diagnosis.error.message());
    let (before, found) = known(&message);
    // What a server says first is what it has to say; a program's words before it are no sentence.
    let first_is_unknown = finding.diagnosis.error.is_structured() && is_a_sentence(before);
    if found.is_empty() || first_is_unknown {
        return Sentence {
            told: unknown(finding),
            translation: None,
            is_googles: false,
        };
    }
    let told = |lang| {
        let sentences: Vec<_> = found.iter().map(|said| said.tell(lang)).collect();
        sentences.join(Book::of(lang).phrases.gap)
    };
    Sentence {
        told: Some(told(Lang::En)),
        translation: (lang != Lang::En).then(|| told(lang)),
        is_googles: !found.iter().all(|said| said.known.is_common()),
    }
}

/// A sentence that is not known. In damaged text anything may stand for the message, also a line of a log or
/// of a prompt: there it must at least look like a sentence.
fn unknown(finding: &Finding) -> Option<String> {
    let error = &finding.diagnosis.error;
    let sentence = ServerText::from(error.message()).first_sentence();
    let sentence = sentence.trim();
    let fit = match finding.evidence {
        Evidence::Structure => !sentence.is_empty(),
        Evidence::Salvaged => looks_like_a_sentence(sentence),
        Evidence::Words => false,
    };
    (fit && error.is_structured()).then(|| sentence.to_owned())
}

fn is_a_sentence(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with(['.', '!', '?']) && looks_like_a_sentence(text)
}

fn looks_like_a_sentence(text: &str) -> bool {
    let text = text.strip_prefix("* ").unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.split_whitespace().nth(2).is_some()
        && !text.contains(['{', '[', '<', '\\', '|'])
}

/// The beginning of a message with its blanks and quotes made even: texts are wrapped, escaped and typeset on
/// their way.
fn even(message: &str) -> String {
    let mut end = message.len().min(MAX_MESSAGE);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let plain = message[..end].replace("\\n", " ").replace('\\', "");
    let words: Vec<_> = plain.split_whitespace().collect();
    let even = words.join(" ");
    even.replace(['\u{2018}', '\u{2019}', '`'], "'")
        .replace(['\u{201c}', '\u{201d}'], "\"")
}

/// A known sentence, as it was said.
struct Said<'a> {
    known: &'static Known,
    gaps: Vec<(&'static str, &'a str)>,
}

/// What stands before the first known sentence in `message`, that sentence, and the one that follows it if it
/// is known too. Programs put words of their own before what the server said.
fn known(message: &str) -> (&str, Vec<Said<'_>>) {
    let starts = word_starts(message);
    let mut told = starts.filter_map(|at| Some((at, begins_with(&message[at..])?)));
    let mut phrase = None;
    let first = told.find(|(at, (said, _))| {
        let is_phrase = said.known.en == HTTP_PHRASE;
        if is_phrase {
            phrase.get_or_insert(*at);
        }
        !is_phrase && !FOLLOW_UPS.iter().any(|start| said.known.en.starts_with(start))
    });
    let first = first.or_else(|| phrase.and_then(|at| Some((at, begins_with(&message[at..])?))));
    let Some((at, (said, rest))) = first else {
        return ("", Vec::new());
    };
    let next = begins_with(rest).map(|(said, _)| said);
    (&message[..at], std::iter::once(said).chain(next).collect())
}

fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut last = ' ';
    text.char_indices().filter_map(move |(at, c)| {
        let starts = !last.is_ascii_alphanumeric() && c.is_ascii_alphanumeric();
        last = c;
        starts.then_some(at)
    })
}

fn begins_with(text: &str) -> Option<(Said<'_>, &str)> {
    let first = text.as_bytes().first()?;
    let may_match = |known: &&Known| {
        let opening = known.en.as_bytes()[0];
        opening == b'{' || opening.eq_ignore_ascii_case(first)
    };
    let mut candidates = KNOWN.iter().filter(may_match);
    candidates.find_map(|known| known.matches(text))
}

impl Known {
    fn is_common(&self) -> bool {
        let mut starts = COMMON.iter().chain(FOLLOW_UPS);
        starts.any(|start| self.en.starts_with(start))
    }

    /// Whether `text` begins with this sentence: what stands in its gaps, and what follows.
    fn matches<'a>(&'static self, text: &'a str) -> Option<(Said<'a>, &'a str)> {
        let mut gaps = Vec::new();
        let mut rest = text;
        let mut pattern = self.en;
        while let Some((before, open)) = pattern.split_once('{') {
            let (name, after) = open.split_once('}')?;
            rest = strip(rest, before)?;
            let literal = after.split('{').next().unwrap_or(after);
            let end = if literal.is_empty() {
                gap_end(name, rest)
            } else {
                find(rest, literal)?
            };
            let fits = |value: &&str| !value.is_empty() && (value.len() <= MAX_GAP || name == "value");
            let value = rest.get(..end).filter(fits)?;
            // Otherwise any text before the literal would do for a name.
            if before.is_empty() && !value.starts_with(|c: char| c.is_ascii_uppercase()) {
                return None;
            }
            gaps.push((name, value));
            rest = &rest[end..];
            pattern = after;
        }
        rest = strip(rest, pattern)?;
        let after = rest.trim_start_matches(['.', '!', ',', ';', '"', '\'']);
        let ends =
            after.len() < rest.len() || !after.trim_start().starts_with(|c: char| c.is_ascii_lowercase());
        let said = Said { known: self, gaps };
        ends.then(|| (said, after.trim_start()))
    }
}

impl Said<'_> {
    fn tell(&self, lang: Lang) -> String {
        let sentence = match lang {
            Lang::En => self.known.en,
            Lang::De => self.known.de,
            Lang::Zh => self.known.zh,
        };
        let plain = |(name, value): &(&'static str, &str)| {
            let told = if is_plain(name, value) {
                ServerText::from(value.trim_matches(['"', '\''])).first_sentence()
            } else {
                "…".to_owned()
            };
            (*name, told)
        };
        let told: Vec<_> = self.gaps.iter().map(plain).collect();
        let told: Vec<_> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fill(sentence, &told) + Book::of(lang).phrases.stop
    }
}

/// Gaps for names of several words.
const IN_WORDS: &[&str] = &["api", "metric", "limit", "service", "wait"];

/// Whether `value` can only be a name or a number, and so is no part of a prompt.
fn is_plain(gap: &str, value: &str) -> bool {
    gap != "value" && (IN_WORDS.contains(&gap) || !value.contains(char::is_whitespace))
}

fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Where `literal` first stands in the reach of a gap, whatever its case.
fn find(text: &str, literal: &str) -> Option<usize> {
    let mut reach = text
        .char_indices()
        .map(|(at, _)| at)
        .take_while(|at| *at <= MAX_GAP);
    reach.find(|at| strip(&text[*at..], literal).is_some())
}

/// The end of a gap that ends its sentence.
fn gap_end(gap: &str, text: &str) -> usize {
    let end = match gap {
        "value" => None,
        _ if IN_WORDS.contains(&gap) => text.find(". "),
        _ => text.find(' '),
    };
    let end = end.unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ',', '"', '\'']).len()
}

#[cfg(test)]
mod tests;
