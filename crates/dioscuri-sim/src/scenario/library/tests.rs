//! The library against its folder, and the page of scenario files against the parser.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use serde::de::DeserializeOwned;

use super::{super::file, *};

#[test]
fn every_name_is_a_scenario_that_says_the_same_of_itself() {
    for (name, about) in NAMES {
        let scenario = named(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(&scenario.about, about, "{name}");
    }
}

#[test]
fn every_file_of_the_folder_has_its_name_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let listed: BTreeSet<String> = NAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, listed);
}

/// The keys that the parser knows in a table: serde lists them when it meets one that it does not know.
fn known_keys<T: DeserializeOwned>() -> BTreeSet<String> {
    let error = toml::from_str::<T>("no_such_key = 1").err().unwrap().to_string();
    let known = error.split("expected").nth(1).unwrap();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

const PAGE: &str = include_str!("../../../SCENARIOS.md");

/// The names in the first column of the tables below the heading that ends with `title`, up to the next one.
fn on_page(title: &str) -> BTreeSet<String> {
    let below = PAGE
        .split("\n## ")
        .find(|section| section.lines().next() == Some(title))
        .unwrap_or_else(|| panic!("the page has no heading `{title}`"));
    // What stands in quotes is a value of a key.
    let names = rows(below).map(|(name, _)| name);
    names.filter(|name| !name.starts_with('"')).collect()
}

/// The rows of tables whose first cell is a name in back quotes, and their other cells.
fn rows(text: &str) -> impl Iterator<Item = (String, Vec<&str>)> {
    text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let name = cells.next()?.strip_suffix('`')?;
        Some((name.to_owned(), cells.collect()))
    })
}

#[test]
fn the_page_has_every_key_that_the_parser_knows_and_no_other() {
    #[track_caller]
    fn check<T: DeserializeOwned>(title: &str) {
        assert_eq!(on_page(title), known_keys::<T>(), "{title}");
    }
    check::<file::File>("The world");
    check::<file::LatencyTable>("`[latency]`");
    check::<file::ModelTable>("`[[model]]`");
    check::<file::PriceTable>("`price` of a model");
    check::<file::AccountTable>("`[[billing_account]]`");
    check::<file::ProjectTable>("`[[project]]`");
    check::<file::KeyTable>("`[[project.key]]`");
    check::<file::QuotaTable>("`[[project.quota]]`");
    check::<file::ThroughputTable>("`[[project.throughput]]`");
    check::<file::CapacityTable>("`[[capacity]]`");
    check::<file::LoadTable>("`[[load]]`");
    check::<file::ChangeTable>("`[[change]]`");
    check::<file::IncidentTable>("`[[incident]]`");
}

/// A world for one incident.
const WORLD: &str = r#"
    [[model]]
    name = "gemini-3.8-flash"
    [[project]]
    id = "castor"
    surface = "developer"
    key = [{ secret = "s1" }]
    [[incident]]
    for = "1m"
"#;

/// A value that fits, for each parameter of incidents.
const PARAMETERS: [(&str, &str); 13] = [
    ("reason", "\"OTHER\""),
    ("error", "\"internal\""),
    ("code", "503"),
    ("status", "\"UNAVAILABLE\""),
    ("message", "\"no\""),
    ("details", "[]"),
    ("body", "\"no\""),
    ("content_type", "\"text/plain\""),
    ("bytes", "7"),
    ("frames", "7"),
    ("rate", "7"),
    ("pause", "\"7s\""),
    ("factor", "7.0"),
];

/// The incident `what` with these parameters.
fn incident(what: &str, parameters: &[&str]) -> Result<Scenario, ScenarioError> {
    let mut text = format!("{WORLD}what = \"{what}\"\n");
    for (name, value) in PARAMETERS.iter().filter(|(name, _)| parameters.contains(name)) {
        writeln!(text, "{name} = {value}").unwrap();
    }
    Scenario::parse(&text)
}

#[test]
fn the_page_says_which_parameters_go_with_which_incident() {
    let below = PAGE.split("\n## What can go wrong").nth(1).unwrap();
    let mut named = BTreeSet::new();
    for (what, cells) in rows(below) {
        let said: BTreeSet<&str> = cells[0].split('`').skip(1).step_by(2).collect();
        let all: Vec<&str> = said.iter().copied().collect();
        let read = incident(&what, &all).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(read.incidents[0].what.name(), what);
        for (parameter, _) in PARAMETERS.iter().filter(|(name, _)| !said.contains(name)) {
            let mut more = all.clone();
            more.push(parameter);
            let error = incident(&what, &more).err().map(|error| error.to_string());
            let refused = error.is_some_and(|error| error.contains("does not go with"));
            assert!(
                refused,
                "{what} takes `{parameter}`, and the page does not say so"
            );
        }
        named.insert(what);
    }
    // `What::name` and its parts match exhaustively: what they name is all there is.
    let arms = include_str!("../incident.rs").split("=> \"").skip(1);
    let known: BTreeSet<String> = arms
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(named, known);
}
