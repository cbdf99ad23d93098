//! An answer of HTTP 200 in events cut anywhere, and whole.

#![no_main]

use dioscuri_errors::{ClassifyStream, ResponseReader, explain_answer, read_answer};
use dioscuri_vocab::UnixTime;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<u8>, &[u8])| {
    let (cuts, mut body) = input;
    let _ = (read_answer(body, UnixTime(0)), explain_answer(body));

    let mut reader = ResponseReader::new();
    for cut in cuts {
        let (event, rest) = body.split_at(usize::from(cut).min(body.len()));
        reader.on_event(event, UnixTime(0));
        body = rest;
    }
    reader.on_event(body, UnixTime(0));
    assert_eq!(reader.on_end(), reader.on_end());
});
