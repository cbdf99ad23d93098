//! Worlds, written as the scenario files that the simulator reads.

use dioscuri_sim::Scenario;
use std::fmt::Write as _;

/// The model that everything asks for.
pub(crate) const MODEL: &str = "gemini-3.8-flash";

/// Where Vertex serves; three continents.
const LOCATIONS: [&str; 3] = ["us-central1", "europe-west4", "asia-northeast1"];

/// How a world enforces the limits of a minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Enforcement {
    Sliding,
    Fixed,
    /// A bucket that holds the limit.
    Bucket,
    Smoothed,
}

impl Enforcement {
    pub(crate) const ALL: [Self; 4] = [Self::Sliding, Self::Fixed, Self::Bucket, Self::Smoothed];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sliding => "sliding",
            Self::Fixed => "fixed",
            Self::Bucket => "bucket",
            Self::Smoothed => "smoothed",
        }
    }
}

/// Every enforcement, with refused requests free and counted.
pub(crate) fn circumstances() -> impl Iterator<Item = (Enforcement, bool)> {
    let both = |enforcement| [false, true].map(|is_counted| (enforcement, is_counted));
    Enforcement::ALL.into_iter().flat_map(both)
}

/// Projects that are alike, each with one key and the same limits, and what happens to them.
#[derive(Clone, Debug)]
pub(crate) struct World {
    projects: u64,
    /// 0: on the Developer API, which has no locations.
    locations: usize,
    is_free: bool,
    keys: u64,
    quota: Quota,
    start: Option<&'static str>,
    events: String,
    account: String,
}

/// The limits of each project in each location.
#[derive(Clone, Copy, Debug)]
struct Quota {
    rpm: u64,
    tpm: Option<u64>,
    rpd: Option<u64>,
    enforcement: Enforcement,
    is_refused_counted: bool,
}

impl World {
    /// One paid project of the Developer API with one key and `rpm` requests a minute.
    pub(crate) fn new(rpm: u64) -> Self {
        Self {
            projects: 1,
            locations: 0,
            is_free: false,
            keys: 1,
            quota: Quota {
                rpm,
                tpm: None,
                rpd: None,
                enforcement: Enforcement::Sliding,
                is_refused_counted: false,
            },
            start: None,
            events: String::new(),
            account: String::new(),
        }
    }

    pub(crate) fn with_projects(mut self, projects: u64) -> Self {
        self.projects = projects;
        self
    }

    pub(crate) fn with_keys(mut self, keys: u64) -> Self {
        self.keys = keys;
        self
    }

    /// On Vertex, in that many locations, at most three. Its refusals name no number and no time.
    pub(crate) fn on_vertex(mut self, locations: usize) -> Self {
        self.locations = locations.clamp(1, LOCATIONS.len());
        self
    }

    pub(crate) fn free(mut self) -> Self {
        self.is_free = true;
        self
    }

    pub(crate) fn with_tpm(mut self, tpm: u64) -> Self {
        self.quota.tpm = Some(tpm);
        self
    }

    pub(crate) fn with_rpd(mut self, rpd: u64) -> Self {
        self.quota.rpd = Some(rpd);
        self
    }

    pub(crate) fn with_enforcement(mut self, enforcement: Enforcement) -> Self {
        self.quota.enforcement = enforcement;
        self
    }

    pub(crate) fn counting_refused(mut self, is_counted: bool) -> Self {
        self.quota.is_refused_counted = is_counted;
        self
    }

    /// Its first moment; a date of RFC 3339.
    pub(crate) fn starting(mut self, date: &'static str) -> Self {
        self.start = Some(date);
        self
    }

    /// And what happens, as tables of a scenario file.
    pub(crate) fn and(mut self, tables: &str) -> Self {
        self.events.push_str(tables);
        self.events.push('\n');
        self
    }

    /// The first two projects pay from one account that has `usd` left; a million tokens of prompts cost a
    /// dollar.
    pub(crate) fn with_prepaid(mut self, usd: f64) -> Self {
        self.account = format!("[[billing_account]]\nid = \"prepaid\"\nprepaid = {usd:?}\n");
        self
    }

    pub(crate) const fn enforcement(&self) -> Enforcement {
        self.quota.enforcement
    }

    pub(crate) const fn is_refused_counted(&self) -> bool {
        self.quota.is_refused_counted
    }

    /// Requests a minute that all quotas together admit.
    pub(crate) fn rpm(&self) -> u64 {
        self.quota.rpm * self.domains()
    }

    /// Quotas of a minute: one for each project and location.
    pub(crate) fn domains(&self) -> u64 {
        self.projects * self.locations.max(1) as u64
    }

    /// The names of its locations, on Vertex.
    pub(crate) fn places(&self) -> &'static [&'static str] {
        &LOCATIONS[..self.locations]
    }

    /// The id of the project of that number, from 1.
    pub(crate) fn project(number: u64) -> String {
        format!("project-{number}")
    }

    /// The world itself.
    pub(crate) fn scenario(&self) -> Scenario {
        Scenario::parse(&self.toml()).unwrap_or_else(|mistake| panic!("{mistake}:\n{}", self.toml()))
    }

    fn toml(&self) -> String {
        let mut toml = String::new();
        let mut write = |text: std::fmt::Arguments<'_>| {
            toml.write_fmt(text).expect("writing to a text does not fail");
        };
        if let Some(start) = self.start {
            write(format_args!("start = \"{start}\"\n"));
        }
        // Answers of a small model to short prompts, refusals in the shortest time.
        write(format_args!(
            "latency = {{ min = \"400ms\", max = \"2s\" }}\n[[model]]\nname = \"{MODEL}\"\n"
        ));
        if !self.account.is_empty() {
            write(format_args!("price = {{ input = 1.0 }}\n{}", self.account));
            for number in 3..=self.projects {
                write(format_args!(
                    "[[billing_account]]\nid = \"{}\"\n",
                    account(number)
                ));
            }
        }
        for number in 1..=self.projects {
            write(format_args!("{}", self.project_table(number)));
        }
        toml.push_str(&self.events);
        toml
    }

    fn project_table(&self, number: u64) -> String {
        let surface = if self.locations == 0 {
            "developer"
        } else {
            "vertex"
        };
        let tier = if self.is_free { "free" } else { "paid" };
        let keys: Vec<_> = (1..=self.keys)
            .map(|key| format!("{{ secret = \"AQ.key-{number}-{key}\" }}"))
            .collect();
        let locations = match self.places() {
            [] => String::new(),
            places => format!("locations = {places:?}\n"),
        };
        let account = if self.account.is_empty() {
            String::new()
        } else {
            format!("billing_account = \"{}\"\n", account(number))
        };
        let quota = &self.quota;
        let others = [("tpm", quota.tpm), ("rpd", quota.rpd)]
            .map(|(name, limit)| limit.map_or_else(String::new, |limit| format!(", {name} = {limit}")))
            .concat();
        format!(
            "[[project]]\nid = \"{}\"\nsurface = \"{surface}\"\ntier = \"{tier}\"\nkey = [{}]\n{locations}{account}\
             quota = [{{ model = \"{MODEL}\", rpm = {}{others}, enforcement = \"{}\", count_refused = {} }}]\n",
            Self::project(number),
            keys.join(", "),
            quota.rpm,
            quota.enforcement.name(),
            quota.is_refused_counted
        )
    }
}

/// The account that pays for a project: the first two share one.
fn account(number: u64) -> String {
    match number {
        1 | 2 => "prepaid".to_owned(),
        _ => format!("account-{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri_sim::Surface;

    #[test]
    fn a_pool_of_vertex_has_a_quota_in_each_location() {
        let world = World::new(60).with_projects(2).on_vertex(3);
        let scenario = world.scenario();
        assert_eq!(world.rpm(), 360);
        assert_eq!(scenario.projects.len(), 2);
        assert_eq!(scenario.projects[1].surface, Surface::Vertex);
        assert_eq!(scenario.projects[1].locations, LOCATIONS);
        assert_eq!(
            scenario.projects[1].quota(MODEL, LOCATIONS[2]).unwrap().rpm,
            Some(60)
        );
    }

    #[test]
    fn every_enforcement_has_its_name_in_the_simulator() {
        for enforcement in Enforcement::ALL {
            for is_counted in [false, true] {
                let world = World::new(10)
                    .free()
                    .with_enforcement(enforcement)
                    .counting_refused(is_counted);
                let quota = world.scenario().projects[0].quotas[0].clone();
                assert_eq!(quota.count_refused, is_counted);
            }
        }
    }

    #[test]
    fn a_prepaid_account_pays_for_two_projects_and_no_more() {
        let scenario = World::new(60).with_projects(3).with_prepaid(1.5).scenario();
        assert_eq!(scenario.accounts[0].prepaid, Some(1.5));
        let payers: Vec<_> = scenario
            .projects
            .iter()
            .map(|project| &project.billing_account)
            .collect();
        assert_eq!(payers, ["prepaid", "prepaid", "account-3"]);
    }
}
