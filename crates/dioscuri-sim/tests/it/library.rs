//! The scenarios that come with the crate.

use dioscuri_sim::{Scenario, Surface};

#[test]
fn every_named_scenario_parses_and_its_chain_exists() {
    for (name, _) in Scenario::names() {
        let scenario = Scenario::named(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!scenario.chain.is_empty());
        for link in &scenario.chain {
            assert!(scenario.model(link).is_some(), "{name}: {link}");
        }
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let error = Scenario::named("clam").unwrap_err();
    assert_eq!(error.to_string(), "unknown scenario `clam`; did you mean `calm`?");
    assert_eq!(error.line(), None);
    let error = Scenario::named("argonauts").unwrap_err();
    assert_eq!(error.to_string(), "unknown scenario `argonauts`");
}

#[test]
fn the_demo_tells_an_operator_what_to_enter() {
    let demo = Scenario::named("demo").unwrap();
    let leda = demo.project("leda").unwrap();
    assert_eq!(leda.surface, Surface::Vertex);
    assert_eq!(leda.locations, ["global", "us"]);
    let limits = |model, location| leda.quota(model, location).and_then(|quota| quota.rpm);
    assert_eq!(limits("gemini-3.8-flash", "global"), Some(50));
    assert_eq!(limits("gemini-3.8-flash", "us"), Some(30));
    assert_eq!(limits("gemini-3.5-flash-lite", "us"), Some(20));
    assert_eq!(limits("gemini-3.8-flash", "eu"), None);
    assert_eq!(
        demo.project("castor").unwrap().keys[1].secret.expose(),
        "AQ.castor"
    );
}
