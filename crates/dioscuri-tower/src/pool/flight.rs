//! An attempt at a chosen endpoint: reported once, whatever became of it.

use super::{Chosen, PoolError, PoolLayer, probes::Probe};
use crate::{
    Held,
    attempt::BoxError,
    departure::Departure,
    held::{End, Track},
    journey::{Journey, Last},
    reading::{failure_by_causes, is_held_back},
};
use bytes::Bytes;
use dioscuri_pool::Report;
use dioscuri_vocab::{AttemptId, Class, Failure, Outcome, Phase, Served, Tick, Timing};
use http::Response;
use http_body::Body;
use std::time::Duration;

/// How long an endpoint rests after a quota without a time was refused: the longest window that may be meant is a
/// minute, and one of a day is asked again then.
const REST: Duration = Duration::from_secs(60);

/// An attempt in flight. Dropped it is given up, and the pool hears of it.
pub(super) struct Flight {
    layer: PoolLayer,
    chosen: Chosen,
    attempt: AttemptId,
    begun: Tick,
    timing: Timing,
    phase: Phase,
    journey: Journey,
    departure: Departure,
    /// It is a probe, until it is reported.
    probe: Option<Probe>,
    is_probe: bool,
    reader: Reader,
    is_reported: bool,
}

/// Whoever reads the body of a success.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reader {
    /// There is no such body.
    Absent,
    /// He has not come yet, or found what he wanted.
    Silent,
    /// He has asked for more than there was.
    Waiting,
}

impl Flight {
    pub(super) fn begin(
        layer: PoolLayer,
        chosen: Chosen,
        attempt: AttemptId,
        begun: Tick,
        journey: Journey,
        probe: Option<Probe>,
    ) -> Self {
        Self {
            layer,
            chosen,
            attempt,
            begun,
            timing: Timing::new(),
            phase: Phase::NotSent,
            journey,
            departure: Departure::default(),
            is_probe: probe.is_some(),
            probe,
            reader: Reader::Absent,
            is_reported: false,
        }
    }

    /// Where those below tell when it leaves.
    pub(super) fn departure(&self) -> Departure {
        self.departure.clone()
    }

    /// The service below is ready: it leaves, unless a line holds it back there.
    pub(super) fn depart(&mut self) {
        self.departure.mark(self.now());
        self.phase = Phase::Sent;
    }

    pub(super) const fn chosen(&self) -> Chosen {
        self.chosen
    }

    /// The head has come: a failure is told at once, a success when its body has ended.
    pub(super) fn answered<A: Body>(mut self, mut response: Response<A>) -> Response<Held<A>> {
        self.timing = self.timing.with_head(self.now());
        self.phase = Phase::Answered;
        response.extensions_mut().insert(self.chosen);
        if let Some(failure) = response.extensions().get::<Failure>() {
            self.fail(failure.clone(), Phase::Answered);
            return response.map(Held::free);
        }
        if !response.status().is_success() {
            // Nobody has called it a failure, and a success it is not: the pool learns nothing.
            return response.map(Held::free);
        }
        if self.is_probe {
            // All others wait for it: they need not wait for whoever reads it.
            self.report(&Outcome::Success(Served::new()));
            return response.map(Held::free);
        }
        self.reader = Reader::Silent;
        response.map(|body| Held::tracked(body, self))
    }

    /// The service has failed, having come as far as `phase` at least.
    pub(super) fn broken(mut self, error: BoxError, phase: Phase) -> PoolError {
        if phase == Phase::NotSent || is_held_back(&*error) {
            // Not the endpoint's fault: nothing has left.
            self.phase = Phase::NotSent;
            self.report(&Outcome::Cancelled {
                phase: Phase::NotSent,
            });
            self.look_elsewhere();
        } else {
            let (failure, phase) = failure_by_causes(&*error, phase);
            self.fail(failure, phase);
        }
        PoolError::service(error, phase)
    }

    fn fail(&mut self, failure: Failure, phase: Phase) {
        if matches!(failure.class, Class::QuotaMinute | Class::QuotaDay) {
            // The pool does not remember quotas: until its window has moved on, nobody need look there.
            let rest = failure.hint().unwrap_or(REST);
            let (layer, until) = (&self.layer, self.now().after(rest));
            layer.rests.extend(&*layer.pool, self.chosen.endpoint, until);
        }
        self.report(&Outcome::Failed { failure, phase });
        self.look_elsewhere();
    }

    /// Tells the call, if it repeats, when its endpoint opens again, and when another one does.
    fn look_elsewhere(&self) {
        let (layer, at) = (&self.layer, self.chosen.endpoint);
        self.journey.set_last(Last::Sent {
            at,
            is_probe: self.is_probe,
            here: layer.opens(at),
            other: layer.other_opens(&self.journey, at),
        });
    }

    fn report(&mut self, outcome: &Outcome) {
        self.is_reported = true;
        // A line below is no slowness of the endpoint, and what was sent later has seen more of it.
        let begun = self.departure.at().unwrap_or(self.begun);
        if self.phase > Phase::NotSent {
            self.timing = self.timing.with_sent(begun);
        }
        let Chosen { endpoint, credential } = self.chosen;
        let report = Report::new(self.attempt, endpoint, credential, begun, &self.timing, outcome);
        self.layer.pool.report(&report, self.layer.clock.now());
        self.probe = None;
    }

    fn now(&self) -> Tick {
        self.layer.clock.now().tick
    }
}

impl Track for Flight {
    fn on_wait(&mut self) {
        self.reader = Reader::Waiting;
    }

    fn on_data(&mut self, _: &Bytes) {
        if self.timing.content.is_none() {
            // What was there when the reader came may have been there for long: he is late, not the endpoint.
            let at = if self.reader == Reader::Waiting {
                self.now()
            } else {
                self.timing.head.unwrap_or(self.begun)
            };
            self.timing = self.timing.with_content(at);
            self.phase = Phase::Committed;
        }
    }

    fn on_end(mut self: Box<Self>, end: End) {
        match end {
            End::Whole => self.report(&Outcome::Success(Served::new())),
            End::Broken => {
                let (failure, phase) = (Failure::new(Class::Connection), self.phase);
                self.report(&Outcome::Failed { failure, phase });
            }
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.is_reported {
            return;
        }
        // A reader that had enough says nothing against an endpoint that was answering; nor does one that never began.
        let outcome = match self.phase {
            Phase::Committed => Outcome::Success(Served::new()),
            Phase::Answered if self.reader == Reader::Silent => Outcome::Success(Served::new()),
            phase => Outcome::Cancelled { phase },
        };
        self.report(&outcome);
        self.look_elsewhere();
    }
}
