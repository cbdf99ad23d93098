//! Which incidents strike a request.

use std::time::Duration;

use dioscuri_vocab::{Rng, SplitMix64};

use super::stats::IncidentStats;
use crate::scenario::{
    Incident, Method, Place, Scenario, ServiceTier, StreamFault, Surface, What, WireFault,
};

/// The incidents of a scenario, and what they have done so far.
#[derive(Debug)]
pub(super) struct Incidents {
    all: Vec<State>,
}

#[derive(Debug)]
struct State {
    incident: Incident,
    struck: u64,
}

/// Where a request is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    pub(super) surface: Surface,
    pub(super) project: &'a str,
    /// The number of its key within the project, from 1.
    pub(super) key: usize,
    pub(super) location: &'a str,
    /// As asked for, and as served.
    pub(super) models: [&'a str; 2],
    pub(super) method: Method,
    pub(super) service_tier: ServiceTier,
}

/// What strikes one request.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Strike {
    /// What decides its end, if anything does.
    pub(super) end: Option<What>,
    /// The number in the scenario, from 1, of the first incident that struck.
    pub(super) incident: Option<usize>,
    /// How much longer it takes.
    pub(super) slower: f64,
    /// Whether it is served as standard whatever it asked for.
    pub(super) downgraded: bool,
}

impl Incidents {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let all = scenario.incidents.iter().map(|incident| State {
            incident: incident.clone(),
            struck: 0,
        });
        Self { all: all.collect() }
    }

    /// What strikes a request at `spot`. Of several ends the first in the scenario counts, and counts alone.
    ///
    /// Every incident that may strike takes one draw, whether another one has decided or not: so a change in
    /// one incident does not shift the draws of the next.
    pub(super) fn strike(&mut self, spot: &Spot<'_>, since_start: Duration, rng: &mut SplitMix64) -> Strike {
        let mut strike = Strike {
            end: None,
            incident: None,
            slower: 1.0,
            downgraded: false,
        };
        for (state, number) in self.all.iter_mut().zip(1..) {
            let incident = &state.incident;
            if !incident.period.holds(since_start)
                || !concerns(&incident.what, spot.method)
                || !covers(&incident.place, spot)
            {
                continue;
            }
            let lot = rng.next_f64();
            if lot >= incident.share || incident.count.is_some_and(|count| state.struck >= count) {
                continue;
            }
            match &incident.what {
                What::SlowAnswers(factor) => strike.slower *= factor,
                What::Downgrade => strike.downgraded = true,
                end if strike.end.is_none() => strike.end = Some(end.clone()),
                _ => continue,
            }
            strike.incident = strike.incident.or(Some(number));
            state.struck += 1;
        }
        strike
    }

    /// Whether nobody listens at that time.
    pub(super) fn refuses(&self, since_start: Duration) -> bool {
        self.all
            .iter()
            .any(|state| state.incident.what == What::Refused && state.incident.period.holds(since_start))
    }

    /// When that may next be otherwise, strictly after `since_start`.
    pub(super) fn next_refusal_change(&self, since_start: Duration) -> Option<Duration> {
        self.all
            .iter()
            .filter(|state| state.incident.what == What::Refused)
            .filter_map(|state| state.incident.period.next_change(since_start))
            .min()
    }

    /// Whether a TLS handshake that begins at that time fails.
    pub(super) fn fails_tls(&mut self, since_start: Duration, rng: &mut SplitMix64) -> bool {
        for state in &mut self.all {
            let incident = &state.incident;
            if incident.what == What::TlsFailure
                && incident.period.holds(since_start)
                && rng.next_f64() < incident.share
                && incident.count.is_none_or(|count| state.struck < count)
            {
                state.struck += 1;
                return true;
            }
        }
        false
    }

    pub(super) fn stats(&self) -> Vec<IncidentStats> {
        let rows = self.all.iter().zip(1..).map(|(state, incident)| IncidentStats {
            incident,
            what: state.incident.what.name(),
            struck: state.struck,
        });
        rows.collect()
    }
}

/// Whether `what` can happen to a request for `method` at all.
const fn concerns(what: &What, method: Method) -> bool {
    match what {
        What::Finish(_) | What::Block(_) | What::Empty => matches!(method, Method::Generate | Method::Stream),
        What::Stream(
            StreamFault::Error { .. }
            | StreamFault::BareError { .. }
            | StreamFault::End { .. }
            | StreamFault::Cut { .. },
        ) => matches!(method, Method::Stream),
        What::Refused | What::TlsFailure => false,
        _ => true,
    }
}

fn covers(place: &Place, spot: &Spot<'_>) -> bool {
    fn holds<T>(allowed: &[T], is: impl Fn(&T) -> bool) -> bool {
        allowed.is_empty() || allowed.iter().any(is)
    }
    place.surface.is_none_or(|surface| surface == spot.surface)
        && holds(&place.models, |name| {
            spot.models.iter().any(|model| is_like(name, model))
        })
        && holds(&place.projects, |project| project == spot.project)
        && holds(&place.locations, |location| location == spot.location)
        && holds(&place.methods, |method| *method == spot.method)
        && holds(&place.keys, |key| *key == spot.key)
        && holds(&place.service_tiers, |tier| *tier == spot.service_tier)
}

/// Whether `pattern`, which may end with `*`, stands for `name`.
fn is_like(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// Whether `what` ends a request before the quotas are asked.
pub(super) const fn is_before_quotas(what: &What) -> bool {
    match what {
        What::Refusal(kind) => !kind.is_counted(),
        What::Wire(WireFault::ResetBefore) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Period, RefusalKind};

    const SPOT: Spot<'_> = Spot {
        surface: Surface::Developer,
        project: "castor",
        key: 1,
        location: "global",
        models: ["gemini-flash-latest", "gemini-3.8-flash"],
        method: Method::Generate,
        service_tier: ServiceTier::Standard,
    };

    fn incidents(all: Vec<Incident>) -> Incidents {
        Incidents {
            all: all
                .into_iter()
                .map(|incident| State { incident, struck: 0 })
                .collect(),
        }
    }

    fn overload() -> Incident {
        Incident::new(What::Refusal(RefusalKind::Overloaded))
    }

    fn ends(incidents: &mut Incidents, spot: &Spot<'_>, at: u64, times: u64) -> usize {
        (0..times)
            .filter(|stream| {
                let mut rng = SplitMix64::split(7, *stream);
                incidents
                    .strike(spot, Duration::from_secs(at), &mut rng)
                    .end
                    .is_some()
            })
            .count()
    }

    #[test]
    fn an_incident_strikes_in_its_time_and_place_only() {
        let period = Period::new(Duration::from_secs(10), Duration::from_secs(5));
        let mut timed = incidents(vec![overload().with_period(period)]);
        assert_eq!(ends(&mut timed, &SPOT, 9, 10), 0);
        assert_eq!(ends(&mut timed, &SPOT, 10, 10), 10);
        for (place, struck) in [
            (Place::model("gemini-3.8-flash"), 10),
            (Place::model("gemini-flash-latest"), 10),
            (Place::model("gemini-3*"), 10),
            (Place::model("gemini-3"), 0),
            (Place::project("castor"), 10),
            (Place::project("pollux"), 0),
            (Place::location("us"), 0),
        ] {
            let mut placed = incidents(vec![overload().with_place(place.clone())]);
            assert_eq!(ends(&mut placed, &SPOT, 0, 10), struck, "{place:?}");
        }
    }

    #[test]
    fn a_share_is_a_share_and_a_count_a_count() {
        let struck = ends(&mut incidents(vec![overload().with_share(0.3)]), &SPOT, 0, 10_000);
        assert!((2_800..=3_200).contains(&struck), "{struck}");
        assert_eq!(
            ends(&mut incidents(vec![overload().with_count(3)]), &SPOT, 0, 10),
            3
        );
    }

    #[test]
    fn the_first_end_decides_and_is_counted_alone() {
        let empty = Incident::new(What::Empty);
        let mut both = incidents(vec![overload().with_count(2), empty]);
        assert_eq!(ends(&mut both, &SPOT, 0, 5), 5);
        let struck: Vec<u64> = both.stats().iter().map(|row| row.struck).collect();
        assert_eq!(struck, [2, 3]);
    }

    #[test]
    fn what_is_for_streams_strikes_streams() {
        let cut = Incident::new(What::Stream(StreamFault::End { frames: None }));
        assert_eq!(ends(&mut incidents(vec![cut.clone()]), &SPOT, 0, 5), 0);
        let stream = Spot {
            method: Method::Stream,
            ..SPOT
        };
        assert_eq!(ends(&mut incidents(vec![cut]), &stream, 0, 5), 5);
    }
}
