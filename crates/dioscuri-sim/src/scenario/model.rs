//! The models of a world.

use std::time::Duration;

/// A model that exists in the world. Every project may ask for it.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Model {
    /// Its name in paths, quota bodies and `modelVersion`.
    pub name: String,
    /// Other names for it, such as `gemini-flash-latest`.
    pub aliases: Vec<String>,
    /// The model that answers in its place, as a retired one is rerouted: limits, prices and `modelVersion`
    /// are the other's.
    pub served_by: Option<String>,
    /// Whether it may be asked.
    pub state: ModelState,
    /// What it is for.
    pub kind: ModelKind,
    /// The locations where it exists; empty: everywhere.
    pub locations: Vec<String>,
    /// How long its answers take, where it differs from the world's.
    pub latency: Option<Latency>,
    /// The shortest and the longest answer, in tokens; uniform between.
    pub output_tokens: (u64, u64),
    /// The least and the most thinking before an answer, in tokens; uniform between.
    pub thinking_tokens: (u64, u64),
    /// The longest prompt, in tokens.
    pub input_limit: u64,
    /// The longest answer, thinking included, in tokens.
    pub output_limit: u64,
    /// The longest answer of one request in tokens, after which a longer one must be continued; `None`: the
    /// model knows no continuation.
    pub hop_limit: Option<u64>,
    /// The length of its embeddings.
    pub dimensions: usize,
    /// What it costs.
    pub price: Price,
}

/// Whether a model may be asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum ModelState {
    /// By everybody.
    #[default]
    Active,
    /// By nobody: it is not found.
    Retired,
    /// Only by projects that have used it before.
    ClosedToNewUsers,
}

/// What a model is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum ModelKind {
    /// It generates content.
    #[default]
    Generate,
    /// It embeds content.
    Embed,
}

/// What a model costs, in USD for a million tokens at the standard tier.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Price {
    /// For tokens of the prompt.
    pub input: f64,
    /// For tokens of the answer, thinking included.
    pub output: f64,
}

/// How long an answer takes, from the request's last byte to the answer's head.
///
/// Uniform in `min..=max`, plus `per_output_token` for each token of the answer. Of a stream, the tokens come
/// one by one after the head.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Latency {
    /// The shortest time. Refusals take this long.
    pub min: Duration,
    /// The longest time but for the tail; at least `min`.
    pub max: Duration,
    /// The time that each token of the answer adds.
    pub per_output_token: Duration,
    /// The share of answers, `0.0..=1.0`, that take `tail_factor` times as long.
    pub tail_share: f64,
    /// How much longer those take; at least 1.
    pub tail_factor: f64,
}
