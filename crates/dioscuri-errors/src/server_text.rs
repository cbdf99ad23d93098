//! Text that a server wrote, and that may quote a prompt or a key.

mod mask;

use std::{fmt, sync::Arc};

/// The length of a sentence, in characters.
const MAX_SENTENCE: usize = 200;

/// How much of a sentence is looked at, in characters: what is masked may be longer than its mask.
const MAX_LOOKED_AT: usize = 2_000;

/// Text that a server wrote.
///
/// It may quote the request, so `Debug` shows its length only; ask for the text with
/// [`as_str`](Self::as_str).
///
/// ```
/// use dioscuri_errors::ServerText;
///
/// let text = ServerText::from("Invalid value at 'contents[0]': \"my secret prompt\"");
/// assert_eq!(format!("{text:?}"), "ServerText(50 bytes)");
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ServerText(Arc<str>);

impl ServerText {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole text with keys, tokens and passwords masked. It may still quote the request: for whoever wrote it,
    /// not for a log.
    ///
    /// ```
    /// use dioscuri_errors::ServerText;
    ///
    /// let text = ServerText::from("GET /v1beta/models?key=my-secret failed");
    /// assert_eq!(text.masked(), "GET /v1beta/models?key=[key] failed");
    /// ```
    #[must_use]
    pub fn masked(&self) -> String {
        mask::secrets(&self.0)
    }

    /// The whole text, fit for a log: [`masked`](Self::masked), and without what stands in double quotes, which is
    /// where Google's servers quote values of the request.
    ///
    /// ```
    /// use dioscuri_errors::ServerText;
    ///
    /// let text = ServerText::from("Invalid value at 'top_k' (TYPE_INT32), \"my secret\"");
    /// assert_eq!(text.redacted(), "Invalid value at 'top_k' (TYPE_INT32), \"…\"");
    /// ```
    #[must_use]
    pub fn redacted(&self) -> String {
        mask::secrets(&mask::quotes(&self.0))
    }

    /// The first sentence, at most 200 characters of it, [`redacted`](Self::redacted).
    #[must_use]
    pub fn first_sentence(&self) -> String {
        let line = self.0.trim().lines().next().unwrap_or_default();
        let end = line.find(". ").unwrap_or(line.len());
        let sentence = line[..end].trim_end_matches('.');
        // Cut when it is masked: of a key that is cut before, nobody can tell what it was.
        let reach: String = sentence.chars().take(MAX_LOOKED_AT).collect();
        let told = mask::secrets(&mask::quotes(&reach));
        told.chars().take(MAX_SENTENCE).collect()
    }
}

impl fmt::Debug for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerText({} bytes)", self.0.len())
    }
}

impl From<&str> for ServerText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for ServerText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Arc<str>> for ServerText {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_is_kept_but_for_keys() {
        let key = format!("AQ.{}", "S0".repeat(18));
        let text = ServerText::from(format!("Key {key} is \"gone\". Ask again.\nLater."));
        assert_eq!(text.masked(), "Key [key] is \"gone\". Ask again.\nLater.");
    }

    #[test]
    fn a_key_in_a_sentence_is_masked() {
        // Put together here, so that nobody has to wonder whether a key was committed.
        let key = format!("AIza{}", "S0".repeat(18));
        let text = ServerText::from(format!("Consumer 'api_key:{key}' has been suspended. More."));
        assert_eq!(
            text.first_sentence(),
            "Consumer 'api_key:[key]' has been suspended"
        );
    }

    #[test]
    fn a_key_is_masked_wherever_in_a_word_it_begins() {
        for before in ["", "n", "key_", "t"] {
            let text = ServerText::from(format!("{before}AIza{}", "S0".repeat(18)));
            assert_eq!(text.masked(), format!("{before}[key]"));
        }
    }

    #[test]
    fn quoted_values_of_the_request_are_left_out() {
        for (text, sentence) in [
            (
                r#"Invalid value at 'f', "my secret", for it. More."#,
                r#"Invalid value at 'f', "…", for it"#,
            ),
            (
                r#"Invalid value at 'f', "My. Secret""#,
                r#"Invalid value at 'f', "…""#,
            ),
        ] {
            assert_eq!(ServerText::from(text).first_sentence(), sentence);
        }
    }

    #[test]
    fn the_name_of_a_quota_is_no_key() {
        let name = "GenerateContentInputTokensPerModelPerMinute-FreeTier";
        assert_eq!(ServerText::from(name).first_sentence(), name);
    }

    #[test]
    fn a_key_at_the_end_of_a_sentence_is_not_cut_to_what_nobody_knows() {
        for before in 150..200 {
            let text = ServerText::from(format!(
                "{} {}",
                "x".repeat(before).replace("xx", "x "),
                "S0".repeat(30)
            ));
            assert!(!text.first_sentence().contains("S0"), "{}", text.first_sentence());
        }
    }

    #[test]
    fn a_sentence_is_short() {
        let long = ServerText::from("x y ".repeat(500));
        assert_eq!(long.first_sentence().chars().count(), 200);
        assert_eq!(ServerText::default().first_sentence(), "");
    }
}
