//! What holds for damaged text: a short run, with a fixed seed, of what the fuzz targets do for longer.

use dioscuri_errors::{ApiError, ClassifyStream, ResponseReader, Seen, Taxonomy, read_answer};
use dioscuri_vocab::{Rng, SplitMix64, UnixTime};
use std::{collections::BTreeSet, fs, panic, path::Path};

/// Any number; what fails, fails again with it.
const SEED: u64 = 20_260_918;

/// How many damaged texts are read: a few seconds in a development build.
const CASES: u64 = 2_000;

/// The longest damaged text, in bytes. Long texts are the business of `tests/work.rs`.
const LONGEST: usize = 4 << 10;

/// Words that break readers when they stand in the wrong place.
const SPLINTERS: &str = "{ } [ ] ( ) < > \" ' ` \\ \\\\ \\\" \\n \\u \\ud83d \\x : , = “ ’ │ 😀 \0 \u{1b}[ \u{feff} \
    null None - 1e999 99999999999999999999 0.0000000001s 429 retry limit: 0 {\"error\": map[ violations details: \
    \"message\": \" data: <html> &# b' RESOURCE_EXHAUSTED finish_reason: PerDay";

/// Blanks, and pieces of characters.
const SHARDS: &[&[u8]] = &[
    b" ",
    b"\n",
    b"\r\n",
    b"\t",
    b"\xff",
    b"\xc3",
    b"\xe2\x80",
    b"\xf0\x9f\x98",
    b"\xed\xa0\x80",
];

/// Statuses that come beside a text; 200 is read as an answer first.
const STATUSES: &[Option<u16>] = &[
    None,
    Some(200),
    Some(400),
    Some(429),
    Some(503),
    Some(0),
    Some(u16::MAX),
];

/// The texts of `tests/seeds`, by name.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds");
    let entries = fs::read_dir(folder).expect("the seeds are part of the crate");
    let paths: BTreeSet<_> = entries.flatten().map(|entry| entry.path()).collect();
    let texts = paths.iter().map(|path| fs::read(path).expect("a seed is a file"));
    texts.collect()
}

/// Reads `text` by every way in, and checks what must hold for whatever bytes.
#[track_caller]
fn check(text: &[u8], status: Option<u16>, cut: usize) {
    let seen = Seen::new(status, text);
    assert_eq!(ApiError::parse(seen), ApiError::parse(seen));

    let findings = Taxonomy::new().find_in(text, status, UnixTime(0));
    assert_eq!(findings, Taxonomy::new().find_in(text, status, UnixTime(0)));
    for finding in &findings {
        let span = finding.span.clone();
        assert!(
            span.start <= span.end && span.end <= text.len(),
            "{span:?} of {}",
            text.len()
        );
        if let Ok(text) = str::from_utf8(text) {
            assert!(text.get(span.clone()).is_some(), "{span:?} splits a character");
        }
    }

    let (head, tail) = text.split_at(cut.min(text.len()));
    let mut reader = ResponseReader::new();
    reader.on_event(head, UnixTime(0));
    reader.on_event(tail, UnixTime(0));
    let _ = (reader.on_end(), read_answer(text, UnixTime(0)));
}

/// Damages `text` once.
fn damage(text: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut SplitMix64) {
    let at = rng.index(text.len() + 1);
    let until = at + rng.index((text.len() - at).min(200) + 1);
    match rng.index(8) {
        0 => text.truncate(at),
        1 => drop(text.drain(at..until)),
        2 => {
            let other = &seeds[rng.index(seeds.len())];
            let from = rng.index(other.len());
            let piece = &other[from..from + rng.index(other.len() - from)];
            text.splice(at..at, piece.iter().copied());
        }
        3 => {
            let piece = text[at..until].repeat(rng.index(30));
            text.splice(at..at, piece);
        }
        4 if at < text.len() => text[at] ^= 1 << rng.index(8),
        5 => *text = text.escape_ascii().collect(),
        _ => {
            let splinters = SPLINTERS
                .split(' ')
                .map(str::as_bytes)
                .chain(SHARDS.iter().copied());
            let splinters: Vec<_> = splinters.collect();
            let splinter = splinters[rng.index(splinters.len())];
            text.splice(at..at, splinter.repeat(1 + rng.index(4) * rng.index(4)));
        }
    }
    text.truncate(LONGEST);
}

#[test]
fn damaged_text_of_every_notation_is_read_without_panic_and_alike() {
    let seeds = seeds();
    assert!(seeds.len() > 30, "only {} seeds", seeds.len());
    for case in 0..CASES {
        let mut rng = SplitMix64::split(SEED, case);
        let mut text = seeds[rng.index(seeds.len())].clone();
        for _ in 0..rng.index(6) {
            damage(&mut text, &seeds, &mut rng);
        }
        let status = STATUSES[rng.index(STATUSES.len())];
        let cut = rng.index(text.len() + 1);
        let read = panic::catch_unwind(|| check(&text, status, cut));
        assert!(
            read.is_ok(),
            "case {case}, status {status:?}, cut {cut}: {}",
            text.escape_ascii()
        );
    }
}

#[test]
fn a_text_cut_anywhere_is_read_without_panic_and_alike() {
    for text in seeds() {
        for end in (0..text.len()).step_by(37) {
            check(&text[..end], None, end / 2);
            check(&text[end..], Some(200), end / 2);
        }
    }
}

#[test]
fn every_byte_alone_is_read_without_panic_and_alike() {
    for byte in 0..=u8::MAX {
        for count in [1, 2, 3, 100] {
            check(&vec![byte; count], None, 1);
        }
    }
}
