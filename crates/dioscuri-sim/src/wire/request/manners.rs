//! What one model takes and another refuses (§2.8, §4.4 and §4.5).
//!
//! Texts without a word beside them are captured.

use super::{ModelFacts, items};
use crate::{
    scenario::Surface,
    wire::{
        model_rules::{Budget, Family, Level, ModelRules, Thinking},
        proto::json::Json,
        refusal::{
            Refusal,
            malformed::{opaque, sentence, unable},
        },
    },
};

/// Tokens of one answer in several hops (§4.6).
const LONG_DECODE: u64 = 1_048_576;

pub(super) fn check(
    surface: Surface,
    facts: &ModelFacts<'_>,
    rules: &ModelRules,
    tree: &Json<'_>,
) -> Result<(), Refusal> {
    if let Some(config) = tree.get("generation_config") {
        if let Some(config) = config.get("thinking_config") {
            thinking(surface, rules.thinking, config)?;
        }
        sampling(surface, facts, rules, config)?;
        tools_and_types(rules, config, tree)?;
    }
    cache(rules, tree)?;
    let last = items(tree, "contents").last();
    if !rules.model_turn_last && last.is_some_and(|last| is_by(last, "model")) {
        return Err(sentence("Requests ending with a model turn are not supported."));
    }
    if rules.signatures {
        signatures(surface, tree)
    } else {
        Ok(())
    }
}

fn thinking(surface: Surface, rule: Thinking, config: &Json<'_>) -> Result<(), Refusal> {
    let budget = config.get("thinking_budget").and_then(Json::int);
    let level = config
        .get("thinking_level")
        .and_then(Json::text)
        .and_then(Level::named);
    let thoughts = config.get("include_thoughts").is_some_and(Json::is_true);
    if budget.is_some() && level.is_some() {
        return Err(sentence(
            "You can only set only one of thinking budget and thinking level.",
        ));
    }
    match rule {
        Thinking::Unknown => Ok(()),
        Thinking::Never if budget.is_none_or(|budget| budget == 0) && level.is_none() && !thoughts => Ok(()),
        Thinking::Never => Err(match surface {
            Surface::Developer => sentence("Thinking is not enabled for this model"),
            // A guess.
            Surface::Vertex => unable("thinking is not supported by this model."),
        }),
        Thinking::Budget {
            min,
            max,
            can_disable,
            by_default,
        } => {
            if level.is_some() {
                return Err(no_level(surface));
            }
            if let Some(budget) = budget {
                in_range(surface, budget, min, max, can_disable)?;
            }
            let thinks = budget.map_or(by_default, |budget| budget != 0);
            if thoughts && !thinks {
                return Err(no_thoughts(surface));
            }
            Ok(())
        }
        Thinking::Level { levels, budget: rule } => {
            if let Some(level) = level.filter(|level| !levels.contains(level)) {
                return Err(match surface {
                    Surface::Developer => sentence(format!(
                        "Thinking level {} is not supported for this model. Please retry with other thinking \
                         level.",
                        level.name()
                    )),
                    Surface::Vertex => no_level(surface),
                });
            }
            budget.map_or(Ok(()), |budget| levelled(surface, rule, budget))
        }
    }
}

fn in_range(surface: Surface, budget: i64, min: i64, max: i64, can_disable: bool) -> Result<(), Refusal> {
    match budget {
        -1 => Ok(()),
        0 if can_disable => Ok(()),
        0 => Err(match surface {
            Surface::Developer => sentence("Budget 0 is invalid. This model only works in thinking mode."),
            // Captured but for its end, which is a guess.
            Surface::Vertex => unable(
                "Thinking can't be disabled for this model. Remove 'thinking_config.thinking_budget' from the \
                 request and try again.",
            ),
        }),
        _ if (min..=max).contains(&budget) => Ok(()),
        _ => Err(match surface {
            // Known: several people quote it so.
            Surface::Developer => sentence(format!(
                "The thinking budget {budget} is invalid. Please choose a value between {min} and {max}."
            )),
            Surface::Vertex => {
                let min = min.max(1);
                unable(&format!(
                    "thinking_budget is out of range; supported values are integers from {min} to {max}."
                ))
            }
        }),
    }
}

fn levelled(surface: Surface, rule: Budget, budget: i64) -> Result<(), Refusal> {
    match rule {
        Budget::Accepted | Budget::NotZero if !(-1..=65_535).contains(&budget) => Err(match surface {
            // Captured: the range; the sentence around it is known.
            Surface::Developer => sentence(
                "* GenerateContentRequest.generation_config.thinking_config.thinking_budget: thinking_budget must \
                 be in the range [-1, 65535]\n",
            ),
            Surface::Vertex => {
                unable("thinking_budget is out of range; supported values are integers from 1 to 65535.")
            }
        }),
        Budget::NotZero if budget == 0 => Err(opaque()),
        Budget::Accepted | Budget::NotZero => Ok(()),
        // A guess, after the captured words about levels.
        Budget::Refused => Err(match surface {
            Surface::Developer => sentence("Thinking budget is not supported for this model."),
            Surface::Vertex => unable("thinking_budget is not supported by this model."),
        }),
    }
}

fn no_level(surface: Surface) -> Refusal {
    match surface {
        Surface::Developer => sentence("Thinking level is not supported for this model."),
        Surface::Vertex => unable("thinking_level is not supported by this model."),
    }
}

fn no_thoughts(surface: Surface) -> Refusal {
    const PROBLEM: &str = "Thinking_config.include_thoughts is only enabled when thinking is enabled";
    match surface {
        Surface::Developer => sentence(format!("{PROBLEM}.")),
        Surface::Vertex => unable(&format!("{PROBLEM}.")),
    }
}

fn sampling(
    surface: Surface,
    facts: &ModelFacts<'_>,
    rules: &ModelRules,
    config: &Json<'_>,
) -> Result<(), Refusal> {
    let number = |name: &str| config.get(name).and_then(Json::float).unwrap_or(0.0);
    if !rules.penalties && (number("presence_penalty") != 0.0 || number("frequency_penalty") != 0.0) {
        return Err(sentence("Penalty is not enabled for this model"));
    }
    let candidates = config.get("candidate_count").and_then(Json::int);
    if let Some(candidates) = candidates.filter(|count| *count > rules.candidates || *count < 1) {
        return Err(match surface {
            Surface::Developer => sentence("Multiple candidates is not enabled for this model"),
            Surface::Vertex if rules.candidates == 1 => unable(&format!(
                "candidateCount must be 1 but the entered value was {candidates}. Update the candidateCount value \
                 and try again."
            )),
            // A guess, after the sentence about the one.
            Surface::Vertex => unable(&format!(
                "it has a candidateCount value of {candidates} but the supported range is from 1 (inclusive) to {} \
                 (exclusive). Update the value and try again.",
                rules.candidates + 1
            )),
        });
    }
    if let Some(most) = config.get("max_output_tokens").and_then(Json::int) {
        let limit = if rules.family == Family::Gemini4 {
            LONG_DECODE
        } else {
            facts.output_limit
        };
        let is_positive = most > 0;
        // That the Developer API takes more than the model gives is known; below 1 it gives no reason.
        match surface {
            Surface::Developer if !is_positive => return Err(opaque()),
            Surface::Vertex if !is_positive || most.unsigned_abs() > limit => {
                return Err(unable(&format!(
                    "it has a maxOutputTokens value of {most} but the supported range is from 1 (inclusive) to {} \
                     (exclusive). Update the value and try again.",
                    limit.saturating_add(1)
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Before Gemini 3, tools and JSON exclude each other.
fn tools_and_types(rules: &ModelRules, config: &Json<'_>, tree: &Json<'_>) -> Result<(), Refusal> {
    let wants_json = config.get("response_mime_type").and_then(Json::text) == Some("application/json");
    if !wants_json || !matches!(rules.family, Family::Gemini2 | Family::Gemini25) {
        return Ok(());
    }
    let tools = items(tree, "tools");
    let has = |tool: &Json<'_>, name: &str| tool.get(name).is_some();
    let who = if tools.iter().any(|tool| has(tool, "function_declarations")) {
        "Function calling"
    } else if tools.iter().any(|tool| !tool.members().is_empty()) {
        "Tool use"
    } else {
        return Ok(());
    };
    Err(sentence(format!(
        "{who} with a response mime type: 'application/json' is unsupported"
    )))
}

fn cache(rules: &ModelRules, tree: &Json<'_>) -> Result<(), Refusal> {
    if tree
        .get("cached_content")
        .and_then(Json::text)
        .is_none_or(str::is_empty)
    {
        return Ok(());
    }
    if !rules.cached_content {
        // A guess.
        return Err(sentence("CachedContent is not supported for this model."));
    }
    let holds = ["system_instruction", "tools", "tool_config"];
    if holds.iter().any(|name| tree.get(name).is_some()) {
        return Err(sentence(
            "CachedContent can not be used with GenerateContent request setting system_instruction, tools or \
             tool_config.\n\nProposed fix: move those values to CachedContent from GenerateContent request.",
        ));
    }
    Ok(())
}

/// Since Gemini 3, the first function call of each step of the current turn must bring back its signature. A
/// turn begins with what a user says himself.
fn signatures(surface: Surface, tree: &Json<'_>) -> Result<(), Refusal> {
    let contents = items(tree, "contents");
    let is_said = |content: &Json<'_>| {
        !is_by(content, "model")
            && items(content, "parts")
                .iter()
                .any(|part| part.get("function_response").is_none())
    };
    let begin = contents.iter().rposition(is_said).unwrap_or(0);
    for (index, content) in contents.iter().enumerate().skip(begin) {
        let mut calls = items(content, "parts")
            .iter()
            .filter(|part| part.get("function_call").is_some());
        let Some(first) = calls.next() else {
            continue;
        };
        if is_by(content, "model") && first.get("thought_signature").is_none() {
            return Err(unsigned(surface, first, index + 1));
        }
    }
    Ok(())
}

fn unsigned(surface: Surface, call: &Json<'_>, position: usize) -> Refusal {
    let call = call.get("function_call").and_then(|call| call.get("name"));
    let name = call.and_then(Json::text).unwrap_or_default();
    match surface {
        Surface::Developer => sentence(format!(
            "Function call is missing a thought_signature in functionCall parts. This is required for tools to \
             work correctly, and missing thought_signature may lead to degraded model performance. Additional \
             data, function call `default_api:{name}` , position {position}. Please refer to \
             https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
        )),
        Surface::Vertex => unable(&format!(
            "function call `default_api:{name}` in the {position}. content block is missing a \
             `thought_signature`. Learn more: \
             https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures"
        )),
    }
}

fn is_by(content: &Json<'_>, role: &str) -> bool {
    content.get("role").and_then(Json::text) == Some(role)
}
