//! One quota domain, to keep over a restart.

use super::{Domain, Meter};
use crate::{
    SavedDay, SavedDomain, SavedGate,
    gate::Gate,
    keep::{Reading, Writing},
    kind::Kind,
};

impl Domain {
    /// As plain data, under the names of its endpoints.
    pub(crate) fn save(&mut self, names: Vec<String>, writing: &Writing) -> SavedDomain {
        let mut saved = self.save_day(names, writing);
        saved.was_refused = self.was_refused;
        if let Meter::Rate(rate) = &mut self.meter {
            rate.save(&mut saved, writing);
        }
        saved.closed_until_ms = writing.ahead(self.closed_until);
        saved.gate = match self.gate {
            Gate::Open => SavedGate::Open,
            Gate::Suspect { until } => SavedGate::Suspect {
                until_ms: writing.ms(until.max(writing.now.tick)),
            },
            Gate::Probing { .. } => SavedGate::Suspect {
                until_ms: writing.now.unix.0,
            },
            Gate::Shut { until } => SavedGate::Shut { until_ms: until.0 },
        };
        saved
    }

    /// Only its limits and its count of the day.
    pub(crate) fn save_day(&mut self, names: Vec<String>, writing: &Writing) -> SavedDomain {
        let mut saved = SavedDomain::new(names, self.unit, self.window);
        (saved.configured, saved.stated) = (self.configured, self.stated);
        if let Meter::Day(day) = &mut self.meter {
            let renewed_at_ms = day.renewed_at(writing.now).0;
            let charged = day.used(writing.now);
            saved.day = Some(SavedDay {
                charged,
                renewed_at_ms,
            });
        }
        saved
    }

    /// The limit that was configured.
    pub(crate) const fn configured(&self) -> Option<u64> {
        self.configured
    }

    /// Whether it counts by the Pacific day.
    pub(crate) const fn is_day(&self) -> bool {
        matches!(self.meter, Meter::Day(_))
    }

    /// Goes on from `saved`: what is known here stays, unless `saved` is stricter.
    pub(crate) fn restore(&mut self, saved: &SavedDomain, kind: &Kind, reading: &Reading) {
        self.was_refused |= saved.was_refused;
        // A limit of zero closes until the endpoint is attached again, as it was.
        let stated = saved.stated.filter(|stated| *stated > 0);
        self.stated = self.stated.or(stated);
        self.stated_until = self.stated_until.max(reading.now().tick.after(super::STATED_FOR));
        let limit = self.limit();
        match &mut self.meter {
            Meter::Rate(rate) => {
                // What was found out under another limit does not hold.
                let supply = saved.supply.filter(|_| self.configured == saved.configured);
                rate.restore(saved, supply, limit, kind, reading);
            }
            Meter::Day(day) => {
                if let Some(saved) = saved.day {
                    let renewed_at = reading.midnight(saved.renewed_at_ms);
                    day.restore(saved.charged, renewed_at, reading.saved_at(), reading.now());
                }
            }
            Meter::InFlight(_) | Meter::Unknown => {}
        }
        let closed_until = reading.ahead(saved.closed_until_ms);
        self.closed_until = self.closed_until.max(closed_until.unwrap_or_default());
        let gate = match saved.gate {
            SavedGate::Open => Gate::Open,
            SavedGate::Suspect { until_ms } => Gate::Suspect {
                until: reading.tick(until_ms),
            },
            SavedGate::Shut { until_ms } => match reading.midnight(until_ms) {
                until if until > reading.now().unix => Gate::Shut { until },
                _ => Gate::Open,
            },
        };
        self.gate.tighten(gate);
    }
}
