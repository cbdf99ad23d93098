//! UTF-16, as `>` of `PowerShell` writes it, read as UTF-8.

use std::io::{self, Read};

/// Bytes read at once.
const PIECE: usize = 1 << 16;

/// In which order the two bytes of a unit stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// As the mark at the start of a text says; `None` if there is none.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0xFF, 0xFE, ..] => Some(Self::Little),
            [0xFE, 0xFF, ..] => Some(Self::Big),
            _ => None,
        }
    }

    const fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }
}

/// The length of the mark, in bytes.
pub(super) const MARK: usize = 2;

/// Whether a text without a mark can be nothing but UTF-16: every other byte of it is zero, and no other one.
pub(super) fn is_likely(start: &[u8]) -> bool {
    let (pairs, _) = start.as_chunks::<2>();
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    pairs.len() >= 4 && even.min(odd) == 0 && even.max(odd) * 10 >= pairs.len() * 9
}

/// Reads UTF-16 as UTF-8. What is no letter becomes a replacement character.
pub(super) struct Utf16<R> {
    source: R,
    order: Order,
    /// What is not a whole letter yet: three bytes at most.
    rest: Vec<u8>,
    text: String,
    /// How much of `text` has been given away, in bytes.
    given: usize,
}

impl<R: Read> Utf16<R> {
    /// The text of `source`, whose mark has been read.
    pub(super) const fn new(source: R, order: Order) -> Self {
        Self {
            source,
            order,
            rest: Vec::new(),
            text: String::new(),
            given: 0,
        }
    }

    /// Reads on; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let mut piece = vec![0; PIECE];
        let length = self.source.read(&mut piece)?;
        let is_end = length == 0;
        self.rest.extend_from_slice(&piece[..length]);
        let (pairs, odd) = self.rest.as_chunks::<2>();
        let mut units: Vec<_> = pairs.iter().map(|pair| self.order.unit(*pair)).collect();
        let mut kept = odd.len();
        // The first half of a letter waits for the second one.
        if !is_end && matches!(units.last(), Some(0xD800..0xDC00)) {
            units.pop();
            kept += 2;
        }
        let letters = char::decode_utf16(units);
        self.text = letters
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        self.given = 0;
        self.rest.drain(..self.rest.len() - kept);
        Ok(!is_end || !self.text.is_empty())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let left = &self.text.as_bytes()[self.given..];
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "配额 exceeded 🛑\n";

    /// A reader that gives one byte at a time: every letter is met in halves.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(1).min(buffer.len());
            let (first, rest) = self.0.split_at(length);
            buffer[..length].copy_from_slice(first);
            self.0 = rest;
            Ok(length)
        }
    }

    fn read(bytes: &[u8], order: Order) -> String {
        let mut text = String::new();
        Utf16::new(Drops(bytes), order).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn both_orders_are_read_however_they_arrive() {
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&little, Order::Little), TEXT);
        assert_eq!(read(&big, Order::Big), TEXT);
    }

    #[test]
    fn what_is_no_letter_is_replaced_and_half_a_unit_left_out() {
        assert_eq!(read(b"\x3D\xD8a\0", Order::Little), "\u{FFFD}a");
        assert_eq!(read(b"a\0\x3D\xD8", Order::Little), "a\u{FFFD}");
        assert_eq!(read(b"a\0b", Order::Little), "a");
    }

    #[test]
    fn a_text_without_a_mark_is_known_by_its_zeros() {
        assert!(is_likely(b"E\0R\0R\0O\0R\0"));
        assert!(is_likely(b"\0E\0R\0R\0O\0R"));
        assert!(!is_likely(b"ERROR: nothing"));
        assert!(!is_likely(b"a\0b"));
        assert!(!is_likely(&[0; 64]));
    }
}
