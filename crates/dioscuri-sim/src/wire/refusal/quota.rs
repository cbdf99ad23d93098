//! How a refusal names the quotas that were exceeded.

use std::{collections::BTreeMap, time::Duration};

use dioscuri_vocab::{Unit, Window};

use super::{Refusal, service};
use crate::{
    scenario::{Surface, Tier},
    wire::error::{Code, Detail, Link, QuotaViolation, proto_duration},
    world::{quota::Violated, route::Target, stats::Reason},
};

/// The quotas that `target` has exceeded. `violated` is not empty.
pub(crate) fn quota_exceeded(
    target: &Target<'_>,
    tier: Tier,
    violated: &[Violated],
    retry_in: Duration,
) -> Refusal {
    let reason = if violated.iter().any(|quota| quota.window == Window::Day) {
        Reason::Day
    } else {
        Reason::Minute
    };
    match target.surface {
        Surface::Developer => developer_quota(reason, target, tier, violated, retry_in),
        Surface::Vertex => vertex_quota(reason, target, violated),
    }
}

/// Captured, with one violation. That several stand in this order is a guess; they were seen in any.
///
/// Captured bodies mostly cut `RetryInfo` to whole seconds, so that who obeys it comes too early. Here it is
/// as exact as the message.
fn developer_quota(
    reason: Reason,
    target: &Target<'_>,
    tier: Tier,
    violated: &[Violated],
    retry_in: Duration,
) -> Refusal {
    let violations: Vec<QuotaViolation> = violated
        .iter()
        .map(|quota| {
            let (metric, id) = developer_names(tier, quota.unit, quota.window);
            QuotaViolation {
                metric: format!("{}/{metric}", service(Surface::Developer)),
                id,
                dimensions: BTreeMap::from([
                    ("location", target.location.to_owned()),
                    ("model", target.model.to_owned()),
                ]),
                value: quota.limit.to_string(),
            }
        })
        .collect();
    let exceeded: Vec<String> = violations
        .iter()
        .map(|quota| {
            format!(
                "* Quota exceeded for metric: {}, limit: {}, model: {}",
                quota.metric, quota.value, target.model
            )
        })
        .collect();
    let retry_delay = proto_duration(retry_in);
    let message = format!(
        "You exceeded your current quota, please check your plan and billing details. For more information on \
         this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current \
         usage, head to: https://ai.dev/rate-limit. \n{}\nPlease retry in {retry_delay}.",
        exceeded.join("\n")
    );
    Refusal::new(reason, Code::ResourceExhausted, message)
        .with(Detail::Help {
            links: vec![Link {
                description: "Learn more about Gemini API quotas",
                url: "https://ai.google.dev/gemini-api/docs/rate-limits",
            }],
        })
        .with(Detail::QuotaFailure { violations })
        .with(Detail::RetryInfo { retry_delay })
}

/// The metric and the quota id on the Developer API. All captured.
const fn developer_names(tier: Tier, unit: Unit, window: Window) -> (&'static str, &'static str) {
    match (tier, unit, window) {
        (Tier::Free, Unit::InputTokens, _) => (
            "generate_content_free_tier_input_token_count",
            "GenerateContentInputTokensPerModelPerMinute-FreeTier",
        ),
        (Tier::Free, _, Window::Day) => (
            "generate_content_free_tier_requests",
            "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
        ),
        (Tier::Free, _, _) => (
            "generate_content_free_tier_requests",
            "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        ),
        (Tier::Paid, Unit::InputTokens, _) => (
            "generate_content_paid_tier_input_token_count",
            "GenerateContentPaidTierInputTokensPerModelPerMinute",
        ),
        (Tier::Paid, _, Window::Day) => (
            "generate_requests_per_model_per_day",
            "GenerateRequestsPerDayPerProjectPerModel",
        ),
        (Tier::Paid, _, _) => (
            "generate_requests_per_model",
            "GenerateRequestsPerMinutePerProjectPerModel",
        ),
    }
}

/// Captured for requests per minute: a message without details. The metrics of tokens and of days are guesses
/// after it, and so is that only the first of several is named.
fn vertex_quota(reason: Reason, target: &Target<'_>, violated: &[Violated]) -> Refusal {
    let metric = match violated.first().map(|quota| (quota.unit, quota.window)) {
        Some((Unit::InputTokens, _)) => "generate_content_input_tokens_per_minute_per_base_model",
        Some((_, Window::Day)) => "generate_content_requests_per_day_per_project_per_base_model",
        _ => "generate_content_requests_per_minute_per_project_per_base_model",
    };
    Refusal::new(
        reason,
        Code::ResourceExhausted,
        format!(
            "Quota exceeded for aiplatform.googleapis.com/{metric} with base model: {}. Please submit a quota \
             increase request. https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai.",
            target.model
        ),
    )
}
