//! What an error of a service means.

use crate::{BudgetError, PoolError, attempt::BoxError};
use dioscuri_http::connection_failure;
use dioscuri_vocab::{Failure, Phase};
use std::error::Error;

/// Reads the errors of a service: what failed, and how far the attempt had come. A closure is a reader.
///
/// The phase that is given is certain as a lower bound: before the service was ready nothing was sent.
#[diagnostic::on_unimplemented(
    message = "errors of type `{E}` cannot be read by `{Self}`",
    note = "boxed errors are read with `.with_reading(dioscuri_tower::boxed_failure)`"
)]
pub trait ReadError<E>: Send + Sync {
    /// What `error` means, of an attempt that had come as far as `phase` at least.
    fn read(&self, error: &E, phase: Phase) -> (Failure, Phase);
}

impl<E, F> ReadError<E> for F
where
    F: Fn(&E, Phase) -> (Failure, Phase) + Send + Sync,
{
    fn read(&self, error: &E, phase: Phase) -> (Failure, Phase) {
        self(error, phase)
    }
}

/// Reads an error by its causes: the refusals of this crate's layers, else the I/O error below it
/// ([`connection_failure`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Causes;

impl<E: Error + 'static> ReadError<E> for Causes {
    fn read(&self, error: &E, phase: Phase) -> (Failure, Phase) {
        by_causes(error, phase)
    }
}

/// Reads a boxed error by its causes, as [`Causes`] does: a reader for stacks with layers of tower that box.
///
/// ```
/// use dioscuri_tower::{RetryLayer, boxed_failure};
/// use dioscuri_retry::Profile;
/// use std::sync::Arc;
///
/// let layer = RetryLayer::new(Arc::new(Profile::Default.policy())).with_reading(boxed_failure);
/// ```
#[must_use]
#[expect(clippy::borrowed_box, reason = "the error of such a service is the box")]
pub fn boxed_failure(error: &Box<dyn Error + Send + Sync>, phase: Phase) -> (Failure, Phase) {
    let error: &BoxError = error;
    by_causes(&**error, phase)
}

pub(crate) fn by_causes(error: &(dyn Error + 'static), phase: Phase) -> (Failure, Phase) {
    match refusal(error) {
        Some(failure) => (failure, Phase::NotSent),
        None => connection_failure(error, phase),
    }
}

/// Whether a layer of this crate, such as a rate budget, has let nothing out.
pub(crate) fn is_refusal(error: &(dyn Error + 'static)) -> bool {
    refusal(error).is_some()
}

/// What a layer of this crate has refused, so that nothing was sent.
fn refusal(error: &(dyn Error + 'static)) -> Option<Failure> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let pool = error.downcast_ref::<PoolError>().and_then(PoolError::as_failure);
        let budget = error
            .downcast_ref::<BudgetError>()
            .and_then(BudgetError::as_failure);
        if let Some(mut failure) = pool.or(budget) {
            failure.counted = Some(false);
            return Some(failure);
        }
        cause = error.source();
    }
    None
}
