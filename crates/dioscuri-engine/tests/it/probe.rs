//! Probes scout for all: a call that is first in the queue of a closed place is not used up by them.

use dioscuri_engine::{AttemptEvent, Call, End, Engine, EngineOrder, Step, Why};
use dioscuri_pool::{EndpointSpec, RegionPool};
use dioscuri_retry::{Profile, RetryBudget, RetryPolicyExt as _};
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, Class, Cost, CredentialId, EndpointId, Failure, Now, Outcome, Phase, Served,
    SplitMix64, Tick,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

fn at(seconds: f64) -> Tick {
    Tick::ZERO.after(Duration::from_secs_f64(seconds))
}

/// One region, down from the start until `up`; a call a second arrives before that. What became of them.
struct Outage {
    engine: Engine,
    retries: Arc<RetryBudget>,
    calls: Vec<Call>,
    lands: BTreeSet<(Tick, AttemptId)>,
    attempts: u32,
    answered: Vec<Tick>,
    ended: usize,
    up: Tick,
    rng: SplitMix64,
}

impl Outage {
    fn new(up: f64) -> Self {
        let pool = RegionPool::default();
        pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
            .expect("it is the first");
        let retries = Arc::new(RetryBudget::new());
        let policy = Profile::Default.policy();
        let policy = policy.within_budget(Arc::clone(&retries), Profile::Default.on_empty());
        Self {
            engine: Engine::builder(pool).retry(policy).build(),
            retries,
            calls: Vec::new(),
            lands: BTreeSet::new(),
            attempts: 0,
            answered: Vec::new(),
            ended: 0,
            up: at(up),
            rng: SplitMix64::new(3),
        }
    }

    fn poll(&mut self, call: usize, now: Now) {
        match self.calls[call].poll(now) {
            Step::Send { attempt, .. } => {
                self.attempts += 1;
                self.calls[call].on_event(attempt, AttemptEvent::Sent, now, &mut self.rng);
                self.lands
                    .insert((now.tick.after(Duration::from_millis(300)), attempt));
            }
            Step::Done(end) => {
                assert_eq!(end, End::Answered, "{:?}", self.calls[call].receipt());
                self.ended += 1;
            }
            _ => {}
        }
    }

    fn run(&mut self, calls: usize) {
        let mut now = Now::default();
        // An hour in steps of 50 ms.
        for _ in 0..72_000 {
            let due = Duration::from_secs(self.calls.len() as u64);
            if self.calls.len() < calls && now.tick >= Tick::ZERO.after(due) {
                let id = self.calls.len();
                let meta = CallMeta::new(CallId(id as u64), Cost::tokens(9));
                let call = self.engine.start(meta.with_deadline(at(4_000.0)), now);
                self.calls.push(call);
                self.poll(id, now);
            }
            while let Some((at, attempt)) = self.lands.pop_first() {
                if at > now.tick {
                    self.lands.insert((at, attempt));
                    break;
                }
                self.land(attempt, now);
            }
            while let Some(order) = self.engine.poll_order(now) {
                if let EngineOrder::Wake(CallId(call)) = order {
                    self.poll(usize::try_from(call).expect("ids are indices"), now);
                }
            }
            if self.ended == calls {
                return;
            }
            now = now.after(Duration::from_millis(50));
        }
        panic!("only {} of {calls} have ended", self.ended);
    }

    fn land(&mut self, attempt: AttemptId, now: Now) {
        let call = usize::try_from(attempt.call.0).expect("ids are indices");
        let outcome = if now.tick >= self.up {
            self.answered.push(now.tick);
            Outcome::Success(Served::new())
        } else {
            Outcome::Failed {
                failure: Failure::new(Class::Unavailable),
                phase: Phase::Answered,
            }
        };
        self.calls[call].on_event(attempt, AttemptEvent::Ended(outcome), now, &mut self.rng);
        self.poll(call, now);
    }
}

#[test]
fn a_long_outage_loses_nobody_and_costs_few_attempts() {
    let mut outage = Outage::new(1_200.0);
    outage.run(1_200);
    let last = outage.calls[0].receipt();
    assert!(last.tries.iter().any(|one| one.probe && !one.counted), "{last:?}");
    assert!(last.waits.capacity > Duration::from_secs(60), "{:?}", last.waits);
    assert_eq!(last.waits.sum(), last.waited);
    // Each of the 1,200 is answered once; the rest are those that failed before the breaker closed, and probes: one in
    // three seconds at most.
    let spent = outage.attempts - 1_200;
    assert!(spent <= 410, "{spent} attempts for nothing");
    let (first, last) = (outage.answered[0], outage.answered[1_199]);
    assert!(last.since(first) <= Duration::from_secs(5), "{first} to {last}");
}

#[test]
fn probes_leave_the_retry_budget_alone() {
    let mut outage = Outage::new(600.0);
    outage.run(10);
    // What failed before the breaker closed was paid for, and minutes have refilled it.
    assert_eq!(outage.retries.tokens(at(700.0)), 500);
    assert_eq!(Why::Capacity.name(), "capacity");
}
