//! What the finish reasons and block reasons of an HTTP 200 mean.

use dioscuri_vocab::Class;

/// How a candidate ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Finish {
    /// It said all it had to say.
    Complete,
    /// It ran into the limit of output tokens.
    Truncated,
    /// It pauses; more is to come on request.
    Continues,
    /// It failed.
    Failed(Class),
}

/// Source: `FinishReason` of the generativelanguage and aiplatform protos, and of Firebase AI Logic.
const REASONS: &[(&str, Finish)] = &[
    ("STOP", Finish::Complete),
    ("MAX_TOKENS", Finish::Truncated),
    ("CONTINUATION", Finish::Continues),
    ("SAFETY", Finish::Failed(Class::BlockedResponse)),
    ("RECITATION", Finish::Failed(Class::Recitation)),
    ("OTHER", Finish::Failed(Class::BlockedResponse)),
    ("LANGUAGE", Finish::Failed(Class::BlockedResponse)),
    ("BLOCKLIST", Finish::Failed(Class::BlockedResponse)),
    ("PROHIBITED_CONTENT", Finish::Failed(Class::BlockedResponse)),
    ("SPII", Finish::Failed(Class::BlockedResponse)),
    ("MODEL_ARMOR", Finish::Failed(Class::BlockedResponse)),
    ("IMAGE_SAFETY", Finish::Failed(Class::BlockedResponse)),
    ("IMAGE_PROHIBITED_CONTENT", Finish::Failed(Class::BlockedResponse)),
    ("IMAGE_OTHER", Finish::Failed(Class::BlockedResponse)),
    ("IMAGE_RECITATION", Finish::Failed(Class::Recitation)),
    ("NO_IMAGE", Finish::Failed(Class::EmptyResponse)),
    ("MALFORMED_FUNCTION_CALL", Finish::Failed(Class::MalformedOutput)),
    ("UNEXPECTED_TOOL_CALL", Finish::Failed(Class::MalformedOutput)),
    ("TOO_MANY_TOOL_CALLS", Finish::Failed(Class::MalformedOutput)),
    ("MALFORMED_RESPONSE", Finish::Failed(Class::MalformedOutput)),
    (
        "MISSING_THOUGHT_SIGNATURE",
        Finish::Failed(Class::MalformedOutput),
    ),
];

impl Finish {
    /// What `reason` means; `None` while the candidate goes on. A reason that is not known is a failure of
    /// which nothing else is known.
    pub(crate) fn read(reason: &str) -> Option<Self> {
        if reason.is_empty() || reason == "FINISH_REASON_UNSPECIFIED" {
            return None;
        }
        let row = REASONS.iter().find(|(name, _)| *name == reason);
        Some(row.map_or(Self::Failed(Class::Unknown), |(_, finish)| *finish))
    }
}

/// Whether `blockReason` says that the prompt was refused.
pub(crate) fn blocks(reason: &str) -> bool {
    !matches!(
        reason,
        "" | "BLOCK_REASON_UNSPECIFIED" | "BLOCKED_REASON_UNSPECIFIED"
    )
}
