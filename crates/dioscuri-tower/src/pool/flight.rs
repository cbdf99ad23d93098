//! An attempt at a chosen endpoint: reported once, whatever became of it.

use super::{Chosen, PoolError, PoolLayer};
use crate::{
    Held,
    attempt::BoxError,
    held::{End, Track},
    journey::{Journey, Last},
    reading::{by_causes, is_refusal},
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
    is_reported: bool,
}

impl Flight {
    pub(super) fn begin(
        layer: PoolLayer,
        chosen: Chosen,
        attempt: AttemptId,
        begun: Tick,
        journey: Journey,
    ) -> Self {
        Self {
            layer,
            chosen,
            attempt,
            begun,
            timing: Timing::new().with_sent(begun),
            phase: Phase::Sent,
            journey,
            is_reported: false,
        }
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
        response.map(|body| Held::tracked(body, self))
    }

    /// The service has failed.
    pub(super) fn broken(mut self, error: BoxError) -> PoolError {
        if is_refusal(&*error) {
            // Not the endpoint's fault: nothing has left.
            self.phase = Phase::NotSent;
            self.timing = Timing::new();
            self.report(&Outcome::Cancelled {
                phase: Phase::NotSent,
            });
            self.look_elsewhere();
        } else {
            let (failure, phase) = by_causes(&*error, Phase::Sent);
            self.fail(failure, phase);
        }
        PoolError::service(error)
    }

    fn fail(&mut self, failure: Failure, phase: Phase) {
        if matches!(failure.class, Class::QuotaMinute | Class::QuotaDay) {
            // The pool does not remember quotas: until its window has moved on, nobody need look there.
            let rest = failure.hint().unwrap_or(REST);
            let until = self.now().after(rest);
            self.layer.pool.rest(self.chosen.endpoint, Some(until));
        }
        self.report(&Outcome::Failed { failure, phase });
        self.look_elsewhere();
    }

    /// Tells the call, if it repeats, when its endpoint opens again, and when another one does.
    fn look_elsewhere(&self) {
        let (layer, at) = (&self.layer, self.chosen.endpoint);
        let instant = |tick| layer.clock.instant(tick);
        self.journey.set_last(Last::Sent {
            at,
            here: layer.opens(at).map(instant),
            other: layer.other_opens(&self.journey, at).map(instant),
        });
    }

    fn report(&mut self, outcome: &Outcome) {
        self.is_reported = true;
        let Chosen { endpoint, credential } = self.chosen;
        let report = Report::new(
            self.attempt,
            endpoint,
            credential,
            self.begun,
            &self.timing,
            outcome,
        );
        self.layer.pool.report(&report, self.layer.clock.now());
    }

    fn now(&self) -> Tick {
        self.layer.clock.now().tick
    }
}

impl Track for Flight {
    fn on_data(&mut self, _: &Bytes) {
        if self.timing.content.is_none() {
            self.timing = self.timing.with_content(self.now());
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
        // A reader that had enough says nothing against an endpoint that was answering.
        let outcome = match self.phase {
            Phase::Committed => Outcome::Success(Served::new()),
            phase => Outcome::Cancelled { phase },
        };
        self.report(&outcome);
    }
}
