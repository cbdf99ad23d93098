//! A driver in virtual time: discrete events, and the engine's orders carried out to the letter.

use crate::{
    Recipe, Report, Utilisation, Waits,
    stack::Stack,
    traveller::{Prompt, Traveller, moment, timed_out},
};
use dioscuri_engine::{AttemptEvent, Call, End, EngineOrder, Step};
use dioscuri_sim::World;
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, CredentialId, EndpointId, Now, Outcome, Rng, SplitMix64, Tick,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, VecDeque},
    time::Duration,
};

/// Runs the calls of a recipe. It polls a call when it starts, when its attempt has ended and when the engine
/// says so, and looks at the engine's timeout; nothing else moves it.
pub(crate) struct VirtualDriver<'a> {
    recipe: &'a Recipe,
    stack: Stack,
    traveller: Traveller,
    calls: Vec<Running>,
    to_poll: VecDeque<usize>,
    events: BinaryHeap<Reverse<(Tick, u64)>>,
    /// What happens at each event, by its number.
    happenings: HashMap<u64, Happening>,
    entered: u64,
    now: Now,
    polls: u64,
    ended: Ended,
}

struct Running {
    /// `None` once it has ended.
    call: Option<Call>,
    prompt: Prompt,
    rng: SplitMix64,
}

enum Happening {
    /// A request is at the world's door; nobody waits for its answer after `patience`.
    Arrives {
        attempt: AttemptId,
        at: (EndpointId, CredentialId),
        patience: Option<Tick>,
    },
    /// The answer is back, or nobody waits for it any more.
    Lands { attempt: AttemptId, outcome: Outcome },
}

#[derive(Default)]
struct Ended {
    answered: usize,
    failed: BTreeMap<&'static str, usize>,
    waits: Vec<Duration>,
    last: Tick,
}

impl<'a> VirtualDriver<'a> {
    pub(crate) fn new(recipe: &'a Recipe, stack: Stack, world: World) -> Self {
        let mut driver = Self {
            recipe,
            stack,
            traveller: Traveller::new(world, recipe.travel, recipe.seed),
            calls: Vec::with_capacity(recipe.calls),
            to_poll: VecDeque::new(),
            events: BinaryHeap::new(),
            happenings: HashMap::new(),
            entered: 0,
            now: moment(Tick::ZERO),
            polls: 0,
            ended: Ended::default(),
        };
        for index in 0..recipe.calls {
            driver.start(index);
        }
        driver
    }

    fn start(&mut self, index: usize) {
        let id = CallId(index as u64);
        let mut rng = SplitMix64::split(self.recipe.seed, id.0);
        let (min, max) = self.recipe.input_tokens;
        let span = usize::try_from(max - min).unwrap_or(usize::MAX);
        let tokens = min + rng.index(span.saturating_add(1)) as u64;
        let prompt = Prompt::new(tokens, self.recipe.has_bodies);
        let mut meta = CallMeta::new(id, prompt.cost());
        meta.deadline = self.recipe.deadline.map(|deadline| self.now.tick.after(deadline));
        let call = Some(self.stack.engine.start(meta, self.now));
        self.calls.push(Running { call, prompt, rng });
        self.to_poll.push_back(index);
    }

    /// Runs until nothing is left to happen.
    pub(crate) fn run(mut self) -> Report {
        loop {
            while let Some(index) = self.to_poll.pop_front() {
                self.poll(index);
                self.obey();
            }
            let timeout = self.stack.engine.poll_timeout();
            let event = self.events.peek().map(|Reverse((at, _))| *at);
            let Some(next) = event.into_iter().chain(timeout).min() else {
                break;
            };
            self.now = moment(next.max(self.now.tick));
            if event == Some(next)
                && let Some(Reverse((_, number))) = self.events.pop()
                && let Some(happening) = self.happenings.remove(&number)
            {
                self.happen(happening);
            }
            self.obey();
        }
        self.report()
    }

    fn at(&mut self, tick: Tick, happening: Happening) {
        self.entered += 1;
        self.events.push(Reverse((tick, self.entered)));
        self.happenings.insert(self.entered, happening);
    }

    fn obey(&mut self) {
        while let Some(order) = self.stack.engine.poll_order(self.now) {
            match order {
                EngineOrder::Wake(call) => self.to_poll.push_back(index(call)),
                // Nothing here shares a quota with other processes, so none is ever ordered.
                EngineOrder::Lease { .. } => {}
            }
        }
    }

    fn poll(&mut self, index: usize) {
        let Running { call, rng, .. } = &mut self.calls[index];
        let Some(call) = call else { return };
        self.polls += 1;
        match call.poll(self.now) {
            Step::Send {
                attempt,
                at,
                credential,
                timeout,
                ..
            } => {
                call.on_event(attempt, AttemptEvent::Sent, self.now, rng);
                self.send(attempt, (at, credential), timeout);
            }
            Step::Done(end) => self.end(index, end),
            // Unary calls have one attempt in flight and no gate.
            Step::Wait { .. } | Step::Cancel { .. } | Step::Commit { .. } => {}
        }
    }

    fn send(&mut self, attempt: AttemptId, at: (EndpointId, CredentialId), timeout: Option<Duration>) {
        let patience = timeout.map(|timeout| self.now.tick.after(timeout));
        let arrival = self.now.tick.after(self.traveller.way());
        if let Some(patience) = patience.filter(|patience| *patience < arrival) {
            let outcome = timed_out();
            self.at(patience, Happening::Lands { attempt, outcome });
        }
        let arrives = Happening::Arrives {
            attempt,
            at,
            patience,
        };
        self.at(arrival, arrives);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Arrives {
                attempt,
                at,
                patience,
            } => {
                let prompt = &self.calls[index(attempt.call)].prompt;
                let landing = self.traveller.arrive(&self.stack, at, prompt, self.now);
                let back = self.now.tick.after(landing.after + self.traveller.way());
                let (tick, outcome) = match patience {
                    // It has landed already.
                    Some(patience) if patience < self.now.tick => return,
                    Some(patience) if patience < back => (patience, timed_out()),
                    _ => (back, landing.outcome),
                };
                self.at(tick, Happening::Lands { attempt, outcome });
            }
            Happening::Lands { attempt, outcome } => {
                let index = index(attempt.call);
                let Running { call, rng, .. } = &mut self.calls[index];
                if let Some(call) = call {
                    call.on_event(attempt, AttemptEvent::Ended(outcome), self.now, rng);
                    self.to_poll.push_back(index);
                }
            }
        }
    }

    fn end(&mut self, index: usize, end: End) {
        let Some(call) = self.calls[index].call.take() else {
            return;
        };
        self.ended.last = self.now.tick;
        self.ended.waits.push(call.receipt().waited);
        if end == End::Answered {
            self.ended.answered += 1;
        } else {
            let class = call.last_failure().map(|failure| failure.class.name());
            let why = class.unwrap_or_else(|| end.name());
            *self.ended.failed.entry(why).or_default() += 1;
        }
    }

    fn report(self) -> Report {
        let book = self.stack.log.book().clone();
        let world = self.traveller.world().stats();
        let makespan = self.ended.last.since(Tick::ZERO);
        Report {
            calls: self.recipe.calls,
            answered: self.ended.answered,
            failed: self.ended.failed,
            refusals: book.refusals,
            attempts: book.attempts,
            makespan,
            waits: Waits::of(self.ended.waits),
            utilisation: Utilisation::of(&world, self.recipe.scenario.minute, makespan),
            world,
            polls: self.polls,
            log_hash: book.hash.0,
        }
    }
}

fn index(call: CallId) -> usize {
    usize::try_from(call.0).expect("calls are numbered by their index")
}
