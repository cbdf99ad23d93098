//! Which incidents strike a request.

use std::time::Duration;

use dioscuri_vocab::{Rng, SplitMix64};

use super::stats::IncidentStats;
use crate::scenario::{Incident, Method, Place, Scenario, ServiceTier, Surface, What, WireFault};

/// Periods that may follow each other without a gap before it is thought that they always do.
const MOST_ROUNDS: u32 = 10_000;

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
    /// As asked for, and as served; empty for the list of models, which is of none.
    pub(super) models: [&'a str; 2],
    pub(super) method: Method,
    pub(super) service_tier: ServiceTier,
}

/// What would strike one request, if it comes so far.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Strike {
    /// What decides its end, if anything does, and the number of that incident.
    pub(super) end: Option<(usize, What)>,
    /// The numbers of the incidents that make it slower or take its tier.
    pub(super) besides: Vec<usize>,
    /// How much longer it takes.
    pub(super) slower: f64,
    /// Whether it is served as standard whatever it asked for.
    pub(super) downgraded: bool,
}

impl Strike {
    /// What decides the request's end.
    pub(super) fn what(&self) -> Option<&What> {
        self.end.as_ref().map(|(_, what)| what)
    }
}

impl Incidents {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let all = scenario.incidents.iter().map(|incident| State {
            incident: incident.clone(),
            struck: 0,
        });
        Self { all: all.collect() }
    }

    /// What would strike a request at `spot`. Of several ends the first in the scenario counts, and counts
    /// alone. Nothing has struck before [`Incidents::strikes`] is told so.
    ///
    /// Every incident draws from a stream of its own, split off from `lots`: what one does, does not shift what
    /// the others do.
    pub(super) fn draw(&self, spot: &Spot<'_>, since_start: Duration, lots: u64) -> Strike {
        let mut strike = Strike {
            end: None,
            besides: Vec::new(),
            slower: 1.0,
            downgraded: false,
        };
        for (state, number) in self.all.iter().zip(1..) {
            let incident = &state.incident;
            if !incident.period.holds(since_start)
                || !concerns(&incident.what, spot.method)
                || !covers(&incident.place, spot)
                || incident.count.is_some_and(|count| state.struck >= count)
                || SplitMix64::split(lots, number as u64).next_f64() >= incident.share
            {
                continue;
            }
            match &incident.what {
                What::SlowAnswers(factor) => strike.slower *= factor,
                What::Downgrade => strike.downgraded = true,
                end => {
                    strike.end = strike.end.or_else(|| Some((number, end.clone())));
                    continue;
                }
            }
            strike.besides.push(number);
        }
        strike
    }

    /// From when on, at that time or later, nothing ends a request at `spot` for certain; `None`: something
    /// always does. What strikes by lot is left out of account.
    pub(super) fn spared(&self, spot: &Spot<'_>, since_start: Duration) -> Option<Duration> {
        let mut at = since_start;
        for _ in 0..MOST_ROUNDS {
            let strikes = |state: &&State| {
                let incident = &state.incident;
                incident.period.holds(at)
                    && (incident.what == What::Refused
                        || (incident.share >= 1.0
                            && incident.count.is_none()
                            && ends(&incident.what)
                            && concerns(&incident.what, spot.method)
                            && covers(&incident.place, spot)))
            };
            let Some(state) = self.all.iter().find(strikes) else {
                return Some(at);
            };
            at = state.incident.period.next_change(at)?;
        }
        None
    }

    /// The incident of that number, from 1, has struck.
    pub(super) fn strikes(&mut self, number: usize) {
        self.all[number - 1].struck += 1;
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

/// Whether `what` can happen to a request for `method` at all. What happens to connections happens to none.
fn concerns(what: &What, method: Method) -> bool {
    !matches!(what, What::Refused | What::TlsFailure) && what.methods().contains(&method)
}

/// Whether `what` keeps a request from a good answer.
const fn ends(what: &What) -> bool {
    !matches!(
        what,
        What::SlowAnswers(_) | What::Downgrade | What::Wire(WireFault::SlowBody { .. } | WireFault::GoAway)
    )
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
    if name.is_empty() {
        return false;
    }
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
    use crate::scenario::{Period, RefusalKind, StreamFault};

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
            .filter(|lots| {
                let end = incidents.draw(spot, Duration::from_secs(at), *lots).end;
                if let Some((number, _)) = &end {
                    incidents.strikes(*number);
                }
                end.is_some()
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
    fn one_incident_does_not_shift_what_another_does() {
        let second = overload().with_share(0.5);
        let outcomes = |first: Incident| {
            let both = incidents(vec![first, second.clone()]);
            let draw = |lots| both.draw(&SPOT, Duration::ZERO, lots).end.is_some();
            (0..100).map(draw).collect::<Vec<_>>()
        };
        let never = Incident::new(What::Empty).with_share(0.0);
        let elsewhere = never.clone().with_place(Place::location("us"));
        assert_eq!(outcomes(never), outcomes(elsewhere));
    }

    #[test]
    fn what_is_for_a_model_leaves_the_list_of_models_alone() {
        let list = Spot {
            models: ["", ""],
            method: Method::Models,
            ..SPOT
        };
        let of_model = overload().with_place(Place::model("gemini-*"));
        assert_eq!(ends(&mut incidents(vec![of_model]), &list, 0, 5), 0);
        assert_eq!(ends(&mut incidents(vec![overload()]), &list, 0, 5), 5);
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
