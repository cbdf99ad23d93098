//! What the pages show must be true: scenarios parse, names exist.

use std::{collections::BTreeSet, fs, path::Path};

use dioscuri_sim::Scenario;

const README: &str = include_str!("../../README.md");
const GUIDE: &str = "../../docs/guide/test-against-bad-days.md";

/// A page of the repository; it does not come with the package.
fn page(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_scenario_that_a_page_shows_is_one() {
    let pages = [page("SCENARIOS.md"), page(GUIDE)];
    for page in &pages {
        let blocks: Vec<&str> = page.split("```toml\n").skip(1).collect();
        assert!(!blocks.is_empty());
        for block in blocks {
            let text = block.split("```").next().unwrap();
            if let Err(error) = Scenario::parse(text) {
                panic!("{error}\n{text}");
            }
        }
    }
}

#[test]
fn the_readme_lists_the_library() {
    let table = README.split("| name | shows |").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    let listed: Vec<(&str, &str)> = table
        .lines()
        .skip(2)
        .map(|line| {
            let (name, about) = line.split_once("` | ").unwrap();
            (name.trim_start_matches("| `"), about.trim_end_matches(" |"))
        })
        .collect();
    assert_eq!(listed, Scenario::names());
}

#[test]
fn every_scenario_that_the_guide_names_is_in_the_library() {
    let guide = page(GUIDE);
    let table = guide.split("| bad day | scenario |").nth(1).unwrap();
    let cells = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(2));
    let named: BTreeSet<&str> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        assert!(Scenario::source(name).is_some(), "{name}");
    }
}
