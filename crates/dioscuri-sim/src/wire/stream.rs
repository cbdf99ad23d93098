//! The same answer, piece by piece (§1.2), and what may break it off (§2.9).

#[cfg(test)]
mod tests;

use dioscuri_vocab::{Rng, SplitMix64};
use serde::Serialize;

use super::{
    answer::{
        Answer, Head, Said, Scene,
        form::{Candidate, Content, Part, Usage},
    },
    error::ErrorBody,
    layout, tokens,
};
use crate::scenario::Surface;

/// The fewest and the most tokens of a frame. Real ones are often longer; these make a stream even of a short
/// answer.
const FEWEST: u64 = 2;
const MOST: u64 = 16;

/// How the frames of a stream are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Framing {
    /// Server-sent events, asked for with `alt=sse`.
    Sse,
    /// One JSON array, element by element.
    Array,
}

impl Framing {
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Sse => "text/event-stream",
            Self::Array => "application/json; charset=UTF-8",
        }
    }

    /// What stands after the last frame.
    pub(crate) const fn closing(self) -> &'static [u8] {
        match self {
            Self::Sse => b"",
            Self::Array => b"]\n",
        }
    }

    /// A frame after `index` others.
    fn frame(self, value: &impl Serialize, index: usize) -> Vec<u8> {
        match self {
            Self::Sse => {
                let mut bytes = Vec::with_capacity(512);
                bytes.extend_from_slice(b"data: ");
                layout::append_line(&mut bytes, value);
                bytes.extend_from_slice(b"\r\n\r\n");
                bytes
            }
            Self::Array => {
                let mut bytes = if index == 0 {
                    b"[".to_vec()
                } else {
                    b",\r\n".to_vec()
                };
                bytes.append(&mut layout::body(value));
                bytes
            }
        }
    }

    /// An error in a frame of its own after `index` others; the closing is still to come.
    pub(crate) fn error(self, body: &ErrorBody, index: usize) -> Vec<u8> {
        self.frame(body, index)
    }

    /// The whole body of an error that comes before the stream: alone, or in an array of one.
    pub(crate) fn refusal(self, body: &ErrorBody) -> Vec<u8> {
        match self {
            Self::Sse => body.bytes(),
            Self::Array => {
                let mut bytes = self.error(body, 0);
                bytes.extend_from_slice(self.closing());
                bytes
            }
        }
    }
}

/// An error without the form of a frame: bare JSON on lines of its own. Captured within server-sent events.
pub(crate) fn bare_error(body: &ErrorBody) -> Vec<u8> {
    body.bytes()
}

/// The answer's frames, each with the tokens that are generated for it; `rng` draws the response id and where
/// the text is cut. The closing is still to come.
pub(crate) fn frames(
    scene: &Scene<'_>,
    answer: &Answer,
    framing: Framing,
    rng: &mut SplitMix64,
) -> Vec<(Vec<u8>, u64)> {
    let head = Head::new(scene, rng);
    let steps = steps(answer, rng);
    let mut frames = Vec::with_capacity(steps.len());
    let mut reported = 0;
    for (index, step) in steps.iter().enumerate() {
        let is_last = index + 1 == steps.len();
        let generated = answer.thoughts.saturating_add(step.text_tokens);
        let body = head.body(
            step.candidates(scene, answer),
            answer.feedback(scene.surface).filter(|_| index == 0),
            match scene.surface {
                Surface::Vertex if !is_last => Usage {
                    traffic_type: answer.usage(scene, 0, 0).traffic_type,
                    ..Usage::default()
                },
                _ => answer.usage(scene, answer.thoughts, step.text_tokens),
            },
        );
        frames.push((framing.frame(&body, index), generated - reported));
        reported = generated;
    }
    frames
}

/// What one frame brings.
struct Step<'a> {
    pieces: Vec<Piece<'a>>,
    /// The text's tokens so far, of all candidates.
    text_tokens: u64,
}

/// What one frame brings of one candidate.
struct Piece<'a> {
    index: u64,
    said: &'a Said,
    parts: Vec<Part<'a>>,
    /// Where the candidate stands after it, in bytes and in tokens.
    bytes: usize,
    tokens: u64,
    is_last: bool,
}

impl<'a> Step<'a> {
    fn candidates(&self, scene: &Scene<'_>, answer: &Answer) -> Vec<Candidate<'a>> {
        self.pieces
            .iter()
            .map(|piece| {
                let parts = piece.parts.clone();
                if piece.is_last {
                    return piece.said.end(scene.surface, piece.index, parts);
                }
                // A long answer that breaks off is taken up again at the last token that came.
                let checkpoint = (piece.index == 0 && piece.bytes > 0)
                    .then(|| answer.checkpoint(scene.model, piece.bytes, piece.tokens))
                    .flatten();
                Candidate {
                    content: Some(Content::new(scene.surface, parts)),
                    continuation_token: checkpoint.map(Into::into),
                    ..Candidate::at(scene.surface, piece.index)
                }
            })
            .collect()
    }
}

/// The frames that bring `answer`: at least one.
fn steps<'a>(answer: &'a Answer, rng: &mut SplitMix64) -> Vec<Step<'a>> {
    let mut candidates: Vec<_> = answer
        .said
        .iter()
        .zip(0..)
        .map(|(said, index)| pieces(said, index, rng).into_iter())
        .collect();
    let mut so_far = vec![0; candidates.len()];
    let mut steps = Vec::new();
    loop {
        let mut now = Vec::new();
        for (piece, tokens) in candidates.iter_mut().zip(&mut so_far) {
            if let Some(piece) = piece.next() {
                *tokens = piece.tokens;
                now.push(piece);
            }
        }
        if now.is_empty() && !steps.is_empty() {
            return steps;
        }
        steps.push(Step {
            pieces: now,
            text_tokens: so_far.iter().sum(),
        });
        if candidates.is_empty() {
            return steps;
        }
    }
}

/// One candidate, cut in pieces; at least one.
fn pieces<'a>(said: &'a Said, index: u64, rng: &mut SplitMix64) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut push = |parts, bytes, tokens| {
        pieces.push(Piece {
            index,
            said,
            parts,
            bytes,
            tokens,
            is_last: false,
        });
    };
    if let Some(thought) = &said.thought {
        push(vec![Part::thought(thought)], 0, 0);
    }
    let (mut rest, mut tokens) = (said.text.as_str(), 0_u64);
    while !rest.is_empty() {
        let span = usize::try_from(MOST - FEWEST).unwrap_or(0) + 1;
        let most = FEWEST + rng.index(span) as u64;
        let text = tokens::beginning(rest, most);
        rest = &rest[text.len()..];
        tokens = if rest.is_empty() {
            said.tokens
        } else {
            tokens.saturating_add(most).min(said.tokens)
        };
        push(vec![Part::text(text)], said.text.len() - rest.len(), tokens);
    }
    // A signature comes last, with an empty text; without one the last piece of text ends the answer.
    let ending = match (&said.call, &said.signature) {
        (Some(call), signature) => vec![Part {
            function_call: Some(call),
            thought_signature: signature.as_deref(),
            ..Part::default()
        }],
        (None, Some(signature)) => vec![Part {
            thought_signature: Some(signature),
            ..Part::text("")
        }],
        (None, None) => Vec::new(),
    };
    if !ending.is_empty() || said.text.is_empty() {
        push(ending, said.text.len(), said.tokens);
    }
    if let Some(last) = pieces.last_mut() {
        last.is_last = true;
    }
    pieces
}
