//! Each mistake names its line and, where there is one, the nearest name.

use std::time::Duration;

use super::*;

const WORLD: &str = r#"
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "s1" }]
"#;

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = scenario(text).expect_err("the scenario has a mistake");
    assert_eq!(error.to_string(), expected);
}

/// `WORLD` with `from` replaced by `to`.
fn with(from: &str, to: &str) -> String {
    assert!(WORLD.contains(from));
    WORLD.replace(from, to)
}

#[test]
fn what_the_file_leaves_out_has_a_default() {
    let scenario = scenario(WORLD).unwrap();
    assert_eq!(scenario.minute, Duration::from_secs(60));
    assert_eq!(scenario.chain, ["gemini-3.8-flash"]);
    assert_eq!(scenario.latency, Latency::default());
    assert_eq!(scenario.models[0].output_tokens, OUTPUT_TOKENS);
    assert_eq!(scenario.projects[0].billing_account, "castor");
    assert_eq!(scenario.projects[0].locations, ["global"]);
}

#[test]
fn an_unknown_key_names_the_nearest() {
    refused(
        &format!("about = \"\"\n\nminut = \"6s\"{WORLD}"),
        "unknown key `minut` at line 3; did you mean `minute`?",
    );
    refused(
        &with("secret =", "secrte ="),
        "unknown key `secrte` at line 7; did you mean `secret`?",
    );
    refused(&with("id =", "quux ="), "unknown key `quux` at line 5");
}

#[test]
fn an_unknown_value_names_the_nearest() {
    refused(
        &with("\"developer\"", "\"develloper\""),
        "unknown value `develloper` at line 6; did you mean `developer`?",
    );
}

#[test]
fn a_wrong_value_names_its_line() {
    refused(
        &format!("minute = \"6 parsecs\"{WORLD}"),
        "`6 parsecs` is no duration; write a number with us, ms, s, m or h, such as \"250ms\" at line 1",
    );
    refused(
        &format!("minute = 6{WORLD}"),
        "invalid type: integer `6`, expected a string at line 1",
    );
    refused(
        &format!("minute = \"0s\"{WORLD}"),
        "this duration must be above zero at line 1",
    );
    refused(
        &format!("[faults]\ncapacity = 1.5{WORLD}"),
        "`1.5` is no share; it must lie in 0.0 to 1.0 at line 2",
    );
    refused(
        &format!("[latency]\nmin = \"2s\"\nmax = \"1s\"{WORLD}"),
        "latency needs `min` at most `max` at line 1",
    );
    refused(
        &with("flash\"", "flash\"\noutput_tokens = { min = 9, max = 1 }"),
        "output_tokens needs `min` at most `max`, and `max` in 1 to 65536 at line 4",
    );
}

#[test]
fn what_is_required_is_missed_by_name() {
    refused(&with("id = \"castor\"", ""), "missing field `id` at line 4");
    refused(&with("secret = \"s1\"", ""), "missing field `secret` at line 7");
}

#[test]
fn what_is_no_toml_names_its_line() {
    let error = scenario("minute = \"6s\"\nseed = = 1").expect_err("this is no TOML");
    assert_eq!(error.line(), Some(2));
}

#[test]
fn a_name_must_stand_for_something() {
    refused(
        &format!("chain = [\"gemini-3.8-flahs\"]{WORLD}"),
        "unknown model `gemini-3.8-flahs` at line 1; did you mean `gemini-3.8-flash`?",
    );
    refused(
        &format!("{WORLD}quota = [{{ model = \"gemini-3.8-flsh\" }}]"),
        "unknown model `gemini-3.8-flsh` at line 8; did you mean `gemini-3.8-flash`?",
    );
    refused(
        &format!("{WORLD}quota = [{{ model = \"gemini-3.8-flash\", location = \"globl\" }}]"),
        "unknown location `globl` at line 8; did you mean `global`?",
    );
    refused(&with("\"castor\"", "\"\""), "an empty project id at line 5");
}

#[test]
fn nothing_is_said_twice() {
    refused(
        &format!("{WORLD}[[model]]\nname = \"gemini-3.8-flash\""),
        "a second model `gemini-3.8-flash` at line 9",
    );
    refused(
        &with("\"s1\" }", "\"s1\" }, { secret = \"s1\" }"),
        "the same secret a second time at line 7",
    );
    let quota = "{ model = \"gemini-3.8-flash\", rpm = 1 }";
    refused(
        &format!("{WORLD}quota = [{quota}, {quota}]"),
        "a second quota for model `gemini-3.8-flash` in the same place at line 8",
    );
}

#[test]
fn a_project_can_be_reached() {
    refused("", "a scenario needs at least one [[model]]");
    refused(
        "[[model]]\nname = \"m\"",
        "a scenario needs at least one [[project]]",
    );
    refused(
        &with("key = [{ secret = \"s1\" }]", ""),
        "a project needs at least one key at line 5",
    );
    refused(
        &with("\"developer\"", "\"vertex\""),
        "a vertex project needs at least one location at line 5",
    );
    refused(
        &format!("{WORLD}locations = [\"us\"]"),
        "a developer project has no location but `global` at line 8",
    );
    refused(
        &format!("{WORLD}quota = [{{ model = \"gemini-3.8-flash\", rpd_used = 3 }}]"),
        "`rpd_used` without `rpd` at line 8",
    );
}

#[test]
fn secrets_do_not_show_in_debug() {
    let shown = format!("{:?}", scenario(&with("\"s1\"", "\"hunter2\"")).unwrap());
    assert!(!shown.contains("hunter2"));
}
