//! The pool: endpoints by region and project, with four memories.

mod attempt;
mod blame;
mod card;
mod endpoint;
mod index;
mod latency;
mod ledger;
mod offer;
mod opening;
mod pace;
mod score;
mod show;
mod state;
mod trial;

use crate::{Candidate, Config, EndpointSpec, InvalidSpec, Pool, Report, Snapshot, Subject, Want};
use dioscuri_vocab::{AttemptId, CredentialId, EndpointId, Now, Rng, Tick};
use state::State;
use std::{
    ops::ControlFlow,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A pool of endpoints in several regions and projects.
///
/// It remembers apart what is wrong with a key, a billing account, a place (location × model) and an
/// endpoint; an endpoint is open while none of its four is closed. What is closed is probed by one attempt
/// at a time, with growing pauses. Endpoints come and go while it runs. See the crate's first page.
///
/// Every method takes one lock. What it costs under it does not grow with the number of endpoints, but for
/// [`RegionPool::snapshot`]; when something that endpoints share closes or opens, each of these is moved once.
/// [`Pool::visit`] calls `each` under the lock: `each` must not call the pool.
#[derive(Debug)]
pub struct RegionPool {
    state: Mutex<State>,
}

impl RegionPool {
    /// A pool without endpoints.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            state: Mutex::new(State::new(config)),
        }
    }

    /// Adds an endpoint. What is remembered of its key, account and place holds for it too.
    ///
    /// # Errors
    ///
    /// If it has no credential, has one twice, or has the number of another endpoint.
    pub fn add(&self, spec: EndpointSpec) -> Result<(), InvalidSpec> {
        self.lock().add(spec)
    }

    /// Removes an endpoint: it is offered no more, and attempts in flight may end there. `false` if there
    /// was none. What is closed of its key, account and place stays closed for others.
    pub fn remove(&self, endpoint: EndpointId) -> bool {
        self.lock().remove(endpoint)
    }

    /// An operator has mended `subject`: it is open again, and failures of attempts begun before `now` no
    /// longer close it. A key is unproven again. `false` if the pool does not know the subject.
    pub fn reopen(&self, subject: Subject, now: Tick) -> bool {
        self.lock().reopen(subject, now)
    }

    /// Everything that is remembered, at `now`.
    #[must_use]
    pub fn snapshot(&self, now: Tick) -> Snapshot {
        self.lock().snapshot(now)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock is a mistake of ours; the memories are still worth more than none.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RegionPool {
    fn default() -> Self {
        Self::new(Config::new())
    }
}

impl Pool for RegionPool {
    fn visit(
        &self,
        want: &Want<'_>,
        now: Now,
        rng: &mut dyn Rng,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) {
        // Whoever breaks has seen enough.
        let _ = self.lock().visit(want, now.tick, rng, each);
    }

    fn begin(&self, at: EndpointId, attempt: AttemptId, now: Now) -> Option<CredentialId> {
        self.lock().begin(at, attempt, now.tick)
    }

    fn report(&self, report: &Report<'_>, now: Now) {
        self.lock().report(report, now.tick);
    }

    fn rest(&self, at: EndpointId, until: Option<Tick>) {
        self.lock().rest(at, until);
    }

    fn is_down(&self, want: &Want<'_>, now: Now) -> bool {
        self.lock().is_down(want, now.tick)
    }

    fn links(&self) -> u8 {
        self.lock().index.links()
    }
}

#[cfg(test)]
mod tests;
