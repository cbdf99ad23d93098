//! Five recipes as the common guides print them.

use super::Player;
use crate::{
    Strategy,
    field::{Field, Flight},
    strategy::RECIPE_DEADLINE,
};
use dioscuri_vocab::{Failure, Outcome, Rng, SplitMix64, Tick};
use std::time::Duration;

/// One recipe, followed by every call for itself.
pub(crate) struct Published {
    recipe: Strategy,
    sites: Vec<u32>,
    calls: Vec<SplitMix64>,
}

/// The longest step of the recipe that goes by the server's hint.
const LONGEST_STEP: Duration = Duration::from_secs(60);

/// What follows a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    After(Duration),
    GivesUp,
}

impl Published {
    pub(crate) fn new(recipe: Strategy, field: &Field<'_>) -> Self {
        Self {
            recipe,
            sites: field.sites.first_choice(),
            calls: Vec::new(),
        }
    }

    fn send(&mut self, number: u32, field: &mut Field<'_>) {
        field.polls += 1;
        let call = field.call(number);
        let index = match self.recipe {
            Strategy::RandomRegion => self.calls[number as usize].index(self.sites.len()),
            _ => (number as usize + call.attempts as usize) % self.sites.len(),
        };
        let site = self.sites[index];
        let keys = &field.sites.all[site as usize].keys;
        let key = keys.start + number % (keys.end - keys.start).max(1);
        field.send(number, 0, (site, key), None);
    }

    /// What the recipe says after attempt number `attempt` (from 1) has failed.
    fn next(&mut self, number: u32, attempt: u32, failure: &Failure) -> Next {
        let rng = &mut self.calls[number as usize];
        let power = |step: u32| Duration::from_secs(1 << step.min(16));
        let tries = |most: u32, wait: Duration| {
            if attempt < most {
                Next::After(wait)
            } else {
                Next::GivesUp
            }
        };
        match self.recipe {
            Strategy::Linear => tries(3, Duration::from_secs(10)),
            Strategy::Exponential => tries(5, power(attempt - 1)),
            Strategy::Jitter => tries(5, rng.up_to(power(attempt - 1))),
            Strategy::HintJitter => {
                let step = power(attempt - 1).min(LONGEST_STEP);
                Next::After(failure.hint().unwrap_or_default() + rng.up_to(step))
            }
            _ => Next::After(Duration::ZERO),
        }
    }

    const fn goes_to_the_deadline(&self) -> bool {
        matches!(self.recipe, Strategy::RandomRegion | Strategy::HintJitter)
    }

    fn deadline(&self, number: u32, field: &Field<'_>) -> Option<Tick> {
        let call = field.call(number);
        let own = self
            .goes_to_the_deadline()
            .then(|| call.started.after(RECIPE_DEADLINE));
        call.deadline.or(own)
    }
}

impl Player for Published {
    fn on_call(&mut self, call: u32, field: &mut Field<'_>) {
        // Apart from the streams that the engine draws from.
        let seed = !field.setup().seed;
        self.calls.push(SplitMix64::split(seed, u64::from(call)));
        self.send(call, field);
    }

    fn on_end(&mut self, flight: &Flight, outcome: Outcome, field: &mut Field<'_>) {
        let Outcome::Failed { failure, .. } = outcome else {
            field.answer(flight.call);
            return;
        };
        if !may_pass(&failure) {
            field.fail(flight.call, "permanent");
            return;
        }
        let attempts = field.call(flight.call).attempts;
        let deadline = self.deadline(flight.call, field);
        match self.next(flight.call, attempts, &failure) {
            Next::After(wait) => {
                let at = field.tick().after(wait);
                if deadline.is_some_and(|deadline| at >= deadline) {
                    field.fail(flight.call, "deadline");
                } else {
                    field.set_timer(flight.call, at);
                }
            }
            Next::GivesUp => field.fail(flight.call, "attempts"),
        }
    }

    fn on_timer(&mut self, call: u32, field: &mut Field<'_>) {
        self.send(call, field);
    }
}

/// What the guides try again: by status, and connections that broke.
const fn may_pass(failure: &Failure) -> bool {
    matches!(failure.status, None | Some(408 | 429 | 500..=599))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri_vocab::{Class, Hint, HintSource};

    fn published(recipe: Strategy) -> Published {
        Published {
            recipe,
            sites: vec![0],
            calls: vec![SplitMix64::new(1)],
        }
    }

    fn waits(recipe: Strategy) -> Vec<Next> {
        let mut failure = Failure::new(Class::QuotaMinute);
        failure.retry_after = Some(Hint::new(Duration::from_secs(30), HintSource::RetryInfo));
        let mut published = published(recipe);
        (1..=6)
            .map(|attempt| published.next(0, attempt, &failure))
            .collect()
    }

    const fn after(secs: u64) -> Next {
        Next::After(Duration::from_secs(secs))
    }

    #[test]
    fn recipes_wait_as_they_are_named() {
        let gives_up = Next::GivesUp;
        assert_eq!(waits(Strategy::RandomRegion), [after(0); 6]);
        let linear = [after(10), after(10), gives_up, gives_up, gives_up, gives_up];
        assert_eq!(waits(Strategy::Linear), linear);
        let exponential = [after(1), after(2), after(4), after(8), gives_up, gives_up];
        assert_eq!(waits(Strategy::Exponential), exponential);
    }

    #[test]
    fn jitter_lies_below_the_power_and_above_the_hint() {
        let within = |next: Next, from: u64, to: u64| {
            let Next::After(wait) = next else { return false };
            (Duration::from_secs(from)..=Duration::from_secs(to)).contains(&wait)
        };
        let jitter = waits(Strategy::Jitter);
        assert!(
            (0..4).all(|step| within(jitter[step], 0, 1 << step)),
            "{jitter:?}"
        );
        assert_eq!(jitter[4..], [Next::GivesUp; 2]);
        let hinted = waits(Strategy::HintJitter);
        assert!(
            (0..6).all(|step| within(hinted[step], 30, 30 + (1 << step))),
            "{hinted:?}"
        );
    }
}
