//! Looks through a text of any length with bounded memory: chunk by chunk, and nothing is lost at the seams.

use dioscuri::parts::{
    errors::{Finding, Taxonomy},
    vocab::UnixTime,
};
use std::ops::Range;

/// Bytes looked at in one go. What is found in them is all that is in memory at once, beside them.
const CHUNK: usize = 8 << 20;

/// The end of a chunk is looked at again at the start of the next one, so that what begins there is seen
/// whole: more than the 256 kB that the taxonomy takes for one event at most.
const OVERLAP: usize = 320 << 10;

/// Looks for failures in a text that arrives in pieces.
#[derive(Debug)]
pub(super) struct Scan {
    taxonomy: Taxonomy,
    now: UnixTime,
    chunk: usize,
    overlap: usize,
    /// What has not been looked at for good.
    text: Vec<u8>,
    /// Where it begins in the whole text.
    offset: u64,
}

/// A failure that was found, and the text it was found in.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) finding: Finding,
    /// Where it stands in the whole text, in bytes.
    pub(super) span: Range<u64>,
    /// The text up to its end, as much of it as is still there.
    pub(super) before: &'a [u8],
    /// Where it begins in `before`.
    pub(super) start: usize,
}

impl Scan {
    /// A scan of a text that arrives at `now`.
    pub(super) const fn new(now: UnixTime) -> Self {
        Self::in_chunks(now, CHUNK, OVERLAP)
    }

    const fn in_chunks(now: UnixTime, chunk: usize, overlap: usize) -> Self {
        Self {
            taxonomy: Taxonomy::new(),
            now,
            chunk,
            overlap,
            text: Vec::new(),
            offset: 0,
        }
    }

    /// The next piece of the text. Calls `found` for what is certain by now, the decisive one of a chunk first.
    pub(super) fn push(&mut self, piece: &[u8], mut found: impl FnMut(Found<'_>)) {
        for part in piece.chunks(self.chunk) {
            self.text.extend_from_slice(part);
            if self.text.len() >= self.chunk {
                let length = mend(&mut self.text);
                self.look(self.seam(), length, &mut found);
            }
        }
    }

    /// The text has ended. Calls `found` for the rest.
    pub(super) fn finish(&mut self, mut found: impl FnMut(Found<'_>)) {
        if !self.text.is_empty() {
            mend(&mut self.text);
            self.look(self.text.len(), self.text.len(), &mut found);
        }
    }

    /// How much of the text has been pushed, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.offset + self.text.len() as u64
    }

    /// Reports what begins before `seam` in the first `length` bytes, and keeps the text from there on.
    fn look(&mut self, seam: usize, length: usize, found: &mut impl FnMut(Found<'_>)) {
        let mut kept_from = seam;
        for finding in self.taxonomy.find_in(&self.text[..length], None, self.now) {
            let Range { start, end } = finding.span;
            if start >= seam {
                continue;
            }
            // What reaches across the seam has been seen whole, and is not to be seen again.
            kept_from = kept_from.max(end);
            let at = |place: usize| self.offset + place as u64;
            found(Found {
                span: at(start)..at(end),
                before: &self.text[..end],
                start,
                finding,
            });
        }
        self.text.drain(..kept_from);
        self.offset += kept_from as u64;
    }

    /// Where the text is cut: the start of a line, if there is one near.
    fn seam(&self) -> usize {
        let latest = self.text.len() - self.overlap;
        let near = &self.text[latest.saturating_sub(self.overlap)..latest];
        let line = near.iter().rposition(|byte| *byte == b'\n');
        line.map_or(latest, |line| latest - near.len() + line + 1)
    }
}

/// Puts a question mark in the place of every byte that is no UTF-8, so that all others keep their places. Returns
/// the length without a letter that is not whole yet.
fn mend(text: &mut [u8]) -> usize {
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&text[from..]) {
        let bad = from + error.valid_up_to();
        let Some(length) = error.error_len() else {
            return bad;
        };
        text[bad..bad + length].fill(b'?');
        from = bad + length;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri::Class;

    const BODY: &str = "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"The model is overloaded.\",\n    \
                        \"status\": \"UNAVAILABLE\"\n  }\n}\n";

    /// Looks through `text` in chunks of 1024 bytes, pushed in pieces of `piece`.
    fn spans(text: &str, piece: usize) -> Vec<Range<u64>> {
        let mut scan = Scan::in_chunks(UnixTime(0), 1024, 256);
        let mut spans = Vec::new();
        let mut note = |found: Found<'_>| {
            assert_eq!(found.finding.diagnosis.failure.class, Class::Capacity);
            spans.push(found.span);
        };
        for piece in text.as_bytes().chunks(piece) {
            scan.push(piece, &mut note);
        }
        scan.finish(&mut note);
        assert_eq!(scan.length(), text.len() as u64);
        spans.sort_by_key(|span| span.start);
        spans
    }

    #[test]
    fn what_lies_across_a_seam_is_found_once_wherever_the_seam_is() {
        for filling in (600..1100).step_by(23) {
            let text = format!(
                "{}\nERROR {BODY}{}",
                "-".repeat(filling),
                "INFO plain words\n".repeat(60)
            );
            let found = spans(&text, 100);
            assert_eq!(found.len(), 1, "after {filling} bytes: {found:?}");
            let body = filling as u64 + 1;
            assert!(
                found[0].start <= body + 2 && found[0].end >= body + 60,
                "{found:?}"
            );
        }
    }

    #[test]
    fn all_of_many_are_found_at_their_places() {
        let text = format!("ERROR {BODY}INFO some words between\n").repeat(200);
        for piece in [77, 1024, 100_000] {
            let found = spans(&text, piece);
            assert_eq!(found.len(), 200, "in pieces of {piece}");
            assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }

    #[test]
    fn what_is_no_utf_8_moves_nothing() {
        let text = [b"\xFF\xFE pod 1\n", BODY.as_bytes()].concat();
        let mut scan = Scan::new(UnixTime(0));
        scan.push(&text, |_| ());
        let mut spans = Vec::new();
        scan.finish(|found| spans.push((found.span, found.before.len() as u64)));
        assert_eq!(spans.len(), 1);
        assert!(spans[0].0.end <= text.len() as u64 && spans[0].0.end == spans[0].1);
    }

    #[test]
    fn a_letter_that_is_not_whole_yet_is_left_alone() {
        let mut text = "配额".as_bytes()[..5].to_vec();
        assert_eq!(mend(&mut text), 3);
        assert_eq!(text, "配额".as_bytes()[..5]);
    }

    #[test]
    fn a_line_without_an_end_is_cut_all_the_same() {
        let text = "x".repeat(5000);
        assert_eq!(spans(&text, 999), []);
    }
}
