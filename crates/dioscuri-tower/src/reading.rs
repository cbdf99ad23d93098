//! What an error of a service means.

use crate::{BudgetError, PoolError, attempt::BoxError};
use dioscuri_http::connection_failure;
#[cfg(feature = "retry")]
use dioscuri_vocab::Class;
use dioscuri_vocab::{Failure, Phase};
use http::Extensions;
use std::{any::Any, error::Error};

/// Reads the errors of a service: what failed, and how far the attempt had come. A closure is a reader.
///
/// The phase that is given is certain as a lower bound: before the service was ready nothing was sent. It is not asked
/// about what a layer of this crate has refused, in an error of its own or boxed.
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
/// ([`connection_failure`]). With the feature `retry` it knows the timeout of `tower::timeout`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a way of reading under a name")]
pub struct Causes;

impl<E: Error + 'static> ReadError<E> for Causes {
    fn read(&self, error: &E, phase: Phase) -> (Failure, Phase) {
        failure_by_causes(error, phase)
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
    failure_by_causes(&**error, phase)
}

/// Reads an error by its causes, as [`Causes`] does: for a reader of yours that knows more of one of them.
///
/// `phase` is how far the attempt had come at least. What a layer of this crate has refused was not sent, whatever
/// `phase` says.
///
/// ```
/// use dioscuri_tower::{BudgetError, RetryLayer, failure_by_causes, vocab::Phase};
/// use hyper_util::client::legacy::Error as HyperError;
/// use std::error::Error as _;
/// # use std::sync::Arc;
/// # let policy = Arc::new(dioscuri_retry::Profile::Default.policy());
///
/// // hyper's client, below a rate budget, knows which connections never stood.
/// let layer = RetryLayer::new(policy).with_reading(|error: &BudgetError, phase| {
///     let hyper = error.source().and_then(|cause| cause.downcast_ref::<HyperError>());
///     let unsent = hyper.is_some_and(HyperError::is_connect);
///     failure_by_causes(error, if unsent { Phase::NotSent } else { phase })
/// });
/// ```
#[must_use]
pub fn failure_by_causes(error: &(dyn Error + 'static), phase: Phase) -> (Failure, Phase) {
    let known = Known::of(error);
    if let Some(failure) = known.refusal {
        return (failure, Phase::NotSent);
    }
    let phase = if known.is_unready { Phase::NotSent } else { phase };
    match known.read {
        Some(read) if phase > Phase::NotSent => read,
        _ => connection_failure(error, phase),
    }
}

/// What stands in the error of a service, as its reader says, unless a layer of this crate knows better.
pub(crate) struct Read {
    pub(crate) failure: Failure,
    pub(crate) phase: Phase,
    /// Whoever said it has tried again already.
    pub(crate) is_final: bool,
}

impl Read {
    /// Reads `error` by `reader`, whatever that knows of this crate.
    pub(crate) fn of<E: 'static>(reader: &impl ReadError<E>, error: &E, phase: Phase) -> Self {
        let known = any_error(error).map_or_else(Known::default, Known::of);
        if let Some(failure) = known.refusal {
            return Self {
                failure,
                phase: Phase::NotSent,
                is_final: false,
            };
        }
        let phase = if known.is_unready { Phase::NotSent } else { phase };
        let (failure, phase) = reader.read(error, phase);
        Self {
            failure,
            phase,
            is_final: known.is_final,
        }
    }
}

/// Whether nothing was sent, for no fault of whoever it was for: a layer of this crate has let nothing out, or nobody
/// further in was ready.
pub(crate) fn is_held_back(error: &(dyn Error + 'static)) -> bool {
    let known = Known::of(error);
    known.refusal.is_some() || known.is_unready
}

/// Whether an answer with `extensions` is one after which an engine has given up: it has tried all that there was.
#[cfg_attr(
    not(feature = "engine"),
    expect(clippy::missing_const_for_fn, reason = "it is not with the engine")
)]
pub(crate) fn is_final(extensions: &Extensions) -> bool {
    #[cfg(feature = "engine")]
    return extensions.get::<dioscuri_transport::Receipt>().is_some();
    #[cfg(not(feature = "engine"))]
    {
        let _ = extensions;
        false
    }
}

/// What the layers of this crate say of an error.
#[derive(Default)]
struct Known {
    /// A layer has let nothing out.
    refusal: Option<Failure>,
    /// A service below one was never ready.
    is_unready: bool,
    /// An engine has tried all that there was.
    is_final: bool,
    /// What it is, where no I/O error tells.
    read: Option<(Failure, Phase)>,
}

impl Known {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut known = Self::default();
        let mut cause = Some(error);
        while let Some(error) = cause {
            known.note(error);
            if known.refusal.is_some() {
                break;
            }
            cause = error.source();
        }
        known
    }

    fn note(&mut self, error: &(dyn Error + 'static)) {
        if let Some(pool) = error.downcast_ref::<PoolError>() {
            self.refuse(pool.as_failure(), pool.is_unready());
        }
        if let Some(budget) = error.downcast_ref::<BudgetError>() {
            self.refuse(budget.as_failure(), budget.is_unready());
        }
        #[cfg(feature = "engine")]
        if let Some(ended) = error.downcast_ref::<dioscuri_transport::Undelivered>() {
            self.is_final = true;
            let failure = ended.failure.clone();
            let phase = ended.receipt.tries.last().and_then(|last| last.phase);
            self.read = failure.map(|failure| (failure, phase.unwrap_or(Phase::Sent)));
        }
        #[cfg(feature = "retry")]
        if error.is::<tower::timeout::error::Elapsed>() {
            self.read = Some((Failure::new(Class::DeadlineExceeded), Phase::Sent));
        }
    }

    fn refuse(&mut self, refusal: Option<Failure>, is_unready: bool) {
        self.is_unready |= is_unready;
        if let Some(mut failure) = refusal {
            failure.counted = Some(false);
            self.refusal = Some(failure);
        }
    }
}

/// `error` as one that can be asked for its causes, if it is of a type in which this crate's errors come.
fn any_error<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let any: &dyn Any = error;
    if let Some(boxed) = any.downcast_ref::<BoxError>() {
        return Some(&**boxed);
    }
    #[cfg(feature = "engine")]
    if let Some(engine) = any.downcast_ref::<crate::EngineError>() {
        return Some(engine);
    }
    if let Some(pool) = any.downcast_ref::<PoolError>() {
        return Some(pool);
    }
    any.downcast_ref::<BudgetError>()
        .map(|budget| -> &(dyn Error + 'static) { budget })
}
