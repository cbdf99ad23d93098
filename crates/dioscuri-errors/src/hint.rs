//! Finds the server's own word on when to come back.

use crate::{ApiError, Headers, duration};
use dioscuri_vocab::{Hint, HintSource, UnixTime};
use std::time::{Duration, SystemTime};

/// Openings of a sentence that ends in a duration, in lower case.
const OPENINGS: &[&str] = &[
    // Not every "retry in": clients log their own backoff with these words.
    "please retry in ",
    "please retry after ",
    "try again in ",
    "try again after ",
    "reset after ",
    "resets in ",
    "reset in ",
];

/// The most trusted hint: `RetryInfo`, then a header, then metadata, then the message. Uncapped.
pub(crate) fn find(error: &ApiError, headers: &dyn Headers, now: UnixTime) -> Option<Hint> {
    let metadata = || {
        let metadata = &error.error_info()?.metadata;
        duration::parse(metadata.get("quotaResetDelay")?.as_str())
    };
    let hint = |after: Option<Duration>, source| after.map(|after| Hint::new(after, source));
    hint(error.retry_delay(), HintSource::RetryInfo)
        .or_else(|| hint(in_headers(headers, now), HintSource::Header))
        .or_else(|| hint(metadata(), HintSource::Metadata))
        .or_else(|| hint(in_message(error.message()), HintSource::Message))
}

/// `retry-after-ms` is finer than `Retry-After`, which is seconds or a date (RFC 9110, section 10.2.3).
fn in_headers(headers: &dyn Headers, now: UnixTime) -> Option<Duration> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| std::str::from_utf8(value).ok())
    };
    text("retry-after-ms")
        .and_then(duration::milliseconds)
        .or_else(|| {
            let value = text("retry-after")?;
            duration::seconds(value)
                .or_else(|| duration::parse(value))
                .or_else(|| until(value, now))
        })
}

/// The time until an HTTP date; zero if it has passed.
fn until(date: &str, now: UnixTime) -> Option<Duration> {
    let date = httpdate::parse_http_date(date.trim()).ok()?;
    let since_epoch = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(UnixTime(0).after(since_epoch).since(now))
}

fn in_message(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase().replace('\n', " ");
    OPENINGS.iter().find_map(|opening| {
        lower.match_indices(opening).find_map(|(at, _)| {
            let (after, _) = duration::parse_prefix(lower[at + opening.len()..].trim_start())?;
            Some(after)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn message(text: &str, expected_ms: Option<u128>) {
        assert_eq!(in_message(text).map(|d| d.as_millis()), expected_ms, "{text}");
    }

    #[test]
    fn a_sentence_may_say_when() {
        message("…\nPlease retry in 26.211922938s.", Some(26_211));
        message("Your quota will reset after 5h59m59s.", Some(21_599_000));
        message("Try again in 20 seconds", Some(20_000));
        message("Please try again in a few minutes.", None);
        message("Please retry in 7 steps", None);
        message("Please try again later.", None);
    }

    #[track_caller]
    fn header(name: &str, value: &str, expected_ms: Option<u128>) {
        let now = UnixTime::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let found = in_headers(&[(name, value)], now);
        assert_eq!(found.map(|d| d.as_millis()), expected_ms, "{name}: {value}");
    }

    #[test]
    fn a_header_may_say_when() {
        header("Retry-After", "120", Some(120_000));
        header("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT", Some(30_000));
        header("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT", Some(0));
        header("Retry-After-Ms", "1500", Some(1_500));
        header("retry-after", "soon", None);
        header("retry-after", "-1", None);
    }
}
