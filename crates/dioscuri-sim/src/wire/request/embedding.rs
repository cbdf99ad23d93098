//! Requests to count and to embed.

use super::{ModelFacts, items, prompt, shape};
use crate::{
    scenario::Surface,
    wire::{
        embedding::billable,
        model_rules::ModelRules,
        proto::{self, json::Json},
        refusal::{
            Refusal,
            malformed::{listed, no_contents, sentence, too_long, unable},
        },
        tokens,
    },
};

/// A batch holds so many at most (§2.8).
const LARGEST_BATCH: usize = 100;

/// Vertex's predict takes so many texts at most: Google's documentation of text embeddings, and its refusal. That
/// some models take only one is not applied.
const MOST_INSTANCES: usize = 250;

/// A request of countTokens.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct CountTokens {
    /// What the prompt would cost, and of which modality: the text first. Equal to what generating costs.
    pub(crate) prompt_tokens: Vec<(&'static str, u64)>,
    /// The characters of its texts without blanks, which Vertex calls billable.
    pub(crate) characters: u64,
}

impl CountTokens {
    /// Reads `body`.
    ///
    /// # Errors
    ///
    /// Google's 400 for a body that is no request. What a model refuses to generate is counted all the same, as
    /// captured.
    pub(crate) fn read(surface: Surface, facts: &ModelFacts<'_>, body: &[u8]) -> Result<Self, Refusal> {
        const MESSAGE: &str = "CountTokensRequest";
        let tree = proto::read(surface, facts.version, &proto::COUNT_TOKENS, body)?;
        let nested = tree.get("generate_content_request");
        let counted = match nested {
            None => {
                let instances = items(&tree, "instances");
                if tree.get("contents").is_none() && !instances.is_empty() {
                    return Ok(Self::of_instances(instances));
                }
                shape::check_contents(surface, MESSAGE, &tree)?;
                &tree
            }
            Some(_) if !items(&tree, "contents").is_empty() => {
                // A guess: that they exclude each other is documented.
                return Err(listed(&[format!(
                    "{MESSAGE}: contents and generate_content_request must not both be set"
                )]));
            }
            Some(nested) => {
                shape::check_contents(surface, "CountTokensRequest.generate_content_request", nested)?;
                nested
            }
        };
        let rules = ModelRules::of(facts.name);
        Ok(Self {
            prompt_tokens: prompt::tokens(counted, &rules),
            characters: items(counted, "contents").iter().map(characters).sum(),
        })
    }

    /// Vertex also counts what [`BatchEmbed::predict`] would embed.
    fn of_instances(instances: &[Json<'_>]) -> Self {
        let texts = || {
            instances
                .iter()
                .filter_map(|instance| instance.get("content"))
                .filter_map(Json::text)
        };
        Self {
            prompt_tokens: vec![("TEXT", texts().map(tokens::of_text).sum())],
            characters: texts().map(billable).sum(),
        }
    }

    /// The tokens of all modalities together.
    pub(crate) fn tokens(&self) -> u64 {
        prompt::sum(&self.prompt_tokens)
    }
}

/// One thing to embed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Embed {
    /// Its texts, one after the other. Of other media, their data or addresses.
    pub(crate) content: String,
    pub(crate) prompt_tokens: Vec<(&'static str, u64)>,
    /// How many numbers are wanted; at least 1.
    pub(crate) output_dimensionality: Option<usize>,
    /// Whether a text that is too long may be cut; only Vertex asks, and takes it for granted.
    pub(crate) auto_truncate: bool,
}

impl Embed {
    /// Reads the body of embedContent.
    ///
    /// # Errors
    ///
    /// Google's 400 for a body that is no request.
    pub(crate) fn read(surface: Surface, facts: &ModelFacts<'_>, body: &[u8]) -> Result<Self, Refusal> {
        let tree = proto::read(surface, facts.version, &proto::EMBED_CONTENT, body)?;
        Self::of(surface, facts, "EmbedContentRequest", "", &tree)
    }

    /// The request at `prefix` ("requests[3].") of `message`.
    fn of(
        surface: Surface,
        facts: &ModelFacts<'_>,
        message: &'static str,
        prefix: &str,
        tree: &Json<'_>,
    ) -> Result<Self, Refusal> {
        let content = tree.get("content");
        let parts = content.map_or(&[][..], |content| items(content, "parts"));
        let config = |name: &str| {
            let nested = tree
                .get("embed_content_config")
                .and_then(|config| config.get(name));
            nested.or_else(|| tree.get(name))
        };
        let dimensions = config("output_dimensionality").and_then(Json::int);
        check_one(surface, message, prefix, content, dimensions)?;
        if parts
            .iter()
            .any(|part| part.get("text").and_then(Json::text) == Some(""))
        {
            return Err(match surface {
                Surface::Developer => sentence("EmbedContentRequest.content contains an empty Part."),
                Surface::Vertex => sentence("The text content is empty."),
            });
        }
        let rules = ModelRules::of(facts.name);
        Ok(Self {
            content: parts.iter().filter_map(substance).collect(),
            prompt_tokens: content
                .map_or_else(Vec::new, |content| prompt::tokens_of_content(content, &rules)),
            output_dimensionality: dimensions.and_then(|count| usize::try_from(count).ok()),
            auto_truncate: config("auto_truncate").is_none_or(Json::is_true),
        })
    }

    /// An instance of predict: a text and what it is for.
    fn of_instance(instance: &Json<'_>, parameters: Option<&Json<'_>>) -> Result<Self, Refusal> {
        let parameter = |names: [&str; 2]| {
            let parameters = parameters?;
            names.into_iter().find_map(|name| parameters.get(name))
        };
        let content = instance.get("content").and_then(Json::text).unwrap_or_default();
        if content.is_empty() {
            return Err(sentence("The text content is empty."));
        }
        // Parameters are a Value, and so its numbers are as they were written.
        let dimensions = parameter(["outputDimensionality", "output_dimensionality"]).and_then(Json::float);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast of floats saturates, and what is below 1 is refused"
        )]
        let dimensions = match dimensions {
            Some(count) if count < 1.0 => return Err(few_dimensions(Surface::Vertex, "", "")),
            other => other.map(|count| count as usize),
        };
        Ok(Self {
            prompt_tokens: vec![("TEXT", tokens::of_text(content).max(1))],
            content: content.to_owned(),
            output_dimensionality: dimensions,
            auto_truncate: parameter(["autoTruncate", "auto_truncate"]).is_none_or(Json::is_true),
        })
    }

    /// The tokens of all modalities together.
    pub(crate) fn tokens(&self) -> u64 {
        prompt::sum(&self.prompt_tokens)
    }

    /// Whether the content is within the model's limit, or may be cut.
    ///
    /// # Errors
    ///
    /// The 400 that says how long it is; a guess, for it is known of prompts only.
    pub(crate) fn fits(&self, surface: Surface, facts: &ModelFacts<'_>) -> Result<(), Refusal> {
        let tokens = self.tokens();
        if tokens > facts.input_limit && !self.auto_truncate {
            return Err(too_long(surface, tokens, facts.input_limit));
        }
        Ok(())
    }
}

/// Several things to embed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct BatchEmbed {
    pub(crate) requests: Vec<Embed>,
}

impl BatchEmbed {
    /// Reads the body of batchEmbedContents.
    ///
    /// # Errors
    ///
    /// Google's 400 for a body that is no request, or one of more than a hundred.
    pub(crate) fn read(surface: Surface, facts: &ModelFacts<'_>, body: &[u8]) -> Result<Self, Refusal> {
        const MESSAGE: &str = "BatchEmbedContentsRequest";
        let tree = proto::read(surface, facts.version, &proto::BATCH_EMBED_CONTENTS, body)?;
        let requests = items(&tree, "requests");
        let mut problems = shape::Problems::of(MESSAGE);
        if requests.is_empty() {
            // A guess.
            problems.add("requests", "requests is not specified");
        }
        if requests.len() > LARGEST_BATCH {
            // Captured.
            problems.add(
                "requests",
                &format!("at most {LARGEST_BATCH} requests can be in one batch"),
            );
        }
        if surface == Surface::Developer {
            for (index, request) in requests.iter().enumerate() {
                // Both captured.
                match request.get("model").and_then(Json::text) {
                    None | Some("") => {
                        problems.add(format!("requests[{index}].model"), "model is not specified");
                    }
                    Some(name) if !name.contains('/') => {
                        problems.add(format!("requests[{index}].model"), "unexpected model name format");
                    }
                    Some(_) => {}
                }
            }
        }
        problems.result()?;
        let requests = requests.iter().enumerate().map(|(index, request)| {
            Embed::of(surface, facts, MESSAGE, &format!("requests[{index}]."), request)
        });
        Ok(Self {
            requests: requests.collect::<Result<_, _>>()?,
        })
    }

    /// Reads the body of Vertex's predict.
    ///
    /// # Errors
    ///
    /// Google's 400 for a body that is no request, has no instances, too many or an empty one.
    pub(crate) fn predict(surface: Surface, facts: &ModelFacts<'_>, body: &[u8]) -> Result<Self, Refusal> {
        let tree = proto::read(surface, facts.version, &proto::PREDICT, body)?;
        let instances = items(&tree, "instances");
        if instances.is_empty() {
            // A guess.
            return Err(sentence("Empty instances."));
        }
        if instances.len() > MOST_INSTANCES {
            // Known.
            return Err(sentence(format!(
                "{MOST_INSTANCES} instance(s) is allowed per prediction. Actual: {}",
                instances.len()
            )));
        }
        let parameters = tree.get("parameters");
        let requests = instances
            .iter()
            .map(|instance| Embed::of_instance(instance, parameters));
        Ok(Self {
            requests: requests.collect::<Result<_, _>>()?,
        })
    }
}

/// Guesses in the manner of what generateContent says; captured are only the words about `data`.
fn check_one(
    surface: Surface,
    message: &'static str,
    prefix: &str,
    content: Option<&Json<'_>>,
    dimensions: Option<i64>,
) -> Result<(), Refusal> {
    let parts = content.map_or(&[][..], |content| items(content, "parts"));
    match surface {
        Surface::Developer => {
            let mut problems = shape::Problems::of(message);
            if content.is_none() {
                problems.add(format!("{prefix}content"), "content is not specified");
            } else if parts.is_empty() {
                problems.add(
                    format!("{prefix}content.parts"),
                    "content.parts must not be empty.",
                );
            }
            problems.parts(format!("{prefix}content"), parts);
            problems.result()?;
        }
        Surface::Vertex if !parts.iter().any(shape::has_data) => return Err(no_contents(surface)),
        Surface::Vertex => {}
    }
    match dimensions {
        Some(count) if count < 1 => Err(few_dimensions(surface, message, prefix)),
        _ => Ok(()),
    }
}

/// A guess.
fn few_dimensions(surface: Surface, message: &str, prefix: &str) -> Refusal {
    match surface {
        Surface::Developer => listed(&[format!(
            "{message}.{prefix}output_dimensionality: output_dimensionality must be positive."
        )]),
        Surface::Vertex => unable("outputDimensionality must be positive."),
    }
}

/// What of a part is embedded.
fn substance<'t>(part: &'t Json<'_>) -> Option<&'t str> {
    let inner = |name: &str, field: &str| {
        part.get(name)
            .and_then(|part| part.get(field))
            .and_then(Json::text)
    };
    part.get("text")
        .and_then(Json::text)
        .or_else(|| inner("inline_data", "data"))
        .or_else(|| inner("file_data", "file_uri"))
}

/// The characters of a content's texts, without blanks.
fn characters(content: &Json<'_>) -> u64 {
    let texts = items(content, "parts").iter().filter_map(|part| part.get("text"));
    texts.filter_map(Json::text).map(billable).sum()
}
