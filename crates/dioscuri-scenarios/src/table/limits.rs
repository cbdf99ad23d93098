//! Jobs of a client that is not told the limits: refusals say them, or nobody ever does.

use super::{
    Case,
    base::{Job, long},
    judge::Bounds,
    world::{Enforcement::Smoothed, circumstances},
};
use dioscuri_scenarios::Knowledge;

pub(super) const LEARNED: &str = "The four plain jobs of a client that is told no limit. Refusals say it \
(`quotaValue`): the pools are six projects of the Developer API, which has no locations, so that all of it is out of \
service for 2 minutes, once an hour. Asked: \
time ≤ 1.03 of the oracle's and ≤ 0.005 refusals per answer (smoothed: time 1.08).";

pub(super) const UNSTATED: &str = "The four plain jobs on Vertex, whose refusals never say a number nor a time, and a \
client that is told no limit. Asked: time ≤ 1.05 of the oracle's and ≤ 0.06 refusals per answer (smoothed: time 1.30).";

pub(super) fn learned() -> Vec<Case> {
    let jobs = Job::all().map(Job::with_stated_limits);
    cases("learned", Knowledge::Learned, jobs, |is_smoothed| Bounds {
        time: if is_smoothed { 1.08 } else { 1.03 },
        refusals: 0.005,
        wait_p99: None,
    })
}

pub(super) fn unstated() -> Vec<Case> {
    let jobs = Job::all().map(Job::with_unstated_limits);
    cases("unstated", Knowledge::Unknown, jobs, |is_smoothed| Bounds {
        time: if is_smoothed { 1.30 } else { 1.05 },
        refusals: 0.06,
        wait_p99: None,
    })
}

fn cases(family: &str, limits: Knowledge, jobs: [Job; 4], bounds: fn(bool) -> Bounds) -> Vec<Case> {
    let cases = jobs.into_iter().flat_map(|job| {
        circumstances().map(move |(enforcement, is_counted)| {
            let here = job.clone().enforced(enforcement, is_counted);
            let bounds = bounds(enforcement == Smoothed);
            let windows = long(enforcement);
            Case::new(
                format!("{family}/{}", here.name),
                &here.world,
                limits,
                windows,
                here.setup(windows),
                move |trial| trial.within(&bounds),
            )
        })
    });
    cases.collect()
}
