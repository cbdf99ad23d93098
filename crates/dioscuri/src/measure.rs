//! Measures a request: what in it costs tokens, without keeping any of it.

mod picture;

use dioscuri_budget::{Measure, Resolution};
use serde_json::{Map, Value};

/// Bytes of base64 audio or video a second, where nothing tells the length: 128 kbit/s audio as base64.
const MEDIA_BYTES_A_SECOND: usize = 21_000;

/// Bytes of base64 a page of PDF has at least: 30 kB is a page of text with its fonts.
const PDF_BYTES_A_PAGE: usize = 40_000;

/// Squares of 768 pixels that an image of unknown size stands for: one of 1,536 pixels a side has four.
const USUAL_TILES: u64 = 4;

/// Why bytes are not a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NotARequest {
    Json { line: usize, column: usize },
    Object,
    Contents,
}

/// Measures the JSON of a `GenerateContentRequest`; both spellings of field names are known.
pub(crate) fn measure(json: &[u8]) -> Result<Measure, NotARequest> {
    let value: Value = serde_json::from_slice(json).map_err(|error| NotARequest::Json {
        line: error.line(),
        column: error.column(),
    })?;
    let request = value.as_object().ok_or(NotARequest::Object)?;
    let turns = request
        .get("contents")
        .and_then(Value::as_array)
        .filter(|turns| !turns.is_empty());
    let turns = turns.ok_or(NotARequest::Contents)?;
    let mut found = Measure::default();
    let system = field(request, "systemInstruction", "system_instruction");
    for turn in turns.iter().chain(system) {
        found.turns += 1;
        let parts = turn
            .get("parts")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        parts
            .iter()
            .filter_map(Value::as_object)
            .for_each(|part| measure_part(part, &mut found));
    }
    let settings = field(request, "generationConfig", "generation_config").and_then(Value::as_object);
    let wish = settings.and_then(|settings| field(settings, "mediaResolution", "media_resolution"));
    found.resolution = wish
        .and_then(Value::as_str)
        .map_or_else(Resolution::default, resolution);
    let schema = settings.and_then(|settings| field(settings, "responseSchema", "response_schema"));
    for declared in request.get("tools").into_iter().chain(schema) {
        found.tool_chars += declared.to_string().len() as u64;
    }
    Ok(found)
}

fn measure_part(part: &Map<String, Value>, found: &mut Measure) {
    if let Some(text) = part.get("text").and_then(Value::as_str) {
        found.text(text);
    } else if let Some(blob) = field(part, "inlineData", "inline_data").and_then(Value::as_object) {
        let kind = field(blob, "mimeType", "mime_type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let data = blob.get("data").and_then(Value::as_str).unwrap_or_default();
        let bytes = data.len();
        match kind.split('/').next() {
            Some("audio") => found.audio_seconds += at_least_one(bytes / MEDIA_BYTES_A_SECOND),
            Some("video") => found.video_seconds += at_least_one(bytes / MEDIA_BYTES_A_SECOND),
            Some("application") if kind.ends_with("pdf") => {
                found.pdf_pages += at_least_one(bytes / PDF_BYTES_A_PAGE);
            }
            _ => match picture::size(data) {
                Some((width, height)) => found.image(width, height),
                None => unknown_image(found),
            },
        }
    } else if field(part, "fileData", "file_data").is_some() {
        // A file's length is not in the request: an image stands for it, and the answer corrects the estimate.
        unknown_image(found);
    } else {
        // Function calls, their results, code: JSON that is read as text.
        found.tool_chars += part
            .values()
            .map(|value| value.to_string().len() as u64)
            .sum::<u64>();
    }
}

fn unknown_image(found: &mut Measure) {
    found.images += 1;
    found.tiles += USUAL_TILES;
}

fn resolution(word: &str) -> Resolution {
    match word {
        "MEDIA_RESOLUTION_LOW" => Resolution::Low,
        "MEDIA_RESOLUTION_MEDIUM" => Resolution::Medium,
        "MEDIA_RESOLUTION_HIGH" => Resolution::High,
        "MEDIA_RESOLUTION_ULTRA_HIGH" => Resolution::UltraHigh,
        _ => Resolution::Unspecified,
    }
}

fn at_least_one(count: usize) -> u64 {
    (count as u64).max(1)
}

/// The API takes both spellings of every field.
fn field<'a>(object: &'a Map<String, Value>, camel: &str, snake: &str) -> Option<&'a Value> {
    object.get(camel).or_else(|| object.get(snake))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_costs_is_counted() {
        let found = measure(
            br#"{"systemInstruction": {"parts": [{"text": "Be brief."}]},
                 "contents": [{"role": "user", "parts": [{"text": "abc"},
                    {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}],
                 "generationConfig": {"mediaResolution": "MEDIA_RESOLUTION_LOW",
                    "response_schema": {"type": "STRING"}}}"#,
        )
        .unwrap();
        assert_eq!((found.turns, found.latin, found.images), (2, 12, 1));
        assert_eq!((found.tiles, found.resolution), (USUAL_TILES, Resolution::Low));
        assert_eq!(found.tool_chars, r#"{"type":"STRING"}"#.len() as u64);
    }

    #[test]
    fn what_is_no_request_is_told_apart() {
        assert_eq!(measure(b"[]"), Err(NotARequest::Object));
        assert_eq!(measure(br#"{"contents": []}"#), Err(NotARequest::Contents));
        assert!(matches!(
            measure(b"{\n  oops"),
            Err(NotARequest::Json { line: 2, .. })
        ));
    }
}
