//! The answers of a run, read back from the file and held against the prompts.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Every key of the input.
pub(super) fn keys(prompts: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut keys = BTreeSet::new();
    for (number, line) in prompts.lines().enumerate() {
        let key = object(line).and_then(|line| text(&line, "key"));
        let key = key.with_context(|| format!("line {} of the prompts", number + 1))?;
        ensure!(keys.insert(key.clone()), "the prompts use the key {key} twice");
    }
    Ok(keys)
}

/// The keys with an answer, in a file that a killed run left: its last line may be torn.
pub(super) fn answered(answers: &str) -> BTreeSet<String> {
    let lines = answers.lines().filter_map(|line| object(line).ok());
    lines
        .filter(|line| line.contains_key("response"))
        .filter_map(|line| text(&line, "key").ok())
        .collect()
}

/// Fails unless every key has exactly one answer, and every line all its parts.
pub(super) fn complete(answers: &str, keys: &BTreeSet<String>) -> anyhow::Result<()> {
    let mut count = BTreeMap::<String, u64>::new();
    for (number, line) in answers.lines().enumerate() {
        let key = answer(line).with_context(|| format!("line {} of the answers", number + 1))?;
        *count.entry(key).or_default() += 1;
    }
    for key in keys {
        match count.remove(key) {
            Some(1) => {}
            Some(times) => bail!("{key} is answered {times} times"),
            None => bail!("{key} is not answered"),
        }
    }
    if let Some(stranger) = count.keys().next() {
        bail!("{stranger} was never asked");
    }
    Ok(())
}

/// The key of a line that holds an answer and its receipt.
fn answer(line: &str) -> anyhow::Result<String> {
    let line = object(line)?;
    let key = text(&line, "key")?;
    let print = text(&line, "request_sha256")?;
    ensure!(
        print.len() == 64 && print.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{key}: `request_sha256` is no SHA-256"
    );
    let response = line.get("response").and_then(Value::as_object);
    let candidates = response
        .and_then(|response| response.get("candidates"))
        .and_then(Value::as_array);
    ensure!(
        candidates.is_some_and(|all| !all.is_empty()),
        "{key}: the response has no candidate"
    );
    let receipt = line
        .get("receipt")
        .and_then(Value::as_object)
        .with_context(|| format!("{key}: no receipt"))?;
    for part in ["model", "endpoint", "rule"] {
        text(receipt, part).with_context(|| format!("the receipt of {key}"))?;
    }
    ensure!(
        receipt.get("attempts").and_then(Value::as_u64) >= Some(1),
        "{key}: answered without an attempt"
    );
    ensure!(
        receipt.get("waited_s").and_then(Value::as_f64) >= Some(0.0),
        "{key}: `waited_s` is no time"
    );
    Ok(key)
}

fn object(line: &str) -> anyhow::Result<Map<String, Value>> {
    serde_json::from_str(line).context("not a JSON object")
}

fn text(object: &Map<String, Value>, name: &str) -> anyhow::Result<String> {
    let text = object
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    text.map(str::to_owned).with_context(|| format!("no `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(key: &str) -> String {
        format!(
            r#"{{"key":"{key}","request_sha256":"{}","response":{{"candidates":[{{}}]}},"receipt":{{"model":"m","endpoint":"e","attempts":1,"waited_s":0.0,"rule":"r"}}}}"#,
            "0".repeat(64)
        )
    }

    #[track_caller]
    fn check(lines: &[String], expected: Option<&str>) {
        let result = complete(&lines.join("\n"), &["a", "b"].map(str::to_owned).into());
        match expected {
            None => result.unwrap(),
            Some(part) => {
                let error = format!("{:#}", result.unwrap_err());
                assert!(error.contains(part), "{error}");
            }
        }
    }

    #[test]
    fn every_key_is_answered_once_in_any_order() {
        check(&[line("b"), line("a")], None);
    }

    #[test]
    fn a_key_left_out_repeated_or_made_up_is_found() {
        check(&[line("a")], Some("b is not answered"));
        check(&[line("a"), line("b"), line("a")], Some("a is answered 2 times"));
        check(&[line("a"), line("b"), line("c")], Some("c was never asked"));
    }

    #[test]
    fn a_line_without_one_of_its_parts_is_found() {
        for part in [
            "request_sha256",
            "response",
            "candidates",
            "receipt",
            "endpoint",
            "attempts",
            "waited_s",
        ] {
            check(&[line("a").replace(part, "x"), line("b")], Some("line 1"));
        }
        check(
            &[line("a"), line("b")[..40].to_owned()],
            Some("line 2 of the answers: not a JSON object"),
        );
    }

    #[test]
    fn a_torn_line_is_no_answer() {
        let torn = format!("{}\n{}", line("a"), &line("b")[..40]);
        assert_eq!(answered(&torn), ["a".to_owned()].into());
    }

    #[test]
    fn the_same_key_twice_in_the_prompts_is_an_error() {
        keys("{\"key\":\"a\"}\n{\"key\":\"a\"}").unwrap_err();
    }
}
