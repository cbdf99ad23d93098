//! A pool with a clock, for tests that tell a short story.

use dioscuri_pool::{Candidate, EndpointState, Pool as _, RegionPool, Report, Want};
use dioscuri_vocab::{
    AttemptId, CallId, Class, CredentialId, EndpointId, Failure, Now, Outcome, Phase, Served, SplitMix64,
    Tick, Timing, UnixTime,
};
use std::{ops::ControlFlow, time::Duration};

pub(crate) struct Stage {
    pub(crate) pool: RegionPool,
    pub(crate) now: Tick,
    calls: u64,
}

/// An attempt in flight.
pub(crate) struct Flight {
    attempt: AttemptId,
    endpoint: EndpointId,
    credential: CredentialId,
    begun: Tick,
}

impl Stage {
    pub(crate) fn new(pool: RegionPool) -> Self {
        Self {
            pool,
            now: Tick::ZERO,
            calls: 0,
        }
    }

    pub(crate) fn moment(&self) -> Now {
        Now::new(self.now, UnixTime::default())
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
    }

    pub(crate) fn begin(&mut self, endpoint: u32) -> Option<Flight> {
        self.calls += 1;
        let attempt = AttemptId {
            call: CallId(self.calls),
            no: 1,
        };
        let endpoint = EndpointId(endpoint);
        let credential = self.pool.begin(endpoint, attempt, self.moment())?;
        let begun = self.now;
        Some(Flight {
            attempt,
            endpoint,
            credential,
            begun,
        })
    }

    /// The attempt ends 100 ms from now.
    pub(crate) fn end(&mut self, flight: &Flight, outcome: &Outcome) {
        self.now = self.now.after(Duration::from_millis(100));
        let timing = Timing::new().with_content(self.now);
        let Flight {
            attempt,
            endpoint,
            credential,
            begun,
        } = *flight;
        let report = Report::new(attempt, endpoint, credential, begun, &timing, outcome);
        self.pool.report(&report, self.moment());
    }

    #[track_caller]
    pub(crate) fn fail(&mut self, endpoint: u32, class: Class) {
        let flight = self.begin(endpoint).expect("the endpoint is open");
        self.end(&flight, &failed(class));
    }

    #[track_caller]
    pub(crate) fn succeed(&mut self, endpoint: u32, tier: Option<&str>) {
        let flight = self.begin(endpoint).expect("the endpoint is open");
        let mut served = Served::new();
        served.tier = tier.map(Into::into);
        self.end(&flight, &Outcome::Success(served));
    }

    pub(crate) fn offered(&self, want: &Want<'_>) -> Vec<Candidate> {
        let mut offered = Vec::new();
        self.pool
            .visit(want, self.moment(), &mut SplitMix64::new(5), &mut |candidate| {
                offered.push(candidate);
                ControlFlow::Continue(())
            });
        offered
    }

    /// Those that are open now, in the order in which they are offered.
    pub(crate) fn open(&self, want: &Want<'_>) -> Vec<u32> {
        let is_open = |one: &&Candidate| one.open_at.is_some_and(|at| at <= self.now);
        self.offered(want)
            .iter()
            .filter(is_open)
            .map(|one| one.endpoint.0)
            .collect()
    }

    pub(crate) fn state(&self, endpoint: u32) -> EndpointState {
        let states = self.pool.snapshot(self.now).endpoints;
        let found = states.into_iter().find(|state| state.endpoint.0 == endpoint);
        found.expect("the endpoint is in the pool")
    }
}

pub(crate) fn failed(class: Class) -> Outcome {
    Outcome::Failed {
        failure: Failure::new(class),
        phase: Phase::Answered,
    }
}
