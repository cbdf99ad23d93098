//! What one call has learned of the endpoints on its way: shared by the layers that repeat and those that choose.

use dioscuri_vocab::{EndpointId, Tick};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One call's way. It travels among the extensions of each of its requests.
#[derive(Clone, Default, Debug)]
pub(crate) struct Journey(Arc<Mutex<Way>>);

#[derive(Default, Debug)]
struct Way {
    last: Last,
    /// Endpoints that refused this call, and from when they may be asked again; `None` is never.
    closed: Vec<(EndpointId, Option<Tick>)>,
}

/// What the pool has done with the last attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Last {
    /// There is no pool on the way, or the attempt has not come so far.
    #[default]
    Nowhere,
    /// It has sent the attempt to `at`, as a probe or not; when does that open again, when does another one?
    Sent {
        at: EndpointId,
        is_probe: bool,
        here: Opens,
        other: Opens,
    },
    /// It has found nobody; when does somebody open?
    Refused(Opens),
}

/// When an endpoint opens, as far as can be known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opens {
    /// At that time, or it is open since.
    At(Tick),
    /// As soon as somebody's probe has come back: look again after a while.
    Unsure,
    /// There is no such endpoint, or only an operator opens it.
    Never,
}

impl Opens {
    /// The same for a call that must have ended by `deadline`.
    pub(crate) fn before(self, deadline: Option<Tick>) -> Self {
        match (self, deadline) {
            (Self::At(at), Some(deadline)) if at >= deadline => Self::Never,
            _ => self,
        }
    }
}

impl Journey {
    pub(crate) fn last(&self) -> Last {
        self.lock().last
    }

    pub(crate) fn set_last(&self, last: Last) {
        self.lock().last = last;
    }

    /// This call leaves `endpoint` alone until `until`, or for good.
    pub(crate) fn close(&self, endpoint: EndpointId, until: Option<Tick>) {
        let mut way = self.lock();
        way.closed.retain(|(other, _)| *other != endpoint);
        way.closed.push((endpoint, until));
    }

    /// The endpoints that are left alone at `now`, and until when.
    pub(crate) fn closed(&self, now: Tick) -> Vec<(EndpointId, Option<Tick>)> {
        let mut way = self.lock();
        way.closed
            .retain(|(_, until)| until.is_none_or(|until| until > now));
        way.closed.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Way> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
