//! What advice may ask about a finding.

use crate::{Detail, Finding, ServerText};
use dioscuri_vocab::{Class, Violation, Window};

/// A finding, made ready for the questions of advice.
pub(crate) struct Clues<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) surface: Option<Surface>,
    /// The message in lower case.
    message: String,
}

/// Which of Google's services answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Surface {
    /// The Gemini Developer API, `generativelanguage.googleapis.com`.
    Developer,
    /// Vertex AI, `aiplatform.googleapis.com`.
    Vertex,
    /// Gemini Code Assist, `cloudcode-pa.googleapis.com`.
    CodeAssist,
}

impl Surface {
    /// How the catalogue labels steps that are for the other of the two services that it tells apart.
    pub(crate) const fn label_of_another(self) -> Option<&'static str> {
        match self {
            Self::Developer => Some("Vertex"),
            Self::Vertex => Some("Developer API"),
            Self::CodeAssist => None,
        }
    }
}

/// Words that only one of the services writes. Names of services go before wording.
const MARKS: &[(&str, Surface)] = &[
    ("cloudcode-pa.googleapis.com", Surface::CodeAssist),
    ("cloudaicompanion.googleapis.com", Surface::CodeAssist),
    ("generativelanguage.googleapis.com", Surface::Developer),
    ("aiplatform.googleapis.com", Surface::Vertex),
    ("publishers/google/models", Surface::Vertex),
    ("ai.google.dev", Surface::Developer),
    ("unable to submit request because", Surface::Vertex),
    ("is not found for api version", Surface::Developer),
    ("provisioned throughput", Surface::Vertex),
];

impl<'a> Clues<'a> {
    pub(crate) fn new(finding: &'a Finding) -> Self {
        let message = finding.diagnosis.error.message().to_ascii_lowercase();
        Self {
            surface: surface(finding, &message),
            finding,
            message,
        }
    }

    pub(crate) fn class(&self) -> Class {
        self.finding.diagnosis.failure.class
    }

    pub(crate) fn says(&self, words: &str) -> bool {
        self.message.contains(words)
    }

    pub(crate) fn says_any(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.says(words))
    }

    pub(crate) fn says_all(&self, words: &[&str]) -> bool {
        words.iter().all(|words| self.says(words))
    }

    pub(crate) fn violations(&self) -> &'a [Violation] {
        &self.finding.diagnosis.failure.violations
    }

    /// Whether it is a quota of a day, and not of a plan's hours to days.
    pub(crate) fn daily(&self) -> bool {
        let daily = |violation: &Violation| violation.window == Some(Window::Day);
        self.violations().iter().any(daily) || self.says_any(&["per day", "per_day", "perday", "daily"])
    }

    /// Whether the server speaks of a resource of this kind, in its message or in `ResourceInfo`.
    pub(crate) fn names_a(&self, kind: &str) -> bool {
        let details = self.finding.diagnosis.error.details();
        self.says(kind)
            || details.iter().any(|detail| {
                matches!(detail, Detail::ResourceInfo(info) if info.kind.to_ascii_lowercase().contains(kind))
            })
    }

    /// A fact of `ErrorInfo.metadata`, masked.
    pub(crate) fn metadata(&self, key: &str) -> Option<String> {
        let metadata = &self.finding.diagnosis.error.error_info()?.metadata;
        let value = metadata.get(key).map(ServerText::first_sentence)?;
        Some(value).filter(|value| !value.is_empty())
    }
}

fn surface(finding: &Finding, message: &str) -> Option<Surface> {
    let error = &finding.diagnosis.error;
    let mut texts = Vec::new();
    for violation in &finding.diagnosis.failure.violations {
        texts.extend(violation.metric.as_deref());
    }
    if let Some(info) = error.error_info() {
        texts.push(&info.domain);
        texts.extend(info.metadata.get("service").map(ServerText::as_str));
    }
    texts.push(message);
    let marked = |text: &str| {
        let mark = MARKS.iter().find(|(mark, _)| text.contains(mark));
        mark.map(|(_, surface)| *surface)
    };
    texts.into_iter().find_map(marked)
}
