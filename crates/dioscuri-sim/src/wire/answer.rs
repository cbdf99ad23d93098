//! What a model says, and the body that says it: `GenerateContentResponse` (§3).

mod asked;
mod body;
mod continuation;
pub(super) mod form;
#[cfg(test)]
pub(super) mod tests;
mod words;

use std::borrow::Cow;

use dioscuri_vocab::{Rng, SplitMix64, UnixTime};
use serde_json::{Value, json};

pub(super) use self::body::Head;
use self::{
    asked::Asked,
    continuation::Standing,
    form::{FunctionCall, ModalityTokens},
};
use super::{
    refusal::{self, Refusal},
    request::Request,
    schema, tokens,
};
use crate::scenario::{ServiceTier, Surface};

/// Where, when and how an answer is given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) surface: Surface,
    /// The model that answers.
    pub(crate) model: &'a str,
    pub(crate) unix: UnixTime,
    /// The tier at which it is served.
    pub(crate) service_tier: ServiceTier,
    /// Whether provisioned throughput pays for it.
    pub(crate) provisioned: bool,
}

/// How long an answer is to be, and how it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'a> {
    /// The text, in tokens.
    pub(crate) length: u64,
    /// The thinking before it, in tokens, unless the request says otherwise.
    pub(crate) thinking: u64,
    /// The most tokens of an answer, thinking included.
    pub(crate) output_limit: u64,
    /// The most tokens of one request's answer, after which it must be continued; `None`: the model knows no
    /// continuation.
    pub(crate) hop_limit: Option<u64>,
    pub(crate) fate: Fate<'a>,
}

/// How an answer ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate<'a> {
    /// As the request deserves.
    Well,
    /// For this `finishReason`.
    Finish(&'a str),
    /// There is none, for this `blockReason`.
    Block(&'a str),
    /// There is none, for no reason.
    Empty,
}

/// An answer.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Answer {
    /// Empty if there is none.
    pub(super) said: Vec<Said>,
    block_reason: Option<String>,
    prompt: Vec<ModalityTokens>,
    /// Thinking, in tokens.
    pub(super) thoughts: u64,
    /// Where the first candidate began, if it can be continued.
    begun: Option<Standing>,
}

/// One candidate.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Said {
    /// A summary of the thoughts, if it is asked for.
    pub(super) thought: Option<String>,
    pub(super) text: String,
    pub(super) call: Option<FunctionCall>,
    /// Proves the thoughts to whoever takes up the conversation.
    pub(super) signature: Option<String>,
    /// The tokens of text or call, said or withheld.
    pub(super) tokens: u64,
    finish: Cow<'static, str>,
    /// With which it is continued.
    token: Option<String>,
}

impl Answer {
    /// An answer of about the planned length that `rng` alone decides; in JSON, as long as it must be.
    ///
    /// # Errors
    ///
    /// If the request asks to continue what nobody has begun.
    pub(crate) fn draw(
        scene: &Scene<'_>,
        request: &Request,
        plan: &Plan<'_>,
        rng: &mut SplitMix64,
    ) -> Result<Self, Refusal> {
        Self::to(scene, &Asked::from(request), plan, rng)
    }

    fn to(
        scene: &Scene<'_>,
        asked: &Asked<'_>,
        plan: &Plan<'_>,
        rng: &mut SplitMix64,
    ) -> Result<Self, Refusal> {
        let begun = match asked.continuation {
            None => None,
            Some(token) => Some(
                Standing::of_token(token, scene.model)
                    .filter(|_| plan.hop_limit.is_some())
                    .ok_or_else(refusal::bad_continuation)?,
            ),
        };
        let prompt = asked.prompt(begun.as_ref());
        let standing = begun.unwrap_or_else(|| Standing {
            seed: rng.next_u64(),
            length: plan.length,
            at: 0,
            spent: 0,
            thinking: asked.thinking(plan.thinking),
            prompt: prompt.first().map_or(0, |text| text.token_count),
        });
        let mut answer = Self {
            said: Vec::new(),
            block_reason: None,
            prompt,
            thoughts: 0,
            begun: plan.hop_limit.map(|_| standing),
        };
        match plan.fate {
            Fate::Block(reason) => answer.block_reason = Some(reason.to_owned()),
            Fate::Empty => {}
            Fate::Well | Fate::Finish(_) => {
                (answer.thoughts, answer.said) = candidates(scene, asked, plan, standing)?;
            }
        }
        Ok(answer)
    }

    /// The tokens of the prompt as they are billed: of a later hop with all that was said before it.
    pub(crate) fn prompt_tokens(&self) -> u64 {
        self.prompt
            .iter()
            .fold(0, |sum, of| sum.saturating_add(of.token_count))
    }

    /// The tokens generated, thinking included.
    pub(crate) fn output_tokens(&self) -> u64 {
        self.thoughts.saturating_add(self.text_tokens())
    }

    fn text_tokens(&self) -> u64 {
        self.said
            .iter()
            .fold(0, |sum, said| sum.saturating_add(said.tokens))
    }

    /// The token that continues this answer after so much of its text, if it can be continued.
    pub(super) fn checkpoint(&self, model: &str, bytes: usize, text_tokens: u64) -> Option<String> {
        let begun = self.begun?;
        Some(begun.after(self.thoughts, bytes, text_tokens).token(model))
    }
}

/// The tokens thought, and what is said after.
fn candidates(
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    plan: &Plan<'_>,
    begun: Standing,
) -> Result<(u64, Vec<Said>), Refusal> {
    let (thoughts, first) = speak(scene, asked, plan, begun)?;
    let mut said = vec![first];
    for number in 1..asked.candidates {
        // Only the first thinks, and only it can be continued.
        let begun = Standing {
            seed: SplitMix64::split(begun.seed, number).next_u64(),
            thinking: 0,
            ..begun
        };
        let (_, mut other) = speak(scene, asked, plan, begun)?;
        other.token = None;
        said.push(other);
    }
    Ok((thoughts, said))
}

/// What one candidate thinks and says from `begun` on.
fn speak(
    scene: &Scene<'_>,
    asked: &Asked<'_>,
    plan: &Plan<'_>,
    begun: Standing,
) -> Result<(u64, Said), Refusal> {
    let mut rng = SplitMix64::new(begun.seed);
    let budget = asked
        .max_output_tokens
        .unwrap_or(u64::MAX)
        .min(plan.output_limit)
        .saturating_sub(begun.spent);
    let room = plan.hop_limit.map_or(budget, |hop| hop.min(budget));
    let thoughts = begun.thinking.min(room);
    let whole = asked.whole(&begun, room - thoughts, &mut rng);
    let rest = usize::try_from(begun.at)
        .ok()
        .and_then(|at| whole.get(at..))
        .ok_or_else(refusal::bad_continuation)?;
    let mut said = Said {
        thought: (asked.thoughts && thoughts > 0).then(|| words::summary(thoughts, &mut rng)),
        signature: (thoughts > 0 && words::are_signed(scene.model)).then(|| words::signature(&mut rng)),
        finish: "STOP".into(),
        ..Said::default()
    };
    if !asked.must_call.is_empty() && plan.fate == Fate::Well {
        let function = &asked.must_call[rng.index(asked.must_call.len())];
        let args = function
            .parameters
            .as_ref()
            .map(|schema| schema::fill(schema, &mut rng));
        said.call_function(&function.name, args.unwrap_or_else(|| json!({})));
        return Ok((thoughts, said));
    }
    let mut room = room - thoughts;
    if let Fate::Finish("MAX_TOKENS" | "CONTINUATION") = plan.fate {
        room = room.min(tokens::of_text(rest) / 2);
    }
    said.tokens = tokens::of_text(rest);
    let text = if said.tokens <= room {
        rest
    } else {
        let text = tokens::beginning(rest, room);
        said.tokens = tokens::of_text(text);
        text
    };
    if let Fate::Finish(reason) = plan.fate {
        said.finish = reason.to_owned().into();
    } else if text.len() < rest.len() {
        let goes_on = plan.hop_limit.is_some_and(|hop| hop < budget);
        said.finish = if goes_on { "CONTINUATION" } else { "MAX_TOKENS" }.into();
    }
    if said.finish == "CONTINUATION" || (said.finish == "MAX_TOKENS" && plan.hop_limit.is_some()) {
        let next = begun.after(thoughts, text.len(), said.tokens);
        said.token = Some(next.token(scene.model));
    }
    text.clone_into(&mut said.text);
    if !matches!(said.finish.as_ref(), "STOP" | "MAX_TOKENS" | "CONTINUATION") {
        said.withhold();
    }
    Ok((thoughts, said))
}

impl Said {
    /// Answers with a call of `name`.
    fn call_function(&mut self, name: &str, args: Value) {
        self.tokens = tokens::of_text(name).saturating_add(tokens::of_text(&args.to_string()));
        self.call = Some(FunctionCall {
            name: name.to_owned(),
            args,
        });
    }

    /// Takes back what was said. It stays counted where a captured answer counts it.
    fn withhold(&mut self) {
        self.text.clear();
        self.thought = None;
        self.signature = None;
        match self.finish.as_ref() {
            "SAFETY" | "RECITATION" => {}
            "UNEXPECTED_TOOL_CALL" => self.call_function("undeclaredTool", json!({})),
            _ => self.tokens = 0,
        }
    }
}
