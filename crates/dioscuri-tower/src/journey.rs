//! What one call has learned of the endpoints on its way: shared by the layers that repeat and those that choose.

use dioscuri_vocab::EndpointId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// One call's way. It travels among the extensions of each of its requests.
#[derive(Clone, Default, Debug)]
pub(crate) struct Journey(Arc<Mutex<Steps>>);

#[derive(Default, Debug)]
struct Steps {
    last: Last,
    /// Endpoints that refused this call, and from when they may be asked again; `None` is never.
    closed: Vec<(EndpointId, Option<Instant>)>,
}

/// What the pool has done with the last attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Last {
    /// There is no pool on the way.
    #[default]
    Nowhere,
    /// It has sent the attempt to `at`, which opens again at `here`; another endpoint opens at `other`, if any does.
    Sent {
        at: EndpointId,
        here: Option<Instant>,
        other: Option<Instant>,
    },
    /// It has found nobody; somebody opens at `opens`, if anybody does.
    Refused { opens: Option<Instant> },
}

impl Journey {
    pub(crate) fn last(&self) -> Last {
        self.lock().last
    }

    pub(crate) fn set_last(&self, last: Last) {
        self.lock().last = last;
    }

    /// This call leaves `endpoint` alone until `until`, or for good.
    pub(crate) fn close(&self, endpoint: EndpointId, until: Option<Instant>) {
        let mut steps = self.lock();
        steps.closed.retain(|(other, _)| *other != endpoint);
        steps.closed.push((endpoint, until));
    }

    /// The endpoints that are left alone, and until when.
    pub(crate) fn closed(&self) -> Vec<(EndpointId, Option<Instant>)> {
        self.lock().closed.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
