//! Our engine, and its orders carried out to the letter.

use super::Player;
use crate::{
    Estimates,
    field::{Field, Flight},
    log::Log,
    stack,
};
use dioscuri_budget::{Measure, Rules, TokenEstimator as _};
use dioscuri_engine::{AttemptEvent, Call, End, Engine, EngineOrder, Step};
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, Cost, CredentialId, EndpointId, Outcome, Phase, SplitMix64, Tick,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// Polls a call when it comes, when its attempt has ended and when the engine says so, and looks at the engine's
/// timeout; nothing else moves it.
pub(crate) struct Ours {
    engine: Engine,
    log: Arc<Log>,
    estimator: Rules,
    /// `None` once it has ended.
    calls: Vec<Option<Box<(Call, SplitMix64)>>>,
    to_poll: VecDeque<u32>,
}

impl Ours {
    pub(crate) fn new(field: &Field<'_>) -> Self {
        let log = Arc::new(Log::default());
        Self {
            engine: stack::engine(field.setup(), &field.sites, Arc::clone(&log)),
            log,
            estimator: Rules::new(),
            calls: Vec::new(),
            to_poll: VecDeque::new(),
        }
    }

    /// What the call is thought to cost: the estimate by the client's estimator, which takes a text of that
    /// many tokens for the prompt.
    fn cost(&self, call: u32, field: &Field<'_>) -> Cost {
        let of = field.call(call);
        let setup = field.setup();
        let tokens = match setup.estimates {
            // The simulator's count of a text is up to 8 % off the formula.
            Estimates::Exact if setup.has_bodies => of.tokens + of.tokens / 10 + 4,
            Estimates::Exact => of.tokens,
            _ => self
                .estimator
                .estimate(&setup.scenario.chain[0], &measure(of.estimate)),
        };
        Cost::tokens(tokens)
    }

    fn poll(&mut self, number: u32, field: &mut Field<'_>) {
        let Some((call, rng)) = self.calls[number as usize].as_deref_mut() else {
            return;
        };
        field.polls += 1;
        match call.poll(field.now()) {
            Step::Send {
                attempt,
                at: EndpointId(site),
                credential: CredentialId(key),
                timeout,
                ..
            } => {
                call.on_event(attempt, AttemptEvent::Sent, field.now(), rng);
                let timeout: Option<Duration> = timeout;
                field.send(number, attempt.no, (site, key), timeout);
            }
            Step::Done(end) => {
                self.calls[number as usize] = None;
                match end {
                    End::Answered => field.answer(number),
                    end => field.fail(number, end.name()),
                }
            }
            // Unary calls have one attempt in flight and no gate.
            Step::Wait { .. } | Step::Cancel { .. } | Step::Commit { .. } => {}
        }
    }

    fn obey(&mut self, field: &Field<'_>) {
        while let Some(order) = self.engine.poll_order(field.now()) {
            match order {
                EngineOrder::Wake(call) => self.to_poll.push_back(number(call)),
                // Nothing here shares a quota with other processes, so none is ever ordered.
                EngineOrder::Lease { .. } => {}
            }
        }
    }
}

impl Player for Ours {
    fn on_call(&mut self, number: u32, field: &mut Field<'_>) {
        let id = CallId(u64::from(number));
        let call = field.call(number);
        let mut meta = CallMeta::new(id, self.cost(number, field))
            .with_priority(call.priority)
            .with_tenant(call.tenant);
        meta.deadline = call.deadline;
        let rng = SplitMix64::split(field.setup().seed, id.0);
        let call = self.engine.start(meta, field.now());
        debug_assert_eq!(self.calls.len(), number as usize, "calls come in order");
        self.calls.push(Some(Box::new((call, rng))));
        self.to_poll.push_back(number);
    }

    fn on_end(&mut self, flight: &Flight, outcome: Outcome, field: &mut Field<'_>) {
        if let Outcome::Success(served) = &outcome
            && field.setup().estimates != Estimates::Exact
            && let Some(used) = served.used
        {
            let estimate = measure(field.call(flight.call).estimate);
            let model = &field.sites.all[flight.site as usize].model;
            self.estimator.learn(model, &estimate, used.input_tokens);
        }
        let Some((call, rng)) = self.calls[flight.call as usize].as_deref_mut() else {
            return;
        };
        let attempt = AttemptId {
            call: CallId(u64::from(flight.call)),
            no: flight.tag,
        };
        let has_head = match &outcome {
            Outcome::Success(_) => true,
            Outcome::Failed { phase, .. } | Outcome::Cancelled { phase } => *phase >= Phase::Answered,
            _ => false,
        };
        if has_head {
            // A unary answer is there as soon as its head is.
            call.on_event(attempt, AttemptEvent::Head, field.now(), rng);
        }
        call.on_event(attempt, AttemptEvent::Ended(outcome), field.now(), rng);
        self.to_poll.push_back(flight.call);
    }

    fn settle(&mut self, field: &mut Field<'_>) {
        self.obey(field);
        while let Some(call) = self.to_poll.pop_front() {
            self.poll(call, field);
            self.obey(field);
        }
    }

    fn timeout(&self) -> Option<Tick> {
        self.engine.poll_timeout()
    }

    fn hash(&self) -> u64 {
        self.log.hash()
    }
}

/// A text of so many tokens by the published rule: four characters each.
fn measure(tokens: u64) -> Measure {
    let mut measure = Measure::default();
    measure.latin = tokens.saturating_mul(4);
    measure
}

fn number(call: CallId) -> u32 {
    u32::try_from(call.0).expect("calls are numbered from zero")
}
