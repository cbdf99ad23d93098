//! The catalogue: complete, in every language, and true to the classifier.

mod advice;
mod comfort;

use dioscuri_errors::catalogue::{Entry, Lang, Topic, Words, entries, lookup};
use dioscuri_errors::{Classify, Seen, Taxonomy, read_answer};
use dioscuri_vocab::{Class, UnixTime};
use std::collections::HashSet;

/// `FinishReason` of the protos of both services and of Firebase AI Logic, 2026-11.
const FINISH_REASONS: &[&str] = &[
    "FINISH_REASON_UNSPECIFIED",
    "STOP",
    "MAX_TOKENS",
    "SAFETY",
    "RECITATION",
    "OTHER",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
    "IMAGE_SAFETY",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_OTHER",
    "NO_IMAGE",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "CONTINUATION",
    "MALFORMED_RESPONSE",
    "MISSING_THOUGHT_SIGNATURE",
];

/// `BlockReason` of the generativelanguage proto and `BlockedReason` of the aiplatform one, 2026-11.
const BLOCK_REASONS: &[&str] = &[
    "BLOCK_REASON_UNSPECIFIED",
    "BLOCKED_REASON_UNSPECIFIED",
    "SAFETY",
    "OTHER",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "IMAGE_SAFETY",
    "MODEL_ARMOR",
    "JAILBREAK",
];

/// Reasons of `google.rpc.ErrorInfo` that the API is known to send, with the status that carries them.
const REASONS: &[(&str, u16)] = &[
    ("API_KEY_INVALID", 400),
    ("API_KEY_EXPIRED", 400),
    ("API_KEY_SERVICE_BLOCKED", 403),
    ("API_KEY_HTTP_REFERRER_BLOCKED", 403),
    ("API_KEY_IP_ADDRESS_BLOCKED", 403),
    ("API_KEY_ANDROID_APP_BLOCKED", 403),
    ("API_KEY_IOS_APP_BLOCKED", 403),
    ("CREDENTIALS_MISSING", 401),
    ("ACCESS_TOKEN_EXPIRED", 401),
    ("ACCESS_TOKEN_TYPE_UNSUPPORTED", 401),
    ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", 403),
    ("SESSION_COOKIE_INVALID", 401),
    ("ACCOUNT_STATE_INVALID", 401),
    ("USER_BLOCKED_BY_ADMIN", 403),
    ("IAM_PERMISSION_DENIED", 403),
    ("SERVICE_DISABLED", 403),
    ("SERVICE_NOT_VISIBLE", 403),
    ("BILLING_DISABLED", 403),
    ("CONSUMER_SUSPENDED", 403),
    ("CONSUMER_INVALID", 403),
    ("USER_PROJECT_DENIED", 403),
    ("RESOURCE_PROJECT_INVALID", 403),
    ("TOS_VIOLATION", 403),
    ("VALIDATION_REQUIRED", 403),
    ("SECURITY_POLICY_VIOLATED", 403),
    ("LOCATION_POLICY_VIOLATED", 403),
    ("ORG_RESTRICTION_VIOLATION", 403),
    ("RESOURCE_USAGE_RESTRICTION_VIOLATED", 403),
    ("RATE_LIMIT_EXCEEDED", 429),
    ("RESOURCE_QUOTA_EXCEEDED", 429),
    ("QUOTA_EXHAUSTED", 429),
    ("INSUFFICIENT_G1_CREDITS_BALANCE", 429),
    ("MODEL_CAPACITY_EXHAUSTED", 503),
];

fn names(lang: Lang, topic: Topic) -> Vec<&'static str> {
    let of_topic = entries(lang).filter(|entry| entry.topic == topic);
    of_topic.map(|entry| entry.name).collect()
}

#[track_caller]
fn every_language_has(topic: Topic, wanted: &[&str]) {
    for lang in Lang::ALL {
        let there: HashSet<_> = names(*lang, topic).into_iter().collect();
        assert_eq!(there, wanted.iter().copied().collect(), "{lang} {topic:?}");
    }
}

#[test]
fn every_class_has_an_entry_in_every_language() {
    for lang in Lang::ALL {
        for class in Class::ALL {
            assert_eq!(names(*lang, Topic::Class(*class)), [class.name()], "{lang}");
        }
    }
}

#[test]
fn every_finish_reason_has_an_entry_in_every_language() {
    every_language_has(Topic::FinishReason, FINISH_REASONS);
}

#[test]
fn every_block_reason_has_an_entry_in_every_language() {
    every_language_has(Topic::BlockReason, BLOCK_REASONS);
}

#[test]
fn every_reason_has_an_entry_in_every_language() {
    let reasons: Vec<_> = REASONS.iter().map(|(reason, _)| *reason).collect();
    every_language_has(Topic::Reason, &reasons);
}

#[test]
fn every_language_speaks_of_the_same_things() {
    let of = |lang| entries(lang).map(|entry| (entry.topic, entry.name, entry.class, entry.pages));
    for lang in Lang::ALL {
        assert!(of(*lang).eq(of(Lang::En)), "{lang}");
    }
}

#[test]
fn nothing_has_two_entries() {
    let topics: Vec<_> = entries(Lang::En).map(|entry| (entry.topic, entry.name)).collect();
    assert_eq!(topics.iter().collect::<HashSet<_>>().len(), topics.len());
}

/// Every sentence of an entry.
fn sentences(entry: &Entry) -> impl Iterator<Item = &'static str> {
    let lists = [entry.now, entry.for_good, entry.prevent];
    assert!(lists.iter().all(|list| !list.is_empty()), "{}", entry.name);
    [entry.meaning, entry.cause]
        .into_iter()
        .chain(lists.into_iter().flatten().copied())
}

#[test]
fn every_entry_is_written_in_whole_sentences() {
    for lang in Lang::ALL {
        for entry in entries(*lang) {
            for sentence in sentences(entry) {
                let ends = sentence.ends_with(['.', '?', '。', '？']);
                assert!(
                    ends && sentence.trim() == sentence,
                    "{lang} {}: {sentence}",
                    entry.name
                );
                assert!(!sentence.contains("  "), "{lang} {}: {sentence}", entry.name);
            }
        }
    }
}

#[test]
fn translations_are_translated() {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for lang in [Lang::De, Lang::Zh] {
        for (entry, english) in entries(lang).zip(entries(Lang::En)) {
            for (sentence, original) in sentences(entry).zip(sentences(english)) {
                assert_ne!(sentence, original, "{lang} {}", entry.name);
            }
            let chinese = sentences(entry).all(|sentence| sentence.contains(is_han));
            assert_eq!(chinese, lang == Lang::Zh, "{lang} {}", entry.name);
        }
    }
}

/// Steps for one service begin with its name, and advice leaves out those for another.
#[test]
fn translations_have_the_same_steps_with_the_same_labels() {
    let label = |step: &&str| {
        let labels = ["Vertex", "Developer API"];
        let is_on =
            |label: &&str| step.starts_with(&format!("{label}:")) || step.starts_with(&format!("{label}："));
        labels.into_iter().find(is_on)
    };
    let labels = |entry: &Entry| {
        let lists = [entry.now, entry.for_good, entry.prevent];
        lists.map(|list| list.iter().map(label).collect::<Vec<_>>())
    };
    for lang in Lang::ALL {
        for (entry, english) in entries(*lang).zip(entries(Lang::En)) {
            assert_eq!(labels(entry), labels(english), "{lang} {}", entry.name);
        }
    }
}

#[test]
fn pages_are_official() {
    let hosts = [
        "https://ai.google.dev/",
        "https://docs.cloud.google.com/",
        "https://cloud.google.com/",
    ];
    for entry in entries(Lang::En) {
        assert!(!entry.pages.is_empty(), "{}", entry.name);
        for page in entry.pages {
            assert!(hosts.iter().any(|host| page.starts_with(host)), "{page}");
        }
    }
}

#[test]
fn nobody_is_told_to_get_round_the_rules() {
    let region = Topic::Class(Class::UnsupportedRegion);
    let forbidden = ["vpn", "proxy", "proxies", "tunnel", "代理", "翻墙", "proxys"];
    for lang in Lang::ALL {
        for entry in entries(*lang) {
            for sentence in sentences(entry).map(str::to_lowercase) {
                let about_place = entry.topic == region;
                let evades = about_place && forbidden.iter().any(|word| sentence.contains(word));
                assert!(!evades && !sentence.contains("vpn"), "{lang}: {sentence}");
            }
        }
    }
}

#[track_caller]
fn found(asked: &str, name: &str) {
    assert_eq!(lookup(asked, Lang::En).map(|entry| entry.name), Some(name));
}

#[test]
fn names_are_found_however_they_are_written() {
    found("quota_day", "quota_day");
    found("Quota-Day", "quota_day");
    found(" quota day ", "quota_day");
    found("max_tokens", "MAX_TOKENS");
    found("service-disabled", "service_disabled");
    found("Jailbreak", "JAILBREAK");
    assert_eq!(lookup("quotaday", Lang::En), None);
    assert_eq!(lookup("", Lang::En), None);
}

#[test]
fn a_finish_reason_has_the_class_that_the_reader_gives_it() {
    for entry in entries(Lang::En).filter(|entry| entry.topic == Topic::FinishReason) {
        let body = format!(r#"{{"candidates": [{{"finishReason": "{}"}}]}}"#, entry.name);
        let class = read_answer(body.as_bytes(), UnixTime(0)).class();
        if entry.class.is_some() {
            assert_eq!(entry.class, class, "{}", entry.name);
        }
    }
}

#[test]
fn a_block_reason_has_the_class_that_the_reader_gives_it() {
    for entry in entries(Lang::En).filter(|entry| entry.topic == Topic::BlockReason) {
        let body = format!(r#"{{"promptFeedback": {{"blockReason": "{}"}}}}"#, entry.name);
        let class = read_answer(body.as_bytes(), UnixTime(0)).class();
        let blocked = class.filter(|class| *class == Class::BlockedPrompt);
        assert_eq!(entry.class, blocked, "{}", entry.name);
    }
}

#[test]
fn a_reason_has_the_class_that_the_taxonomy_gives_it() {
    for (reason, status) in REASONS {
        let body = format!(
            r#"{{"error": {{"code": {status}, "message": "No.", "details": [
                {{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "{reason}"}}]}}}}"#
        );
        let seen = Seen::new(Some(*status), body.as_bytes());
        let class = Taxonomy::new()
            .classify(seen, UnixTime(0))
            .map(|failure| failure.class);
        let entry = lookup(reason, Lang::En).expect("every reason is here");
        if entry.class.is_some() {
            assert_eq!(entry.class, class, "{reason}");
        }
    }
}

#[test]
fn languages_are_told_by_their_codes() {
    for (text, lang) in [("en", Lang::En), ("de_DE.UTF-8", Lang::De), ("ZH-Hans", Lang::Zh)] {
        assert_eq!(text.parse(), Ok(lang));
    }
    let told = "fr".parse::<Lang>().unwrap_err().to_string();
    assert_eq!(told, "no language is named \"fr\"; there are en, de, zh");
}

fn phrases(lang: Lang) -> [&'static str; 13] {
    let words = Words::of(lang);
    [
        words.unknown_name,
        words.seen,
        words.between,
        words.local,
        words.pacific,
        words.again_after_change,
        words.again_after,
        words.again_next_pacific_day,
        words.again_probe,
        words.again_at_reset,
        words.again_backoff,
        words.again_once,
        words.nothing_found,
    ]
}

#[test]
fn phrases_have_the_same_gaps_in_every_language() {
    let gaps = |phrase: &'static str| {
        let gaps = phrase
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next());
        gaps.collect::<HashSet<_>>()
    };
    for lang in Lang::ALL {
        for (phrase, english) in phrases(*lang).into_iter().zip(phrases(Lang::En)) {
            assert_eq!(gaps(phrase), gaps(english), "{lang}: {phrase}");
            assert_eq!(phrase == english, *lang == Lang::En, "{phrase}");
        }
    }
}
