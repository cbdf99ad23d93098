//! A body of generateContent: what of it the world looks at, and what it refuses.

use dioscuri_vocab::SplitMix64;
use serde_json::{Map, Value, error::Category};

use super::{
    refusal::{
        Refusal,
        malformed::{bad_payload, no_contents, no_parts},
    },
    tokens,
};
use crate::scenario::Surface;

/// What the world looks at.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Request {
    /// What the prompt costs, and of which modality: the text first.
    pub(crate) prompt_tokens: Vec<(&'static str, u64)>,
    pub(crate) format: Format,
    pub(crate) max_output_tokens: Option<u64>,
}

/// What the answer must look like.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Format {
    Text,
    /// JSON; of a schema, if one is given.
    Json(Option<Value>),
    /// One of the values of a schema, as bare text.
    Enum(Value),
}

impl Request {
    /// Reads `body`; `rng` draws how far its tokens are off the formula.
    pub(crate) fn parse(surface: Surface, body: &[u8], rng: &mut SplitMix64) -> Result<Self, Refusal> {
        let fields = fields(body)?;
        let strangers: Vec<_> = fields
            .keys()
            .filter(|name| !is_known(surface, name))
            .map(|name| (None, format!("Unknown name \"{name}\": Cannot find field.")))
            .collect();
        if !strangers.is_empty() {
            return Err(bad_payload(strangers));
        }
        let contents = contents(surface, &fields)?;
        let config = field(&fields, "generationConfig").and_then(Value::as_object);
        Ok(Self {
            prompt_tokens: prompt_tokens(&fields, contents, rng),
            format: config.map_or(Format::Text, format),
            max_output_tokens: config
                .and_then(|config| field(config, "maxOutputTokens"))
                .and_then(Value::as_u64),
        })
    }

    /// The tokens of the prompt, all modalities together.
    pub(crate) fn tokens(&self) -> u64 {
        self.prompt_tokens.iter().map(|(_, tokens)| tokens).sum()
    }
}

/// The fields of the body. An empty body is an empty message.
fn fields(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(bad_payload(vec![(
            None,
            "Unknown name \"\": Root element must be a message.".to_owned(),
        )])),
        Err(error) => {
            let problem = match error.classify() {
                Category::Eof => "Unexpected end of string.",
                _ => "Unexpected token.",
            };
            Err(bad_payload(vec![(None, problem.to_owned())]))
        }
    }
}

/// The field `camel`, which proto3 JSON also accepts in `snake_case`. A null is an absent field.
fn field<'a>(fields: &'a Map<String, Value>, camel: &str) -> Option<&'a Value> {
    fields
        .get(camel)
        .or_else(|| {
            fields
                .iter()
                .find(|(name, _)| to_camel(name) == camel)
                .map(|(_, value)| value)
        })
        .filter(|value| !value.is_null())
}

fn to_camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut after_underscore = false;
    for c in name.chars() {
        if c == '_' && !camel.is_empty() {
            after_underscore = true;
        } else if std::mem::take(&mut after_underscore) {
            camel.extend(c.to_uppercase());
        } else {
            camel.push(c);
        }
    }
    camel
}

/// Whether the surface's message has a field of that name, in either spelling.
fn is_known(surface: Surface, name: &str) -> bool {
    match to_camel(name).as_str() {
        "cachedContent" | "contents" | "continuationToken" | "generationConfig" | "model"
        | "safetySettings" | "systemInstruction" | "toolConfig" | "tools" => true,
        "serviceTier" => surface == Surface::Developer,
        "labels" | "modelArmorConfig" => surface == Surface::Vertex,
        _ => false,
    }
}

fn contents(surface: Surface, fields: &Map<String, Value>) -> Result<&[Value], Refusal> {
    let contents = match field(fields, "contents") {
        None => return Err(no_contents(surface)),
        Some(Value::Array(contents)) => contents.as_slice(),
        // Google's JSON reader takes a lone message for a list of one.
        Some(lone @ Value::Object(_)) => std::slice::from_ref(lone),
        Some(_) => return Err(wrong_value("contents")),
    };
    if contents.is_empty() {
        return Err(no_contents(surface));
    }
    for (index, content) in contents.iter().enumerate() {
        let content = content.as_object().ok_or_else(|| wrong_value("contents"))?;
        if parts(content).is_empty() {
            return Err(no_parts(surface, index));
        }
    }
    Ok(contents)
}

/// The words are a guess: Google's quote the value.
fn wrong_value(name: &'static str) -> Refusal {
    bad_payload(vec![(Some(name), format!("Invalid value at '{name}'."))])
}

fn parts(content: &Map<String, Value>) -> &[Value] {
    match field(content, "parts") {
        Some(Value::Array(parts)) => parts,
        Some(lone @ Value::Object(_)) => std::slice::from_ref(lone),
        _ => &[],
    }
}

fn prompt_tokens(
    fields: &Map<String, Value>,
    contents: &[Value],
    rng: &mut SplitMix64,
) -> Vec<(&'static str, u64)> {
    let mut text = 0;
    let mut media: Vec<(&'static str, u64)> = Vec::new();
    let instruction = field(fields, "systemInstruction");
    for content in contents.iter().chain(instruction).filter_map(Value::as_object) {
        text += tokens::PER_CONTENT;
        for part in parts(content).iter().filter_map(Value::as_object) {
            match modality(part) {
                Some(modality) => match media.iter_mut().find(|(name, _)| *name == modality) {
                    Some((_, sum)) => *sum += tokens::PER_MEDIUM,
                    None => media.push((modality, tokens::PER_MEDIUM)),
                },
                None => text += part.values().map(tokens_of_value).sum::<u64>(),
            }
        }
    }
    text += field(fields, "tools").map_or(0, tokens_of_value);
    let mut all = vec![("TEXT", tokens::deviated(text, rng))];
    all.append(&mut media);
    all
}

/// Declarations, calls and their results count as the text that they are.
fn tokens_of_value(value: &Value) -> u64 {
    match value {
        Value::String(text) => tokens::of_text(text),
        other => tokens::of_text(&other.to_string()),
    }
}

/// The modality of a part that is a medium, by its MIME type.
fn modality(part: &Map<String, Value>) -> Option<&'static str> {
    let medium = field(part, "inlineData").or_else(|| field(part, "fileData"))?;
    let mime = medium
        .as_object()
        .and_then(|medium| field(medium, "mimeType"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(match mime.split('/').next() {
        Some("audio") => "AUDIO",
        Some("video") => "VIDEO",
        Some("application" | "text") => "DOCUMENT",
        _ => "IMAGE",
    })
}

fn format(config: &Map<String, Value>) -> Format {
    let schema = || {
        field(config, "responseSchema")
            .or_else(|| field(config, "responseJsonSchema"))
            .cloned()
    };
    match field(config, "responseMimeType").and_then(Value::as_str) {
        Some("application/json") => Format::Json(schema()),
        Some("text/x.enum") => schema().map_or(Format::Text, Format::Enum),
        _ => Format::Text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(body: &Value) -> Request {
        Request::parse(
            Surface::Developer,
            body.to_string().as_bytes(),
            &mut SplitMix64::new(1),
        )
        .unwrap()
    }

    #[test]
    fn both_spellings_of_a_field_are_read() {
        let camel = parse(&json!({
            "contents": [{"parts": [{"text": "hi"}]}],
            "generationConfig": {"maxOutputTokens": 7, "responseMimeType": "application/json"},
        }));
        let snake = parse(&json!({
            "contents": {"parts": {"text": "hi"}},
            "generation_config": {"max_output_tokens": 7, "response_mime_type": "application/json"},
        }));
        assert_eq!(camel, snake);
        assert_eq!(camel.max_output_tokens, Some(7));
        assert_eq!(camel.format, Format::Json(None));
    }

    #[test]
    fn everything_of_the_prompt_is_counted() {
        let text = "x".repeat(4000);
        let request = parse(&json!({
            "systemInstruction": {"parts": [{"text": text}]},
            "contents": [{"role": "user", "parts": [
                {"text": text},
                {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
                {"fileData": {"mimeType": "audio/mp3", "fileUri": "files/a"}},
                {"functionResponse": {"name": "f", "response": {"a": 1}}},
            ]}],
        }));
        let names: Vec<_> = request.prompt_tokens.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["TEXT", "IMAGE", "AUDIO"]);
        assert!((1840..=2190).contains(&request.prompt_tokens[0].1), "{request:?}");
        assert_eq!(request.tokens(), request.prompt_tokens[0].1 + 2 * 258);
    }

    #[test]
    fn equal_draws_give_equal_counts() {
        let body = json!({"contents": [{"parts": [{"text": "hi there".repeat(100)}]}]});
        assert_eq!(parse(&body), parse(&body));
    }
}
