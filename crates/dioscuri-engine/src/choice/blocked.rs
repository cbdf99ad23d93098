//! Why a call could not be placed, and when it can be.

use crate::receipt::Why;
use dioscuri_vocab::{EndpointId, Tick};

/// Why an endpoint cannot take a call now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    /// When it opens; `None`: only an event can tell.
    pub(super) at: Option<Tick>,
    pub(super) why: Why,
    /// It is open, and an earlier caller waits for it.
    pub(super) is_claimed: bool,
    /// Something outside of the engine is under way that may open it sooner.
    pub(super) is_pending: bool,
    /// It opens sooner to a smaller call.
    pub(super) is_by_size: bool,
    /// Before this nobody can be placed there, whatever happens in the engine.
    pub(super) firm: Option<Tick>,
}

impl Closed {
    /// By a quota, or by the call's own terms.
    pub(super) const fn until(at: Option<Tick>) -> Self {
        Self {
            at,
            why: Why::Quota,
            is_claimed: false,
            is_pending: false,
            is_by_size: false,
            firm: None,
        }
    }

    /// By the pool's memory.
    pub(super) const fn by_pool(at: Option<Tick>) -> Self {
        let mut closed = Self::until(at);
        closed.why = Why::Capacity;
        closed
    }

    pub(super) const fn claimed() -> Self {
        let mut closed = Self::until(None);
        closed.why = Why::Queue;
        closed.is_claimed = true;
        closed
    }
}

/// Why a call could not be placed.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, of which any may hold"
)]
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Blocked {
    /// The soonest it could be placed if nothing else happens; `None`: only an event can tell.
    pub(crate) until: Option<Tick>,
    /// Why not sooner.
    pub(crate) why: Option<Why>,
    /// Before this nobody can be placed, whatever happens in the engine; `None`: nobody knows.
    pub(crate) firm: Option<Tick>,
    /// Whether any endpoint could take it, now or ever.
    pub(crate) has_endpoint: bool,
    /// Whether an endpoint is open to it that an earlier caller waits for.
    pub(crate) is_behind: bool,
    /// Whether something outside of the engine is under way that may open an endpoint to it.
    pub(crate) is_pending: bool,
    /// Whether a smaller call might be placed.
    pub(crate) is_by_size: bool,
    /// The endpoint that it waits for, and that those behind it must leave to it.
    pub(crate) claims: Option<EndpointId>,
    claims_at: Option<Tick>,
    is_firm: Option<bool>,
}

impl Blocked {
    /// By one more endpoint; `is_wanted`: the call's own terms allow it now.
    pub(super) fn by(&mut self, endpoint: EndpointId, closed: Closed, is_wanted: bool) {
        self.is_behind |= closed.is_claimed;
        self.is_pending |= closed.is_pending;
        self.is_by_size |= closed.is_by_size;
        if self.why.is_none()
            || closed
                .at
                .is_some_and(|at| self.until.is_none_or(|until| at < until))
        {
            self.why = Some(closed.why);
        }
        self.until = soonest(self.until, closed.at);
        let is_firm = closed.firm.is_some() && self.is_firm != Some(false);
        self.firm = if is_firm {
            soonest(self.firm, closed.firm)
        } else {
            None
        };
        self.is_firm = Some(is_firm);
        let is_sooner = self.claims.is_none()
            || closed
                .at
                .is_some_and(|at| self.claims_at.is_none_or(|claimed| at < claimed));
        if is_wanted && !closed.is_claimed && is_sooner {
            self.claims = Some(endpoint);
            self.claims_at = closed.at;
        }
    }

    /// There are more endpoints, which open at `unseen` at the soonest.
    pub(super) fn cut(&mut self, unseen: Option<Tick>) {
        self.until = soonest(self.until, unseen);
        self.is_firm = Some(false);
        self.firm = None;
    }
}

/// How far a search among endpoints that cannot take a call needs to go.
#[derive(Debug)]
pub(super) struct Nearest {
    at: Option<Tick>,
    unseen: Option<Tick>,
    open: u32,
    closed: u32,
    has_seen: bool,
    most: u32,
}

impl Nearest {
    /// A search that looks at `most` of the open ones, and at `most` of the closed ones.
    pub(super) const fn new(most: u32) -> Self {
        Self {
            at: None,
            unseen: None,
            open: 0,
            closed: 0,
            has_seen: false,
            most,
        }
    }

    /// Whether a closed endpoint that opens at `open_at` in the pool, and all after it, cannot be nearer.
    pub(super) fn is_beaten_by(&self, open_at: Option<Tick>) -> bool {
        match (self.at, open_at) {
            (Some(nearest), Some(open_at)) => nearest <= open_at,
            (_, None) => self.has_seen,
            (None, Some(_)) => false,
        }
    }

    /// One that was looked at: open at `open_at` in the pool, and to the call at `at`. Whether that is enough.
    pub(super) fn note(&mut self, open_at: Option<Tick>, at: Option<Tick>, now: Tick) -> bool {
        self.has_seen = true;
        self.at = soonest(self.at, at);
        if open_at.is_some_and(|open_at| open_at <= now) {
            self.open += 1;
            return self.open >= self.most;
        }
        self.closed += 1;
        if self.closed >= self.most {
            self.unseen = open_at;
        }
        self.closed >= self.most
    }

    /// When those that were not looked at may open at the soonest, if that may be sooner than what was found.
    pub(super) const fn unseen(&self) -> Option<Tick> {
        self.unseen
    }
}

/// The sooner of two ticks, where `None` is "only an event can tell".
pub(crate) fn soonest(a: Option<Tick>, b: Option<Tick>) -> Option<Tick> {
    a.into_iter().chain(b).min()
}
