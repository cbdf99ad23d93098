//! What the pages show must be true: scenarios parse, names exist.

use std::{collections::BTreeSet, fs, path::Path};

use dioscuri_sim::{Arrival, Record, Scenario, World};
use dioscuri_vocab::Now;
use serde_json::Value;

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

/// The rows of the README's table below this head: the name in the first cell, and the last cell.
fn rows_below(head: &str) -> Vec<(&'static str, &'static str)> {
    let table = README.split(head).nth(1).unwrap_or_else(|| panic!("{head}"));
    table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
            (names(cells[0]).next().unwrap(), *cells.last().unwrap())
        })
        .collect()
}

/// What stands in back quotes.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_readme_has_every_field_of_a_line_of_the_log() {
    let record = serde_json::to_value(Record::default()).unwrap();
    let listed: BTreeSet<&str> = rows_below("| field | meaning |")
        .iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(listed, keys(&record));
}

#[test]
fn the_readme_has_every_field_of_the_statistics() {
    const WORLD: &str = r#"
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "leda"
surface = "vertex"
locations = ["us"]
key = [{ secret = "ya29.leda" }]
quota = [{ model = "gemini-3.8-flash", rpm = 5 }]
throughput = [{ model = "gemini-3.8-flash", tokens_per_second = 9 }]
[[capacity]]
model = "gemini-3.8-flash"
rpm = 7
[[incident]]
what = "internal"
"#;
    let stats = World::new(&Scenario::parse(WORLD).unwrap(), None).stats();
    let stats = serde_json::to_value(stats).unwrap();
    let listed = rows_below("| field | rows have |");
    assert_eq!(
        listed.iter().map(|row| row.0).collect::<BTreeSet<_>>(),
        keys(&stats)
    );
    for (field, cell) in listed {
        let fields: BTreeSet<&str> = names(cell).filter(|name| *name != field).collect();
        if let Some(row) = stats[field].get(0) {
            assert_eq!(fields, keys(row), "{field}");
        } else {
            assert!(fields.is_empty() && !stats[field].is_array(), "{field}");
        }
    }
}

#[test]
fn the_readme_has_every_reason() {
    // An enum cannot be asked for all that it has; its source can.
    let source = include_str!("../../src/world/stats.rs");
    let body = source.split("pub enum Reason {").nth(1).unwrap();
    let body = body.split('}').next().unwrap();
    let known: Vec<String> = body
        .lines()
        .filter_map(|line| snake(line.trim().strip_suffix(',')?))
        .collect();
    let listed: Vec<&str> = rows_below("| reason | what it was |")
        .iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(listed, known);
}

/// As serde writes the name of a variant; `None` for what is none.
fn snake(variant: &str) -> Option<String> {
    let mut name = String::new();
    for each in variant.chars() {
        if each.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(each.is_ascii_alphabetic().then_some(each.to_ascii_lowercase())?);
    }
    Some(name)
}

#[test]
fn the_readme_says_what_incidents_count_as() {
    let mut tried = 0;
    for (reason, cell) in rows_below("| reason | what it was |") {
        for what in names(cell) {
            assert_eq!(reason_of(what), reason, "{what}");
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

/// Why a stream has no good end in a world where `what` strikes everything.
fn reason_of(what: &str) -> Value {
    let parameters = match what {
        "custom" => "status = \"INTERNAL\"\nmessage = \"no\"",
        "custom_body" => "body = \"no\"",
        _ => "",
    };
    let toml = format!(
        r#"
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
key = [{{ secret = "AQ.castor" }}]
quota = [{{ model = "gemini-3.8-flash", rpm = 5, rpd = 9 }}]
[[incident]]
what = "{what}"
{parameters}
"#
    );
    let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
    let path = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";
    let body = br#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
    let request = Arrival::new("POST", path, body).with_api_key("AQ.castor");
    let record = world.arrive(&request, Now::default()).record;
    serde_json::to_value(record.reason).unwrap()
}
