//! `dioscuri explain` over the real binary.

use crate::bench::{check, dioscuri};
use serde_json::Value;
use std::process::Command;

fn command(args: &[&str]) -> Command {
    let mut command = dioscuri();
    command.arg("explain").args(args);
    command
}

#[track_caller]
fn explained(args: &[&str], words: &[&str]) -> String {
    let ended = command(args).output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    let text = String::from_utf8(ended.stdout).unwrap();
    for words in words {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
    text
}

#[test]
fn classes_reasons_and_finish_reasons_are_explained() {
    explained(
        &["quota_day"],
        &["quota_day · class", "What dioscuri does", "What happened"],
    );
    explained(
        &["api_key_invalid"],
        &["API_KEY_INVALID · reason · class auth_invalid_key"],
    );
    explained(&["max_tokens"], &["MAX_TOKENS · finish reason"]);
    explained(&["quota_day", "--lang", "de"], &["Was dioscuri tut"]);
    explained(&["quota_day", "--lang", "zh"], &["影响范围"]);
}

#[test]
fn a_name_of_several_things_explains_them_all() {
    explained(&["safety"], &["SAFETY · finish reason", "SAFETY · block reason"]);
}

#[test]
fn a_429_is_told_as_everything_that_it_can_be() {
    let table = explained(
        &["429"],
        &[
            "quota_minute",
            "quota_day",
            "quota_zero",
            "quota_unspecified",
            "capacity",
            "billing",
        ],
    );
    assert!(!table.contains("What happened"), "{table}");
    explained(&["503"], &["unavailable · class", "What happened"]);
}

#[test]
fn an_unknown_name_is_told_with_its_nearest() {
    check(
        command(&["quta_day"]),
        1,
        &["`quta_day`", "Did you mean `quota_day`"],
    );
    check(command(&["teapot"]), 1, &["`teapot`"]);
    check(command(&[]), 1, &["<NAME>"]);
}

#[test]
fn the_list_is_a_table_a_page_or_an_object() {
    explained(
        &["--list"],
        &["Classes", "  quota_minute", "  API_KEY_INVALID", "  MAX_TOKENS"],
    );
    let page = explained(&["--list", "--format", "markdown"], &["\n### quota_minute\n"]);
    assert!(page.starts_with("# Errors\n"));
    let object: Value = serde_json::from_str(&explained(&["--list", "--format", "json"], &[])).unwrap();
    let entries = object["entries"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["dioscuri"].is_string()));
    assert!(
        entries
            .iter()
            .any(|entry| entry["name"] == "MAX_TOKENS" && entry["kind"] == "finish_reason")
    );
}

#[test]
fn the_page_is_the_same_each_time() {
    let page = || explained(&["--list", "--format", "markdown"], &[]);
    assert_eq!(page(), page());
}
