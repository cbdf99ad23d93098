//! Text that a server wrote, and that may quote a prompt or a key.

use std::{fmt, sync::Arc};

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

    /// The whole text with API keys masked. It may still quote the request: for whoever wrote it, not for a log.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_keys(&self.0)
    }

    /// The first sentence, at most 200 characters of it, fit for a log: what stands in double quotes, which is
    /// where Google's servers quote values of the request, is left out, and API keys are masked.
    #[must_use]
    pub fn first_sentence(&self) -> String {
        let line = self.0.trim().lines().next().unwrap_or_default();
        let end = line.find(". ").unwrap_or(line.len());
        let sentence = line[..end].trim_end_matches('.');
        let short: String = sentence.chars().take(200).collect();
        mask_keys(&mask_quotes(&short))
    }
}

/// Replaces what stands in double quotes, also where the closing quote was cut off.
fn mask_quotes(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for (nth, piece) in text.split('"').enumerate() {
        let quoted = nth % 2 == 1;
        masked.push_str(if quoted { "\"…\"" } else { piece });
    }
    masked
}

/// Masks what looks like an API key: `AIza…`, `AQ.…`, and any long word of letters and digits.
fn mask_keys(text: &str) -> String {
    let is_key_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_key_char) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_key_char(c)).unwrap_or(from.len()));
        masked.push_str(before);
        match key_in(word) {
            Some(at) => {
                masked.push_str(&word[..at]);
                masked.push_str("[key]");
            }
            None => masked.push_str(word),
        }
        rest = after;
    }
    masked + rest
}

/// Where in `word` a key begins.
fn key_in(word: &str) -> Option<usize> {
    // Keys have 39 characters or more; one with a known beginning is masked even if it was cut, or if an
    // escaped line break has left its letter before it. Names of quotas are as long, but hold no digit.
    let known = word
        .find("AIza")
        .or_else(|| word.find("AQ.").filter(|at| *at < 2));
    let long = word.len() >= 39 && word.bytes().any(|byte| byte.is_ascii_digit());
    known
        .filter(|at| word.len() - at >= 8)
        .or((long && !word.contains('.')).then_some(0))
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
    fn a_sentence_is_short() {
        let long = ServerText::from("x y ".repeat(500));
        assert_eq!(long.first_sentence().chars().count(), 200);
        assert_eq!(ServerText::default().first_sentence(), "");
    }
}
