//! Middlewares for reqwest-middleware 0.5, in three depths: classify, retry in place, the whole engine.

mod attempt_timeout;
mod classify;
#[cfg(feature = "transport")]
mod engine;
mod filter;
mod look;
mod retry;

pub use attempt_timeout::AttemptTimeout;
pub use classify::ClassifyMiddleware;
#[cfg(feature = "transport")]
pub use engine::{EngineMiddleware, LiveReceipt};
pub use retry::RetryMiddleware;

use dioscuri_retry::{Context, Verdict};
use dioscuri_vocab::{Failure, Phase, Rng, Tick};

/// What an error of a stack means; `None` if it is a middleware's own.
pub(crate) fn classify(error: &reqwest_middleware::Error) -> Option<(Failure, Phase)> {
    match error {
        reqwest_middleware::Error::Reqwest(error) => Some(crate::classify(error)),
        reqwest_middleware::Error::Middleware(error) => error.chain().find_map(crate::cause::known),
    }
}

/// The policy of what is not ours to try again.
fn never(_: &Context, _: &Failure, _: Tick, _: &mut dyn Rng) -> Verdict {
    Verdict::Permanent
}

/// How long a call may take by the terms of the whole engine, if any stand among `extensions`.
fn terms_deadline(extensions: &http::Extensions) -> Option<std::time::Duration> {
    #[cfg(feature = "transport")]
    return extensions.get::<dioscuri_transport::CallTerms>()?.deadline;
    #[cfg(not(feature = "transport"))]
    {
        let _ = extensions;
        None
    }
}
