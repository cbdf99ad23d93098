//! How a refusal names the quotas that were exceeded (§2.5).

use std::time::Duration;

use dioscuri_vocab::{Unit, Window};

use super::{Facts, Refusal, service};
use crate::{
    scenario::{ModelKind, RetryHint, Surface, Tier},
    wire::error::{Code, Detail, Link, QuotaViolation, proto_duration, spoken_duration},
    world::{ledger::Violated, route::Target, stats::Reason},
};

/// The limits that a spurious refusal names where the project has none: of a paid tier, guesses.
const USUAL_RPM: u64 = 1_000;
const USUAL_RPD: u64 = 10_000;

/// The quotas that `target` has exceeded. `violated` is not empty.
pub(crate) fn of_quota(target: &Target<'_>, facts: &Facts<'_>, violated: &[Violated]) -> Refusal {
    let reason = if violated.iter().any(|quota| quota.window == Window::Day) {
        Reason::Day
    } else {
        Reason::Minute
    };
    exceeded(reason, target, facts, violated)
}

/// The same words with room left, as users reported in December 2025.
pub(super) fn spurious_minute(target: &Target<'_>, facts: &Facts<'_>) -> Refusal {
    let limit = facts.quota.and_then(|quota| quota.rpm).unwrap_or(USUAL_RPM);
    spurious(target, facts, Window::Minute, limit)
}

pub(super) fn spurious_day(target: &Target<'_>, facts: &Facts<'_>) -> Refusal {
    let limit = facts.quota.and_then(|quota| quota.rpd).unwrap_or(USUAL_RPD);
    spurious(target, facts, Window::Day, limit)
}

fn spurious(target: &Target<'_>, facts: &Facts<'_>, window: Window, limit: u64) -> Refusal {
    let violated = Violated {
        unit: Unit::Requests,
        window,
        limit,
        wait: Some(facts.seconds),
    };
    exceeded(Reason::Spurious, target, facts, &[violated])
}

/// Captured: the sentence alone, with the blank at its end.
pub(super) fn only_text() -> Refusal {
    Refusal::new(
        Reason::Unspecified,
        Code::ResourceExhausted,
        "You exceeded your current quota, please check your plan and billing details. For more information on this \
         error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: \
         https://ai.dev/usage?tab=rate-limit. ",
    )
}

fn exceeded(reason: Reason, target: &Target<'_>, facts: &Facts<'_>, violated: &[Violated]) -> Refusal {
    match target.surface {
        Surface::Developer => developer(reason, target, facts, violated),
        Surface::Vertex => vertex(reason, facts, violated),
    }
}

/// The wait that a refusal asks for: the longest of its quotas'; `None`: it asks for none.
///
/// Captured bodies of a day's quota mostly ask for some seconds below a minute, as if for the minute's window,
/// and so do those of the limit 0, for which no wait is true: an honest refusal asks for none then.
fn wait(facts: &Facts<'_>, violated: &[Violated]) -> Option<Duration> {
    let longest = violated.iter().try_fold(Duration::ZERO, |longest, quota| {
        let wait = match (facts.hint, quota.window) {
            (RetryHint::Lying, Window::Day) => Some(facts.seconds),
            (RetryHint::Lying, _) => Some(quota.wait.unwrap_or(facts.seconds)),
            _ => quota.wait,
        };
        Some(longest.max(wait?))
    });
    longest.filter(|_| facts.hint != RetryHint::Absent)
}

/// Captured, with one violation and with several; their order and that of the details was seen to vary. That the
/// model is named as it is counted, and not by the alias that was asked for, is a guess.
fn developer(reason: Reason, target: &Target<'_>, facts: &Facts<'_>, violated: &[Violated]) -> Refusal {
    let violations: Vec<QuotaViolation> = violated
        .iter()
        .map(|quota| {
            let (metric, id) = developer_names(facts, quota.unit, quota.window);
            QuotaViolation {
                metric: format!("{}/{metric}", service(Surface::Developer)),
                id,
                dimensions: [
                    ("location", target.location.to_owned()),
                    ("model", facts.served.to_owned()),
                ]
                .into(),
                value: quota.limit.to_string(),
            }
        })
        .collect();
    let mut message = "You exceeded your current quota, please check your plan and billing details. For more \
                       information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To \
                       monitor your current usage, head to: https://ai.dev/rate-limit. "
        .to_owned();
    for quota in &violations {
        message += "\n* Quota exceeded for metric: ";
        message += &quota.metric;
        message += ", limit: ";
        message += &quota.value;
        message += ", model: ";
        message += facts.served;
    }
    let wait = wait(facts, violated);
    if let Some(wait) = wait {
        message += "\nPlease retry in ";
        message += &spoken_duration(wait);
        message += ".";
    }
    let refusal = Refusal::new(reason, Code::ResourceExhausted, message)
        .with(Detail::Help {
            links: vec![Link {
                description: "Learn more about Gemini API quotas",
                url: "https://ai.google.dev/gemini-api/docs/rate-limits".into(),
            }],
        })
        .with(Detail::QuotaFailure { violations });
    match wait {
        None => refusal,
        Some(wait) => refusal.with(Detail::RetryInfo {
            retry_delay: proto_duration(match facts.hint {
                RetryHint::Rounded => Duration::from_secs(wait.as_secs()),
                _ => wait,
            }),
        }),
    }
}

/// The metric and the quota id on the Developer API.
///
/// Captured, but for the tokens of a paid tier's embeddings and its days, which are guesses after the others.
/// The id of a minute's tokens of embeddings on the free tier is known from tests of others.
const fn developer_names(facts: &Facts<'_>, unit: Unit, window: Window) -> (&'static str, &'static str) {
    match (facts.kind, facts.tier, unit, window) {
        (ModelKind::Generate, Tier::Free, Unit::InputTokens, _) => (
            "generate_content_free_tier_input_token_count",
            "GenerateContentInputTokensPerModelPerMinute-FreeTier",
        ),
        (ModelKind::Generate, Tier::Free, _, Window::Day) => (
            "generate_content_free_tier_requests",
            "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
        ),
        (ModelKind::Generate, Tier::Free, _, _) => (
            "generate_content_free_tier_requests",
            "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        ),
        (ModelKind::Generate, Tier::Paid, Unit::InputTokens, _) => (
            "generate_content_paid_tier_input_token_count",
            "GenerateContentPaidTierInputTokensPerModelPerMinute",
        ),
        (ModelKind::Generate, Tier::Paid, _, Window::Day) => (
            "generate_requests_per_model_per_day",
            "GenerateRequestsPerDayPerProjectPerModel",
        ),
        (ModelKind::Generate, Tier::Paid, _, _) => (
            "generate_requests_per_model",
            "GenerateRequestsPerMinutePerProjectPerModel",
        ),
        (ModelKind::Embed, Tier::Free, Unit::InputTokens, _) => (
            "embed_content_free_tier_input_token_count",
            "EmbedContentInputTokensPerMinutePerProjectPerModel-FreeTier",
        ),
        (ModelKind::Embed, Tier::Free, _, Window::Day) => (
            "embed_content_free_tier_requests",
            "EmbedContentRequestsPerDayPerUserPerProjectPerModel-FreeTier",
        ),
        (ModelKind::Embed, Tier::Free, _, _) => (
            "embed_content_free_tier_requests",
            "EmbedContentRequestsPerMinutePerUserPerProjectPerModel-FreeTier",
        ),
        (ModelKind::Embed, Tier::Paid, Unit::InputTokens, _) => (
            "embed_content_paid_tier_input_token_count",
            "EmbedContentInputTokensPerMinutePerProjectPerModel-PaidTier",
        ),
        (ModelKind::Embed, Tier::Paid, _, Window::Day) => (
            "embed_content_paid_tier_requests",
            "EmbedContentPerDayPerProjectPerUserPerModel-PaidTier",
        ),
        (ModelKind::Embed, Tier::Paid, _, _) => (
            "embed_content_paid_tier_requests",
            "EmbedContentPerMinutePerProjectPerUserPerModel-PaidTier",
        ),
    }
}

/// Captured for requests per minute: a message without details. The metrics of tokens to generate from and of
/// days are guesses after it, and so is that only the first of several is named. That an
/// alias is not named is a guess as well.
fn vertex(reason: Reason, facts: &Facts<'_>, violated: &[Violated]) -> Refusal {
    let first = violated.first().map(|quota| (quota.unit, quota.window));
    let metric = match (facts.kind, first) {
        (ModelKind::Generate, Some((Unit::InputTokens, _))) => {
            "generate_content_input_tokens_per_minute_per_base_model"
        }
        (ModelKind::Generate, Some((_, Window::Day))) => {
            "generate_content_requests_per_day_per_project_per_base_model"
        }
        (ModelKind::Generate, _) => "generate_content_requests_per_minute_per_project_per_base_model",
        (ModelKind::Embed, Some((Unit::InputTokens, _))) => {
            "embed_content_input_tokens_per_minute_per_base_model"
        }
        (ModelKind::Embed, Some((_, Window::Day))) => "embed_content_requests_per_day_per_base_model",
        (ModelKind::Embed, _) => "online_prediction_requests_per_base_model",
    };
    Refusal::new(
        reason,
        Code::ResourceExhausted,
        format!(
            "Quota exceeded for aiplatform.googleapis.com/{metric} with base model: {}. Please submit a quota \
             increase request. https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai.",
            facts.served
        ),
    )
}
