//! The oracles: never refused, and as fast as the counters allow.

use crate::SEEDS;
use dioscuri_scenarios::{Load, Measured, Setup, Strategy, Tokens};
use dioscuri_sim::Scenario;
use dioscuri_vocab::{Tick, UnixTime};
use std::{fmt::Write as _, time::Duration};

/// 2026-07-01T19:00:20Z: 20 s into a minute of the clock.
const START: UnixTime = UnixTime::from_secs(1_782_932_420);

/// The longest answer and two of the longest ways.
const TAIL: Duration = Duration::from_millis(1_700);

const ORACLES: [Strategy; 2] = [Strategy::Oracle, Strategy::CausalOracle];

/// `projects` projects, each with this quota, and what else there is.
fn world(projects: usize, quota: &str, rest: &str) -> Scenario {
    let mut keys = String::new();
    for number in 0..projects {
        write!(
            keys,
            r#"
            [[project]]
            id = "p{number}"
            surface = "developer"
            key = [{{ secret = "AQ.p{number}" }}]
            quota = [{{ model = "gemini-3.8-flash", {quota} }}]
            "#
        )
        .expect("a string takes everything");
    }
    let toml = format!(
        r#"
        latency = {{ min = "200ms", max = "900ms" }}
        [[model]]
        name = "gemini-3.8-flash"
        {keys}
        {rest}
        "#
    );
    Scenario::parse(&toml).expect("the scenario is sound")
}

#[track_caller]
fn check(run: &Measured, what: &str) {
    assert_eq!((run.answered, run.refused()), (run.calls, 0), "{what}");
    // The real world says the same.
    assert_eq!(
        (run.world.answered, run.attempts),
        (run.calls as u64, run.calls as u64),
        "{what}"
    );
}

#[test]
fn each_enforcement_is_filled_to_the_moment() {
    let secs = Duration::from_secs;
    for (quota, oracle, causal) in [
        // Ten windows, one at once; causal: 0.4 s of each window for want of the ways.
        (r#"rpm = 30, enforcement = "sliding""#, secs(9 * 60), secs(4)),
        // A minute of the clock begins after 40 s.
        (r#"rpm = 30, enforcement = "fixed""#, secs(9 * 60 - 20), secs(1)),
        (r#"rpm = 30, enforcement = "bucket""#, secs(9 * 60), secs(1)),
        (
            r#"rpm = 30, enforcement = "bucket", burst = 0.5"#,
            secs(10 * 60 - 30),
            secs(1),
        ),
        // Three at once, then three each six seconds.
        (r#"rpm = 30, enforcement = "smoothed""#, secs(99 * 6), secs(40)),
    ] {
        for seed in SEEDS {
            let setup = Setup::new(world(1, quota, ""))
                .with_load(Load::closed(300))
                .with_start(START)
                .with_seed(seed);
            let run = setup.run(Strategy::Oracle);
            check(&run, quota);
            assert!(run.makespan >= oracle, "{quota}: {:?}", run.makespan);
            assert!(run.makespan <= oracle + TAIL, "{quota}: {:?}", run.makespan);
            let run = setup.run(Strategy::CausalOracle);
            check(&run, quota);
            assert!(
                run.makespan <= oracle + TAIL + causal,
                "{quota}: {:?}",
                run.makespan
            );
        }
    }
}

#[test]
fn several_projects_with_tokens_and_outages_are_never_refused() {
    let outages = r#"
        [[incident]]
        what = "unavailable"
        project = "p1"
        at = "2m"
        for = "3m"
        [[incident]]
        what = "capacity"
        at = "8m"
        for = "30s"
        [[incident]]
        what = "unavailable"
        share = 0.1
        "#;
    for enforcement in ["sliding", "fixed", "bucket", "smoothed"] {
        let quota = format!(r#"rpm = 20, tpm = 100000, enforcement = "{enforcement}""#);
        for seed in SEEDS {
            // A tenth of the tokens of a minute is what smoothing admits at once.
            let setup = Setup::new(world(4, &quota, outages))
                .with_load(Load::closed(600).with_tokens(Tokens::LogNormal { min: 50, max: 10_000 }))
                .with_seed(seed);
            for oracle in ORACLES {
                check(&setup.run(oracle), &format!("{oracle}, {quota}, seed {seed}"));
            }
        }
    }
}

#[test]
fn other_users_and_changing_limits_are_foreseen() {
    let rest = r#"
        [[load]]
        project = "p0"
        model = "gemini-3.8-flash"
        rpm = { min = 3, max = 21 }
        change_every = "3m"
        [[change]]
        at = "5m"
        project = "p0"
        model = "gemini-3.8-flash"
        rpm = 15
        "#;
    for enforcement in ["sliding", "fixed", "bucket", "smoothed"] {
        let quota = format!(r#"rpm = 30, enforcement = "{enforcement}""#);
        for seed in SEEDS {
            let setup = Setup::new(world(1, &quota, rest))
                .with_load(Load::closed(200))
                .with_seed(seed);
            check(&setup.run(Strategy::Oracle), &quota);
        }
    }
}

#[test]
fn a_day_that_is_spent_is_waited_for_to_the_moment() {
    let setup = Setup::new(world(2, "rpm = 10, rpd = 50", "")).with_load(Load::closed(120));
    for oracle in ORACLES {
        let run = setup.run(oracle);
        check(&run, oracle.name());
        // From a little after noon to midnight in California, where two minutes of quota are waiting.
        let midnight = Duration::from_secs(12 * 3600);
        let first = run.log[100].sent.expect("it was sent").since(Tick::ZERO);
        assert!(first < midnight, "{first:?}");
        assert!(run.makespan < midnight + TAIL, "{:?}", run.makespan);
        assert!(
            run.makespan + Duration::from_secs(60) > midnight,
            "{:?}",
            run.makespan
        );
    }
}

#[test]
fn who_may_go_first_goes_first() {
    let people = Load::open(0.05, Duration::from_secs(600)).with_priority(200);
    let setup = Setup::new(world(1, "rpm = 60", ""))
        .with_load(Load::closed(600))
        .with_load(people);
    let run = setup.run(Strategy::Oracle);
    check(&run, "interactive");
    let [batch, people] = &run.loads[..] else {
        panic!("{:?}", run.loads)
    };
    assert!(people.calls > 10);
    assert!(batch.waits.p50 > Duration::from_secs(60));
    // The burst of a window may be over already; they are the first of the next.
    assert!(people.waits.max < Duration::from_secs(61), "{:?}", people.waits);
}

#[test]
fn without_a_way_to_be_answered_calls_end_at_once() {
    let setup = Setup::new(world(1, "rpm = 0", "")).with_load(Load::closed(20));
    for oracle in ORACLES {
        let run = setup.run(oracle);
        assert_eq!((run.attempts, run.failed["no_endpoint"]), (0, 20));
    }
}

#[test]
fn a_deadline_ends_what_waits() {
    let deadline = Duration::from_secs(90);
    let setup = Setup::new(world(1, "rpm = 10", ""))
        .with_load(Load::at_once(100))
        .with_deadline(deadline);
    for oracle in ORACLES {
        let run = setup.run(oracle);
        assert_eq!((run.answered, run.failed["deadline"]), (20, 80), "{oracle}");
        assert_eq!(run.ended, deadline);
    }
}
