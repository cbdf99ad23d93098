//! The one trait of this crate: who could take this call, and who is resting?

use crate::JurisdictionId;
use dioscuri_vocab::{AttemptId, CredentialId, EndpointId, GroupId, Now, Outcome, Rng, Tick, Timing};
use std::ops::ControlFlow;

/// What a call wants of the pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Want<'a> {
    /// The link of the model chain, from 0.
    pub link: u8,
    /// Endpoints that must not be offered: this call has learned that they cannot answer it.
    pub avoid: &'a [EndpointId],
    /// Only endpoints of this group.
    pub affinity: Option<GroupId>,
    /// None that is known to cost more than this, in millionths of a US dollar per million input tokens.
    pub price_limit: Option<u64>,
    /// Only endpoints in these jurisdictions; one that names none is in none of them.
    pub residency: Option<&'a [JurisdictionId]>,
}

impl<'a> Want<'a> {
    /// Any endpoint of link `link`.
    #[must_use]
    pub const fn link(link: u8) -> Self {
        Self {
            link,
            avoid: &[],
            affinity: None,
            price_limit: None,
            residency: None,
        }
    }

    /// The same, but none of `avoid`.
    #[must_use]
    pub const fn avoiding(mut self, avoid: &'a [EndpointId]) -> Self {
        self.avoid = avoid;
        self
    }

    /// The same, but only of `group`.
    #[must_use]
    pub const fn within(mut self, group: Option<GroupId>) -> Self {
        self.affinity = group;
        self
    }

    /// The same, but nothing that is known to cost more than `micro_usd` per million input tokens.
    #[must_use]
    pub const fn up_to(mut self, micro_usd: Option<u64>) -> Self {
        self.price_limit = micro_usd;
        self
    }

    /// The same, but only in these jurisdictions.
    #[must_use]
    pub const fn residing(mut self, only: Option<&'a [JurisdictionId]>) -> Self {
        self.residency = only;
        self
    }
}

/// One endpoint that could take a call, now or later.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct Candidate {
    /// Which.
    pub endpoint: EndpointId,
    /// When it may be sent to; at or before `now` means at once. `None`: only an event or an operator can tell.
    pub open_at: Option<Tick>,
    /// Whether it may be tried by one call only, to see whether it has recovered.
    pub probe: bool,
    /// How busy or slow it is; less is better. Here 1.0 is an idle endpoint as fast as the usual one, 0.0 a probe.
    pub load: f32,
    /// Its place in the order of preference within the link: a lower one is taken whenever it is ready.
    pub rank: u8,
}

impl Candidate {
    /// An idle endpoint that is open from `open_at` on.
    #[must_use]
    pub const fn new(endpoint: EndpointId, open_at: Option<Tick>) -> Self {
        Self {
            endpoint,
            open_at,
            probe: false,
            load: 0.0,
            rank: 0,
        }
    }

    /// The same endpoint at `rank` of the order of preference.
    #[must_use]
    pub const fn with_rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// The same endpoint under `load`.
    #[must_use]
    pub const fn with_load(mut self, load: f32) -> Self {
        self.load = load;
        self
    }

    /// The same endpoint, to be tried by one call only.
    #[must_use]
    pub const fn as_probe(mut self) -> Self {
        self.probe = true;
        self
    }
}

/// How one attempt ended, for the pool's memories.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Report<'a> {
    /// Which attempt.
    pub attempt: AttemptId,
    /// Where it went.
    pub endpoint: EndpointId,
    /// With which credential.
    pub credential: CredentialId,
    /// When it began: causality is judged by it.
    pub begun: Tick,
    /// Its milestones.
    pub timing: &'a Timing,
    /// How it ended.
    pub outcome: &'a Outcome,
}

impl<'a> Report<'a> {
    /// A report of `attempt` on `endpoint` with `credential`, begun at `begun`.
    #[must_use]
    pub const fn new(
        attempt: AttemptId,
        endpoint: EndpointId,
        credential: CredentialId,
        begun: Tick,
        timing: &'a Timing,
        outcome: &'a Outcome,
    ) -> Self {
        Self {
            attempt,
            endpoint,
            credential,
            begun,
            timing,
            outcome,
        }
    }
}

/// Knows the endpoints, and remembers for all callers what each failure said about them.
///
/// ```
/// use dioscuri_pool::{Candidate, Pool, Report, Want};
/// use dioscuri_vocab::{AttemptId, CredentialId, EndpointId, Now, Rng};
/// use std::ops::ControlFlow;
///
/// /// One endpoint with one key, always open.
/// struct One;
/// impl Pool for One {
///     fn visit(&self, _: &Want<'_>, now: Now, _: &mut dyn Rng, each: &mut dyn FnMut(Candidate) -> ControlFlow<()>) {
///         let _ = each(Candidate::new(EndpointId(0), Some(now.tick)));
///     }
///     fn begin(&self, _: EndpointId, _: AttemptId, _: Now) -> Option<CredentialId> {
///         Some(CredentialId(0))
///     }
///     fn report(&self, _: &Report<'_>, _: Now) {}
/// }
/// ```
pub trait Pool: Send + Sync {
    /// Offers the endpoints that fit `want` to `each`, the open ones first, then the closed ones by opening; stops when
    /// `each` breaks. Among the open ones probes come first, then the others rank by rank, in no fixed order within one.
    ///
    /// `each` may run under a lock of the pool: it must not call the pool.
    fn visit(
        &self,
        want: &Want<'_>,
        now: Now,
        rng: &mut dyn Rng,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    );

    /// An attempt begins at `at`: which credential shall it use? `None`: the endpoint has closed meanwhile,
    /// or its one probe is out. What was begun must be reported.
    fn begin(&self, at: EndpointId, attempt: AttemptId, now: Now) -> Option<CredentialId>;

    /// An attempt that was begun has ended, was cancelled, or was never sent.
    fn report(&self, report: &Report<'_>, now: Now);

    /// Nobody can be placed at `at` before `until`, whatever the pool thinks of it: its quotas have no room. Until then
    /// it need not be offered as open, so that those who look for a place do not ask it in vain. `None` takes that
    /// back. A hint: a pool may ignore it.
    fn rest(&self, _at: EndpointId, _until: Option<Tick>) {}

    /// Whether every endpoint of `want`'s link (and group) is closed by what failed there, so that nobody should wait
    /// for the link: the next one may be asked at once, until a probe here has passed. What only waits for a quota, or
    /// for the first word of something unproven, is not down. Costs nothing that grows with the pool.
    fn is_down(&self, _want: &Want<'_>, _now: Now) -> bool {
        false
    }

    /// How many links the model chain has; at least 1.
    fn links(&self) -> u8 {
        1
    }
}

impl<P: Pool + ?Sized> Pool for std::sync::Arc<P> {
    fn visit(
        &self,
        want: &Want<'_>,
        now: Now,
        rng: &mut dyn Rng,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) {
        (**self).visit(want, now, rng, each);
    }

    fn begin(&self, at: EndpointId, attempt: AttemptId, now: Now) -> Option<CredentialId> {
        (**self).begin(at, attempt, now)
    }

    fn report(&self, report: &Report<'_>, now: Now) {
        (**self).report(report, now);
    }

    fn rest(&self, at: EndpointId, until: Option<Tick>) {
        (**self).rest(at, until);
    }

    fn is_down(&self, want: &Want<'_>, now: Now) -> bool {
        (**self).is_down(want, now)
    }

    fn links(&self) -> u8 {
        (**self).links()
    }
}
