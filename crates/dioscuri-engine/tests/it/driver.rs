//! A driver in virtual time that does what it is ordered and nothing else.

use crate::stage::{Place, Stage};
use dioscuri_engine::{AttemptEvent, Call, End, Engine, EngineOrder, Step};
use dioscuri_pool::Pool as _;
use dioscuri_retry::{Context, Limit, Retry, Verdict};
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, Class, Cost, Failure, GroupId, Now, Outcome, Phase, Rng, Served, SplitMix64,
    Tick,
};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    time::Duration,
};

/// One call, as a test wants it; times in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) arrives: u64,
    pub(crate) deadline: Option<u64>,
    pub(crate) affinity: Option<u32>,
    pub(crate) priority: u8,
    pub(crate) tenant: u32,
    /// When its caller loses interest.
    pub(crate) dropped: Option<u64>,
    pub(crate) service: u64,
}

/// Fails in three of four attempts by the seed, after which anything may follow, up to five tries.
const MOST_TRIES: u32 = 5;

pub(crate) struct Report {
    /// Everything that happened, in order.
    pub(crate) log: Vec<String>,
    /// How each call ended; `None` if its caller left.
    pub(crate) ends: Vec<Option<End>>,
    /// When each call was first sent, if it was.
    pub(crate) first_sent: Vec<Option<Tick>>,
    pub(crate) polls: usize,
    pub(crate) stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Start(usize),
    Drop(usize),
    Lands(usize, AttemptId),
}

struct Driver<'a> {
    engine: Engine,
    stage: Stage,
    plans: &'a [Plan],
    calls: Vec<Option<Call>>,
    ends: Vec<Option<End>>,
    rngs: Vec<SplitMix64>,
    events: BinaryHeap<Reverse<(Tick, usize, Event)>>,
    entered: usize,
    to_poll: VecDeque<usize>,
    now: Now,
    log: Vec<String>,
    first_sent: Vec<Option<Tick>>,
    polls: usize,
}

/// Runs every call to its end.
///
/// # Panics
///
/// If the engine asks again for the time it has just been given, if it asks the pool more often for it than calls
/// wait, or if a call never ends.
pub(crate) fn run(places: &[Place], plans: &[Plan], seed: u64) -> Report {
    let stage = Stage::new(places);
    let engine = Engine::builder(stage.clone())
        .budget(stage.clone())
        .retry(anything)
        .fallback_after(Duration::from_secs(7))
        .seed(seed)
        .build();
    let mut driver = Driver {
        engine,
        stage: stage.clone(),
        plans,
        calls: plans.iter().map(|_| None).collect(),
        ends: vec![None; plans.len()],
        rngs: (0..)
            .zip(plans)
            .map(|(no, _)| SplitMix64::split(seed, no))
            .collect(),
        events: BinaryHeap::new(),
        entered: 0,
        to_poll: VecDeque::new(),
        now: Now::default(),
        log: Vec::new(),
        first_sent: vec![None; plans.len()],
        polls: 0,
    };
    for (index, plan) in plans.iter().enumerate() {
        driver.at(plan.arrives, Event::Start(index));
        if let Some(seconds) = plan.dropped {
            driver.at(seconds, Event::Drop(index));
        }
    }
    driver.run();
    assert!(driver.calls.iter().all(Option::is_none), "a call never ends");
    Report {
        log: driver.log,
        ends: driver.ends,
        first_sent: driver.first_sent,
        polls: driver.polls,
        stage,
    }
}

fn anything(cx: &Context, _: &Failure, now: Tick, rng: &mut dyn Rng) -> Verdict {
    if cx.tries >= MOST_TRIES {
        return Verdict::Exhausted(Limit::Attempts);
    }
    let mut when = || {
        let seconds = rng.index(8) as u64;
        (seconds < 5).then(|| now.after(Duration::from_secs(seconds)))
    };
    match (when(), when(), when()) {
        (None, None, None) => Verdict::Permanent,
        (here, elsewhere, fallback) => {
            let mut retry = Retry::nowhere();
            (retry.here, retry.elsewhere, retry.fallback) = (here, elsewhere, fallback);
            Verdict::Retry(retry)
        }
    }
}

impl Driver<'_> {
    fn run(&mut self) {
        loop {
            while let Some(index) = self.to_poll.pop_front() {
                self.poll(index);
                self.obey();
            }
            let timeout = self.engine.poll_timeout();
            assert!(timeout.is_none_or(|at| at > self.now.tick), "it would spin");
            let event = self.events.peek().map(|Reverse((at, ..))| *at);
            let Some(next) = event.into_iter().chain(timeout).min() else {
                return;
            };
            self.now = Now::default().after(next.max(self.now.tick).since(Tick::ZERO));
            if event == Some(next)
                && let Some(Reverse((.., event))) = self.events.pop()
            {
                self.happen(event);
            }
            self.obey();
        }
    }

    fn at(&mut self, seconds: u64, event: Event) {
        self.entered += 1;
        let at = Tick::ZERO.after(Duration::from_secs(seconds));
        self.events.push(Reverse((at, self.entered, event)));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Start(index) => {
                let plan = self.plans[index];
                let mut meta = CallMeta::new(CallId(index as u64), Cost::tokens(1))
                    .with_priority(plan.priority)
                    .with_tenant(plan.tenant);
                meta.deadline = plan
                    .deadline
                    .map(|patience| self.now.tick.after(Duration::from_secs(patience)));
                meta.affinity = plan.affinity.map(GroupId);
                self.calls[index] = Some(self.engine.start(meta, self.now));
                self.to_poll.push_back(index);
            }
            Event::Drop(index) => {
                if let Some(mut call) = self.calls[index].take() {
                    call.give_up(self.now);
                }
            }
            Event::Lands(index, attempt) => {
                let Some(call) = &mut self.calls[index] else {
                    return;
                };
                let rng = &mut self.rngs[index];
                let outcome = if rng.index(4) == 0 {
                    Outcome::Success(Served::new())
                } else {
                    Outcome::Failed {
                        failure: Failure::new(Class::ALL[rng.index(Class::ALL.len())]),
                        phase: Phase::Answered,
                    }
                };
                self.log
                    .push(format!("{} {attempt:?} {outcome:?}", self.now.tick));
                call.on_event(attempt, AttemptEvent::Ended(outcome), self.now, rng);
                self.to_poll.push_back(index);
            }
        }
    }

    fn poll(&mut self, index: usize) {
        let Some(call) = &mut self.calls[index] else {
            return;
        };
        self.polls += 1;
        let step = call.poll(self.now);
        self.log.push(format!("{} {index} {step:?}", self.now.tick));
        match step {
            Step::Send { attempt, .. } => {
                self.first_sent[index].get_or_insert(self.now.tick);
                let seconds = self.now.tick.since(Tick::ZERO).as_secs() + self.plans[index].service;
                self.at(seconds, Event::Lands(index, attempt));
            }
            Step::Done(end) => {
                assert!(self.ends[index].replace(end).is_none(), "it ends once");
                self.calls[index] = None;
            }
            Step::Wait { .. } => {}
            other => panic!("unary calls have no {other:?}"),
        }
    }

    fn obey(&mut self) {
        let (before, waiting) = (self.stage.lock().looks, self.engine.waiting());
        while let Some(order) = self.engine.poll_order(self.now) {
            match order {
                EngineOrder::Wake(CallId(call)) => self
                    .to_poll
                    .push_back(usize::try_from(call).expect("ids are indices")),
                EngineOrder::Lease { .. } => panic!("no budget here shares a quota"),
            }
        }
        let looks = self.stage.lock().looks - before;
        let most = waiting as u64 * u64::from(self.stage.links());
        assert!(looks <= most, "{looks} looks for {waiting} calls");
    }
}
