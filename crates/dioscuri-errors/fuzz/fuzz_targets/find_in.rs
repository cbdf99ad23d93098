//! Any text: every finding lies in it, between characters, and is found again.

#![no_main]

use dioscuri_errors::Taxonomy;
use dioscuri_vocab::UnixTime;
use libfuzzer_sys::fuzz_target;

// No status beside the text, so that the seeds and the dictionary are what is read.
fuzz_target!(|text: &[u8]| {
    for status in [None, Some(200), Some(429)] {
        let findings = Taxonomy::new().find_in(text, status, UnixTime(0));
        assert_eq!(findings, Taxonomy::new().find_in(text, status, UnixTime(0)));
        for finding in findings {
            let span = finding.span;
            assert!(span.start <= span.end && span.end <= text.len(), "{span:?}");
            if let Ok(text) = str::from_utf8(text) {
                assert!(text.get(span.clone()).is_some(), "{span:?} splits a character");
            }
        }
    }
});
