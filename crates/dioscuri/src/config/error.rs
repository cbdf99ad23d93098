//! What is wrong with a configuration, and what to do about it.

use std::{io, path::Path};

/// What is wrong with a configuration: one sentence that says where, and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    message: String,
}

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::new(format!("{} cannot be read: {error}", path.display()))
    }

    pub(crate) fn within(self, path: &Path) -> Self {
        Self::new(format!("{}: {}", path.display(), self.message))
    }

    /// Reads what the TOML parser says; for an unknown key the nearest known one is named.
    pub(crate) fn toml(text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        let said = error.message();
        let what = match unknown_key(said) {
            Some((key, known)) => match nearest(key, &known) {
                Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
                None => format!("unknown key `{key}`; known here: {}", known.join(", ")),
            },
            None => said.trim().replace('\n', "; "),
        };
        Self::new(format!("line {line}: {what}"))
    }
}

/// Splits serde's sentence about an unknown field: "unknown field `x`, expected one of `a`, `b`".
fn unknown_key(said: &str) -> Option<(&str, Vec<&str>)> {
    let rest = said.strip_prefix("unknown field `")?;
    let (key, rest) = rest.split_once('`')?;
    // Every other piece between backquotes is a name.
    let known = rest.split('`').skip(1).step_by(2).collect();
    Some((key, known))
}

/// The known name that differs least, if it is near enough to be a slip.
pub(super) fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = |name: &&&str| strsim::damerau_levenshtein(key, name);
    let best = known.iter().min_by_key(near)?;
    // A slip changes a third of a word at most; beyond that a guess would mislead.
    (near(&best) <= key.chars().count().max(3) / 3).then_some(*best)
}
