//! Lines of a file with their places, none of them longer than a bound.

use std::io::{self, BufRead, BufReader, Read};

/// Reads lines one by one, remembers where they are, and never holds more than a bound of one.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    source: R,
    limit: u64,
    offset: u64,
    number: u64,
    text: Vec<u8>,
}

/// The place of one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: u64,
    /// Of its first byte, from the start of the file.
    pub(crate) offset: u64,
    /// In bytes, without its end.
    pub(crate) length: u64,
    /// Longer than the bound: its text was not kept.
    pub(crate) too_long: bool,
    /// Ended by a line feed, not by the end of the file.
    pub(crate) ended: bool,
}

/// The UTF-8 mark that some editors put before the first line.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<R: BufRead> Lines<R> {
    /// The lines of `source`, which stands at its start; of each, at most `limit` bytes are kept.
    pub(crate) const fn new(source: R, limit: u64) -> Self {
        Self {
            source,
            limit,
            offset: 0,
            number: 0,
            text: Vec::new(),
        }
    }

    /// Moves to the next line; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// If reading fails.
    pub(crate) fn advance(&mut self) -> io::Result<Option<Line>> {
        self.text.clear();
        let offset = self.offset;
        let mut length = 0;
        let ended = loop {
            let piece = self.source.fill_buf()?;
            if piece.is_empty() {
                break false;
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let content = &piece[..end.unwrap_or(piece.len())];
            length += content.len() as u64;
            if length <= self.limit {
                self.text.extend_from_slice(content);
            }
            let consumed = content.len() + usize::from(end.is_some());
            self.source.consume(consumed);
            self.offset += consumed as u64;
            if end.is_some() {
                break true;
            }
        };
        if length == 0 && !ended {
            return Ok(None);
        }
        self.number += 1;
        let mut line = Line {
            number: self.number,
            offset,
            length,
            too_long: length > self.limit,
            ended,
        };
        if offset == 0 && self.text.starts_with(BYTE_ORDER_MARK) {
            self.text.drain(..BYTE_ORDER_MARK.len());
            line.offset += BYTE_ORDER_MARK.len() as u64;
            line.length -= BYTE_ORDER_MARK.len() as u64;
        }
        Ok(Some(line))
    }

    /// The text of the line moved to last, without its end; a part of it if it is too long.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}

impl<R: Read> Lines<BufReader<R>> {
    /// Whether the next line is not here yet: to move to it may mean to wait for it.
    pub(crate) fn is_drained(&self) -> bool {
        self.source.buffer().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, expected: &[(u64, &str)]) {
        // A buffer of two bytes: every line is met in pieces.
        let mut lines = Lines::new(BufReader::with_capacity(2, file.as_bytes()), 6);
        let mut found = Vec::new();
        while let Some(line) = lines.advance().unwrap() {
            let text = if line.too_long {
                "too long".into()
            } else {
                String::from_utf8_lossy(lines.text()).into_owned()
            };
            assert_eq!(line.number, found.len() as u64 + 1);
            found.push((line.offset, text));
        }
        let found: Vec<_> = found
            .iter()
            .map(|(offset, text)| (*offset, text.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_have_their_offsets() {
        check("ab\n\ncde", &[(0, "ab"), (3, ""), (4, "cde")]);
        check("ab\n", &[(0, "ab")]);
        check("", &[]);
    }

    #[test]
    fn a_byte_order_mark_belongs_to_no_line() {
        check("\u{feff}ab\ncd", &[(3, "ab"), (6, "cd")]);
    }

    #[test]
    fn a_line_beyond_the_bound_is_skipped_whole() {
        check(
            "123456\n1234567\nab",
            &[(0, "123456"), (7, "too long"), (15, "ab")],
        );
    }
}
