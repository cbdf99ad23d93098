//! One region out of service, and all of them.

use super::{
    Case, Trial, World,
    base::pool,
    judge::{figure, since_start},
};
use dioscuri_scenarios::{Knowledge, Load, Setup};
use std::time::Duration;

pub(super) const REGION_DOWN: &str = "The pool of `pool-4x` under 5 calls a second that come at random moments (83 % of \
its quota) for 2 hours; one of the three locations answers with 503 for 20 minutes. Calls have a deadline of an hour. \
Asked: no call lost; ≤ 1.15 attempts per call that arrived in the outage (one, and what failed in it, per arrival); \
full rate ≤ 5 s after the end: in the two minutes from the end on, the requests to the quotas that were out of service \
are never further than that behind their full rate.";

pub(super) const ALL_DOWN: &str = "The same, but every location answers with 503 for 10 minutes.";

/// When the outage begins.
const BEGIN: Duration = Duration::from_secs(30 * 60);

/// Calls a second: 83 % of the quota, so that there is room to catch up.
const PER_SECOND: f64 = 5.0;

/// Requests a minute of each endpoint.
const RPM: f64 = 60.0;

pub(super) fn region_down() -> Vec<Case> {
    let world = pool();
    let place = world.places()[0];
    vec![case("region-down", &world, Some(place), 20).with_recipes(true)]
}

pub(super) fn all_down() -> Vec<Case> {
    vec![case("all-down", &pool(), None, 10).with_recipes(true)]
}

fn case(name: &'static str, world: &World, place: Option<&'static str>, minutes: u64) -> Case {
    let of_place = place.map_or_else(String::new, |place| format!("location = \"{place}\"\n"));
    let world = world.clone().and(&format!(
        "[[incident]]\nwhat = \"unavailable\"\n{of_place}at = \"30m\"\nfor = \"{minutes}m\"\n"
    ));
    let hours = Duration::from_secs(2 * 3_600);
    let setup = Setup::new(world.scenario())
        .with_load(Load::open(PER_SECOND, hours))
        .with_deadline(Duration::from_secs(3_600));
    let end = BEGIN + Duration::from_secs(60 * minutes);
    Case::new(name, &world, Knowledge::Known, 100, setup, move |trial| {
        let endpoints = (0..).zip(&trial.run.endpoints);
        let closed = endpoints.filter(|(_, endpoint)| place.is_none_or(|place| endpoint.location == place));
        let closed: Vec<u32> = closed.map(|(number, _)| number).collect();
        trial
            .verdict()
            .at_most(
                "attempts per call in the outage",
                attempts_per_arrival(trial, end),
                1.15,
            )
            .at_most(
                "seconds behind full rate",
                Some(behind(
                    &trial.answered_of(&closed, end, end + LOOK),
                    end,
                    closed.len(),
                )),
                5.0,
            )
    })
}

/// How long the rate is looked at after the end: two windows, for which there is work left.
const LOOK: Duration = Duration::from_secs(120);

/// How far the requests that left at `sent` fall behind the full rate of so many endpoints from `end` on: the
/// longest time by which one of them came after the moment that is its at full rate.
fn behind(sent: &[Duration], end: Duration, endpoints: usize) -> f64 {
    let gap = 60.0 / (RPM * figure(endpoints));
    let moments = sent.iter().map(|at| at.saturating_sub(end).as_secs_f64());
    // The one that did not come within the look is as late as that.
    let moments = moments.chain([LOOK.as_secs_f64()]).enumerate();
    moments
        .map(|(number, at)| at - figure(number) * gap)
        .fold(0.0, f64::max)
}

/// One, and the attempts that failed in the outage for each call that arrived in it.
fn attempts_per_arrival(trial: &Trial<'_>, end: Duration) -> Option<f64> {
    let arrived = trial.run.log.iter().map(|call| since_start(call.started));
    let arrived = arrived.filter(|at| (BEGIN..end).contains(at)).count();
    let failed = trial.failed_within(BEGIN, end).count();
    (arrived > 0).then(|| 1.0 + figure(failed) / figure(arrived))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sent: &[u64], behind_s: f64) {
        let sent: Vec<Duration> = sent.iter().map(|at| Duration::from_secs(1_000 + at)).collect();
        let reached = behind(&sent, Duration::from_secs(1_000), 1);
        assert!((reached - behind_s).abs() < 1e-9, "{reached}");
    }

    #[test]
    fn who_keeps_the_full_rate_is_not_behind() {
        check(&(0..120).collect::<Vec<_>>(), 0.0);
    }

    #[test]
    fn a_whole_window_at_once_is_not_behind() {
        let bursts: Vec<u64> = (0..60).map(|_| 0).chain((0..60).map(|_| 60)).collect();
        check(&bursts, 0.0);
    }

    #[test]
    fn who_begins_late_is_behind_by_that() {
        check(&(0..120).map(|at| at + 7).collect::<Vec<_>>(), 7.0);
    }

    #[test]
    fn who_never_comes_back_is_behind_for_good() {
        check(&[], 120.0);
        check(&(0..30).collect::<Vec<_>>(), 90.0);
    }
}
