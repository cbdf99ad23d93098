//! The table of scenarios: what is run, and what is asked of it.

mod account;
mod base;
mod day;
mod family;
mod interactive;
mod judge;
mod limits;
mod neighbour;
mod outage;
pub(crate) mod row;
mod shift;
mod tokens;
pub(crate) mod verdict;
mod world;

use anyhow::{bail, ensure};
use dioscuri_scenarios::{Knowledge, Setup, Strategy};
pub(crate) use family::{FAMILIES, Family};
pub(crate) use judge::Trial;
use row::Row;
use verdict::Verdict;
use world::{Enforcement, World};

/// The names of the published recipes, in the order of the page.
pub(crate) const RECIPES: [&str; 5] = [
    Strategy::RECIPES[0].name(),
    Strategy::RECIPES[1].name(),
    Strategy::RECIPES[2].name(),
    Strategy::RECIPES[3].name(),
    Strategy::RECIPES[4].name(),
];

/// One world of the table, its load, and how a run in it is judged.
pub(crate) struct Case {
    /// Its scenario; of a family with variants `family/variant`.
    pub(crate) scenario: String,
    pub(crate) enforcement: Enforcement,
    pub(crate) limits: Knowledge,
    pub(crate) is_refused_counted: bool,
    pub(crate) windows: u64,
    pub(crate) setup: Setup,
    /// Who sets the time that others are measured by.
    pub(crate) against: Strategy,
    /// Where the oracle runs whose waits others are measured by, if not here.
    pub(crate) waits_of: Option<Setup>,
    pub(crate) judge: Judge,
    /// Whether the recipes run here as well.
    pub(crate) has_recipes: bool,
}

/// How a run is judged.
pub(crate) type Judge = Box<dyn Fn(&Trial<'_>) -> Verdict + Send + Sync>;

impl Case {
    /// A case of `world` with `setup`, judged by `judge`, against the oracle, without the recipes.
    fn new(
        scenario: impl Into<String>,
        world: &World,
        limits: Knowledge,
        windows: u64,
        setup: Setup,
        judge: impl Fn(&Trial<'_>) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self {
            scenario: scenario.into(),
            enforcement: world.enforcement(),
            limits,
            is_refused_counted: world.is_refused_counted(),
            windows,
            setup: setup.with_knowledge(limits),
            against: Strategy::Oracle,
            waits_of: None,
            judge: Box::new(judge),
            has_recipes: false,
        }
    }

    fn against(mut self, strategy: Strategy) -> Self {
        self.against = strategy;
        self
    }

    fn with_waits_of(mut self, setup: Setup) -> Self {
        self.waits_of = Some(setup);
        self
    }

    /// The same, and the recipes run here as well if `are_run`. They know no limits and learn none, so that one
    /// world of each kind shows what they do.
    fn with_recipes(mut self, are_run: bool) -> Self {
        self.has_recipes = are_run;
        self
    }

    fn is_of(&self, name: &str) -> bool {
        is_of(&self.scenario, name)
    }
}

/// Whether `scenario` is `name`, or a variant of that family.
fn is_of(scenario: &str, name: &str) -> bool {
    let variant = scenario.strip_prefix(name);
    variant.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The row of a run, and how it is judged.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) row: Row,
    /// `None`: it is not judged, as oracles are not.
    pub(crate) verdict: Option<Verdict>,
}

impl Judged {
    pub(crate) fn new(row: Row, verdict: Option<Verdict>) -> Self {
        let target_met = verdict.as_ref().map(Verdict::is_met);
        Self {
            row: Row { target_met, ..row },
            verdict,
        }
    }

    /// Whether it is dioscuri's.
    pub(crate) fn is_ours(&self) -> bool {
        self.row.strategy == Strategy::Dioscuri.name()
    }

    /// Whether it is of that scenario, or of that family of scenarios.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        is_of(&self.row.scenario, name)
    }

    /// The line of the command's output.
    pub(crate) fn summary(&self) -> String {
        let row = &self.row;
        let shown = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |it| format!("{it:.4}"));
        let verdict = match &self.verdict {
            None => String::new(),
            Some(verdict) if verdict.is_met() => "met".to_owned(),
            Some(verdict) => format!("MISSED: {}", verdict.why_not()),
        };
        format!(
            "{:<22} {:<8} {:<7} {:<8} {:<13} {} | {:>6}/{:<6} {:>7} {:>8} {:>7} {:>8} {:>7} | {verdict}",
            row.scenario,
            row.enforcement,
            row.limits,
            if row.refused_counted { "counted" } else { "free" },
            row.strategy,
            row.seed,
            row.answered,
            row.calls,
            shown(row.makespan_ratio),
            shown(row.refusals_per_answer),
            shown(row.attempts_per_answer),
            shown(row.wait_p99_s),
            shown(row.wait_p99_ratio),
        )
    }
}

/// The cases of these scenarios and families; of none: all.
///
/// # Errors
///
/// There is no scenario of such a name.
pub(crate) fn cases(names: &[String]) -> anyhow::Result<Vec<Case>> {
    let all: Vec<Case> = FAMILIES.iter().flat_map(Family::cases).collect();
    for name in names {
        ensure!(
            all.iter().any(|case| case.is_of(name)),
            "no scenario is named `{name}`; there are {}",
            FAMILIES
                .iter()
                .map(|family| family.name)
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    let is_wanted = |case: &Case| names.is_empty() || names.iter().any(|name| case.is_of(name));
    Ok(all.into_iter().filter(is_wanted).collect())
}

/// The strategies of these names; of none: all that are shown.
///
/// # Errors
///
/// There is no strategy of such a name.
pub(crate) fn strategies(names: &[String]) -> anyhow::Result<Vec<Strategy>> {
    if names.is_empty() {
        return Ok(Strategy::ALL.to_vec());
    }
    let mut strategies = Vec::new();
    for name in names {
        match name.parse() {
            Ok(strategy) => strategies.push(strategy),
            Err(error) => bail!(
                "{error}; there are {}",
                Strategy::ALL.map(Strategy::name).join(", ")
            ),
        }
    }
    Ok(strategies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_its_variants_and_no_namesakes() {
        assert!(is_of("short-job/one-key", "short-job"));
        assert!(is_of("one-key", "one-key"));
        assert!(!is_of("one-keys", "one-key"));
        assert!(!is_of("short-job/one-key", "one-key"));
    }

    #[test]
    fn every_family_has_cases_and_every_case_its_family() {
        let all = cases(&[]).unwrap();
        for family in FAMILIES {
            assert!(all.iter().any(|case| case.is_of(family.name)), "{}", family.name);
        }
        for case in &all {
            assert!(
                FAMILIES.iter().any(|family| case.is_of(family.name)),
                "{}",
                case.scenario
            );
        }
    }

    #[test]
    fn no_world_stands_twice() {
        let all = cases(&[]).unwrap();
        let mut names: Vec<_> = all
            .iter()
            .map(|case| {
                (
                    &case.scenario,
                    case.enforcement.name(),
                    case.limits.name(),
                    case.is_refused_counted,
                )
            })
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_an_error() {
        assert!(cases(&["pool-5x".to_owned()]).is_err());
        assert!(strategies(&["luck".to_owned()]).is_err());
    }
}
