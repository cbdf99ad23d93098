//! The gate of a daily quota: trusted but verified by one probe.

use crate::{day::next_pacific_midnight, opens::Opens};
use dioscuri_vocab::{Now, Tick, UnixTime};
use std::time::Duration;

/// Whether a day is closed by the server's word.
///
/// Real refusals name a daily quota *and* a hint of seconds. Whoever believes the hint retries all day;
/// whoever believes the name locks out users who had quota left. So one request finds out for all.
///
/// At midnight a shut gate opens whole, without a probe: the day is renewed by documentation, and a
/// refusal then begins the same round anew, with a pause and one probe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Gate {
    /// Nothing is known against the day.
    Open,
    /// Refused once. From `until` on one probe may go.
    Suspect { until: Tick },
    /// The probe is out; the others wait for its end.
    Probing { probe: u64 },
    /// The probe was refused as well: nothing goes before this midnight.
    Shut { until: UnixTime },
}

impl Gate {
    /// When the next request may pass.
    pub(crate) fn opens(&mut self, now: Now) -> Opens {
        match *self {
            Self::Open => Opens::At(now.tick),
            Self::Suspect { until } => Opens::At(until.max(now.tick)),
            Self::Probing { .. } => Opens::OnEvent,
            Self::Shut { until } if now.unix >= until => {
                *self = Self::Open; // Shut => Open
                Opens::At(now.tick)
            }
            Self::Shut { until } => Opens::At(now.tick_at(until)),
        }
    }

    /// Takes `other` where that is stricter.
    pub(crate) fn tighten(&mut self, other: Self) {
        *self = match (*self, other) {
            (Self::Suspect { until: one }, Self::Suspect { until: other }) => Self::Suspect {
                until: one.max(other),
            },
            (Self::Shut { until: one }, Self::Shut { until: other }) => Self::Shut {
                until: one.max(other),
            },
            (Self::Open, other) | (_, other @ Self::Shut { .. }) => other,
            (known, _) => known,
        };
    }

    /// Reservation `ticket` was granted.
    pub(crate) fn on_grant(&mut self, ticket: u64) {
        if let Self::Suspect { .. } = self {
            *self = Self::Probing { probe: ticket }; // Suspect => Probing
        }
    }

    /// Reservation `ticket` was refused by this quota; `pause` is the server's hint or a minute.
    ///
    /// Says whether this settles it: the probe itself was refused, and those who wait for it must ask again.
    pub(crate) fn on_refusal(&mut self, ticket: u64, pause: Duration, now: Now) -> bool {
        let until = now.tick.after(pause);
        match *self {
            // Open => Suspect
            Self::Open => *self = Self::Suspect { until },
            // A weaker hint of a request that was under way shortens nothing.
            Self::Suspect { until: known } => {
                *self = Self::Suspect {
                    until: known.max(until),
                }
            }
            Self::Probing { probe } if probe == ticket => {
                let until = next_pacific_midnight(now.unix);
                *self = Self::Shut { until }; // Probing => Shut
                return true;
            }
            // Requests sent before the first refusal: nothing new.
            Self::Probing { .. } | Self::Shut { .. } => {}
        }
        false
    }

    /// Reservation `ticket` ended. Says whether the gate opened by it.
    ///
    /// `passed`: the server let it through this quota. Only the probe's end counts: the success of a request
    /// that was sent before the refusal proves nothing.
    pub(crate) fn on_end(&mut self, ticket: u64, passed: bool, now: Now) -> bool {
        if *self != (Self::Probing { probe: ticket }) {
            return false;
        }
        *self = if passed {
            Self::Open // Probing => Open
        } else {
            Self::Suspect { until: now.tick } // Probing => Suspect: it proved nothing, another may go
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: u64 = 7;
    const OTHER: u64 = 8;
    const HINT: Duration = Duration::from_secs(26);

    fn at(seconds: u64) -> Now {
        // 2026-07-15T12:00:00Z; midnight comes 19 hours later.
        Now::new(Tick::ZERO, UnixTime::from_secs(1_784_116_800)).after(Duration::from_secs(seconds))
    }

    fn suspect(seconds: u64) -> Gate {
        Gate::Suspect {
            until: at(seconds).tick,
        }
    }

    fn shut() -> Gate {
        Gate::Shut {
            until: at(19 * 3600).unix,
        }
    }

    enum Event {
        Grant(u64),
        Refusal(u64),
        End(u64, bool),
    }
    use Event::{End, Grant, Refusal};

    #[track_caller]
    fn check(mut gate: Gate, event: &Event, after: Gate) {
        match *event {
            Grant(ticket) => gate.on_grant(ticket),
            Refusal(ticket) => assert_eq!(gate.on_refusal(ticket, HINT, at(100)), after == shut()),
            End(ticket, passed) => {
                let before = gate;
                assert_eq!(gate.on_end(ticket, passed, at(100)), gate != before);
            }
        }
        assert_eq!(gate, after);
    }

    #[test]
    fn a_first_refusal_makes_a_day_suspect_until_the_hint() {
        check(Gate::Open, &Refusal(OTHER), suspect(126));
    }

    #[test]
    fn a_later_hint_prolongs_and_a_weaker_one_shortens_nothing() {
        check(suspect(90), &Refusal(OTHER), suspect(126));
        check(suspect(900), &Refusal(OTHER), suspect(900));
    }

    #[test]
    fn the_first_request_after_the_hint_is_the_probe() {
        check(suspect(90), &Grant(PROBE), Gate::Probing { probe: PROBE });
        check(
            Gate::Probing { probe: PROBE },
            &Grant(OTHER),
            Gate::Probing { probe: PROBE },
        );
    }

    #[test]
    fn a_probe_that_passes_opens_the_day() {
        check(Gate::Probing { probe: PROBE }, &End(PROBE, true), Gate::Open);
    }

    #[test]
    fn a_probe_that_is_refused_shuts_the_day() {
        check(Gate::Probing { probe: PROBE }, &Refusal(PROBE), shut());
    }

    #[test]
    fn a_probe_that_proves_nothing_makes_way_for_another() {
        check(Gate::Probing { probe: PROBE }, &End(PROBE, false), suspect(100));
    }

    #[test]
    fn what_was_sent_before_the_refusal_proves_nothing() {
        check(suspect(90), &End(OTHER, true), suspect(90));
        check(
            Gate::Probing { probe: PROBE },
            &End(OTHER, true),
            Gate::Probing { probe: PROBE },
        );
        check(
            Gate::Probing { probe: PROBE },
            &Refusal(OTHER),
            Gate::Probing { probe: PROBE },
        );
        let mut gate = shut();
        assert!(!gate.on_refusal(OTHER, HINT, at(100)));
        assert!(!gate.on_end(OTHER, true, at(100)));
        assert_eq!(gate, shut());
    }

    #[test]
    fn a_shut_day_opens_whole_at_midnight() {
        let mut gate = shut();
        let midnight = at(19 * 3600);
        assert_eq!(gate.opens(at(100)), Opens::At(midnight.tick));
        assert_eq!(gate.opens(midnight), Opens::At(midnight.tick));
        assert_eq!(gate, Gate::Open);
    }
}
