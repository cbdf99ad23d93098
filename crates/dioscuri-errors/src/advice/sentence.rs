//! The server's own sentence, and its translation.

use super::known::KNOWN;
use crate::catalogue::{Book, Lang, fill};
use crate::{Evidence, Finding, ServerText};

/// How much of a message is looked at, in bytes: more than the two longest known sentences.
const MAX_MESSAGE: usize = 2_000;

/// A gap holds a name, a number or an address: nothing longer than this, in bytes.
const MAX_GAP: usize = 300;

/// A sentence of Google's servers. Gaps in braces pass through; `{value}` stands for what a request held
/// and is never told.
pub(super) struct Known {
    /// As the server writes it, without its full stop.
    pub(super) en: &'static str,
    pub(super) de: &'static str,
    pub(super) zh: &'static str,
}

/// The first sentence, or two if both are known, and the translation of what is known.
pub(super) fn read(finding: &Finding, lang: Lang) -> (Option<String>, Option<String>) {
    let error = &finding.diagnosis.error;
    let message = even(error.message());
    let mut found = Vec::new();
    let mut rest = message.as_str();
    while let Some((known, gaps, after)) = KNOWN.iter().find_map(|known| known.matches(rest)) {
        found.push((known, gaps));
        rest = after;
        if found.len() == 2 {
            break;
        }
    }
    if found.is_empty() {
        // Text in which an error hides may begin with anything; only what a server wrote is told.
        let told = error.is_structured() && finding.evidence != Evidence::Words;
        let sentence = ServerText::from(error.message()).first_sentence();
        return (told.then_some(sentence).filter(|text| !text.is_empty()), None);
    }
    let told = |lang| {
        let sentences: Vec<_> = found.iter().map(|(known, gaps)| known.tell(gaps, lang)).collect();
        sentences.join(Book::of(lang).phrases.gap)
    };
    let translation = (lang != Lang::En).then(|| told(lang));
    (Some(told(Lang::En)), translation)
}

/// The beginning of a message with its blanks and quotes made even: texts are wrapped and typeset on their way.
fn even(message: &str) -> String {
    let mut end = message.len().min(MAX_MESSAGE);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let words: Vec<_> = message[..end].split_whitespace().collect();
    let even = words.join(" ");
    even.replace(['\u{2018}', '\u{2019}', '`'], "'")
        .replace(['\u{201c}', '\u{201d}'], "\"")
}

type Gaps<'a> = Vec<(&'static str, &'a str)>;

impl Known {
    /// Whether `text` begins with this sentence: what stands in its gaps, and what follows.
    fn matches<'a>(&'static self, text: &'a str) -> Option<(&'static Self, Gaps<'a>, &'a str)> {
        let mut gaps = Vec::new();
        let mut rest = text;
        let mut pattern = self.en;
        while let Some((before, open)) = pattern.split_once('{') {
            let (name, after) = open.split_once('}')?;
            rest = strip(rest, before)?;
            let literal = after.split('{').next().unwrap_or(after);
            let end = if literal.is_empty() {
                sentence_end(rest)
            } else {
                find(rest, literal)?
            };
            if end == 0 || end > MAX_GAP {
                return None;
            }
            gaps.push((name, &rest[..end]));
            rest = &rest[end..];
            pattern = after;
        }
        rest = strip(rest, pattern)?;
        let after = rest.strip_prefix(['.', '!', ',', ';']).unwrap_or(rest);
        let ends = after.is_empty() || after.starts_with([' ', '"']) || after.len() < rest.len();
        ends.then(|| (self, gaps, after.trim_start()))
    }

    fn tell(&self, gaps: &Gaps<'_>, lang: Lang) -> String {
        let sentence = match lang {
            Lang::En => self.en,
            Lang::De => self.de,
            Lang::Zh => self.zh,
        };
        let masked: Vec<_> = gaps
            .iter()
            .map(|(name, value)| match *name {
                name if is_plain(name, value) => {
                    let value = value.trim_matches(['"', '\'']);
                    (name, ServerText::from(value).first_sentence())
                }
                name => (name, "…".to_owned()),
            })
            .collect();
        let masked: Vec<_> = masked
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        fill(sentence, &masked) + Book::of(lang).phrases.stop
    }
}

/// Whether `value` can only be a name or a number, and so is no part of a prompt.
fn is_plain(gap: &str, value: &str) -> bool {
    const IN_WORDS: &[&str] = &["api", "metric", "limit", "service"];
    gap != "value" && (IN_WORDS.contains(&gap) || !value.contains(char::is_whitespace))
}

fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Where `literal` first stands in the reach of a gap, whatever its case.
fn find(text: &str, literal: &str) -> Option<usize> {
    let reach = text
        .char_indices()
        .map(|(at, _)| at)
        .take_while(|at| *at <= MAX_GAP);
    reach
        .into_iter()
        .find(|at| strip(&text[*at..], literal).is_some())
}

fn sentence_end(text: &str) -> usize {
    let end = text.find(". ").unwrap_or(text.len());
    text[..end].trim_end_matches('.').len()
}
