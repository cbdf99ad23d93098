//! What a person reads, at a given moment in a given place.

use super::*;
use crate::diagnose::{clock::tests::berlin, scan::Scan};

/// The page about `text`, for somebody in Berlin on a Sunday afternoon.
fn page(text: &str, lang: Lang) -> String {
    let clock = berlin();
    let mut scan = Scan::new(clock.unix());
    let mut report = Report::new(clock.clone());
    scan.push(text.as_bytes(), |found| report.add(found));
    scan.finish(|found| report.add(found));
    write(&report, &clock, lang, Paper::new(100, false))
}

/// A daily quota whose refusal hints at seconds.
const DAY: &str = r#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message":
"You exceeded your current quota, please check your plan and billing details.",
"details": [
  {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
    "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
    "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
    "quotaDimensions": {"location": "global", "model": "gemini-3.8-flash"}, "quotaValue": "20"}]},
  {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "14s"}]}}"#;

const OVERLOADED: &str = r#"{"error": {"code": 503, "message": "The model is overloaded. Please try again later.", "status": "UNAVAILABLE"}}"#;

fn minute(time: &str) -> String {
    format!(
        r#"{time} ERROR {{"error": {{"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded.",
"details": [{{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
{{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}}]}},
{{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26s"}}]}}}}
"#
    )
}

#[test]
fn a_daily_quota_is_told_in_every_language_without_wrong_comfort() {
    insta::assert_snapshot!("daily_quota_en", page(DAY, Lang::En));
    insta::assert_snapshot!("daily_quota_de", page(DAY, Lang::De));
    insta::assert_snapshot!("daily_quota_zh", page(DAY, Lang::Zh));
}

#[test]
fn an_overload_names_the_status_page() {
    insta::assert_snapshot!("overloaded_en", page(OVERLOADED, Lang::En));
}

#[test]
fn a_long_log_is_summed_up_first() {
    let mut log = String::new();
    for number in 0..30 {
        let time = format!("2026-11-22T0{}:{number:02}:07Z", number / 10);
        let overloaded = format!("{time} ERROR {OVERLOADED}\n");
        log += &if number % 10 == 9 {
            overloaded
        } else {
            minute(&time)
        };
    }
    insta::assert_snapshot!("long_log_en", page(&log, Lang::En));
}

#[test]
fn a_wait_that_is_over_is_told_as_such() {
    let told = page(&minute("2026-11-22T13:00:00Z"), Lang::En);
    assert!(
        told.contains("Now: the wait was over at 14:00:26 CET local time"),
        "{told}"
    );
}

#[test]
fn a_wait_counts_from_the_failure_where_its_time_is_sure() {
    let told = page(&minute("2026-11-22T13:14:50Z"), Lang::En);
    assert!(
        told.contains("14:15:16 CET local time = 05:15:16 PST Pacific time"),
        "{told}"
    );
    let told = page(&minute("2026-11-22 14:14:50"), Lang::En);
    assert!(told.contains("14:15:26 CET local time"), "{told}");
}

#[test]
fn a_wait_without_a_zone_is_over_when_it_is_over_everywhere() {
    // Whoever writes 00:14 in the zone farthest west writes it at 12:14 in Greenwich, an hour before now.
    let told = page(&minute("2026-11-22 00:14:00"), Lang::En);
    assert!(
        told.contains("Now: the wait was over at 2026-11-22 00:14 CET"),
        "{told}"
    );
    // And 01:15 may be this minute.
    let told = page(&minute("2026-11-22 01:15:00"), Lang::En);
    assert!(told.contains("14:15:26 CET local time"), "{told}");
    // A day that began at Google's since, whatever the zone; and one of which nobody knows.
    let told = page(&format!("2026-11-21 09:00:00 {DAY}"), Lang::En);
    assert!(told.contains("Now: the wait was over at 09:00 CET"), "{told}");
    let told = page(&format!("2026-11-21 22:00:00 {DAY}"), Lang::En);
    assert!(
        told.contains("2026-11-23 09:00 CET local time = 2026-11-23 00:00 PST"),
        "{told}"
    );
}

#[test]
fn yesterdays_daily_quota_is_open_again() {
    let told = page(&format!("2026-11-21T20:00:00Z {DAY}"), Lang::En);
    assert!(
        told.contains("Now: the wait was over at 09:00 CET local time"),
        "{told}"
    );
}

#[test]
fn no_language_leaves_a_gap_open() {
    for lang in Lang::ALL {
        for text in [
            DAY,
            OVERLOADED,
            &minute(""),
            &minute("2026-11-22T13:15:00Z").repeat(20),
        ] {
            let told = page(text, *lang);
            assert!(!told.contains(['{', '}']), "{told}");
        }
    }
}

#[test]
fn keys_are_never_shown() {
    let key = format!("AIza{}", "X".repeat(35));
    let text = format!(
        r#"{{"error": {{"code": 400, "message": "API key {key} not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"}}}}"#
    );
    assert!(!page(&text, Lang::En).contains(&key));
}
