//! How many tokens a prompt has, estimated before it is sent.

mod correction;
mod measure;
mod prices;

pub use correction::{Correction, UnderWay};
pub use measure::{Measure, Resolution};

use crate::SavedCorrection;
use correction::whole;
use prices::by_rule;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Estimates the input tokens of a prompt.
///
/// ```
/// use dioscuri_budget::{Measure, TokenEstimator};
///
/// /// Knows its prompts.
/// struct Fixed;
/// impl TokenEstimator for Fixed {
///     fn estimate(&self, _model: &str, _prompt: &Measure) -> u64 {
///         1_000
///     }
/// }
/// assert_eq!(Fixed.estimate("gemini-4-argon", &Measure::default()), 1_000);
/// ```
pub trait TokenEstimator: Send + Sync {
    /// The tokens to reserve for `prompt` on `model`: rather too many, since too few end in a refusal.
    fn estimate(&self, model: &str, prompt: &Measure) -> u64;

    /// `prompt` had `actual` tokens on `model` (`usageMetadata.promptTokenCount`).
    fn learn(&self, _model: &str, _prompt: &Measure, _actual: u64) {}
}

/// The default [`TokenEstimator`]: the published rules, corrected per model within bounds, with a margin that a
/// model's estimates have earned.
///
/// ```
/// use dioscuri_budget::{Measure, Rules, TokenEstimator};
///
/// let rules = Rules::new();
/// let mut prompt = Measure::default();
/// prompt.text(&"four".repeat(100));
/// assert_eq!(rules.estimate("gemini-4-argon", &prompt), 124); // 400 / 4, and nearly a quarter more
///
/// // A model that needs twice as many, always: the estimate follows, and the margin shrinks.
/// for _ in 0..1_000 {
///     rules.learn("gemini-4-argon", &prompt, 200);
/// }
/// assert!((200..206).contains(&rules.estimate("gemini-4-argon", &prompt)));
/// assert_eq!(rules.estimate("gemini-4-neon", &prompt), 124);
/// ```
#[derive(Debug, Default)]
pub struct Rules {
    models: Mutex<HashMap<Box<str>, Correction>>,
}

impl Rules {
    /// Rules that have seen no model yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was learned of each model, to keep.
    #[must_use]
    pub fn save(&self) -> BTreeMap<String, SavedCorrection> {
        let models = self.lock();
        models
            .iter()
            .map(|(model, correction)| (model.to_string(), correction.saved()))
            .collect()
    }

    /// Goes on from what was kept; a model that has been learned since stays as it is.
    pub fn restore(&self, saved: &BTreeMap<String, SavedCorrection>) {
        let mut models = self.lock();
        for (model, correction) in saved {
            if models.len() < MOST_MODELS && !models.contains_key(model.as_str()) {
                models.insert(model.as_str().into(), Correction::restore(correction));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Correction>> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenEstimator for Rules {
    fn estimate(&self, model: &str, prompt: &Measure) -> u64 {
        let correction = self.lock().get(model).copied().unwrap_or_default();
        whole(correction.with_margin(by_rule(model, prompt)))
    }

    fn learn(&self, model: &str, prompt: &Measure, actual: u64) {
        let expected = whole(by_rule(model, prompt));
        if expected < SMALLEST_LESSON {
            return;
        }
        let mut models = self.lock();
        if let Some(correction) = models.get_mut(model) {
            correction.learn(expected, actual);
        } else if models.len() < MOST_MODELS {
            let mut correction = Correction::new();
            correction.learn(expected, actual);
            models.insert(model.into(), correction);
        }
    }
}

/// Below this many tokens, whatever a turn costs outweighs the text and would teach a wrong ratio.
const SMALLEST_LESSON: u64 = 32;

/// Models whose ratio is kept. There are some 60; a caller that makes names up must not fill the memory.
const MOST_MODELS: usize = 1_000;

#[cfg(test)]
mod tests;
