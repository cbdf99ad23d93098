//! The published recipes do what they are named after, and lose what they are known to lose.

use crate::{SEEDS, run_of};
use dioscuri_scenarios::{Load, Measured, Setup, Strategy};
use dioscuri_sim::Scenario;
use std::{collections::HashMap, time::Duration};

/// Two keys of 10 requests a minute.
fn two_keys() -> Scenario {
    let toml = r#"
        latency = { min = "200ms", max = "900ms" }
        [[model]]
        name = "gemini-3.8-flash"
        [[project]]
        id = "castor"
        surface = "developer"
        key = [{ secret = "AQ.castor" }]
        quota = [{ model = "gemini-3.8-flash", rpm = 10 }]
        [[project]]
        id = "pollux"
        surface = "developer"
        key = [{ secret = "AQ.pollux" }]
        quota = [{ model = "gemini-3.8-flash", rpm = 10 }]
        "#;
    Scenario::parse(toml).expect("the scenario is sound")
}

fn run(recipe: Strategy, seed: u64) -> Measured {
    let setup = Setup::new(two_keys())
        .with_load(Load::closed(200))
        .with_seed(seed);
    setup.run(recipe)
}

/// The pauses after the first, second, … refusal of each call, as far as it went on.
fn pauses(run: &Measured) -> Vec<Vec<Duration>> {
    let mut of_call: HashMap<u32, Vec<_>> = HashMap::new();
    for refused in &run.refused {
        of_call.entry(refused.call).or_default().push(refused);
    }
    let all = of_call.into_values().map(|refused| {
        let pairs = refused.windows(2);
        pairs.map(|pair| pair[1].sent.since(pair[0].ended)).collect()
    });
    all.collect()
}

#[test]
fn pauses_are_those_of_the_recipe() {
    for seed in SEEDS {
        let secs = Duration::from_secs;
        for pauses in pauses(&run(Strategy::Linear, seed)) {
            assert!(pauses.len() <= 2 && pauses.iter().all(|pause| *pause == secs(10)));
        }
        for pauses in pauses(&run(Strategy::Exponential, seed)) {
            assert_eq!(pauses, [1, 2, 4, 8].map(secs)[..pauses.len()]);
        }
        for pauses in pauses(&run(Strategy::Jitter, seed)) {
            let most = [1, 2, 4, 8].map(secs);
            assert!(pauses.iter().zip(most).all(|(pause, most)| *pause <= most));
        }
        for pauses in pauses(&run(Strategy::RandomRegion, seed)) {
            assert!(pauses.iter().all(Duration::is_zero));
        }
    }
}

#[test]
fn some_lose_calls_and_the_others_hammer() {
    for seed in SEEDS {
        for recipe in [Strategy::Linear, Strategy::Exponential, Strategy::Jitter] {
            let run = run(recipe, seed);
            assert!(run.answered < 150, "{recipe}: {}", run.answered);
            assert_eq!(run.failed["quota_minute"], 200 - run.answered, "{recipe}");
        }
        let hammer = run(Strategy::RandomRegion, seed);
        assert_eq!(hammer.answered, 200);
        assert!(
            hammer.refusals_per_answer() > 50.0,
            "{}",
            hammer.refusals_per_answer()
        );
        let hinted = run(Strategy::HintJitter, seed);
        assert_eq!(hinted.answered, 200);
        assert!(hinted.refused() > 20, "{:?}", hinted.refusals);
    }
}

#[test]
fn what_cannot_pass_is_not_tried_again() {
    let mut scenario = two_keys();
    scenario.projects.truncate(1);
    scenario.projects[0].keys[0].state = dioscuri_sim::KeyState::Invalid;
    for recipe in Strategy::RECIPES {
        let run = run_of(scenario.clone(), 10).run(recipe);
        assert_eq!((run.answered, run.attempts), (0, 10), "{recipe}");
    }
}

#[test]
fn equal_seeds_give_equal_runs_whoever_plays() {
    for strategy in Strategy::ALL {
        let run = |seed| {
            let setup = Setup::new(two_keys()).with_load(Load::closed(60));
            setup.with_seed(seed).run(strategy)
        };
        assert_eq!(run(7), run(7), "{strategy}");
        assert_ne!(run(7).log_hash, run(8).log_hash, "{strategy}");
    }
}
