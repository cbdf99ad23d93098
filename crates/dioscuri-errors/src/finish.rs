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

/// The reason that says nothing.
const UNSPECIFIED: &str = "FINISH_REASON_UNSPECIFIED";

const BLOCKED: Finish = Finish::Failed(Class::BlockedResponse);
const MALFORMED: Finish = Finish::Failed(Class::MalformedOutput);

/// Name, number and meaning. JSON carries the name; older SDKs print the number.
///
/// Vertex counts otherwise from 6 on, but its SDKs print names: numbers are those of the Developer API.
///
/// Source: `FinishReason` of the generativelanguage and aiplatform protos, and of Firebase AI Logic.
const FINISHES: &[(&str, Option<u64>, Finish)] = &[
    ("STOP", Some(1), Finish::Complete),
    ("MAX_TOKENS", Some(2), Finish::Truncated),
    ("SAFETY", Some(3), BLOCKED),
    ("RECITATION", Some(4), Finish::Failed(Class::Recitation)),
    ("OTHER", Some(5), BLOCKED),
    ("LANGUAGE", Some(6), BLOCKED),
    ("BLOCKLIST", Some(7), BLOCKED),
    ("PROHIBITED_CONTENT", Some(8), BLOCKED),
    ("SPII", Some(9), BLOCKED),
    ("MALFORMED_FUNCTION_CALL", Some(10), MALFORMED),
    ("IMAGE_SAFETY", Some(11), BLOCKED),
    ("UNEXPECTED_TOOL_CALL", Some(12), MALFORMED),
    ("TOO_MANY_TOOL_CALLS", Some(13), MALFORMED),
    ("IMAGE_PROHIBITED_CONTENT", Some(14), BLOCKED),
    ("IMAGE_OTHER", Some(15), BLOCKED),
    ("NO_IMAGE", Some(16), Finish::Failed(Class::EmptyResponse)),
    ("IMAGE_RECITATION", Some(17), Finish::Failed(Class::Recitation)),
    ("MODEL_ARMOR", None, BLOCKED),
    ("CONTINUATION", None, Finish::Continues),
    ("MALFORMED_RESPONSE", None, MALFORMED),
    ("MISSING_THOUGHT_SIGNATURE", None, MALFORMED),
];

/// Name and number, as above; Vertex counts otherwise from 5 on, and only it has 6.
///
/// Source: `BlockReason` of the generativelanguage proto, `BlockedReason` of the aiplatform proto.
const BLOCKS: &[(&str, Option<u64>)] = &[
    ("SAFETY", Some(1)),
    ("OTHER", Some(2)),
    ("BLOCKLIST", Some(3)),
    ("PROHIBITED_CONTENT", Some(4)),
    ("IMAGE_SAFETY", Some(5)),
    ("JAILBREAK", Some(6)),
    ("MODEL_ARMOR", None),
];

impl Finish {
    /// What `reason` means; `None` while the candidate goes on. A reason that is not known is a failure of
    /// which nothing else is known.
    pub(crate) fn read(reason: &str) -> Option<Self> {
        if reason.is_empty() || alike(reason, UNSPECIFIED) {
            return None;
        }
        let row = FINISHES.iter().find(|(name, ..)| alike(reason, name));
        Some(row.map_or(Self::Failed(Class::Unknown), |(.., finish)| *finish))
    }
}

/// The finish reason that `word` means, however an SDK writes it: `FinishReason.MAX_TOKENS`, `maxTokens`.
pub(crate) fn finish_named(word: &str) -> Option<&'static str> {
    let names = FINISHES.iter().map(|(name, ..)| *name);
    names.chain([UNSPECIFIED]).find(|name| alike(word, name))
}

/// The finish reason of this number in the proto.
pub(crate) fn finish_numbered(number: u64) -> Option<&'static str> {
    let row = FINISHES.iter().find(|(_, known, _)| *known == Some(number));
    row.map(|(name, ..)| *name)
        .or((number == 0).then_some(UNSPECIFIED))
}

/// The block reason that `word` means, however an SDK writes it.
pub(crate) fn block_named(word: &str) -> Option<&'static str> {
    let row = BLOCKS.iter().find(|(name, _)| alike(word, name));
    row.map(|(name, _)| *name)
}

/// The block reason of this number in the proto.
pub(crate) fn block_numbered(number: u64) -> Option<&'static str> {
    let row = BLOCKS.iter().find(|(_, known)| *known == Some(number));
    row.map(|(name, _)| *name)
}

/// Whether `blockReason` says that the prompt was refused.
pub(crate) fn blocks(reason: &str) -> bool {
    !(matches!(reason, "" | "0")
        || alike(reason, "BLOCK_REASON_UNSPECIFIED")
        || alike(reason, "BLOCKED_REASON_UNSPECIFIED"))
}

/// Whether `word` is `name`, whatever its case and underscores and whatever enum it is said to be of.
fn alike(word: &str, name: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        let kept = text.bytes().filter(|byte| *byte != b'_');
        kept.map(|byte| byte.to_ascii_uppercase())
    }
    let word = word.rsplit(['.', ':']).next().unwrap_or(word);
    word == name || letters(word).eq(letters(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_found_however_they_are_written() {
        for word in [
            "MAX_TOKENS",
            "max_tokens",
            "maxTokens",
            "FinishReason.MAX_TOKENS",
            "MAXTOKENS",
        ] {
            assert_eq!(finish_named(word), Some("MAX_TOKENS"), "{word}");
            assert_eq!(Finish::read(word), Some(Finish::Truncated), "{word}");
        }
        assert_eq!(
            block_named("BlockedReason.PROHIBITED_CONTENT"),
            Some("PROHIBITED_CONTENT")
        );
        assert_eq!(finish_named("TIRED"), None);
        assert_eq!(block_named(""), None);
    }

    #[test]
    fn numbers_are_those_of_the_developer_api() {
        for (number, name) in [
            (0, UNSPECIFIED),
            (2, "MAX_TOKENS"),
            (10, "MALFORMED_FUNCTION_CALL"),
        ] {
            assert_eq!(finish_numbered(number), Some(name));
        }
        assert_eq!(finish_numbered(99), None);
        assert_eq!(block_numbered(4), Some("PROHIBITED_CONTENT"));
        assert_eq!(block_numbered(0), None);
    }

    #[test]
    fn an_unspecified_reason_neither_ends_nor_blocks() {
        assert_eq!(Finish::read("FINISH_REASON_UNSPECIFIED"), None);
        assert_eq!(Finish::read(""), None);
        assert!(!blocks("BLOCKED_REASON_UNSPECIFIED") && !blocks("") && !blocks("0"));
        assert!(blocks("A_REASON_OF_NEXT_YEAR"));
    }
}
