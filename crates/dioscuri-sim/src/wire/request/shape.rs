//! What a request must hold, whatever the model.
//!
//! The Developer API lists everything that is wrong, each with its path; Vertex names the first thing in a
//! sentence. Texts without a word beside them are captured.

use std::{
    collections::HashSet,
    fmt::{self, Display},
};

use super::{declarations, items};
use crate::{
    scenario::Surface,
    wire::{
        proto::json::Json,
        refusal::{
            Refusal,
            malformed::{LEARN_MORE, listed, no_contents, sentence, unable},
        },
    },
};

/// The most stop sequences (§4.2).
const MOST_STOPS: usize = 5;

/// More problems than this nobody reads, and a body of 100 MB could hold millions.
const MOST_PROBLEMS: usize = 500;

/// So many bytes of problems are enough too: their paths repeat names of the body, which may be 100 MB long.
const LONGEST_LIST: usize = 1 << 20;

/// Checks a request to generate.
pub(super) fn check(surface: Surface, tree: &Json<'_>) -> Result<(), Refusal> {
    match surface {
        Surface::Developer => {
            let mut problems = Problems::of("GenerateContentRequest");
            problems.generate(tree);
            problems.result()?;
        }
        Surface::Vertex => on_vertex(tree)?,
    }
    if let Some(name) = twice_declared(tree) {
        return Err(sentence(format!("Duplicate function declaration found: {name}")));
    }
    roles(surface, tree)?;
    turns(tree)
}

fn twice_declared<'t>(tree: &'t Json<'_>) -> Option<&'t str> {
    let mut names: Vec<&str> = declarations(tree)
        .filter_map(|(_, _, function)| function.get("name").and_then(Json::text))
        .collect();
    names.sort_unstable();
    names
        .windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
}

/// Checks the contents alone, as countTokens does (captured: it takes any configuration).
pub(super) fn check_contents(
    surface: Surface,
    message: &'static str,
    tree: &Json<'_>,
) -> Result<(), Refusal> {
    match surface {
        Surface::Developer => {
            let mut problems = Problems::of(message);
            problems.contents(tree);
            problems.result()
        }
        Surface::Vertex => vertex_contents(tree),
    }
}

/// A path that is written only if something is wrong there.
#[derive(Clone, Copy)]
struct Path<'p> {
    before: Option<&'p Self>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Name(&'p str),
    Element(&'p str, usize),
    Entry(&'p str, &'p str),
    Function(usize, usize),
}

impl<'p> Path<'p> {
    const fn of(step: Step<'p>) -> Self {
        Self { before: None, step }
    }

    const fn then(&'p self, step: Step<'p>) -> Self {
        Self {
            before: Some(self),
            step,
        }
    }

    const fn name(&'p self, name: &'p str) -> Self {
        self.then(Step::Name(name))
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(before) = self.before {
            write!(f, "{before}.")?;
        }
        match self.step {
            Step::Name(name) => f.write_str(name),
            Step::Element(name, index) => write!(f, "{name}[{index}]"),
            Step::Entry(name, key) => write!(f, "{name}[{key}]"),
            Step::Function(tool, index) => write!(f, "tools[{tool}].function_declarations[{index}]"),
        }
    }
}

/// The list of the Developer API. Google's has no end; this one does not grow for ever.
pub(super) struct Problems {
    message: &'static str,
    list: Vec<String>,
    bytes: usize,
}

impl Problems {
    pub(super) const fn of(message: &'static str) -> Self {
        Self {
            message,
            list: Vec::new(),
            bytes: 0,
        }
    }

    pub(super) fn add(&mut self, path: impl Display, problem: &str) {
        if self.list.len() < MOST_PROBLEMS && self.bytes < LONGEST_LIST {
            let line = format!("{}.{path}: {problem}", self.message);
            self.bytes += line.len();
            self.list.push(line);
        }
    }

    pub(super) fn result(self) -> Result<(), Refusal> {
        if self.list.is_empty() {
            Ok(())
        } else {
            Err(listed(&self.list))
        }
    }

    fn generate(&mut self, tree: &Json<'_>) {
        self.contents(tree);
        if let Some(config) = tree.get("generation_config") {
            self.config(config);
        }
        self.safety(tree);
        self.functions(tree);
        if !may_name_functions(tree) {
            // A guess.
            self.add(
                "tool_config.function_calling_config.allowed_function_names",
                "only allowed when the mode is ANY or VALIDATED",
            );
        }
    }

    fn contents(&mut self, tree: &Json<'_>) {
        let contents = items(tree, "contents");
        if contents.is_empty() {
            self.add("contents", "contents is not specified");
        }
        for (index, content) in contents.iter().enumerate() {
            let parts = items(content, "parts");
            if parts.is_empty() {
                self.add(
                    format_args!("contents[{index}].parts"),
                    "contents.parts must not be empty.",
                );
            }
            self.parts(format_args!("contents[{index}]"), parts);
        }
    }

    pub(super) fn parts(&mut self, content: impl Display, parts: &[Json<'_>]) {
        for (index, part) in parts.iter().enumerate() {
            if !has_data(part) {
                self.add(
                    format_args!("{content}.parts[{index}].data"),
                    "required oneof field 'data' must have one initialized field",
                );
            }
        }
    }

    fn config(&mut self, config: &Json<'_>) {
        let number = |name: &str| config.get(name).and_then(Json::float);
        // Captured for the temperature; the others are guesses in its manner.
        let ranges = [
            ("temperature", 0.0, 2.0, "[0.0, 2.0]"),
            ("top_p", 0.0, 1.0, "[0.0, 1.0]"),
            ("top_k", 0.0, f64::from(i32::MAX), "[0, 2147483647]"),
            ("candidate_count", 1.0, 8.0, "[1, 8]"),
            ("logprobs", 0.0, 20.0, "[0, 20]"),
        ];
        for (name, least, most, range) in ranges {
            if number(name).is_some_and(|number| !(least..=most).contains(&number)) {
                self.add(
                    format!("generation_config.{name}"),
                    &format!("{name} must be in the range {range}."),
                );
            }
        }
        if items(config, "stop_sequences").len() > MOST_STOPS {
            // A guess.
            self.add(
                "generation_config.stop_sequences",
                &format!("at most {MOST_STOPS} stop sequences are allowed"),
            );
        }
        if config
            .get("response_mime_type")
            .and_then(Json::text)
            .is_some_and(|mime| !is_answer_type(mime))
        {
            self.add(
                "generation_config.response_mime_type",
                "allowed mimetypes are text/plain, application/json, application/xml, application/yaml and \
                 text/x.enum",
            );
        }
        if config.get("response_schema").is_some() && config.get("response_json_schema").is_some() {
            // A guess.
            self.add(
                "generation_config.response_json_schema",
                "must not be set together with response_schema",
            );
        }
        if let Some(schema) = config.get("response_schema") {
            let config = Path::of(Step::Name("generation_config"));
            self.schema(&config.name("response_schema"), schema);
        }
    }

    fn safety(&mut self, tree: &Json<'_>) {
        for (index, setting) in items(tree, "safety_settings").iter().enumerate() {
            let category = setting.get("category").and_then(Json::text).unwrap_or_default();
            if !is_harm_of_gemini(category) {
                self.add(
                    format_args!("safety_settings[{index}]"),
                    "element predicate failed: $.category in (HarmCategory.HARM_CATEGORY_HATE_SPEECH, \
                     HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT, \
                     HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT, HarmCategory.HARM_CATEGORY_HARASSMENT, \
                     HarmCategory.HARM_CATEGORY_CIVIC_INTEGRITY)",
                );
            }
        }
    }

    fn functions(&mut self, tree: &Json<'_>) {
        for (tool, index, function) in declarations(tree) {
            let path = Path::of(Step::Function(tool, index));
            if !function
                .get("name")
                .and_then(Json::text)
                .is_some_and(is_function_name)
            {
                self.add(
                    path.name("name"),
                    "Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, \
                     A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of \
                     64.",
                );
            }
            if function.get("parameters").is_some() && function.get("parameters_json_schema").is_some() {
                // A guess.
                self.add(
                    path.name("parameters_json_schema"),
                    "must not be set together with parameters",
                );
            }
            if let Some(parameters) = function.get("parameters") {
                self.schema(&path.name("parameters"), parameters);
            }
        }
    }

    /// What Google checks in a schema once it is one.
    fn schema(&mut self, path: &Path<'_>, schema: &Json<'_>) {
        let kind = schema
            .get("type")
            .and_then(Json::text)
            .unwrap_or("TYPE_UNSPECIFIED");
        let alternatives = ["any_of", "one_of", "all_of"];
        if kind == "TYPE_UNSPECIFIED" && alternatives.iter().all(|name| schema.get(name).is_none()) {
            self.add(
                path.name("type"),
                "must be specified when not using one_of, any_of or all_of fields",
            );
        }
        match schema.get("items") {
            None if kind == "ARRAY" => self.add(path.name("items"), "missing field."),
            None => {}
            Some(_) if kind != "ARRAY" => self.add(path.name("items"), "only allowed for ARRAY type"),
            Some(items) => self.schema(&path.name("items"), items),
        }
        for (index, value) in items(schema, "enum").iter().enumerate() {
            if value.text() == Some("") {
                self.add(path.then(Step::Element("enum", index)), "cannot be empty");
            }
        }
        let properties = schema.get("properties").map_or(&[][..], Json::members);
        for name in ["properties", "required"] {
            if kind != "OBJECT" && schema.get(name).is_some() {
                self.add(path.name(name), "only allowed for OBJECT type");
            }
        }
        let required = items(schema, "required");
        let defined: HashSet<&str> = properties
            .iter()
            .map(|(name, _)| name.as_ref())
            .filter(|_| !required.is_empty())
            .collect();
        for (index, required) in required.iter().enumerate() {
            if !required.text().is_some_and(|name| defined.contains(name)) {
                self.add(
                    path.then(Step::Element("required", index)),
                    "property is not defined",
                );
            }
        }
        for (name, property) in properties {
            self.schema(&path.then(Step::Entry("properties", name)), property);
        }
        for alternative in alternatives {
            for (index, schema) in items(schema, alternative).iter().enumerate() {
                self.schema(&path.then(Step::Element(alternative, index)), schema);
            }
        }
    }
}

fn on_vertex(tree: &Json<'_>) -> Result<(), Refusal> {
    vertex_contents(tree)?;
    let config = tree.get("generation_config");
    let number = |name: &str| config.and_then(|config| config.get(name)).and_then(Json::float);
    // Known for the temperature up to its value, of which the range is a guess; the second is one in its manner.
    for (name, camel, most, range) in [
        (
            "temperature",
            "temperature",
            2.0,
            "0 (inclusive) to 2.0001 (exclusive)",
        ),
        ("top_p", "topP", 1.0, "0 (inclusive) to 1.0001 (exclusive)"),
    ] {
        if let Some(number) = number(name).filter(|number| !(0.0..=most).contains(number)) {
            return Err(unable(&format!(
                "it has a {camel} value of {number} but the supported range is from {range}. Update the value and \
                 try again."
            )));
        }
    }
    let mime = config
        .and_then(|config| config.get("response_mime_type"))
        .and_then(Json::text);
    if let Some(mime) = mime.filter(|mime| !is_answer_type(mime)) {
        // Captured for the type of a file.
        return Err(unable(&format!(
            "it has a responseMimeType parameter with value {mime}, which is not supported. Update the \
             responseMimeType and try again. {LEARN_MORE}"
        )));
    }
    for (_, _, function) in declarations(tree) {
        let kind = function
            .get("parameters")
            .and_then(|schema| schema.get("type"))
            .and_then(Json::text);
        if kind.is_some_and(|kind| kind != "OBJECT") {
            let name = function.get("name").and_then(Json::text).unwrap_or_default();
            return Err(unable(&format!(
                "{name} functionDeclaration parameters schema should be of type OBJECT"
            )));
        }
    }
    if tree.get("model_armor_config").is_some() && !items(tree, "safety_settings").is_empty() {
        // A guess.
        return Err(unable("modelArmorConfig and safetySettings cannot both be set."));
    }
    Ok(())
}

fn vertex_contents(tree: &Json<'_>) -> Result<(), Refusal> {
    let contents = items(tree, "contents");
    if contents.is_empty() {
        return Err(no_contents(Surface::Vertex));
    }
    for content in contents {
        let parts = items(content, "parts");
        if !parts.iter().any(has_data) {
            // Known.
            return Err(unable(&format!(
                "it must include at least one parts field, which describes the prompt input. {LEARN_MORE}"
            )));
        }
        if parts
            .iter()
            .any(|part| part.get("text").and_then(Json::text) == Some(""))
            && parts.len() == 1
        {
            return Err(unable(&format!(
                "it has an empty text parameter. Add a value to the parameter and try again. {LEARN_MORE}"
            )));
        }
    }
    Ok(())
}

/// Who speaks must be named once there are several turns (§4.3).
fn roles(surface: Surface, tree: &Json<'_>) -> Result<(), Refusal> {
    let contents = items(tree, "contents");
    let is_known = |content: &Json<'_>| match content.get("role").and_then(Json::text) {
        Some("user" | "model" | "function") => true,
        None | Some("") => surface == Surface::Developer || contents.len() == 1,
        Some(_) => false,
    };
    if contents.iter().all(is_known) {
        Ok(())
    } else {
        Err(sentence("Please use a valid role: user, model."))
    }
}

/// Calls and responses of functions come in turns.
fn turns(tree: &Json<'_>) -> Result<(), Refusal> {
    let contents = items(tree, "contents");
    let count = |content: &Json<'_>, name: &str| {
        items(content, "parts")
            .iter()
            .filter(|part| part.get(name).is_some())
            .count()
    };
    for (index, content) in contents.iter().enumerate() {
        let responses = count(content, "function_response");
        if responses == 0 {
            continue;
        }
        let calls = index
            .checked_sub(1)
            .map_or(0, |before| count(&contents[before], "function_call"));
        if calls == 0 {
            return Err(sentence(
                "Please ensure that function response turn comes immediately after a function call turn.",
            ));
        }
        if calls != responses {
            return Err(sentence(
                "Please ensure that the number of function response parts is equal to the number of function \
                 call parts of the function call turn.",
            ));
        }
    }
    Ok(())
}

/// Whether a part holds something.
pub(super) fn has_data(part: &Json<'_>) -> bool {
    part.members().iter().any(|(name, _)| {
        matches!(
            name.as_ref(),
            "text"
                | "inline_data"
                | "file_data"
                | "function_call"
                | "function_response"
                | "executable_code"
                | "code_execution_result"
                | "tool_call"
                | "tool_response"
        )
    })
}

/// Whether functions are named only where one must be called.
fn may_name_functions(tree: &Json<'_>) -> bool {
    let config = tree
        .get("tool_config")
        .and_then(|config| config.get("function_calling_config"));
    config.is_none_or(|config| {
        items(config, "allowed_function_names").is_empty()
            || matches!(config.get("mode").and_then(Json::text), Some("ANY" | "VALIDATED"))
    })
}

fn is_answer_type(mime: &str) -> bool {
    matches!(
        mime,
        "" | "text/plain" | "application/json" | "application/xml" | "application/yaml" | "text/x.enum"
    )
}

/// The categories of today; the others are those of `PaLM`.
fn is_harm_of_gemini(category: &str) -> bool {
    let name = category.strip_prefix("HARM_CATEGORY_").unwrap_or(category);
    name.starts_with("IMAGE_")
        || matches!(
            name,
            "HARASSMENT"
                | "HATE_SPEECH"
                | "SEXUALLY_EXPLICIT"
                | "DANGEROUS_CONTENT"
                | "CIVIC_INTEGRITY"
                | "JAILBREAK"
        )
}

fn is_function_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts && name.len() <= 128 && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
}
