//! What an answer of the Gemini API has cost.

use super::RateBudgetLayer;
use dioscuri_errors::{ClassifyStream as _, ResponseReader};
use dioscuri_vocab::{Cost, UnixTime};

impl RateBudgetLayer {
    /// The same, where answers settle by the last `usageMetadata` in them.
    #[must_use]
    pub fn with_gemini_usage(self) -> Self {
        self.with_usage(|_, end| last_usage(end))
    }
}

/// The last `usageMetadata` in the end of a body, be it a stream of events, a list or one answer.
fn last_usage(end: &[u8]) -> Option<Cost> {
    const KEY: &[u8] = b"\"usageMetadata\"";
    let at = end.windows(KEY.len()).rposition(|found| found == KEY)?;
    let object = braces(&end[at + KEY.len()..])?;
    let mut event = Vec::with_capacity(object.len() + KEY.len() + 3);
    event.push(b'{');
    event.extend_from_slice(KEY);
    event.push(b':');
    event.extend_from_slice(object);
    event.push(b'}');
    let mut reader = ResponseReader::new();
    // Usage has no time in it.
    reader.on_event(&event, UnixTime(0));
    reader.served().used
}

/// The first object of `text`, from its brace to the one that closes it. Usage has numbers and plain names only.
fn braces(text: &[u8]) -> Option<&[u8]> {
    let from = text.iter().position(|byte| *byte == b'{')?;
    let mut depth = 0_u32;
    for (at, byte) in text.iter().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[from..=at]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(end: &str, tokens: Option<u64>) {
        let found = last_usage(end.as_bytes()).map(|cost| cost.input_tokens);
        assert_eq!(found, tokens);
    }

    #[test]
    fn of_a_stream_the_last_event_counts() {
        let stream = "data: {\"usageMetadata\": {\"promptTokenCount\": 7}}\r\n\r\n\
            data: {\"usageMetadata\": {\"promptTokenCount\": 9, \"candidatesTokenCount\": 3, \
            \"promptTokensDetails\": [{\"modality\": \"TEXT\", \"tokenCount\": 9}]}}\r\n\r\n";
        check(stream, Some(9));
    }

    #[test]
    fn of_an_answer_whose_beginning_is_missing_too() {
        check(
            "dd\"}]}, \"usageMetadata\" : {\"promptTokenCount\": 12}}",
            Some(12),
        );
    }

    #[test]
    fn where_there_is_none_nothing_is_found() {
        check("{\"totalTokens\": 31}", None);
        check("\"usageMetadata\": {\"promptTokenCount\": 1", None);
    }
}
