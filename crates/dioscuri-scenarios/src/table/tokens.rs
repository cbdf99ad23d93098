//! Jobs that the limit of tokens binds, with estimates that are off.

use super::{Case, World, base, judge::Bounds, world::Enforcement};
use dioscuri_scenarios::{Estimates, Knowledge, Load, Setup, Tokens};

pub(super) const ABOUT: &str = "One project with 1,000,000 tokens a minute (the paid tier's limit of 2025) and \
requests enough. Prompts have 50 to 30,000 tokens, lognormal: some 460 a minute. The client's estimates are off by up \
to 30 % at random, or 30 % too high each time. Asked: time ≤ 1.03 of the oracle's and ≤ 0.005 refusals per answer; \
with the constant error time ≤ 1.05.";

/// The paid tier's tokens a minute, in the last table that Google published.
const TPM: u64 = 1_000_000;

/// Prompts, in tokens.
const PROMPTS: Tokens = Tokens::LogNormal { min: 50, max: 30_000 };

pub(super) fn cases() -> Vec<Case> {
    let random = |enforcement| case("tokens/random", enforcement, Estimates::Random(0.3), 1.03);
    let biased = |enforcement| case("tokens/biased", enforcement, Estimates::Bias(0.3), 1.05);
    let random = Enforcement::ALL.into_iter().map(random);
    random.chain(Enforcement::ALL.into_iter().map(biased)).collect()
}

fn case(name: &str, enforcement: Enforcement, estimates: Estimates, time: f64) -> Case {
    // Ten times what the tokens let through: only they bind.
    let world = World::new(5_000).with_tpm(TPM).with_enforcement(enforcement);
    let windows = base::long(enforcement);
    let bounds = Bounds {
        time,
        refusals: 0.005,
        wait_p99: None,
    };
    Case::new(
        name,
        &world,
        Knowledge::Known,
        windows,
        setup(&world, windows).with_estimates(estimates),
        move |trial| trial.within(&bounds),
    )
    .with_recipes(name == "tokens/random" && enforcement == Enforcement::Sliding)
}

fn setup(world: &World, windows: u64) -> Setup {
    let of = |calls: usize, workers: usize| {
        let load = Load::closed(calls).with_workers(workers).with_tokens(PROMPTS);
        Setup::new(world.scenario()).with_load(load)
    };
    let quota = of(0, 1).quota();
    // Four times the quota, each worker busy for some 1.6 s with a call.
    let workers = quota * 4 * 162 / 6_000;
    of(
        quota * usize::try_from(windows).expect("a job has few windows"),
        workers,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_bind_and_requests_do_not() {
        let world = World::new(5_000).with_tpm(TPM);
        let quota = setup(&world, 1).quota();
        assert!((400..=520).contains(&quota), "{quota}");
    }
}
