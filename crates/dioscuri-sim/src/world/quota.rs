//! Counters of one model in one place: a minute's requests and tokens, a day's requests.

use std::{collections::VecDeque, time::Duration};

use dioscuri_vocab::{Now, Tick, Unit, Window};

use super::pacific::Day;
use crate::scenario::Quota;

/// A quota that a request has exceeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Violated {
    pub(crate) unit: Unit,
    pub(crate) window: Window,
    pub(crate) limit: u64,
    /// When it will have room, if time alone makes room and the server says so truly.
    pub(crate) wait: Option<Duration>,
}

/// All counters of one model in one place. Checked and charged together, or not at all.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    requests: Option<Sliding>,
    tokens: Option<Sliding>,
    day: Option<Daily>,
}

impl Room {
    pub(super) fn new(quota: &Quota) -> Self {
        Self {
            requests: quota.rpm.map(Sliding::new),
            tokens: quota.tpm.map(Sliding::new),
            day: quota.rpd.map(|limit| Daily::new(limit, quota.rpd_used)),
        }
    }

    /// Charges one request of `tokens`, or tells every quota that has no room for it.
    ///
    /// A refused request is not counted. Whether Google counts it is not known.
    pub(super) fn charge(
        &mut self,
        tokens: u64,
        minute: Duration,
        day: Day,
        now: Now,
    ) -> Result<(), Vec<Violated>> {
        let mut violated = Vec::new();
        for (unit, counter, cost) in [
            (Unit::Requests, &mut self.requests, 1),
            (Unit::InputTokens, &mut self.tokens, tokens),
        ] {
            let Some(counter) = counter else { continue };
            counter.expire(minute, now.tick);
            if !counter.fits(cost) {
                counter.tally.refused += 1;
                violated.push(Violated {
                    unit,
                    window: Window::Minute,
                    limit: counter.tally.limit,
                    wait: counter.wait(cost, minute, now.tick),
                });
            }
        }
        if let Some(counter) = &mut self.day {
            counter.begin(day);
            if counter.used >= counter.tally.limit {
                counter.tally.refused += 1;
                violated.push(Violated {
                    unit: Unit::Requests,
                    window: Window::Day,
                    limit: counter.tally.limit,
                    wait: None,
                });
            }
        }
        if !violated.is_empty() {
            return Err(violated);
        }
        if let Some(counter) = &mut self.requests {
            counter.add(1, now.tick);
        }
        if let Some(counter) = &mut self.tokens {
            counter.add(tokens, now.tick);
        }
        if let Some(counter) = &mut self.day {
            counter.add();
        }
        Ok(())
    }

    /// What each limited counter has seen.
    pub(super) fn tallies(&self) -> impl Iterator<Item = (Unit, Window, Tally)> {
        [
            (
                Unit::Requests,
                Window::Minute,
                self.requests.as_ref().map(|counter| counter.tally),
            ),
            (
                Unit::InputTokens,
                Window::Minute,
                self.tokens.as_ref().map(|counter| counter.tally),
            ),
            (
                Unit::Requests,
                Window::Day,
                self.day.as_ref().map(|counter| counter.tally),
            ),
        ]
        .into_iter()
        .filter_map(|(unit, window, tally)| Some((unit, window, tally?)))
    }
}

/// What a counter has seen since the world began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) limit: u64,
    /// In the counter's unit.
    pub(super) admitted: u64,
    /// Requests, whatever the unit.
    pub(super) refused: u64,
    /// In the counter's unit, in any one window.
    pub(super) peak: u64,
}

impl Tally {
    fn of(limit: u64) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    fn add(&mut self, cost: u64, used: u64) {
        self.admitted = self.admitted.saturating_add(cost);
        self.peak = self.peak.max(used);
    }
}

/// At most `limit` in any window of one minute.
///
/// A guess: nobody has published how Google counts. A sliding window is the strictest of the likely ways, so
/// that what passes here passes under fixed windows and full buckets as well.
#[derive(Clone, Debug)]
struct Sliding {
    tally: Tally,
    /// The sum of `log`.
    used: u64,
    /// What was admitted within the last minute, oldest first. No longer than `limit`.
    log: VecDeque<(Tick, u64)>,
}

impl Sliding {
    fn new(limit: u64) -> Self {
        Self {
            tally: Tally::of(limit),
            used: 0,
            log: VecDeque::new(),
        }
    }

    /// Forgets what lies outside of the window `(now - minute, now]`.
    fn expire(&mut self, minute: Duration, now: Tick) {
        while let Some(&(at, cost)) = self.log.front()
            && at.after(minute) <= now
        {
            self.used -= cost;
            self.log.pop_front();
        }
    }

    const fn fits(&self, cost: u64) -> bool {
        self.used.saturating_add(cost) <= self.tally.limit
    }

    /// The time until `cost` fits, if nobody else comes first; `None` if it never does.
    fn wait(&self, cost: u64, minute: Duration, now: Tick) -> Option<Duration> {
        let room = self.tally.limit.checked_sub(cost)?;
        let mut used = self.used;
        let last = self.log.iter().find(|(_, freed)| {
            used -= freed;
            used <= room
        });
        last.map(|(at, _)| at.after(minute).since(now))
    }

    fn add(&mut self, cost: u64, now: Tick) {
        if cost > 0 {
            self.used += cost;
            self.log.push_back((now, cost));
        }
        self.tally.add(cost, self.used);
    }
}

/// At most `limit` in a Pacific day.
#[derive(Clone, Debug)]
struct Daily {
    tally: Tally,
    used: u64,
    day: Option<Day>,
}

impl Daily {
    /// `used` are gone on the first day.
    fn new(limit: u64, used: u64) -> Self {
        Self {
            tally: Tally {
                peak: used,
                ..Tally::of(limit)
            },
            used,
            day: None,
        }
    }

    /// Starts anew if `day` is another than before.
    fn begin(&mut self, day: Day) {
        if self.day.replace(day).is_some_and(|before| before != day) {
            self.used = 0;
        }
    }

    fn add(&mut self) {
        self.used += 1;
        self.tally.add(1, self.used);
    }
}

#[cfg(test)]
mod tests {
    use dioscuri_vocab::UnixTime;

    use super::*;
    use crate::world::pacific::Calendar;

    const MINUTE: Duration = Duration::from_secs(60);

    fn room(rpm: Option<u64>, tpm: Option<u64>, rpd: Option<u64>) -> Room {
        Room::new(&Quota {
            model: "m".to_owned(),
            location: None,
            rpm,
            tpm,
            rpd,
            rpd_used: 0,
            enforcement: crate::scenario::Enforcement::Sliding,
            count_refused: false,
            retry_info: None,
        })
    }

    /// Charges `tokens` at `secs`; the violations as (window, unit, wait in seconds).
    fn charge(room: &mut Room, tokens: u64, secs: u64) -> Vec<(Window, Unit, Option<u64>)> {
        let now = Now::default().after(Duration::from_secs(secs));
        let day = Calendar::new().day(now.unix);
        let violated = room.charge(tokens, MINUTE, day, now).err().unwrap_or_default();
        violated
            .iter()
            .map(|quota| (quota.window, quota.unit, quota.wait.map(|wait| wait.as_secs())))
            .collect()
    }

    const ADMITTED: [(Window, Unit, Option<u64>); 0] = [];

    #[test]
    fn a_place_is_free_a_minute_after_it_was_taken() {
        let mut room = room(Some(2), None, None);
        assert_eq!(charge(&mut room, 1, 0), ADMITTED);
        assert_eq!(charge(&mut room, 1, 10), ADMITTED);
        assert_eq!(
            charge(&mut room, 1, 59),
            [(Window::Minute, Unit::Requests, Some(1))]
        );
        assert_eq!(charge(&mut room, 1, 60), ADMITTED);
        assert_eq!(
            charge(&mut room, 1, 61),
            [(Window::Minute, Unit::Requests, Some(9))]
        );
    }

    #[test]
    fn the_hint_waits_for_as_many_as_are_needed() {
        let mut room = room(None, Some(10), None);
        assert_eq!(charge(&mut room, 4, 0), ADMITTED);
        assert_eq!(charge(&mut room, 6, 20), ADMITTED);
        assert_eq!(
            charge(&mut room, 4, 30),
            [(Window::Minute, Unit::InputTokens, Some(30))]
        );
        assert_eq!(
            charge(&mut room, 5, 30),
            [(Window::Minute, Unit::InputTokens, Some(50))]
        );
        assert_eq!(
            charge(&mut room, 11, 30),
            [(Window::Minute, Unit::InputTokens, None)]
        );
    }

    #[test]
    fn every_violated_quota_is_named_and_none_is_charged() {
        let mut room = room(Some(1), Some(5), Some(1));
        assert_eq!(charge(&mut room, 5, 0), ADMITTED);
        assert_eq!(
            charge(&mut room, 5, 1),
            [
                (Window::Minute, Unit::Requests, Some(59)),
                (Window::Minute, Unit::InputTokens, Some(59)),
                (Window::Day, Unit::Requests, None),
            ]
        );
        assert_eq!(charge(&mut room, 5, 60), [(Window::Day, Unit::Requests, None)]);
        let admitted: Vec<u64> = room.tallies().map(|(_, _, tally)| tally.admitted).collect();
        assert_eq!(admitted, [1, 5, 1]);
    }

    #[test]
    fn a_new_pacific_day_has_a_new_quota() {
        let mut room = room(None, None, Some(1));
        // 1970-01-01T00:00Z is four in the afternoon of the day before: eight hours are left of it.
        assert_eq!(charge(&mut room, 1, 0), ADMITTED);
        assert_eq!(charge(&mut room, 1, 8 * 3600 - 1).len(), 1);
        assert_eq!(charge(&mut room, 1, 8 * 3600), ADMITTED);
    }

    #[test]
    fn what_is_gone_when_the_world_begins_is_gone_for_one_day() {
        let mut room = Room {
            day: Some(Daily::new(2, 2)),
            ..Room::default()
        };
        assert_eq!(charge(&mut room, 1, 0).len(), 1);
        assert_eq!(charge(&mut room, 1, 24 * 3600), ADMITTED);
        let mut calendar = Calendar::new();
        let tomorrow = calendar.day(UnixTime::from_secs(24 * 3600));
        assert_ne!(tomorrow, calendar.day(UnixTime(0)));
    }

    #[test]
    fn a_limit_of_zero_never_has_room() {
        assert_eq!(
            charge(&mut room(Some(0), None, None), 1, 0),
            [(Window::Minute, Unit::Requests, None)]
        );
    }
}
