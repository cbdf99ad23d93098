//! Each mistake names its line and, where there is one, the nearest name.

use std::time::Duration;

use super::{models::OUTPUT_TOKENS, *};
use crate::scenario::{
    Enforcement, Incident, KeyKind, Method, ModelKind, RefusalKind, RetryHint, ServiceTier, StreamFault,
    Surface, What, WireFault,
};

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
        "expected a text in quotes, found `6` at line 1",
    );
    refused(
        &format!("minute = \"4999999999999999h\"{WORLD}"),
        "`4999999999999999h` is too long; the longest duration is a year, \"8760h\" at line 1",
    );
    assert!(scenario(&format!("minute = \"8760h\"{WORLD}")).is_ok());
    refused(
        &format!("seed = -1{WORLD}"),
        "expected a whole number of at least 0, found `-1` at line 1",
    );
    refused(
        &format!("start = 2026-11-01T06:59:00Z{WORLD}"),
        "expected a text in quotes, found a table or a date at line 1",
    );
    refused(
        &with("flash\"", "flash\"\noutput_tokens = 9"),
        "expected a table such as { min = 1, max = 9 }, found `9` at line 4",
    );
    refused(
        &format!("minute = \"0s\"{WORLD}"),
        "this duration must be above zero at line 1",
    );
    refused(
        &format!("[latency]\nmax = \"1s\"\ntail_share = 1.5{WORLD}"),
        "`1.5` is no share; it must lie in 0.0 to 1.0 at line 3",
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
    refused(&with("id = \"castor\"", ""), "missing key `id` at line 4");
    refused(&with("secret = \"s1\"", ""), "missing key `secret` at line 7");
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

#[test]
fn secrets_do_not_show_in_errors() {
    let secret = "AIzaSy-my-secret`, expected `x`";
    for (from, to) in [
        ("[{ secret = \"s1\" }]", format!("[\"{secret}\"]")),
        ("[{ secret = \"s1\" }]", format!("\"{secret}\"")),
        ("[{ secret = \"s1\" }]", format!("{{ \"{secret}\" = \"valid\" }}")),
        ("secret = \"s1\"", format!("secret = [\"{secret}\"]")),
        ("secret = \"s1\"", format!("secret = \"{secret}")),
        ("secret = \"s1\"", format!("secret = {secret}")),
        ("secret = \"s1\"", format!("\"{secret}\" = \"valid\"")),
        ("secret = \"s1\"", format!("secret = \"s1\", kind = \"{secret}\"")),
        (
            "secret = \"s1\"",
            format!("secret = \"s1\", state = \"{secret}\""),
        ),
        ("secret = \"s1\"", format!("\"{secret}\"")),
    ] {
        let error = scenario(&with(from, &to)).expect_err(&to);
        assert!(!error.to_string().contains("my-secret"), "{to}: {error}");
        assert_eq!(error.line(), Some(7), "{to}: {error}");
    }
    refused(
        &with("{ secret = \"s1\" }", "\"hunter2\""),
        "expected a table such as { secret = \"…\" }, found a text at line 7",
    );
    refused(
        &with("\"s1\"", "\"s1\", kind = \"hunter2\""),
        "unknown value, it must be one of `api_key`, `token` at line 7",
    );
}

/// `WORLD` and one incident of these lines.
fn incident(lines: &str) -> String {
    format!("{WORLD}[[incident]]\n{lines}")
}

#[track_caller]
fn read(lines: &str) -> Incident {
    let mut scenario = scenario(&incident(lines)).unwrap();
    scenario.incidents.pop().unwrap()
}

#[test]
fn an_incident_of_last_week_takes_ten_lines() {
    let incident = read(
        r#"
        what = "capacity"
        model = "gemini-3.8-*"
        method = ["generateContent", "streamGenerateContent"]
        service_tier = "standard"
        at = "2m"
        for = "1h58m"
        share = 0.9
        "#
        .replace("1h58m", "118m")
        .as_str(),
    );
    assert_eq!(incident.what, What::Refusal(RefusalKind::Capacity));
    assert_eq!(incident.period.at, Duration::from_secs(120));
    assert_eq!(incident.period.lasts, Some(Duration::from_secs(118 * 60)));
    assert_eq!(incident.place.models, ["gemini-3.8-*"]);
    assert_eq!(incident.place.methods, [Method::Generate, Method::Stream]);
    assert_eq!(incident.place.service_tiers, [ServiceTier::Standard]);
}

#[test]
fn every_incident_has_a_name() {
    let parameters = |name| match name {
        "custom" => "status = \"UNAVAILABLE\"\nmessage = \"no\"",
        "custom_body" => "body = \"no\"",
        "finish" | "block" => "reason = \"SAFETY\"",
        "refused" => "for = \"1m\"",
        "slow_answers" => "factor = 2.0",
        _ => "",
    };
    for name in incidents::names() {
        let read = read(&format!("what = \"{name}\"\n{}", parameters(name)));
        assert_eq!(read.what.name(), name);
    }
}

#[test]
fn what_an_incident_is_told_must_go_with_it() {
    refused(
        &incident("what = \"overlaoded\""),
        "unknown incident `overlaoded` at line 9; did you mean `overloaded`?",
    );
    refused(
        &incident("what = \"internal\"\nbytes = 7"),
        "`bytes` does not go with `internal` at line 10",
    );
    refused(
        &incident("what = \"finish\""),
        "this incident needs `reason` at line 9",
    );
    refused(
        &incident("what = \"internal\"\nmodel = [\"gemini-3.9-flash\"]"),
        "unknown model `gemini-3.9-flash` at line 10; did you mean `gemini-3.8-flash`?",
    );
    refused(
        &incident("what = \"internal\"\nmethod = \"generateContents\""),
        "unknown method `generateContents` at line 10; did you mean `generateContent`?",
    );
    refused(
        &incident("what = \"internal\"\nevery = \"1m\""),
        "`every` needs a `for` that is shorter at line 10",
    );
    refused(
        &incident("what = \"refused\"\nshare = 0.5"),
        "`refused` goes by time only, without `share` and `count` at line 9",
    );
    refused(
        &incident("what = \"refused\"\nat = \"1m\""),
        "`refused` needs `for`: while it lasts `/sim/` is out of reach, so that nobody can end it at line 9",
    );
    refused(
        &incident("what = \"stream_error\"\nerror = \"internall\""),
        "unknown error `internall` at line 10; did you mean `internal`?",
    );
}

#[test]
fn a_reason_may_be_new_but_no_slip() {
    refused(
        &incident("what = \"finish\"\nreason = \"SAFTEY\""),
        "unknown reason `SAFTEY` at line 10; did you mean `SAFETY`?",
    );
    refused(
        &incident("what = \"block\"\nreason = \"JAILBRAKE\""),
        "unknown reason `JAILBRAKE` at line 10; did you mean `JAILBREAK`?",
    );
    refused(
        &incident("what = \"finish\"\nreason = \"safety\""),
        "`reason` is a name of capitals, such as \"SAFETY\" at line 10",
    );
    let new = read("what = \"finish\"\nreason = \"VOICE_LIKENESS\"").what;
    assert_eq!(new, What::Finish("VOICE_LIKENESS".to_owned()));
}

#[test]
fn what_can_have_no_effect_is_a_mistake() {
    refused(
        &incident("what = \"finish\"\nreason = \"SAFETY\"\nmethod = \"embedContent\""),
        "`finish` cannot happen to these methods at line 9",
    );
    refused(
        &incident("what = \"stream_cut\"\nmethod = [\"generateContent\", \"countTokens\"]"),
        "`stream_cut` cannot happen to these methods at line 9",
    );
    refused(
        &incident("what = \"spurious_day\"\nmethod = \"models\""),
        "`spurious_day` cannot happen to these methods at line 9",
    );
    refused(
        &incident("what = \"internal\"\nkey = [1, 2]"),
        "no project has a key 2 at line 10",
    );
    refused(
        &incident("what = \"huge_error\"\nbytes = 268435457"),
        "`bytes` may be 268435456 at most at line 10",
    );
    let load = "[[load]]\nmodel = \"gemini-3.8-flash\"\nrpm = { min = 1, max = 2 }\n";
    refused(
        &format!("{WORLD}{load}"),
        "a load without `project` needs a [[capacity]] of its model to use at line 8",
    );
    let capacity = "[[capacity]]\nmodel = \"gemini-3.8-flash\"\nrpm = 9\n";
    assert!(scenario(&format!("{WORLD}{load}{capacity}")).is_ok());
    refused(
        &format!("{WORLD}{capacity}{capacity}"),
        "a second capacity for model `gemini-3.8-flash` in the same place at line 11",
    );
    let order = "throughput = [{ model = \"gemini-3.8-flash\", tokens_per_second = 9 }";
    let vertex = with("\"developer\"", "\"vertex\"\nlocations = [\"us\"]");
    assert!(scenario(&format!("{vertex}{order}]")).is_ok());
    let again = order.replace("throughput = [", "");
    refused(
        &format!("{vertex}{order}, {again}]"),
        "a second throughput for model `gemini-3.8-flash` in the same place at line 9",
    );
    let project = |id| {
        let key = "key = [{ secret = \"s2\" }]";
        format!("{WORLD}[[project]]\nid = \"{id}\"\nsurface = \"developer\"\n{key}\n")
    };
    assert!(scenario(&project("pollux")).is_ok());
    refused(
        &format!("{}number = 100000000001", project("pollux")),
        "a second project with the number or id `100000000001` at line 9",
    );
    refused(
        &project("100000000001"),
        "a second project with the number or id `100000000001` at line 5",
    );
}

#[test]
fn what_an_incident_is_not_told_has_a_default() {
    assert_eq!(
        read("what = \"stream_error\"").what,
        What::Stream(StreamFault::Error {
            frames: None,
            error: RefusalKind::Capacity
        })
    );
    assert_eq!(
        read("what = \"slow_body\"").what,
        What::Wire(WireFault::SlowBody { rate: 1_000 })
    );
    assert_eq!(read("what = \"html\"").what, What::Html(502));
}

#[test]
fn the_timetable_runs_with_the_worlds_minute() {
    let toml = format!(
        "minute = \"6s\"\n{}",
        incident("what = \"internal\"\nat = \"10m\"\nfor = \"1h\"")
    );
    let incident = scenario(&toml).unwrap().incidents.pop().unwrap();
    assert_eq!(incident.period.at, Duration::from_secs(60));
    assert_eq!(incident.period.lasts, Some(Duration::from_secs(360)));
}

#[test]
fn a_quota_says_how_it_is_enforced() {
    let quota = |more: &str| {
        let toml = format!("{WORLD}quota = [{{ model = \"gemini-3.8-flash\", rpm = 9{more} }}]");
        scenario(&toml).map(|scenario| scenario.projects[0].quotas[0].clone())
    };
    assert_eq!(quota("").unwrap().enforcement, Enforcement::Sliding);
    let bucket = quota(", enforcement = \"bucket\", burst = 0.25, retry_info = \"absent\"").unwrap();
    assert_eq!(bucket.enforcement, Enforcement::Bucket { burst: 0.25 });
    assert_eq!(bucket.retry_info, Some(RetryHint::Absent));
    let error = quota(", burst = 0.25").unwrap_err().to_string();
    assert_eq!(error, "`burst` goes with enforcement = \"bucket\" only at line 8");
}

#[test]
fn a_rerouted_model_has_no_counters_of_its_own() {
    let models = "[[model]]\nname = \"old\"\nserved_by = \"gemini-3.8-flash\"\n";
    let world = format!("{models}{}", WORLD.trim_start());
    assert_eq!(
        scenario(&world).unwrap().models[0].served_by.as_deref(),
        Some("gemini-3.8-flash")
    );
    refused(
        &format!("{world}quota = [{{ model = \"old\" }}]"),
        "`old` is served by another model; name that one here at line 10",
    );
    refused(
        &world.replace("\"gemini-3.8-flash\"\n[[model]]", "\"old\"\n[[model]]"),
        "`served_by` needs the name of another model that answers for itself at line 3",
    );
}

#[test]
fn a_name_says_what_a_model_is_for_and_a_surface_how_a_key_is_sent() {
    let scenario = scenario(&with("gemini-3.8-flash", "gemini-embedding-2")).unwrap();
    assert_eq!(scenario.models[0].kind, ModelKind::Embed);
    assert_eq!(scenario.projects[0].keys[0].kind, KeyKind::ApiKey);
    assert_eq!(scenario.projects[0].surface, Surface::Developer);
}

#[test]
fn a_world_has_a_date() {
    let at = |date: &str| scenario(&format!("start = \"{date}\"{WORLD}")).map(|scenario| scenario.start);
    assert_eq!(at("1970-01-01T00:01:00Z").unwrap().unwrap().as_secs(), 60);
    assert_eq!(
        at("yesterday").unwrap_err().to_string(),
        "`yesterday` is no date; write one as in \"2026-11-01T06:59:00Z\" at line 1"
    );
}
