//! The chart is an image that any viewer reads.

use super::*;
use crate::table::row::tests::row;

/// Every tag of `xml` is closed in its turn, and no bare sign stands in its text.
#[track_caller]
fn assert_well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        assert_clean(&rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        let name = tag
            .trim_matches('/')
            .split_whitespace()
            .next()
            .expect("a tag has a name");
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in <{tag}>");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes what was opened last");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert_clean(rest);
    assert_eq!(open, [""; 0]);
}

#[track_caller]
fn assert_clean(text: &str) {
    assert!(!text.contains('>'), "{text}");
    for (at, _) in text.match_indices('&') {
        let entity = ["&amp;", "&lt;", "&gt;", "&quot;"];
        assert!(
            entity.iter().any(|entity| text[at..].starts_with(entity)),
            "{text}"
        );
    }
}

fn drawn(name: &str) -> String {
    let (ours, other) = (row("one-key", "dioscuri"), row("one-key", "linear <10 s> & more"));
    chart(
        &[(name.to_owned(), vec![&ours, &other])],
        &["dioscuri", "linear <10 s> & more"],
    )
}

#[test]
fn the_chart_is_well_formed() {
    assert_well_formed(&drawn("one-key, \"sliding\" & <more>"));
}

#[test]
fn each_figure_of_each_strategy_has_its_mark() {
    // One in each of three fields, and one in the legend.
    assert_eq!(drawn("one-key").matches("class=\"s0\"").count(), 4);
    assert_eq!(drawn("one-key").matches("class=\"s1\"").count(), 4);
}

#[test]
fn it_has_no_script_and_names_no_other_place() {
    let chart = drawn("one-key");
    assert!(!chart.contains("<script") && !chart.contains("href"));
    assert!(chart.contains("prefers-color-scheme:dark"));
}

#[test]
fn a_figure_that_makes_no_sense_has_no_mark() {
    let unmeasured = Row {
        makespan_ratio: None,
        refusals_per_answer: None,
        ..row("one-key", "dioscuri")
    };
    let chart = chart(&[("one-key".to_owned(), vec![&unmeasured])], &["dioscuri"]);
    assert_eq!(chart.matches("class=\"s0\"").count(), 2);
}
