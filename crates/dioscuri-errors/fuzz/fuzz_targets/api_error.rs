//! An error body of any bytes: read without a panic, and alike when read again.

#![no_main]

use dioscuri_errors::{ApiError, Classify, Seen, Taxonomy};
use dioscuri_vocab::UnixTime;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Option<u16>, bool, &[u8])| {
    let (status, complete, body) = input;
    let whole = Seen::new(status, body);
    let seen = if complete { whole } else { whole.cut() };

    let error = ApiError::parse(seen);
    assert_eq!(error, ApiError::parse(seen));
    assert!(error.message().len() <= ApiError::MAX_BODY);

    let failed = status.is_some_and(|status| !(200..300).contains(&status));
    let failure = Taxonomy::new().classify(seen, UnixTime(0));
    assert!(failure.is_some() || !failed, "a failure has a class");
});
