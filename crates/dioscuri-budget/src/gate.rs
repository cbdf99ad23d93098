//! The gate of a daily quota: trusted but verified by one probe.

use dioscuri_vocab::{Now, Tick, UnixTime};
use std::time::Duration;

use crate::{day::next_pacific_midnight, opens::Opens};

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

    /// Reservation `ticket` was granted.
    pub(crate) fn on_grant(&mut self, ticket: u64) {
        if let Self::Suspect { .. } = self {
            *self = Self::Probing { probe: ticket }; // Suspect => Probing
        }
    }

    /// Reservation `ticket` was refused by this quota; `pause` is the server's hint or a minute.
    ///
    /// Says whether this settles it: the probe itself was refused.
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
