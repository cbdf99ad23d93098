//! Takes away what terminals, screens and programs have put around a text.

use crate::text::blocks::record;
use std::borrow::Cow;

/// Of more containers than this the lines are left as they are. Compose files seldom have more.
const MAX_CONTAINERS: usize = 32;

/// `text` without colours, frames and typographic signs, and with the pieces of strings joined that Node prints.
///
/// Nothing is copied if there is nothing to take away.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if memchr::memchr(0x1b, text.as_bytes()).is_some() {
        text = Cow::Owned(without_colours(&text));
    }
    if !text.is_ascii() {
        text = Cow::Owned(plain(&text));
    }
    if text.contains("&quot;") || text.contains("&#") {
        text = Cow::Owned(without_entities(&text));
    }
    if let Some(sorted) = by_container(&text) {
        text = Cow::Owned(sorted);
    }
    if is_numbered(&text) {
        text = Cow::Owned(
            text.lines()
                .flat_map(|line| [without_number(line), "\n"])
                .collect(),
        );
    }
    if let Some(prefix) = common_prefix(&text) {
        text = Cow::Owned(
            text.lines()
                .flat_map(|line| [line.get(prefix..).unwrap_or_default(), "\n"])
                .collect(),
        );
    }
    if text.contains("\\n' +") || text.contains("\\n\" +") {
        text = Cow::Owned(joined(&text));
    }
    text
}

/// Takes away the control sequences of terminals (ECMA-48, `ESC [ … letter`).
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        let sequence = &rest[at + 1..];
        let length = sequence.strip_prefix('[').map_or(0, |parameters| {
            let end = parameters.find(|c: char| !matches!(c, '0'..='9' | ';' | ':' | '?'));
            let end = end.unwrap_or(parameters.len());
            // What ends the sequence is a letter; anything else was never one.
            1 + end + usize::from(parameters[end..].starts_with(|c: char| c.is_ascii_alphabetic()))
        });
        rest = &sequence[length..];
    }
    out + rest
}

/// ASCII for typographic quotes and full-width signs; blanks for the lines of a frame.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => '"',
            '‘' | '’' | '‚' | '‛' | '′' | '＇' => '\'',
            '：' => ':',
            '，' => ',',
            '｛' => '{',
            '｝' => '}',
            '［' | '【' => '[',
            '］' | '】' => ']',
            '（' => '(',
            '）' => ')',
            '＝' => '=',
            '\u{a0}' | '\u{200b}' | '\u{feff}' | '\u{2500}'..='\u{257f}' | '▏' | '▕' => ' ',
            c => c,
        })
        .collect()
}

/// Undoes the escapes of HTML for quotes and brackets.
fn without_entities(text: &str) -> String {
    const ENTITIES: &[(&str, &str)] = &[
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    ENTITIES
        .iter()
        .fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

/// The length of what stands before every line, up to a blank: the name of a container, a mark of quotation.
fn common_prefix(text: &str) -> Option<usize> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    let mut length = first.len();
    let mut count = 1_usize;
    for line in lines {
        let same = first
            .bytes()
            .zip(line.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        length = length.min(same);
        count += 1;
        if length == 0 {
            return None;
        }
    }
    // What is said again and again has no prefix; brackets and quotes belong to what is said.
    (length < first.len()).then_some(())?;
    let prefix = first.get(..length)?;
    let prefix = &prefix[..prefix.find(['{', '[', '"', '\'']).unwrap_or(prefix.len())];
    (count > 2 || count > 1 && prefix.trim_end().ends_with(['>', '|', '#'])).then_some(())?;
    let end = prefix.rfind(' ')? + 1;
    let marked = prefix[..end].bytes().any(|byte| !byte.is_ascii_whitespace());
    marked.then_some(end)
}

/// The lines of each container together, without its name, if several have written.
fn by_container(text: &str) -> Option<String> {
    let mut names: Vec<(&str, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (name, rest) = record::container(line)?;
        let at = names.iter().position(|(known, _)| *known == name);
        let at = at.unwrap_or_else(|| {
            names.push((name, String::new()));
            names.len() - 1
        });
        if names.len() > MAX_CONTAINERS {
            return None;
        }
        let lines = &mut names[at].1;
        lines.push_str(rest);
        lines.push('\n');
    }
    (names.len() > 1).then(|| names.into_iter().map(|(_, lines)| lines).collect())
}

/// Whether an editor has put their numbers before the lines.
fn is_numbered(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next().and_then(number) else {
        return false;
    };
    let others: Vec<_> = lines.take(3).map(number).collect();
    others.len() > 1
        && others
            .iter()
            .zip(first + 1..)
            .all(|(number, expected)| *number == Some(expected))
}

fn number(line: &str) -> Option<u64> {
    let line = line.trim_start();
    let digits = &line[..line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len()];
    digits.parse().ok()
}

fn without_number(line: &str) -> &str {
    line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit())
}

/// Lines such as `'  "code": 429,\n' +` become what they print.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let trimmed = line.trim();
        let end = trimmed.trim_end_matches(['+', ' ', ',']);
        let piece = end.strip_suffix('\'').or(end.strip_suffix('"'));
        match piece.and_then(|piece| piece.strip_suffix("\\n")) {
            Some(piece) => out.push_str(
                piece
                    .strip_prefix(['\'', '"'])
                    .filter(|_| quoted(piece, end))
                    .unwrap_or(piece),
            ),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Whether `piece` begins with the quote that `end` ends with.
fn quoted(piece: &str, end: &str) -> bool {
    piece.bytes().next() == end.bytes().last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_not_copied() {
        assert!(matches!(clean("{\"code\": 429}"), Cow::Borrowed(_)));
    }

    #[test]
    fn frames_colours_and_typography_go() {
        assert_eq!(
            clean("\u{1b}[31m│ {“code”： 429｝ │\u{1b}[0m"),
            "  {\"code\": 429}  "
        );
    }

    #[test]
    fn lines_of_several_containers_are_told_apart() {
        let text = "a-1  | {\nweb  | GET /\na-1  | \"code\": 429}\n";
        assert_eq!(clean(text), "{\n\"code\": 429}\nGET /\n");
    }

    #[test]
    fn pieces_of_a_string_are_joined() {
        let text = "  '{\\n' +\n  '  \"code\": 429\\n' +\n  '}'";
        assert_eq!(clean(text), "{\n  \"code\": 429\n  '}'\n");
    }
}
