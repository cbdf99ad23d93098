//! What the rules of the taxonomy may ask about an error.

use crate::{ApiError, Code, Form};
use dioscuri_vocab::{Hint, Violation, Window};
use std::cell::OnceCell;

/// One error, made ready for the rules.
pub(crate) struct Facts<'a> {
    pub(crate) error: &'a ApiError,
    pub(crate) violations: &'a [Violation],
    pub(crate) hint: Option<Hint>,
    /// The message in lower case, once a rule asks for it: structure decides most errors.
    message: OnceCell<String>,
    /// Whether line breaks may stand within words: a terminal has put them there.
    is_broken: bool,
    /// The message without blanks.
    squeezed: OnceCell<String>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(error: &'a ApiError, violations: &'a [Violation], hint: Option<Hint>) -> Self {
        Self {
            error,
            violations,
            hint,
            message: OnceCell::new(),
            is_broken: matches!(error.form(), Form::Salvaged | Form::Text) && error.message().contains('\n'),
            squeezed: OnceCell::new(),
        }
    }

    /// With a blank for every line break: sentences go over lines.
    fn message(&self) -> &str {
        let lower = || self.error.message().to_ascii_lowercase().replace('\n', " ");
        self.message.get_or_init(lower)
    }

    pub(crate) fn is(&self, code: Code) -> bool {
        self.error.code() == Some(code)
    }

    /// The body names `code`, or it follows from the status; other codes of the same status count too.
    pub(crate) fn status(&self, status: u16) -> bool {
        self.error.status() == Some(status) || self.error.code().is_some_and(|code| code.http() == status)
    }

    /// It may be `status` for all we know: it is, or no status is known.
    pub(crate) fn may_be(&self, status: u16) -> bool {
        self.status(status) || self.error.status().is_none()
    }

    pub(crate) fn reason(&self, reasons: &[&str]) -> bool {
        self.error
            .reason()
            .is_some_and(|reason| reasons.contains(&reason))
    }

    pub(crate) fn says(&self, words: &str) -> bool {
        self.message().contains(words) || self.says_brokenly(words)
    }

    /// Whether a text that may be broken within words says `words`.
    fn says_brokenly(&self, words: &str) -> bool {
        // Two words in one are a name, such as that of an exception.
        let sentence = || words.matches(' ').count() > 1;
        let squeezed = || self.squeezed.get_or_init(|| squeeze(self.message()));
        self.is_broken && sentence() && squeezed().contains(&squeeze(words))
    }

    pub(crate) fn says_any(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.says(words))
    }

    pub(crate) fn says_all(&self, words: &[&str]) -> bool {
        words.iter().all(|words| self.says(words))
    }

    pub(crate) fn begins(&self, words: &str) -> bool {
        self.message().starts_with(words)
    }

    pub(crate) fn is_html(&self) -> bool {
        self.error.form() == Form::Html
    }

    /// Neither words nor details.
    pub(crate) fn is_bare(&self) -> bool {
        self.error.message().is_empty() && self.error.details().is_empty()
    }

    pub(crate) fn window(&self, window: Window) -> bool {
        self.violations
            .iter()
            .any(|violation| violation.window == Some(window))
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}
