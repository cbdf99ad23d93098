//! The attempts of a call that are in flight: one, or two while a hedge is out.

use dioscuri_budget::Reservation;
use dioscuri_vocab::{AttemptId, Phase, Timing};

/// A call has at most so many attempts in flight. A third would cost as much as the second and win much more rarely.
const MOST: usize = 2;

/// An attempt in flight; its record stands in the receipt.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) id: AttemptId,
    pub(super) link: u8,
    pub(super) is_probe: bool,
    pub(super) reservation: Reservation,
    pub(super) gate: Gate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gate {
    Closed,
    /// Content has arrived; the driver has not been told to open yet.
    Due,
    Open,
}

#[derive(Debug, Default)]
pub(super) struct Flights([Option<Flight>; MOST]);

impl Flights {
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The only one.
    pub(super) fn only(&self) -> Option<&Flight> {
        let mut all = self.0.iter().flatten();
        all.next().filter(|_| all.next().is_none())
    }

    /// Adds one; whoever asks for it has made sure that there is space.
    pub(super) fn add(&mut self, flight: Flight) {
        if let Some(free) = self.0.iter_mut().find(|one| one.is_none()) {
            *free = Some(flight);
        }
    }

    pub(super) fn get_mut(&mut self, id: AttemptId) -> Option<&mut Flight> {
        self.0.iter_mut().flatten().find(|flight| flight.id == id)
    }

    pub(super) fn take(&mut self, id: AttemptId) -> Option<Flight> {
        let is_it = |one: &&mut Option<Flight>| one.as_ref().is_some_and(|flight| flight.id == id);
        self.0.iter_mut().find(is_it)?.take()
    }

    /// Any of them but `id`.
    pub(super) fn other_than(&self, id: Option<AttemptId>) -> Option<AttemptId> {
        let mut all = self.0.iter().flatten();
        all.find(|flight| Some(flight.id) != id).map(|flight| flight.id)
    }

    /// Content of `id` has arrived: its gate is due, unless another's is.
    pub(super) fn on_content(&mut self, id: AttemptId) {
        if self.0.iter().flatten().all(|flight| flight.gate == Gate::Closed)
            && let Some(flight) = self.get_mut(id)
        {
            flight.gate = Gate::Due;
        }
    }

    /// Opens the gate that is due, if one is.
    pub(super) fn open(&mut self) -> Option<AttemptId> {
        let due = self
            .0
            .iter_mut()
            .flatten()
            .find(|flight| flight.gate == Gate::Due)?;
        due.gate = Gate::Open;
        Some(due.id)
    }
}

/// How far an attempt had come by its milestones.
pub(super) const fn reached(timing: &Timing) -> Phase {
    match timing {
        Timing { content: Some(_), .. } => Phase::Committed,
        Timing { head: Some(_), .. } => Phase::Answered,
        Timing { sent: Some(_), .. } => Phase::Sent,
        _ => Phase::NotSent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri_vocab::Tick;

    #[test]
    fn an_attempt_has_come_as_far_as_its_last_milestone() {
        let at = Tick::ZERO;
        let sent = Timing::new().with_sent(at);
        let head = sent.with_head(at);
        let content = head.with_content(at);
        let phases = [Timing::new(), sent, head, content].map(|timing| reached(&timing));
        let expected = [Phase::NotSent, Phase::Sent, Phase::Answered, Phase::Committed];
        assert_eq!(phases, expected);
    }
}
