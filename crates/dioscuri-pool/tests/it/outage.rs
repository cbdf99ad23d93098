//! Outages and brown-outs: what they cost in attempts, and how soon the pool is back.
//!
//! Calls arrive at a steady pace and wait for a place; an attempt takes 100 ms, refused or not.

use dioscuri_pool::{Config, EndpointSpec, PlaceId, Pool as _, RegionPool, Report, Want};
use dioscuri_vocab::{
    AttemptId, CallId, Class, CredentialId, EndpointId, Failure, Hint, HintSource, Now, Outcome, Phase,
    Rng as _, Served, SplitMix64, Tick, Timing, UnixTime,
};
use std::{
    collections::{BTreeMap, VecDeque},
    ops::{ControlFlow, Range},
    time::Duration,
};

const STEP: Duration = Duration::from_millis(20);

const STEPS_A_SECOND: u64 = 50;
const TRAVEL: Duration = Duration::from_millis(100);

/// Who refuses, when, and how often.
struct Trouble {
    endpoints: Range<u32>,
    seconds: Range<u64>,
    class: Class,
    /// How many of a hundred attempts fail.
    share: u32,
    /// When the server says to come back, in seconds.
    hint: Option<u64>,
}

struct World {
    pool: RegionPool,
    trouble: Trouble,
    now: Tick,
    calls: u64,
    waiting: VecDeque<u64>,
    flights: BTreeMap<(Tick, u64), (EndpointId, CredentialId, Tick)>,
    rng: SplitMix64,
    /// How many may be in flight at each endpoint: what its quota allows.
    most: usize,
    /// Attempts that began in each second, and those of them that were answered.
    begun: BTreeMap<u64, u32>,
    answered: BTreeMap<u64, u32>,
}

impl World {
    fn new(endpoints: u32, most: usize, trouble: Trouble) -> Self {
        let pool = RegionPool::new(Config::new());
        for number in 0..endpoints {
            let spec =
                EndpointSpec::new(EndpointId(number), [CredentialId(number)]).with_place(PlaceId(number));
            pool.add(spec).expect("each number is new");
        }
        Self {
            pool,
            trouble,
            now: Tick::ZERO,
            calls: 0,
            waiting: VecDeque::new(),
            flights: BTreeMap::new(),
            rng: SplitMix64::new(7),
            most,
            begun: BTreeMap::new(),
            answered: BTreeMap::new(),
        }
    }

    fn second(&self) -> u64 {
        self.now.since(Tick::ZERO).as_secs()
    }

    /// `a_second` calls arrive in each of so many seconds.
    fn run(&mut self, a_second: u64, seconds: u64) {
        let steps = STEPS_A_SECOND;
        for step in 0..seconds * steps {
            self.now = self.now.after(STEP);
            if step * a_second % steps < a_second {
                self.calls += 1;
                self.waiting.push_back(self.calls);
            }
            self.land();
            self.send();
        }
    }

    fn moment(&self) -> Now {
        Now::new(self.now, UnixTime::default())
    }

    fn land(&mut self) {
        while let Some((&(at, call), &(endpoint, key, begun))) = self.flights.first_key_value() {
            if at > self.now {
                break;
            }
            self.flights.pop_first();
            let trouble = &self.trouble;
            let is_hit = trouble.endpoints.contains(&endpoint.0)
                && trouble.seconds.contains(&begun.since(Tick::ZERO).as_secs())
                && self.rng.next_f64() * 100.0 < f64::from(trouble.share);
            let outcome = if is_hit {
                self.waiting.push_front(call % 1_000_000);
                let mut failure = Failure::new(trouble.class);
                let hint = trouble.hint.map(Duration::from_secs);
                failure.retry_after = hint.map(|hint| Hint::new(hint, HintSource::Header));
                let phase = Phase::Answered;
                Outcome::Failed { failure, phase }
            } else {
                *self.answered.entry(self.second()).or_default() += 1;
                Outcome::Success(Served::new())
            };
            let timing = Timing::new().with_head(self.now);
            let attempt = AttemptId {
                call: CallId(call),
                no: 1,
            };
            self.pool.report(
                &Report::new(attempt, endpoint, key, begun, &timing, &outcome),
                self.moment(),
            );
        }
    }

    fn send(&mut self) {
        while let Some(call) = self.waiting.front().copied() {
            let (now, mut best) = (self.moment(), None::<(bool, f32, EndpointId)>);
            let mut load = BTreeMap::<EndpointId, usize>::new();
            for (endpoint, ..) in self.flights.values() {
                *load.entry(*endpoint).or_default() += 1;
            }
            self.pool.visit(&Want::link(0), now, &mut self.rng, &mut |one| {
                let is_full = load.get(&one.endpoint).is_some_and(|load| *load >= self.most);
                let is_open = one.open_at.is_some_and(|at| at <= now.tick);
                let is_better = best.is_none_or(|(probe, load, _)| !probe && (one.probe || one.load < load));
                if is_open && !is_full && is_better {
                    best = Some((one.probe, one.load, one.endpoint));
                }
                ControlFlow::Continue(())
            });
            let Some((.., endpoint)) = best else {
                break;
            };
            self.waiting.pop_front();
            let tries: u64 = self.begun.values().map(|count| u64::from(*count)).sum();
            let id = tries * 1_000_000 + call;
            let attempt = AttemptId {
                call: CallId(id),
                no: 1,
            };
            let key = self
                .pool
                .begin(endpoint, attempt, now)
                .expect("what is offered as open can be begun");
            self.flights
                .insert((self.now.after(TRAVEL), id), (endpoint, key, self.now));
            *self.begun.entry(self.second()).or_default() += 1;
        }
    }

    fn attempts(&self, seconds: Range<u64>) -> u32 {
        self.begun.range(seconds).map(|(_, count)| count).sum()
    }

    fn answers(&self, seconds: Range<u64>) -> u32 {
        self.answered.range(seconds).map(|(_, count)| count).sum()
    }
}

/// An outage of `endpoints` of `all` for `minutes`, at 5 calls a second. Attempts for each call that arrived in it, its
/// own answer included.
#[track_caller]
fn outage(all: u32, endpoints: Range<u32>, minutes: u32, class: Class, at_most: f64) {
    let end = 60 + u64::from(minutes) * 60;
    let trouble = Trouble {
        endpoints,
        seconds: 60..end,
        class,
        share: 100,
        hint: None,
    };
    // Room for 20 calls a second at each.
    let mut world = World::new(all, 2, trouble);
    // Until those who waited have been served.
    world.run(5, end + 60 + u64::from(minutes) * 30);
    assert!(world.waiting.is_empty());
    let calls = f64::from(minutes * 60 * 5);
    let before = f64::from(world.attempts(60..end));
    let served = f64::from(world.answers(60..end));
    // Whoever was not served in the outage is served by one attempt after it.
    let each = (before + calls - served) / calls;
    assert!(each <= at_most, "{each} attempts a call");
    // Back to full rate within five seconds: those who waited are served as fast as there is room.
    let waited = calls - served > 100.0;
    let rate = if waited { 19 * all } else { 4 };
    assert!(
        world.answers(end + 5..end + 6) >= rate.min(100),
        "{:?}",
        world.answered.range(end..end + 10).collect::<Vec<_>>()
    );
    assert!(world.pool.snapshot(world.now).closed.is_empty());
}

#[test]
fn an_outage_of_everything_costs_few_attempts_and_ends_soon() {
    for (places, minutes) in [(1, 10), (3, 10), (3, 20), (12, 10)] {
        outage(places, 0..places, minutes, Class::Unavailable, 1.15);
    }
}

#[test]
fn an_outage_of_some_places_costs_few_attempts_and_ends_soon() {
    outage(3, 0..1, 20, Class::Unavailable, 1.15);
    outage(8, 0..5, 10, Class::Capacity, 1.15);
}

#[test]
fn faults_everywhere_cost_few_attempts_and_end_soon() {
    outage(3, 0..3, 10, Class::Internal, 1.15);
}

/// `share` of a hundred attempts at the only endpoint fail for ten minutes, while more calls arrive than it can take.
#[track_caller]
fn brown_out(share: u32, class: Class, hint: Option<u64>, at_least: f64) {
    let trouble = Trouble {
        endpoints: 0..1,
        seconds: 60..660,
        class,
        share,
        hint,
    };
    let mut world = World::new(1, 2, trouble);
    world.run(40, 660);
    // 20 attempts a second, of which the others succeed.
    let possible = 20.0 * 600.0 * f64::from(100 - share) / 100.0;
    let answered = f64::from(world.answers(60..660)) / possible;
    assert!(answered >= at_least, "{answered}");
}

#[test]
fn a_brown_out_costs_its_share_and_little_more() {
    for class in [Class::Unavailable, Class::Internal] {
        brown_out(20, class, None, 0.97);
        brown_out(50, class, None, 0.92);
        brown_out(80, class, None, 0.25);
    }
}

#[test]
fn a_brown_out_with_hints_is_soon_known_as_one() {
    // A hint closes what was sound until then; while failures and successes mix, it binds the call that has got it.
    brown_out(20, Class::Unavailable, Some(10), 0.7);
    brown_out(50, Class::Unavailable, Some(10), 0.7);
}
