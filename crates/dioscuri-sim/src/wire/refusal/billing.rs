//! Refusals because nobody pays.

use super::{Refusal, service};
use crate::{
    wire::error::{Code, Detail, ErrorBody, Link},
    world::{route::Target, stats::Reason},
};

/// Captured on the Developer API with 429, the blank at the end included. That 402 brings the same body is a
/// guess; no canonical code belongs to it.
pub(crate) fn prepaid_depleted(status: u16) -> Refusal {
    Refusal {
        reason: Reason::Prepaid,
        body: ErrorBody::free(
            status,
            "RESOURCE_EXHAUSTED",
            "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage \
             your project and billing. Learn more at https://ai.google.dev/gemini-api/docs/billing#prepay. ",
        ),
    }
}

/// Captured on the Developer API.
pub(crate) fn spending_cap() -> Refusal {
    Refusal::new(
        Reason::SpendingCap,
        Code::ResourceExhausted,
        "Your project has exceeded its monthly spending cap. Please go to AI Studio at https://ai.studio/spend to \
         manage your project spend cap.",
    )
}

/// Known: quoted in public by several who met it, without details, in 2026.
pub(crate) fn spend_limit() -> Refusal {
    Refusal::new(
        Reason::Spend,
        Code::ResourceExhausted,
        "You exceeded your spend-based rate limit. Your spending rate has exceeded the allowed limit for your \
         account's billing history and tier.",
    )
}

/// Known from Google's other APIs; nobody has posted it from these surfaces.
pub(crate) fn billing_closed(target: &Target<'_>, number: u64) -> Refusal {
    let url = format!("https://console.developers.google.com/billing/enable?project={number}");
    Refusal::new(
        Reason::BillingClosed,
        Code::PermissionDenied,
        format!(
            "This API method requires billing to be enabled. Please enable billing on project #{number} by \
             visiting {url} then retry. If you enabled billing for this project recently, wait a few minutes for \
             the action to propagate to our systems and retry."
        ),
    )
    .with(Detail::Help {
        links: vec![Link {
            description: "Google developers console billing",
            url: url.into(),
        }],
    })
    .with(Detail::ErrorInfo {
        reason: "BILLING_DISABLED",
        domain: Some("googleapis.com"),
        metadata: [
            ("consumer", format!("projects/{number}")),
            ("service", service(target.surface).to_owned()),
        ]
        .into(),
    })
}
