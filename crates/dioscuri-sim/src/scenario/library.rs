//! The scenarios that come with this crate.

use super::{Scenario, ScenarioError};

/// Their names and what they show.
pub(super) const NAMES: &[(&str, &str)] = &[
    (
        "demo",
        "three projects on both surfaces: one key is bad, one project's day is spent, and some capacity is missing",
    ),
    ("calm", "one project, one key, wide quotas and no faults"),
];

pub(super) fn named(name: &str) -> Result<Scenario, ScenarioError> {
    let text = match name {
        "demo" => include_str!("../../scenarios/demo.toml"),
        "calm" => include_str!("../../scenarios/calm.toml"),
        _ => {
            return Err(ScenarioError::new(format!("unknown scenario `{name}`"))
                .nearest(name, NAMES.iter().map(|(known, _)| *known)));
        }
    };
    Scenario::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_scenario_that_says_the_same_of_itself() {
        for (name, about) in NAMES {
            assert_eq!(&named(name).unwrap().about, about, "{name}");
        }
    }
}
