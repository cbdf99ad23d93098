//! Strings: where they end, and what they say once unescaped.

use super::{MAX_KEY, Reader};

/// How far a string is looked into to see whether it begins with structure, in bytes.
const PEEK: usize = 64;

/// More backslashes before a quote are noise: each round of encoding doubles them, and four are the most seen.
const MAX_ESCAPES: usize = 16;

impl Reader<'_> {
    /// The quote here and the backslashes before it.
    fn quote(&self, at: usize) -> Option<(u8, usize)> {
        let run = self.bytes.get(at..)?.iter().take_while(|byte| **byte == b'\\');
        let backslashes = run.take(MAX_ESCAPES).count();
        let quote = *self.bytes.get(at + backslashes)?;
        matches!(quote, b'"' | b'\'').then_some((quote, backslashes))
    }

    /// A short string that may be the name of a member; passed if it is one.
    pub(super) fn quoted_key(&mut self) -> Option<String> {
        let (quote, level) = self.quote(self.at)?;
        let start = self.at + level + 1;
        let mut at = start;
        while at < self.bytes.len() && at - start <= MAX_KEY {
            if self.bytes[at] == quote {
                let end = at - self.backslashes_before(at, start);
                let key = self.text[start..end].split_whitespace().collect::<String>();
                self.at = at + 1;
                return (!key.is_empty()).then_some(key);
            }
            at += 1;
        }
        None
    }

    /// Whether the string here holds JSON whose quotes were not escaped.
    pub(super) fn structure_in_quotes(&self) -> bool {
        let Some((quote, level)) = self.quote(self.at) else {
            return false;
        };
        let inner = self.skipped(self.at + level + 1);
        if !matches!(self.bytes.get(inner), Some(b'{' | b'[')) {
            return false;
        }
        let peek = &self.bytes[inner..(inner + PEEK).min(self.bytes.len())];
        let next = peek.iter().position(|byte| *byte == quote);
        next.is_some_and(|next| self.backslashes_before(inner + next, inner) <= level)
    }

    /// The string here, unescaped and passed.
    pub(super) fn string(&mut self) -> Option<String> {
        let (quote, level) = self.quote(self.at)?;
        let start = self.at + level + 1;
        let mut at = start;
        let mut text = String::new();
        let mut piece = start;
        while at < self.bytes.len() {
            if self.bytes[at] != quote {
                at += 1;
                continue;
            }
            let before = self.backslashes_before(at, piece);
            if before < level {
                // The string around us ends here, and so do we.
                unescape(&self.text[piece..at - before], level, &mut text);
                self.at = at - before;
                return Some(text);
            }
            if before == level && self.closes(at, &self.text[piece..at - before]) {
                unescape(&self.text[piece..at - before], level, &mut text);
                at += 1;
                // Pieces that a program joins: 'one' + 'two'.
                if let Some(next) = self.joined(at, quote) {
                    piece = next;
                    at = next;
                    continue;
                }
                self.at = at;
                return Some(text);
            }
            at += 1;
        }
        unescape(&self.text[piece..], level, &mut text);
        self.at = self.bytes.len();
        Some(text)
    }

    fn joined(&self, at: usize, quote: u8) -> Option<usize> {
        let plus = self.skipped(at);
        (self.bytes.get(plus) == Some(&b'+')).then_some(())?;
        let next = self.skipped(plus + 1);
        (self.bytes.get(next) == Some(&quote)).then_some(next + 1)
    }

    /// Whether the quote at `at` ends a value, judged by what follows: quotes inside values may have lost their escapes.
    fn closes(&self, at: usize, so_far: &str) -> bool {
        let next = self.skipped(at + 1);
        let blank = &self.bytes[at + 1..next];
        match self.bytes.get(next) {
            None | Some(b'}' | b']' | b')' | b'>' | b'+' | b';' | b'"' | b'\'' | b'\\') => true,
            Some(b',') => self.comma_separates(next),
            // A word that is a whole value, and prose after it.
            _ => {
                let name = !so_far.is_empty() && so_far.len() <= MAX_KEY && !so_far.contains(' ');
                blank.contains(&b'\n') || name && !blank.is_empty()
            }
        }
    }

    fn comma_separates(&self, comma: usize) -> bool {
        let next = self.skipped(comma + 1);
        match self.bytes.get(next) {
            None | Some(b'"' | b'\'' | b'\\' | b'{' | b'[' | b'}' | b']' | b')' | b'<' | b'.') => true,
            Some(byte) if byte.is_ascii_digit() => true,
            _ => {
                let end = self.word_end(next);
                end > next && (self.separator(end).is_some() || self.bytes[comma + 1..next].contains(&b'\n'))
            }
        }
    }

    fn backslashes_before(&self, at: usize, from: usize) -> usize {
        self.bytes[from..at]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count()
    }
}

/// Undoes the escapes of a string whose own quotes had `level` backslashes.
fn unescape(text: &str, level: usize, out: &mut String) {
    // Quotes with one backslash stand in a string; each further round of encoding doubles them, plus one.
    let rounds = match level {
        0 => 1,
        1 | 2 => 2,
        _ => 3,
    };
    let mut text = once(text);
    for _ in 1..rounds {
        text = once(&text);
    }
    out.push_str(&text);
}

fn once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        match after.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(c @ ('"' | '\'' | '\\' | '/')) => out.push(c),
            Some('u') => match after
                .as_str()
                .get(..4)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            {
                Some(code) => {
                    out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    after = after.as_str()[4..].chars();
                }
                None => out.push_str("\\u"),
            },
            Some(c) => {
                out.push('\\');
                out.push(c);
            }
            None => out.push('\\'),
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    out
}
