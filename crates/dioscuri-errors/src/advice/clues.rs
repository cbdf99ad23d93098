//! What advice may ask about a finding.

use crate::{Detail, Evidence, Finding, ServerText};
use dioscuri_vocab::{Class, QuotaTier, Violation, Window};
use std::time::Duration;

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
    ("vertex", Surface::Vertex),
];

/// Words by which a text shows that it is about this API at all.
const NAMES: &[&str] = &[
    "gemini",
    "google",
    "vertex",
    "genai",
    "aistudio",
    "ai studio",
    "ai.dev",
    "generativ",
    "generatecontent",
    "code assist",
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

    pub(crate) fn hint(&self) -> Option<Duration> {
        self.finding.diagnosis.failure.hint()
    }

    pub(crate) fn violations(&self) -> &'a [Violation] {
        &self.finding.diagnosis.failure.violations
    }

    /// Whether it is a quota of a day, and not of a plan's hours to days. The free tier has no windows longer
    /// than a minute but the day.
    pub(crate) fn daily(&self) -> bool {
        let daily = |violation: &Violation| {
            let free = violation.tier == Some(QuotaTier::Free) && !self.is_plan();
            violation.window == Some(Window::Day) || free
        };
        self.violations().iter().any(daily) || self.says_any(&["per day", "per_day", "perday", "daily"])
    }

    /// Whether it is the allowance of a subscription or of a login, as Code Assist has them.
    pub(crate) fn is_plan(&self) -> bool {
        self.surface == Some(Surface::CodeAssist)
            || self.finding.diagnosis.error.reason() == Some("QUOTA_EXHAUSTED")
            || self.says_any(&["your capacity on this model", "individual quota"])
    }

    /// Whether a quota of the caller's is named, of whatever window.
    pub(crate) fn is_own_quota(&self) -> bool {
        self.class() == Class::QuotaUnspecified && !self.violations().is_empty()
    }

    /// Whether it is the limit on the spending of any 10 minutes.
    pub(crate) fn is_spend_rate(&self) -> bool {
        self.class() == Class::Billing && self.says_any(&["spend-based", "last 10 minutes"])
    }

    /// Whether the answer broke off over the conversation that was sent, and not over a slip of the model.
    pub(crate) fn is_history_wrong(&self) -> bool {
        let reason = self.finding.finish_reason.as_deref();
        reason.is_some_and(|reason| ["MISSING_THOUGHT_SIGNATURE", "TOO_MANY_TOOL_CALLS"].contains(&reason))
    }

    /// Whether the caller's own client stopped waiting: a library speaks, and no status of a server is named.
    pub(crate) fn is_clients_timeout(&self) -> bool {
        let by_server = ["504", "408", "gateway", "deadline", "upstream", "server error"];
        self.class() == Class::DeadlineExceeded
            && self.finding.evidence == Evidence::Words
            && self.finding.diagnosis.failure.status.is_none()
            && !self.says_any(&by_server)
    }

    /// Whether there are words, and none of them shows that this API or its provider is meant.
    pub(crate) fn is_of_anybody(&self) -> bool {
        let metrics = self
            .violations()
            .iter()
            .filter_map(|violation| violation.metric.as_deref());
        let mut texts = metrics.chain([self.message.as_str()]);
        let named = self.surface.is_some() || texts.any(|text| NAMES.iter().any(|name| text.contains(name)));
        self.finding.evidence == Evidence::Words && !self.message.is_empty() && !named
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
