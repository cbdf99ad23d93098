//! Records of what the engine does: logs, metrics, progress bars and receipts read the same ones.

use crate::{End, Try};
use dioscuri_vocab::{AttemptId, CallId, CredentialId, EndpointId, Now, Outcome, Tick};

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum Record<'a> {
    /// An attempt is about to be sent.
    #[non_exhaustive]
    Begun {
        /// Which.
        attempt: AttemptId,
        /// Where.
        at: EndpointId,
        /// With which credential.
        credential: CredentialId,
    },
    /// An attempt has ended.
    #[non_exhaustive]
    Ended {
        /// The attempt as it stands in the receipt.
        of: &'a Try,
        /// How it ended.
        outcome: &'a Outcome,
    },
    /// A call waits: for a place, or for the end of a backoff.
    #[non_exhaustive]
    Waiting {
        /// Which.
        call: CallId,
        /// Until when, as far as is known.
        until: Option<Tick>,
    },
    /// A call has ended: the last that is said of it, whatever became of it.
    #[non_exhaustive]
    Done {
        /// Which.
        call: CallId,
        /// How.
        end: End,
    },
}

/// Sees every record. Called on the path of the calls: be quick, never block.
///
/// A closure is an observer:
///
/// ```
/// use dioscuri_engine::{Observer, Record};
/// use dioscuri_vocab::Now;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// let attempts = AtomicU64::new(0);
/// let count = |record: &Record<'_>, _: Now| {
///     if let Record::Begun { .. } = record {
///         attempts.fetch_add(1, Ordering::Relaxed);
///     }
/// };
/// fn takes_an_observer(_: &impl Observer) {}
/// takes_an_observer(&count);
/// ```
pub trait Observer: Send + Sync {
    /// `record` happened at `now`.
    fn on_record(&self, record: &Record<'_>, now: Now);
}

/// Sees nothing.
impl Observer for () {
    fn on_record(&self, _record: &Record<'_>, _now: Now) {}
}

impl<F: Fn(&Record<'_>, Now) + Send + Sync> Observer for F {
    fn on_record(&self, record: &Record<'_>, now: Now) {
        self(record, now);
    }
}

impl<O: Observer + ?Sized> Observer for std::sync::Arc<O> {
    fn on_record(&self, record: &Record<'_>, now: Now) {
        (**self).on_record(record, now);
    }
}
