//! One world: every request that arrives is answered or refused, in the time that the caller says it is.

mod access;
mod arrival;
mod draw;
mod incidents;
pub(crate) mod ledger;
mod opening;
mod pacific;
mod place;
pub(crate) mod route;
pub(crate) mod stats;
mod visit;

use dioscuri_vocab::{Now, SplitMix64, Tick, UnixTime};

use self::{access::Owners, incidents::Incidents, ledger::Ledger, visit::Visit};
pub use self::{
    arrival::{Admission, Arrival, Ask, Frame, Record, Reply, Unwritten},
    ledger::{AccountStats, CapacityStats, DomainStats, ThroughputStats},
    stats::{IncidentStats, KeyStats, Reason, Stats},
};
use crate::scenario::Scenario;

/// The largest body, in bytes: Google's limit for requests with inline data since 2026-01-08 (before, 20 MB).
pub(crate) const LARGEST_BODY: usize = 100_000_000;

/// A scenario in action, in virtual time.
///
/// It has no clock: `now` is an argument and may not go backwards (if it does, time stands still). Equal
/// seeds and equal arrivals at equal times give equal replies.
///
/// ```
/// use dioscuri_sim::{Arrival, Scenario, World};
/// use dioscuri_vocab::Now;
///
/// # fn main() -> Result<(), dioscuri_sim::ScenarioError> {
/// let mut world = World::new(&Scenario::named("calm")?, None);
/// let path = "/v1beta/models/gemini-3.8-flash:generateContent";
/// let body = br#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
///
/// let reply = world.arrive(&Arrival::new("POST", path, body).with_api_key("AQ.castor"), Now::default());
/// assert_eq!(reply.status, 200);
///
/// let reply = world.arrive(&Arrival::new("POST", path, body).with_api_key("AQ.pollux"), Now::default());
/// assert_eq!(reply.status, 400);
/// assert_eq!(world.stats().answered, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct World {
    scenario: Scenario,
    seed: u64,
    owners: Owners,
    ledger: Ledger,
    /// The model that answers for each model, by index.
    serves: Vec<usize>,
    /// Where each project's keys begin, among all keys.
    first_key: Vec<usize>,
    incidents: Incidents,
    latest: Tick,
    seen: Stats,
    /// For handshakes, which are no arrivals.
    handshakes: u64,
}

impl World {
    /// The world that `scenario` describes, drawing from `seed` or else from the scenario's own.
    ///
    /// Its first moment is [`Tick::ZERO`].
    #[must_use]
    pub fn new(scenario: &Scenario, seed: Option<u64>) -> Self {
        let first_key = scenario.projects.iter().scan(0, |keys, project| {
            let first = *keys;
            *keys += project.keys.len();
            Some(first)
        });
        let serves = scenario.models.iter().enumerate().map(|(index, model)| {
            let successor = model.served_by.as_ref();
            successor
                .and_then(|name| scenario.models.iter().position(|other| other.name == *name))
                .unwrap_or(index)
        });
        let seed = seed.unwrap_or(scenario.seed);
        Self {
            seed,
            owners: Owners::new(scenario),
            ledger: Ledger::new(scenario, seed),
            serves: serves.collect(),
            first_key: first_key.collect(),
            incidents: Incidents::new(scenario),
            latest: Tick::ZERO,
            seen: Stats::of(scenario),
            handshakes: 0,
            scenario: scenario.clone(),
        }
    }

    /// The reply to a request whose last byte arrives `now`.
    ///
    /// The checks come in this order, which is a guess: route, size, credentials, model, body, incidents that
    /// come before the quotas, the account, provisioned throughput, spending, quotas, shared capacity, the
    /// length of the prompt, time, all other incidents. What fails before the quotas is not counted against
    /// them, which is a guess as well.
    pub fn arrive(&mut self, arrival: &Arrival<'_>, now: Now) -> Reply {
        let (now, rng) = self.begin(now);
        Visit::new(self, now, rng).of_arrival(arrival)
    }

    /// What becomes of a request in typed form: the same as in [`World::arrive`], without reading a body and
    /// without writing one that says nothing but an answer. A call as long as it is drawn has no text to be
    /// cut to, so that its tokens may be off by a few.
    ///
    /// ```
    /// use dioscuri_sim::{Admission, Ask, Reason, Scenario, World};
    /// use dioscuri_vocab::Now;
    ///
    /// # fn main() -> Result<(), dioscuri_sim::ScenarioError> {
    /// let mut world = World::new(&Scenario::named("demo")?, Some(7));
    /// let ask = Ask::developer("AQ.pollux", "gemini-3.8-flash", 700);
    /// let Admission::Refused { reason, reply } = world.admit(&ask, Now::default()) else { panic!() };
    /// assert_eq!((reason, reply.status()), (Reason::Day, 429));
    /// # Ok(())
    /// # }
    /// ```
    pub fn admit(&mut self, ask: &Ask<'_>, now: Now) -> Admission {
        let (now, rng) = self.begin(now);
        Visit::new(self, now, rng).of_ask(ask)
    }

    /// Whether anybody listens `now`. If not, a connection is refused.
    #[must_use]
    pub fn listens(&self, now: Now) -> bool {
        !self.incidents.refuses(now.tick.since(Tick::ZERO))
    }

    /// When that may next change, strictly after `now`; `None`: never.
    #[must_use]
    pub fn next_listening_change(&self, now: Now) -> Option<Tick> {
        let change = self.incidents.next_refusal_change(now.tick.since(Tick::ZERO))?;
        Some(Tick::ZERO.after(change))
    }

    /// Whether a TLS handshake that begins `now` is cut off, rather than refused in good order.
    pub fn cuts_handshake(&mut self, now: Now) -> bool {
        self.handshakes += 1;
        // The streams of the seed itself are those of arrivals and loads.
        let mut rng = SplitMix64::split(!self.seed, self.handshakes);
        self.incidents.fails_tls(now.tick.since(Tick::ZERO), &mut rng)
    }

    /// What this world has seen so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = self.seen.clone();
        stats.incidents = self.incidents.stats();
        stats.domains = self.ledger.domain_stats(&self.scenario);
        stats.capacities = self.ledger.capacity_stats(&self.scenario);
        stats.throughputs = self.ledger.throughput_stats(&self.scenario);
        stats.accounts = self.ledger.account_stats();
        stats
    }

    /// The scenario that this world was made from.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What every draw follows from.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The date `now`: the scenario's, if it has one.
    #[must_use]
    pub fn date(&self, now: Now) -> UnixTime {
        match self.scenario.start {
            Some(start) => start.after(now.tick.since(Tick::ZERO)),
            None => now.unix,
        }
    }

    /// Counts an arrival. Each has a stream of draws of its own.
    fn begin(&mut self, now: Now) -> (Now, SplitMix64) {
        self.seen.arrivals += 1;
        self.latest = self.latest.max(now.tick);
        let now = Now::new(self.latest, now.unix);
        let now = Now::new(now.tick, self.date(now));
        (now, SplitMix64::split(self.seed, self.seen.arrivals))
    }
}
