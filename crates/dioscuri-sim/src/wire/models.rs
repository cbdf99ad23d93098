//! The list of models, and one of them (§1.1, §1.5).

use serde::Serialize;

use super::{
    base64, layout,
    refusal::{self, Refusal},
};
use crate::scenario::{Model, ModelKind, ModelState, Surface};

/// How many models a page has unless more or fewer are asked for; known of the Developer API.
const USUAL_PAGE: usize = 50;

/// The most that a page has; known of the Developer API.
const LONGEST_PAGE: usize = 1000;

/// One page of the models that `models` are.
///
/// Retired ones are not listed. An alias is listed as a model of its own on the Developer API.
///
/// # Errors
///
/// If the size is no number above -1, or the token is none that an earlier page gave.
pub(crate) fn list(
    surface: Surface,
    models: &[Model],
    page_size: Option<&str>,
    page_token: Option<&str>,
) -> Result<Vec<u8>, Refusal> {
    let size = match page_size.unwrap_or("0").parse::<u32>() {
        Ok(0) => USUAL_PAGE,
        Ok(size) => usize::try_from(size).unwrap_or(LONGEST_PAGE).min(LONGEST_PAGE),
        Err(_) => return Err(refusal::bad_page_size(page_size.unwrap_or_default())),
    };
    let named: Vec<(&str, &Model)> = models
        .iter()
        .filter(|model| model.state != ModelState::Retired)
        .flat_map(|model| names(surface, model).map(move |name| (name, model)))
        .collect();
    let begin = match page_token.filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => of_token(token)
            .filter(|begin| *begin <= named.len())
            .ok_or_else(refusal::bad_page_token)?,
    };
    let end = begin.saturating_add(size).min(named.len());
    let next_page_token = (end < named.len()).then(|| token(end));
    let page = named[begin..end].iter();
    Ok(match surface {
        Surface::Developer => layout::body(&DeveloperPage {
            models: page.map(|(name, model)| Developer::of(name, model)).collect(),
            next_page_token,
        }),
        Surface::Vertex => layout::body(&VertexPage {
            publisher_models: page.map(|(name, _)| Vertex::of(name)).collect(),
            next_page_token,
        }),
    })
}

fn names(surface: Surface, model: &Model) -> impl Iterator<Item = &str> {
    let aliases = match surface {
        Surface::Developer => model.aliases.as_slice(),
        Surface::Vertex => &[],
    };
    std::iter::once(model.name.as_str()).chain(aliases.iter().map(String::as_str))
}

/// The model that was asked for as `name`.
pub(crate) fn get(surface: Surface, name: &str, model: &Model) -> Vec<u8> {
    match surface {
        Surface::Developer => layout::body(&Developer::of(name, model)),
        Surface::Vertex => layout::body(&Vertex::of(name)),
    }
}

/// The token of the page that begins at `index`; what a real one holds nobody knows.
fn token(index: usize) -> String {
    base64::encode(&(index as u64).to_be_bytes()[2..])
}

fn of_token(token: &str) -> Option<usize> {
    let bytes: [u8; 6] = base64::decode(token)?.try_into().ok()?;
    let index = bytes
        .iter()
        .fold(0_u64, |index, byte| index << 8 | u64::from(*byte));
    usize::try_from(index).ok()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeveloperPage {
    models: Vec<Developer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Developer {
    name: String,
    version: &'static str,
    display_name: String,
    input_token_limit: u64,
    output_token_limit: u64,
    supported_generation_methods: &'static [&'static str],
    #[serde(flatten)]
    sampling: Option<Sampling>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    thinking: bool,
}

/// The defaults of §7.3.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sampling {
    temperature: u8,
    top_p: f32,
    top_k: u8,
    max_temperature: u8,
}

const SAMPLING: Sampling = Sampling {
    temperature: 1,
    top_p: 0.95,
    top_k: 64,
    max_temperature: 2,
};

impl Developer {
    fn of(name: &str, model: &Model) -> Self {
        let generates = model.kind == ModelKind::Generate;
        Self {
            name: format!("models/{name}"),
            version: "001",
            display_name: display_name(name),
            input_token_limit: model.input_limit,
            output_token_limit: if generates { model.output_limit } else { 1 },
            supported_generation_methods: if generates {
                &[
                    "generateContent",
                    "countTokens",
                    "createCachedContent",
                    "batchGenerateContent",
                ]
            } else {
                &[
                    "embedContent",
                    "countTextTokens",
                    "countTokens",
                    "asyncBatchEmbedContent",
                ]
            },
            sampling: generates.then_some(SAMPLING),
            thinking: model.thinking_tokens.1 > 0,
        }
    }
}

/// `gemini-3.8-flash` as people write it: `Gemini 3.8 Flash`.
fn display_name(name: &str) -> String {
    let mut display = String::with_capacity(name.len());
    for word in name.split('-') {
        if !display.is_empty() {
            display.push(' ');
        }
        let mut letters = word.chars();
        display.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        display.push_str(letters.as_str());
    }
    display
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VertexPage {
    publisher_models: Vec<Vertex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// What the official clients read of a `PublisherModel`; real ones hold far more.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Vertex {
    name: String,
    version_id: &'static str,
    open_source_category: &'static str,
    launch_stage: &'static str,
    publisher_model_template: String,
}

impl Vertex {
    fn of(name: &str) -> Self {
        Self {
            name: format!("publishers/google/models/{name}"),
            version_id: "default",
            open_source_category: "PROPRIETARY",
            launch_stage: if name.contains("preview") {
                "PUBLIC_PREVIEW"
            } else {
                "GA"
            },
            publisher_model_template: format!(
                "projects/{{project}}/locations/{{location}}/publishers/google/models/{name}@default"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::scenario::Scenario;

    const WORLD: &str = r#"
        [[model]]
        name = "gemini-3.8-flash"
        aliases = ["gemini-flash-latest"]
        thinking_tokens = { min = 1, max = 9 }
        [[model]]
        name = "gemini-embedding-001"
        kind = "embed"
        input_limit = 2048
        [[model]]
        name = "gemini-1.5-pro"
        state = "retired"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{ secret = "s" }]
    "#;

    fn page(surface: Surface, size: Option<&str>, token: Option<&str>) -> Value {
        let scenario = Scenario::parse(WORLD).unwrap();
        let bytes = list(surface, &scenario.models, size, token).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn section_1_1_the_list_of_the_developer_api() {
        let flash = |name: &str, display: &str| {
            json!({
                "name": name,
                "version": "001",
                "displayName": display,
                "inputTokenLimit": 1_048_576,
                "outputTokenLimit": 65_536,
                "supportedGenerationMethods": [
                    "generateContent", "countTokens", "createCachedContent", "batchGenerateContent",
                ],
                "temperature": 1,
                "topP": 0.95,
                "topK": 64,
                "maxTemperature": 2,
                "thinking": true,
            })
        };
        let expected = json!({"models": [
            flash("models/gemini-3.8-flash", "Gemini 3.8 Flash"),
            flash("models/gemini-flash-latest", "Gemini Flash Latest"),
            {
                "name": "models/gemini-embedding-001",
                "version": "001",
                "displayName": "Gemini Embedding 001",
                "inputTokenLimit": 2048,
                "outputTokenLimit": 1,
                "supportedGenerationMethods": [
                    "embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent",
                ],
            },
        ]});
        let listed = page(Surface::Developer, None, None);
        assert_eq!(listed.to_string(), expected.to_string());
        let scenario = Scenario::parse(WORLD).unwrap();
        let one = get(Surface::Developer, "gemini-flash-latest", &scenario.models[0]);
        let one: Value = serde_json::from_slice(&one).unwrap();
        assert_eq!(one.to_string(), expected["models"][1].to_string());
    }

    #[test]
    fn section_1_5_the_list_of_vertex() {
        let row = |name: &str| {
            json!({
                "name": format!("publishers/google/models/{name}"),
                "versionId": "default",
                "openSourceCategory": "PROPRIETARY",
                "launchStage": "GA",
                "publisherModelTemplate":
                    format!("projects/{{project}}/locations/{{location}}/publishers/google/models/{name}@default"),
            })
        };
        let expected = json!({"publisherModels": [row("gemini-3.8-flash"), row("gemini-embedding-001")]});
        assert_eq!(page(Surface::Vertex, None, None), expected);
    }

    #[test]
    fn section_1_1_pages_follow_each_other() {
        for surface in [Surface::Developer, Surface::Vertex] {
            let field = if surface == Surface::Developer {
                "models"
            } else {
                "publisherModels"
            };
            let whole = page(surface, None, None);
            let (mut read, mut token) = (Vec::new(), String::new());
            for _ in 0..9 {
                let page = page(surface, Some("1"), Some(&token));
                read.extend(page[field].as_array().unwrap().iter().cloned());
                match page.get("nextPageToken") {
                    Some(next) => next.as_str().unwrap().clone_into(&mut token),
                    None => break,
                }
            }
            assert_eq!(Value::Array(read), whole[field]);
        }
    }

    #[test]
    fn a_page_that_no_page_named_is_refused() {
        let models = Scenario::parse(WORLD).unwrap().models;
        for (size, token) in [
            (Some("-1"), None),
            (Some("x"), None),
            (None, Some("x")),
            (None, Some("AAAAAAAJ")),
        ] {
            let refusal = list(Surface::Developer, &models, size, token).unwrap_err();
            assert_eq!(refusal.body.http(), 400, "{size:?} {token:?}");
        }
    }
}
