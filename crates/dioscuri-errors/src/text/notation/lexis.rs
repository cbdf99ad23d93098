//! Words, blanks and separators.

use super::Reader;

impl<'t> Reader<'t> {
    /// At most `length` bytes of the text from `from` on.
    pub(super) fn ahead(&self, from: usize, length: usize) -> &'t str {
        let end = (0..=(from + length).min(self.text.len()))
            .rev()
            .find(|at| self.text.is_char_boundary(*at));
        self.text.get(from..end.unwrap_or(0)).unwrap_or_default()
    }

    /// One character further.
    pub(super) fn step(&mut self) {
        self.at += 1;
        while !self.text.is_char_boundary(self.at.min(self.text.len())) {
            self.at += 1;
        }
    }

    /// The word here, which is passed. It may hold dots, but does not end with one.
    pub(super) fn word(&mut self) -> std::ops::Range<usize> {
        let start = self.at;
        self.at = self.word_end(start).max(start + 1);
        start..self.at
    }

    pub(super) fn word_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|byte| is_word(**byte) || **byte == b'.')
            .count();
        let word = &rest[..length];
        from + word
            .iter()
            .rposition(|byte| *byte != b'.')
            .map_or(0, |last| last + 1)
    }

    /// Whether the byte before `at` belongs to a word: then a quote at `at` is an apostrophe.
    pub(super) fn after_word(&self, at: usize) -> bool {
        at > 0 && is_word(self.bytes[at - 1])
            // … unless it is the n of an escaped line break.
            && !(at > 1 && self.bytes[at - 2] == b'\\' && matches!(self.bytes[at - 1], b'n' | b't' | b'r'))
    }

    /// Where the value begins, if the name before `at` is followed by `:`, `=` or `=>`.
    pub(super) fn separator(&self, at: usize) -> Option<usize> {
        let at = self.skipped(at);
        let rest = self.bytes.get(at..)?;
        match rest {
            [b':', b'/', b'/', ..] | [b':', b':', ..] | [b'=', b'=', ..] => None,
            [b'=', b'>', ..] => Some(at + 2),
            [b':' | b'=', ..] => Some(at + 1),
            _ => None,
        }
    }

    pub(super) fn colon_follows(&self) -> bool {
        self.bytes.get(self.skipped(self.at)) == Some(&b':')
    }

    /// The next place that is no blank: neither white space, nor an escaped line break, nor emphasis.
    pub(super) fn skipped(&self, mut at: usize) -> usize {
        loop {
            match self.bytes.get(at) {
                Some(byte) if byte.is_ascii_whitespace() || *byte == b'*' => at += 1,
                Some(b'\\') => match self.escaped_blank(at) {
                    Some(next) => at = next,
                    None => return at,
                },
                _ => return at,
            }
        }
    }

    /// The end of an escaped line break or tab at `at`, however often it was escaped.
    pub(super) fn escaped_blank(&self, at: usize) -> Option<usize> {
        let backslashes = self.bytes[at..]
            .iter()
            .take_while(|byte| **byte == b'\\')
            .take(16)
            .count();
        let letter = at + backslashes;
        matches!(self.bytes.get(letter), Some(b'n' | b't' | b'r')).then_some(letter + 1)
    }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'$')
}
