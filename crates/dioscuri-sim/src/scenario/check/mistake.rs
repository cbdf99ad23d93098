//! Mistakes that the TOML reader finds, in words for whoever writes the file.
//!
//! serde tells them in one line, with the value that is wrong. A value may be a secret in the wrong place, and so
//! no text is repeated unless it is much like one that is known.

use crate::scenario::ScenarioError;

/// A key, or a value of a closed list, that is none of the known ones.
///
/// serde names the unknown one and then the known ones, each between back quotes; its message is the only place
/// where the known ones are listed.
pub(super) fn unknown_name(message: &str) -> Option<ScenarioError> {
    let (what, rest) = if let Some(rest) = message.strip_prefix("unknown field `") {
        ("key", rest)
    } else {
        ("value", message.strip_prefix("unknown variant `")?)
    };
    // The known ones have no back quotes; what somebody wrote may have.
    let (name, known) = rest
        .rsplit_once("`, expected ")
        .or_else(|| rest.rsplit_once("`, there are "))
        .unwrap_or((rest, ""));
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let shown = ScenarioError::new(format!("unknown {what} `{name}`")).nearest(name, known.iter().copied());
    // A secret may be written in place of a key's `secret`, `kind` or `state`.
    let may_be_secret = what == "value" || known.contains(&"secret");
    if shown.has_nearest() || !may_be_secret {
        return Some(shown);
    }
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    Some(ScenarioError::new(format!(
        "unknown {what}, it must be one of {}",
        known.join(", ")
    )))
}

/// A key that must be there and is not.
pub(super) fn missing(message: &str) -> Option<ScenarioError> {
    let name = message.strip_prefix("missing field ")?;
    Some(ScenarioError::new(format!("missing key {name}")))
}

/// A value of another type than is expected.
pub(super) fn wrong_type(message: &str) -> Option<ScenarioError> {
    let rest = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?;
    // What is expected never says "expected"; what somebody wrote may.
    let (found, expected) = rest.rsplit_once(", expected ")?;
    Some(ScenarioError::new(format!(
        "expected {}, found {}",
        in_words(expected),
        kind_of(found)
    )))
}

/// What serde expects, without the types of Rust.
fn in_words(expected: &str) -> &str {
    match expected {
        "a string" | "string or table" => "a text in quotes",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "u64" | "usize" => "a whole number of at least 0",
        "u16" => "a whole number of 0 to 65535",
        "f64" => "a number",
        words => words,
    }
}

/// What serde found: numbers as they are, of all else only what it is.
fn kind_of(found: &str) -> &str {
    let (kind, value) = found
        .split_once([' ', '`', '"'])
        .map_or((found, ""), |(kind, value)| (kind, value.trim()));
    match kind {
        "integer" | "floating" | "boolean" => value.trim_start_matches("point "),
        "string" | "character" => "a text",
        "sequence" => "a list",
        // The reader makes a table of a date without quotes.
        "map" => "a table or a date",
        _ => "something else",
    }
}
