//! A pool and a budget that do what a test says, and count what they gave.

use dioscuri_budget::{DomainId, Opening, RateBudget, Reservation, Reserve};
use dioscuri_engine::{AttemptEvent, Builder, Call, Engine, EngineOrder, Step};
use dioscuri_pool::{Candidate, Pool, Report, Want};
use dioscuri_retry::{Retry, Verdict};
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, Class, Cost, CredentialId, EndpointId, Failure, GroupId, Now, Outcome,
    Phase, Rng, Served, SplitMix64, Tick, Timing,
};
use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

/// One endpoint, as a test wants it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) link: u8,
    pub(crate) group: u32,
    /// What the pool says.
    pub(crate) open_at: Option<Tick>,
    pub(crate) load: f32,
    /// What the budget says of the time.
    pub(crate) refilled_at: Tick,
    pub(crate) room: f32,
    /// How many attempts the budget lets be in flight at once.
    pub(crate) slots: usize,
    /// Calls of at most so many tokens need not wait for the refill.
    pub(crate) small: u64,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            link: 0,
            group: 0,
            open_at: Some(Tick::ZERO),
            load: 0.0,
            refilled_at: Tick::ZERO,
            room: 1.0,
            slots: usize::MAX,
            small: 0,
        }
    }
}

/// Pool and budget in one; clones share their state.
#[derive(Clone, Default)]
pub(crate) struct Stage(Arc<Mutex<Inner>>);

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) places: Vec<Place>,
    /// Reservations that are out, by number.
    reserved: HashMap<u64, usize>,
    pub(crate) granted: u64,
    pub(crate) settled: Vec<Outcome>,
    /// Attempts that have begun and were not reported.
    begun: HashSet<AttemptId>,
    pub(crate) reported: u64,
    /// Whether the budget panics when it is next asked.
    pub(crate) panics: bool,
    /// Whether the pool lets the next attempt begin nowhere, though it has offered a place.
    pub(crate) refuses: bool,
    /// How often the pool was asked.
    pub(crate) looks: u64,
}

impl Stage {
    pub(crate) fn new(places: &[Place]) -> Self {
        let stage = Self::default();
        stage.lock().places = places.to_vec();
        stage
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("no test panics under it")
    }

    /// Everything that was given has come back.
    #[track_caller]
    pub(crate) fn check_even(&self) {
        let inner = self.lock();
        assert_eq!(inner.reserved.len(), 0, "reservations are out");
        assert_eq!(inner.begun.len(), 0, "attempts were never reported");
        assert_eq!(inner.granted, inner.settled.len() as u64);
        assert_eq!(inner.granted, inner.reported);
    }
}

impl Inner {
    fn place(&self, at: EndpointId) -> &Place {
        &self.places[at.0 as usize]
    }

    fn opening(&self, at: EndpointId, cost: &Cost, now: Tick) -> Option<Tick> {
        let place = self.place(at);
        let taken = self.reserved.values().filter(|held| **held == at.0 as usize);
        let refilled_at = if place.small > 0 && cost.input_tokens <= place.small {
            Tick::ZERO
        } else {
            place.refilled_at
        };
        (taken.count() < place.slots).then_some(refilled_at.max(now))
    }
}

impl Pool for Stage {
    fn visit(
        &self,
        want: &Want<'_>,
        now: Now,
        _rng: &mut dyn Rng,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) {
        let mut inner = self.lock();
        inner.looks += 1;
        let mut offered: Vec<_> = (0..)
            .zip(&inner.places)
            .filter(|(id, place)| {
                place.link == want.link
                    && want.affinity.is_none_or(|GroupId(group)| group == place.group)
                    && !want.avoid.contains(&EndpointId(*id))
            })
            .map(|(id, place)| Candidate::new(EndpointId(id), place.open_at).with_load(place.load))
            .collect();
        drop(inner);
        offered.sort_by_key(|one| one.open_at.unwrap_or(Tick::MAX).max(now.tick));
        let _ = offered.into_iter().try_for_each(each);
    }

    fn begin(&self, at: EndpointId, attempt: AttemptId, now: Now) -> Option<CredentialId> {
        let mut inner = self.lock();
        inner.place(at).open_at.filter(|open_at| *open_at <= now.tick)?;
        if std::mem::take(&mut inner.refuses) {
            return None;
        }
        assert!(inner.begun.insert(attempt), "{attempt:?} begins twice");
        Some(CredentialId(at.0))
    }

    fn report(&self, report: &Report<'_>, _now: Now) {
        let mut inner = self.lock();
        assert!(inner.begun.remove(&report.attempt), "nobody began it");
        inner.reported += 1;
    }

    fn links(&self) -> u8 {
        let last = self.lock().places.iter().map(|place| place.link).max();
        last.unwrap_or(0) + 1
    }
}

impl RateBudget for Stage {
    fn reserve(&self, at: EndpointId, cost: &Cost, now: Now) -> Reserve {
        let mut inner = self.lock();
        let opening = inner.opening(at, cost, now.tick);
        if opening.is_none_or(|at| at > now.tick) {
            let domain = DomainId(at.0);
            return Reserve::NotUntil { at: opening, domain };
        }
        inner.granted += 1;
        let number = inner.granted;
        inner.reserved.insert(number, at.0 as usize);
        Reserve::Granted(Reservation(number))
    }

    fn settle(&self, taken: Reservation, outcome: &Outcome, _timing: &Timing, _now: Now) {
        let mut inner = self.lock();
        assert!(inner.reserved.remove(&taken.0).is_some(), "nobody reserved it");
        inner.settled.push(outcome.clone());
    }

    fn opening(&self, at: EndpointId, cost: &Cost, now: Now) -> Opening {
        let mut inner = self.lock();
        if std::mem::take(&mut inner.panics) {
            drop(inner);
            panic!("as the test wants it");
        }
        Opening::new(inner.opening(at, cost, now.tick), inner.place(at).room)
    }
}

/// An engine over a stage, with a clock and a counter of calls.
pub(crate) struct Show {
    pub(crate) stage: Stage,
    pub(crate) engine: Engine,
    pub(crate) now: Now,
    rng: SplitMix64,
    calls: u64,
}

impl Show {
    /// An engine over `places` whose policy tries again everywhere at once.
    pub(crate) fn new(places: &[Place]) -> Self {
        Self::with(places, |builder| {
            builder.retry(|_: &_, _: &_, now, _: &mut dyn Rng| everywhere(now))
        })
    }

    /// An engine over `places`, finished by `build`.
    pub(crate) fn with(places: &[Place], build: impl FnOnce(Builder) -> Builder) -> Self {
        let stage = Stage::new(places);
        let builder = Engine::builder(stage.clone()).budget(stage.clone());
        Self {
            engine: build(builder).build(),
            stage,
            now: Now::default(),
            rng: SplitMix64::new(1),
            calls: 0,
        }
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
    }

    /// The next call's id and nothing special.
    pub(crate) fn meta(&mut self) -> CallMeta {
        self.calls += 1;
        CallMeta::new(CallId(self.calls), Cost::tokens(1))
    }

    pub(crate) fn start(&mut self, meta: CallMeta) -> Call {
        self.engine.start(meta, self.now)
    }

    pub(crate) fn call(&mut self) -> Call {
        let meta = self.meta();
        self.start(meta)
    }

    pub(crate) fn poll(&mut self, call: &mut Call) -> Step {
        call.poll(self.now)
    }

    pub(crate) fn tell(&mut self, call: &mut Call, attempt: AttemptId, event: AttemptEvent) {
        call.on_event(attempt, event, self.now, &mut self.rng);
    }

    /// Polls a call that must be sent now; where?
    #[track_caller]
    pub(crate) fn send(&mut self, call: &mut Call) -> (AttemptId, u32) {
        match self.poll(call) {
            Step::Send { attempt, at, .. } => (attempt, at.0),
            other => panic!("{:?} is not sent: {other:?}", call.id()),
        }
    }

    /// Polls a call that must wait; until when?
    #[track_caller]
    pub(crate) fn wait(&mut self, call: &mut Call) -> Option<Tick> {
        match self.poll(call) {
            Step::Wait { until } => until,
            other => panic!("{:?} does not wait: {other:?}", call.id()),
        }
    }

    pub(crate) fn answer(&mut self, call: &mut Call) {
        let attempt = in_flight(call);
        self.tell(
            call,
            attempt,
            AttemptEvent::Ended(Outcome::Success(Served::new())),
        );
    }

    pub(crate) fn fail(&mut self, call: &mut Call, class: Class) {
        self.fail_in(call, class, Phase::Answered);
    }

    pub(crate) fn fail_in(&mut self, call: &mut Call, class: Class, phase: Phase) {
        let failure = Failure::new(class);
        let attempt = in_flight(call);
        self.tell(
            call,
            attempt,
            AttemptEvent::Ended(Outcome::Failed { failure, phase }),
        );
    }

    /// The calls that the engine wants polled.
    pub(crate) fn woken(&mut self) -> Vec<u64> {
        let orders = std::iter::from_fn(|| self.engine.poll_order(self.now));
        let woken = orders.map(|order| match order {
            EngineOrder::Wake(call) => call.0,
            EngineOrder::Lease { .. } => panic!("no budget here shares a quota"),
        });
        woken.collect()
    }

    /// The call in flight of a place for one.
    pub(crate) fn busy(&mut self) -> Call {
        let mut call = self.call();
        let _ = self.send(&mut call);
        call
    }
}

fn in_flight(call: &Call) -> AttemptId {
    let last = call.receipt().tries.last();
    last.expect("the call has an attempt").attempt
}

/// Try again anywhere at `at`.
pub(crate) fn everywhere(at: Tick) -> Verdict {
    Verdict::Retry(Retry::nowhere().here(at).elsewhere(at).fallback(at))
}

pub(crate) fn seconds(seconds: u64) -> Tick {
    Tick::ZERO.after(Duration::from_secs(seconds))
}

/// A place for one attempt at a time.
pub(crate) fn single() -> Place {
    Place {
        slots: 1,
        ..Place::default()
    }
}
