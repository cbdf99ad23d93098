//! Requests, read as Google reads them: first the JSON against the message ([`proto`]), then what the message
//! must hold whatever the model ([`shape`]), then what the model takes ([`manners`]).

mod embedding;
mod manners;
mod prompt;
mod shape;

use std::collections::HashSet;

use serde_json::Value;

pub(crate) use self::embedding::{BatchEmbed, CountTokens, Embed};
use super::{
    model_rules::{Level, ModelRules},
    proto::{self, json::Json},
    refusal::{Refusal, malformed},
};
use crate::scenario::{ServiceTier, Surface};

/// What a request is read for: the model that will serve it, and the path that it came by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ModelFacts<'a> {
    /// The served model's, without "models/". What is refused follows from it.
    pub(crate) name: &'a str,
    /// Tokens.
    pub(crate) input_limit: u64,
    /// Tokens of one answer.
    pub(crate) output_limit: u64,
    /// The version in the path, which errors name: "v1beta".
    pub(crate) version: &'a str,
}

/// What the world looks at in a request to generate.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Request {
    /// What the prompt costs, and of which modality: the text first.
    pub(crate) prompt_tokens: Vec<(&'static str, u64)>,
    pub(crate) format: Format,
    /// As asked for; the model's own limit is not applied.
    pub(crate) max_output_tokens: Option<u64>,
    /// At least 1.
    pub(crate) candidate_count: u64,
    pub(crate) stop_sequences: Vec<String>,
    pub(crate) thinking: Thinking,
    /// What the body asks for, on the Developer API. Vertex has headers for it.
    pub(crate) service_tier: Option<ServiceTier>,
    /// In base64 as it was sent, of either alphabet.
    pub(crate) continuation_token: Option<String>,
    pub(crate) calling: Calling,
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

/// The `thinkingConfig`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Thinking {
    /// Tokens; 0 for none, -1 for as many as the model likes.
    pub(crate) budget: Option<i64>,
    pub(crate) level: Option<Level>,
    pub(crate) include_thoughts: bool,
}

/// Functions that the answer may call.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Calling {
    pub(crate) mode: CallingMode,
    /// The declared functions; only those that are allowed, if the request says which.
    pub(crate) functions: Vec<Function>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum CallingMode {
    #[default]
    Auto,
    Any,
    None,
    Validated,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// A schema of its arguments; read only if a call is certain, for it is dear.
    pub(crate) parameters: Option<Value>,
}

impl Request {
    /// Reads the body of generateContent and streamGenerateContent.
    ///
    /// # Errors
    ///
    /// Google's 400 for a body that is no request, or one that the model does not take. A prompt above the
    /// model's limit is not one of them: see [`Request::fits`].
    pub(crate) fn read(surface: Surface, facts: &ModelFacts<'_>, body: &[u8]) -> Result<Self, Refusal> {
        let tree = proto::read(surface, facts.version, &proto::GENERATE_CONTENT, body)?;
        let rules = ModelRules::of(facts.name);
        shape::check(surface, &tree)?;
        manners::check(surface, facts, &rules, &tree)?;
        let config = tree.get("generation_config");
        let config = |name: &str| config.and_then(|config| config.get(name));
        let count = |name: &str| {
            config(name)
                .and_then(Json::int)
                .and_then(|count| u64::try_from(count).ok())
        };
        Ok(Self {
            prompt_tokens: prompt::tokens(&tree, &rules),
            format: format(config),
            max_output_tokens: count("max_output_tokens"),
            candidate_count: count("candidate_count").unwrap_or(1).max(1),
            stop_sequences: texts(config("stop_sequences")),
            thinking: config("thinking_config").map(Thinking::of).unwrap_or_default(),
            service_tier: tree
                .get("service_tier")
                .and_then(Json::text)
                .and_then(service_tier),
            continuation_token: owned(tree.get("continuation_token")),
            calling: Calling::of(&tree),
        })
    }

    /// Whether the prompt is within the model's limit.
    ///
    /// # Errors
    ///
    /// The 400 that says how long it is. A quota that it exceeds is named before this is (captured: a prompt of
    /// 1.5 million tokens was refused for the tokens of a minute).
    pub(crate) fn fits(&self, surface: Surface, facts: &ModelFacts<'_>) -> Result<(), Refusal> {
        let tokens = self.tokens();
        if tokens > facts.input_limit {
            return Err(malformed::too_long(surface, tokens, facts.input_limit));
        }
        Ok(())
    }

    /// The tokens of the prompt, all modalities together.
    pub(crate) fn tokens(&self) -> u64 {
        prompt::sum(&self.prompt_tokens)
    }
}

impl Thinking {
    fn of(config: &Json<'_>) -> Self {
        Self {
            budget: config.get("thinking_budget").and_then(Json::int),
            level: config
                .get("thinking_level")
                .and_then(Json::text)
                .and_then(Level::named),
            include_thoughts: config.get("include_thoughts").is_some_and(Json::is_true),
        }
    }
}

impl Calling {
    fn of(tree: &Json<'_>) -> Self {
        let config = tree
            .get("tool_config")
            .and_then(|config| config.get("function_calling_config"));
        let mode = match config.and_then(|config| config.get("mode")).and_then(Json::text) {
            Some("ANY") => CallingMode::Any,
            Some("NONE") => CallingMode::None,
            Some("VALIDATED") => CallingMode::Validated,
            _ => CallingMode::Auto,
        };
        let allowed: HashSet<&str> = config
            .map_or(&[][..], |config| items(config, "allowed_function_names"))
            .iter()
            .filter_map(Json::text)
            .collect();
        let is_allowed = |name: &str| allowed.is_empty() || allowed.contains(name);
        let functions = declarations(tree)
            .filter_map(|(_, _, function)| {
                let name = function
                    .get("name")
                    .and_then(Json::text)
                    .filter(|name| is_allowed(name))?;
                let parameters = function
                    .get("parameters")
                    .or_else(|| function.get("parameters_json_schema"))
                    .filter(|_| mode == CallingMode::Any);
                Some(Function {
                    name: name.to_owned(),
                    parameters: parameters.map(Json::to_value),
                })
            })
            .collect();
        Self { mode, functions }
    }
}

/// The declared functions, with the numbers of their tool and of themselves.
fn declarations<'t, 'a>(tree: &'t Json<'a>) -> impl Iterator<Item = (usize, usize, &'t Json<'a>)> {
    items(tree, "tools")
        .iter()
        .enumerate()
        .flat_map(|(tool_index, tool)| {
            let functions = items(tool, "function_declarations").iter().enumerate();
            functions.map(move |(index, function)| (tool_index, index, function))
        })
}

/// The elements of the list `name`.
fn items<'t, 'a>(tree: &'t Json<'a>, name: &str) -> &'t [Json<'a>] {
    tree.get(name).map_or(&[], Json::items)
}

fn owned(text: Option<&Json<'_>>) -> Option<String> {
    text.and_then(Json::text)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn texts(list: Option<&Json<'_>>) -> Vec<String> {
    let texts = list.map_or(&[][..], Json::items).iter();
    texts.filter_map(Json::text).map(str::to_owned).collect()
}

fn service_tier(name: &str) -> Option<ServiceTier> {
    match name {
        "STANDARD" => Some(ServiceTier::Standard),
        "FLEX" => Some(ServiceTier::Flex),
        "PRIORITY" => Some(ServiceTier::Priority),
        _ => None,
    }
}

fn format<'t, 'a: 't>(config: impl Fn(&str) -> Option<&'t Json<'a>>) -> Format {
    let schema = || {
        config("response_schema")
            .or_else(|| config("response_json_schema"))
            .map(Json::to_value)
    };
    match config("response_mime_type").and_then(Json::text) {
        Some("application/json") => Format::Json(schema()),
        Some("text/x.enum") => schema().map_or(Format::Text, Format::Enum),
        _ => Format::Text,
    }
}

#[cfg(test)]
mod tests;
