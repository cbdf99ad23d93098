//! What is read, and what is refused in which words.

use super::*;

const WHOLE: &str = r#"
models = ["gemini-3.8-flash", "gemini-3.5-flash-lite"]
profile = "batch"
deadline = "2h"

[[project]]
id = "castor"
surface = "developer"
billing_account = "ours"
credentials = [{ env = "CASTOR" }]

[[project.limit]]
model = "gemini-3.8-flash"
rpm = 60
tpm = 1000000

[[project]]
id = "leda"
surface = "vertex"
base_url = "http://127.0.0.1:9"
locations = ["global", "eu"]
credentials = [{ command = ["gcloud", "auth", "print-access-token"] }]
"#;

fn parse(text: &str) -> Result<Config, ConfigError> {
    read(text, &|name| (name == "CASTOR").then(|| "k".to_owned()))
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = parse(text).expect_err("the text is wrong").to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_whole_file_is_read() {
    let config = parse(WHOLE).unwrap();
    assert_eq!(config.profile, Profile::Batch);
    assert_eq!(config.deadline, Some(Duration::from_secs(7200)));
    let [castor, leda] = &config.projects[..] else {
        panic!("two projects")
    };
    assert_eq!(
        castor.limits_of("gemini-3.8-flash", "global").unwrap().rpm,
        Some(60)
    );
    assert_eq!((leda.surface, leda.locations.len()), (Surface::Vertex, 2));
}

#[test]
fn an_unknown_key_names_the_nearest_and_its_line() {
    refused(
        &WHOLE.replace("rpm = 60", "rmp = 60"),
        "line 14: unknown key `rmp`; did you mean `rpm`?",
    );
    refused(
        "quantum = 1",
        "line 1: unknown key `quantum`; known here: models, profile",
    );
}

#[test]
fn what_is_missing_is_named() {
    refused("", "no project");
    refused(
        &WHOLE.replace("CASTOR", "POLLUX"),
        "the variable POLLUX is not set",
    );
    refused(
        &WHOLE.replace("locations = [\"global\", \"eu\"]", ""),
        "needs `locations`",
    );
    refused(
        &WHOLE.replace("credentials = [{ env = \"CASTOR\" }]", ""),
        "project `castor` has no credential",
    );
    refused(&WHOLE.replace("\"2h\"", "\"soon\""), "`deadline` is `soon`");
    refused(
        &WHOLE.replace("\"batch\"", "\"bulk\""),
        "one of interactive, default, batch",
    );
    refused(
        &WHOLE.replace("id = \"leda\"", "id = \"castor\""),
        "configured twice",
    );
}

#[test]
fn a_limit_that_nothing_looks_at_is_refused() {
    let elsewhere = format!("{WHOLE}[[project.limit]]\nmodel = \"m\"\nlocation = \"globel\"\nrpm = 1\n");
    refused(
        &elsewhere,
        "no location `globel`, which a limit of `m` names; did you mean `global`?",
    );
    let twice = format!("{WHOLE}{0}{0}", "[[project.limit]]\nmodel = \"m\"\nrpm = 1\n");
    refused(&twice, "two limits of `m`");
}

#[test]
fn a_key_that_no_header_may_hold_is_refused() {
    let error = read(WHOLE, &|_| Some("two\nlines".to_owned()))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("project `castor`: key 1 is empty or holds characters"),
        "{error}"
    );
}

#[test]
fn a_configuration_never_shows_a_key() {
    let text = WHOLE.replace("CASTOR", "SECRET");
    let config = read(&text, &|_| Some("hush-hush".to_owned())).unwrap();
    assert!(!format!("{config:?}").contains("hush"));
}

#[test]
fn what_operators_may_set_is_read() {
    let more = r#"
residency = ["eu"]
tiers = ["standard", "provisioned"]
hedge_after = "20s"
stream_idle = "30s"
expect_priority = 1
guard = "250ms"
burst_share = 0.5
state = "dioscuri.state"
fallback_on = { capacity = 1, quota_minute = 2 }
"#;
    let text = format!("{more}{WHOLE}weight = 3\nweights = {{ eu = 5 }}\ntier = \"provisioned\"\n");
    let config = parse(&text).unwrap();
    assert_eq!(
        config.fallback_on,
        [(Class::Capacity, 1), (Class::QuotaMinute, 2)]
    );
    assert_eq!(config.tiers, [Tier::Standard, Tier::Provisioned]);
    assert_eq!(config.hedge_after, Some(Duration::from_secs(20)));
    assert_eq!(config.stream_idle, Some(Duration::from_secs(30)));
    assert_eq!(config.guard, Some(Duration::from_millis(250)));
    assert_eq!((config.expect_priority, config.burst_share), (Some(1), Some(0.5)));
    assert!(config.is_allowed("eu") && !config.is_allowed("global"));
    let leda = &config.projects[1];
    assert_eq!(
        (leda.weight_of("eu").get(), leda.weight_of("global").get()),
        (5, 3)
    );
    assert_eq!(leda.tier, Tier::Provisioned);
}

#[test]
fn a_shorter_minute_has_a_shorter_guard() {
    let guard = |line: &str| parse(&format!("{line}\n{WHOLE}")).unwrap().first_guard();
    assert_eq!(guard(""), Duration::from_millis(400));
    assert_eq!(guard("minute = \"6s\""), Duration::from_millis(40));
    assert_eq!(guard("minute = \"2m\""), Duration::from_millis(400));
    assert_eq!(guard("guard = \"1s\""), Duration::from_secs(1));
}

#[test]
fn what_nothing_would_look_at_is_refused() {
    let with = |line: &str| format!("{line}\n{WHOLE}");
    refused(&with("residency = [\"ue\"]"), "`residency` names `ue`");
    refused(
        &with("residency = [\"us\"]"),
        "no location of any project lies within `residency` (us)",
    );
    refused(
        &with("tiers = [\"golden\"]"),
        "a tier is one of provisioned, standard, flex, priority",
    );
    refused(
        &with("fallback_on = { capacty = 1 }"),
        "`fallback_on` names `capacty`; did you mean `capacity`?",
    );
    refused(&with("burst_share = 2.0"), "from 0.01 to 1.0");
    refused(&with("guard = \"2m\""), "`guard` must be shorter than `minute`");
    refused(&with("hedge_afer = \"2s\""), "did you mean `hedge_after`?");
    refused(
        &format!("{WHOLE}weights = {{ globl = 2 }}\n"),
        "no location `globl`, which a weight names; did you mean `global`?",
    );
}
