//! The four plain jobs, long and short: one key, a pool under four times its quota, one under a little more
//! than its quota, and four free keys.

use super::{
    Case, Enforcement, World,
    judge::Bounds,
    world::{
        Enforcement::{Bucket, Fixed, Sliding, Smoothed},
        circumstances,
    },
};
use dioscuri_scenarios::{Knowledge, Load, Setup, Strategy};

pub(super) const ONE_KEY: &str = "One project with one key and 60 requests a minute, and workers enough for four \
times that. Asked: time ≤ 1.01 of the oracle's where minutes slide (fixed 1.02, a bucket of the limit 1.01, \
smoothed 1.07), ≤ 0.002 refusals per answer (smoothed 0.003), p99 wait ≤ 1.2 of the oracle's (with a bucket: of the \
sliding oracle's).";

pub(super) const POOL_4X: &str = "Two projects on Vertex, three locations each, 60 requests a minute in each of the \
six, and workers enough for four times that. One location after the other is out of service (503) for 2 minutes, \
each once an hour, and of all other requests 1 in 500 meets a 503. Asked: as of `one-key`, but time ≤ 1.025 \
for fixed windows and for a bucket.";

pub(super) const POOL_1_2X: &str = "The same pool without incidents and with workers for 1.2 times its quota. Asked: \
as of `one-key`.";

pub(super) const FREE_TIER: &str = "Four projects of the free tier with one key and 10 requests a minute each, and \
workers for four times that. Asked: as of `one-key`.";

pub(super) const SHORT_JOB: &str = "The four above, five windows long; in `short-job/pool-4x` one location is out of \
service in the second minute. Asked: ≤ 0.005 refusals per answer and time ≤ 1.02 of the causal oracle's, which cannot \
foresee how long a request travels.";

/// A job that the families share: its name, its world, and how many times its quota is asked for.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) name: &'static str,
    pub(super) world: World,
    pub(super) load: f64,
}

/// Six quotas of 60 requests on Vertex.
pub(super) fn pool() -> World {
    World::new(60).with_projects(2).on_vertex(3)
}

/// How long a worker is busy with a call that does not wait: an answer takes 0.4 to 2 s, each way 20 to 400 ms.
const BUSY: f64 = 1.2 + 2.0 * 0.21;

impl Job {
    pub(super) fn one_key() -> Self {
        Self {
            name: "one-key",
            world: World::new(60),
            load: 4.0,
        }
    }

    pub(super) fn pool_4x() -> Self {
        Self {
            name: "pool-4x",
            world: pool(),
            load: 4.0,
        }
    }

    pub(super) fn pool_1_2x() -> Self {
        Self {
            name: "pool-1.2x",
            world: pool(),
            load: 1.2,
        }
    }

    pub(super) fn free_tier() -> Self {
        Self {
            name: "free-tier",
            world: World::new(10).with_projects(4).free(),
            load: 4.0,
        }
    }

    /// The four of them.
    pub(super) fn all() -> [Self; 4] {
        [
            Self::one_key(),
            Self::pool_4x(),
            Self::pool_1_2x(),
            Self::free_tier(),
        ]
    }

    /// The same job where each location's requests are those of a project of the Developer API, whose refusals
    /// say the limit.
    pub(super) fn with_stated_limits(mut self) -> Self {
        if !self.world.places().is_empty() {
            self.world = World::new(60).with_projects(6);
        }
        self
    }

    /// The same job where no refusal says the limit: on Vertex.
    pub(super) fn with_unstated_limits(mut self) -> Self {
        if self.world.places().is_empty() {
            self.world = self.world.on_vertex(1);
        }
        self
    }

    /// The same job in a world with these manners.
    pub(super) fn enforced(mut self, enforcement: Enforcement, is_refused_counted: bool) -> Self {
        self.world = self
            .world
            .with_enforcement(enforcement)
            .counting_refused(is_refused_counted);
        self
    }

    /// The run: `windows` times the quota, by as many workers as the load needs.
    pub(super) fn setup(&self, windows: u64) -> Setup {
        let is_with_incidents = self.name == "pool-4x";
        let world = if is_with_incidents {
            self.world.clone().and(&incidents(&self.world, windows))
        } else {
            self.world.clone()
        };
        setup(&world, windows, self.load)
    }
}

/// A closed load on `world`: `windows` times its quota of requests, by workers for `load` times its quota.
pub(super) fn setup(world: &World, windows: u64, load: f64) -> Setup {
    Setup::new(world.scenario())
        .with_load(Load::closed(calls(world, windows)).with_workers(workers(world, load)))
}

/// The calls of so many windows of the whole quota.
pub(super) fn calls(world: &World, windows: u64) -> usize {
    usize::try_from(world.rpm() * windows).expect("a job has few calls")
}

/// As many workers as send `load` times the quota, if none of them ever waits.
pub(super) fn workers(world: &World, load: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "some hundred workers at most"
    )]
    let workers = (load * world.rpm() as f64 / 60.0 * BUSY).ceil() as usize;
    workers.max(2)
}

/// One location after the other is out of service, and a few requests meet a 503 at any time.
fn incidents(world: &World, windows: u64) -> String {
    // Of a short job the first outage is a fifth.
    let (first, apart, lasts, every) = if windows < 20 {
        (1, 10, 1, 30)
    } else {
        (5, 20, 2, 60)
    };
    let mut places: Vec<String> = world
        .places()
        .iter()
        .map(|place| format!("location = \"{place}\"\n"))
        .collect();
    if places.is_empty() {
        // Without locations there is one place, and it is everywhere.
        places.push(String::new());
    }
    let outages = (0..).zip(&places).map(|(number, place)| {
        let at = first + number * apart;
        format!(
            "[[incident]]\nwhat = \"unavailable\"\n{place}at = \"{at}m\"\nfor = \"{lasts}m\"\nevery = \"{every}m\"\n"
        )
    });
    let outages: String = outages.collect();
    outages + "[[incident]]\nwhat = \"unavailable\"\nshare = 0.002\n"
}

/// The length of a long job, in windows: a bucket is full at the start, and its oracle gains a window by that.
pub(super) const fn long(enforcement: Enforcement) -> u64 {
    match enforcement {
        Bucket => 200,
        _ => 100,
    }
}

fn bounds(job: &Job, enforcement: Enforcement) -> Bounds {
    let is_harder = job.name == "pool-4x";
    Bounds {
        time: match enforcement {
            Fixed | Bucket if is_harder => 1.025,
            Sliding | Bucket => 1.01,
            Fixed => 1.02,
            Smoothed => 1.07,
        },
        refusals: match enforcement {
            Smoothed => 0.003,
            _ => 0.002,
        },
        wait_p99: Some(1.2),
    }
}

fn cases(job: &Job) -> Vec<Case> {
    let cases = circumstances().map(|(enforcement, is_counted)| {
        let bounds = bounds(job, enforcement);
        let windows = long(enforcement);
        let here = job.clone().enforced(enforcement, is_counted);
        let case = Case::new(
            job.name,
            &here.world,
            Knowledge::Known,
            windows,
            here.setup(windows),
            move |trial| trial.within(&bounds),
        );
        let case = case.with_recipes(enforcement == Sliding || (enforcement == Fixed && !is_counted));
        if enforcement == Bucket {
            case.with_waits_of(here.enforced(Sliding, is_counted).setup(windows))
        } else {
            case
        }
    });
    cases.collect()
}

pub(super) fn one_key() -> Vec<Case> {
    cases(&Job::one_key())
}

pub(super) fn pool_4x() -> Vec<Case> {
    cases(&Job::pool_4x())
}

pub(super) fn pool_1_2x() -> Vec<Case> {
    cases(&Job::pool_1_2x())
}

pub(super) fn free_tier() -> Vec<Case> {
    cases(&Job::free_tier())
}

/// Windows of a short job.
const SHORT: u64 = 5;

pub(super) fn short_job() -> Vec<Case> {
    let bounds = Bounds {
        time: 1.02,
        refusals: 0.005,
        wait_p99: None,
    };
    let jobs = Job::all().into_iter();
    let cases = jobs.flat_map(|job| {
        circumstances().map(move |(enforcement, is_counted)| {
            let here = job.clone().enforced(enforcement, is_counted);
            Case::new(
                format!("short-job/{}", here.name),
                &here.world,
                Knowledge::Known,
                SHORT,
                here.setup(SHORT),
                move |trial| trial.within(&bounds),
            )
            .against(Strategy::CausalOracle)
        })
    });
    cases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_enough_for_the_load_and_no_more() {
        assert_eq!(workers(&World::new(60), 4.0), 7);
        assert_eq!(workers(&pool(), 4.0), 39);
        assert_eq!(workers(&pool(), 1.2), 12);
        assert_eq!(workers(&World::new(10), 1.0), 2);
    }

    #[test]
    fn a_job_of_so_many_windows_has_as_many_times_the_quota() {
        for job in Job::all() {
            let setup = job.setup(100);
            assert_eq!(setup.quota() * 100, calls(&job.world, 100), "{}", job.name);
        }
    }

    #[test]
    fn every_location_is_out_once_in_an_hour() {
        let count = |world: World| {
            let scenario = world.clone().and(&incidents(&world, 100)).scenario();
            scenario.incidents.len()
        };
        // And single 503s at any time.
        assert_eq!(count(pool()), 4);
        assert_eq!(count(World::new(60).with_projects(6)), 2);
    }
}
