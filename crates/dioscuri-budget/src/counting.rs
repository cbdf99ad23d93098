//! Whether the server counts what it refuses against the quota: nobody publishes it, so it is found out.

use dioscuri_vocab::Tick;
use std::time::Duration;

mod keep;

/// What is believed of refused requests.
///
/// If they count, a refused request keeps its place in our window too. If they do not, the place is free, and keeping
/// it loses a request in a window. The place is given back at first; a refusal soon after, at the edge of a window
/// that seemed to have room, says that it was taken after all. It takes two of them: one may have another reason.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Counting {
    given_back: Option<Tick>,
    /// How many places in a row were given back too early.
    wrong: u32,
    /// Refused requests are taken to count until then.
    counted_until: Option<Tick>,
}

impl Counting {
    /// Whether the place of a request that is refused now is free.
    pub(crate) fn gives_back(&mut self, now: Tick) -> bool {
        if self.counted_until.is_some_and(|until| now < until) {
            return false;
        }
        self.counted_until = None;
        self.given_back = Some(now);
        true
    }

    /// A request was refused at the edge of a window of `period`. `is_whole`: the server's hint is the whole period, as
    /// if the refused request had begun it.
    pub(crate) fn on_edge(&mut self, is_whole: bool, period: Duration, now: Tick) {
        match self.given_back.take() {
            Some(at) if now <= at.after(period) => self.wrong += 1,
            Some(_) => self.wrong = 0,
            None => {}
        }
        if self.wrong >= ENOUGH || is_whole {
            self.wrong = 0;
            self.counted_until = Some(now.after(period * BELIEVED));
        }
    }
}

/// Refusals that say that a place was not free.
const ENOUGH: u32 = 2;

/// Periods for which refused requests are taken to count, a day of minutes: two refusals may meet in one window by
/// chance, and to find out again costs one or two.
const BELIEVED: u32 = 1_440;

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: u64) -> Tick {
        Tick::ZERO.after(Duration::from_secs(seconds))
    }

    #[test]
    fn a_place_is_given_back_until_the_next_refusal_says_that_it_was_taken() {
        let mut counting = Counting::default();
        counting.on_edge(false, MINUTE, at(10));
        assert!(counting.gives_back(at(10)));
        counting.on_edge(false, MINUTE, at(200));
        assert!(counting.gives_back(at(200)));
        counting.on_edge(false, MINUTE, at(230));
        assert!(counting.gives_back(at(230)));
        counting.on_edge(false, MINUTE, at(240));
        assert!(!counting.gives_back(at(240)));
        assert!(!counting.gives_back(at(80_000)));
        assert!(counting.gives_back(at(90_000)));
    }

    #[test]
    fn a_hint_of_a_whole_window_says_it_at_once() {
        let mut counting = Counting::default();
        counting.on_edge(true, MINUTE, at(10));
        assert!(!counting.gives_back(at(10)));
    }
}
