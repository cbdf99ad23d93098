//! Why a scenario cannot be built.

use std::{fmt, ops::Range};

/// Why a text is no scenario: what is wrong, at which line, and the nearest name that is known.
///
/// There is one thing to do: mend the line that it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScenarioError {
    message: String,
    line: Option<usize>,
    nearest: Option<String>,
}

impl ScenarioError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: None,
            nearest: None,
        }
    }

    /// The same error, found at byte `span` of `text`.
    pub(super) fn at(mut self, text: &str, span: &Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        self.line = Some(before.matches('\n').count() + 1);
        self
    }

    /// The same error, with the one of `known` that is most like `name`, if one is like it at all.
    pub(super) fn nearest<'a>(mut self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        // Two letters in five may be wrong: a slip in a name of three letters is found, and strangers are
        // not suggested for each other.
        self.nearest = known
            .into_iter()
            .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
            .filter(|(distance, candidate)| {
                let longest = name.chars().count().max(candidate.chars().count());
                distance * 10 <= longest * 4
            })
            .min()
            .map(|(_, candidate)| candidate.to_owned());
        self
    }

    pub(super) const fn has_nearest(&self) -> bool {
        self.nearest.is_some()
    }

    /// The line of the file, counted from 1, where the error has one.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(line) = self.line {
            write!(f, " at line {line}")?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        Ok(())
    }
}

impl std::error::Error for ScenarioError {}
