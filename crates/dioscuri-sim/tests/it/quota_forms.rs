//! Refusals by quota and for lack of capacity, in the form in which Google sends them.

use std::time::Duration;

use dioscuri_sim::{Arrival, Reason, Reply, Scenario, World};
use serde_json::json;

use crate::fixture::{BODY, DEVELOPER, SMALL, VERTEX, ask, json, noon, small};

fn developer() -> Arrival<'static> {
    Arrival::new("POST", DEVELOPER, BODY).with_api_key("AQ.castor")
}

fn vertex() -> Arrival<'static> {
    Arrival::new("POST", VERTEX, BODY).with_bearer("ya29.leda")
}

/// The quota refusal that follows two answers to `arrival`.
fn third(arrival: &Arrival<'_>) -> Reply {
    let mut world = small();
    for second in 0..2 {
        let reply = world.arrive(arrival, noon(Duration::from_secs(second)));
        assert_eq!(reply.status, 200);
    }
    let reply = world.arrive(arrival, noon(Duration::from_millis(33_788)));
    assert_eq!(reply.status, 429);
    reply
}

const EXCEEDED: &str = "You exceeded your current quota, please check your plan and billing details. For more \
                        information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To \
                        monitor your current usage, head to: https://ai.dev/rate-limit. ";

#[test]
fn section_2_5_a_spent_minute_on_the_developer_api() {
    for (key, metric, id) in [
        (
            "AQ.castor",
            "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        ),
        (
            "AQ.pollux",
            "generativelanguage.googleapis.com/generate_requests_per_model",
            "GenerateRequestsPerMinutePerProjectPerModel",
        ),
    ] {
        let reply = third(&Arrival::new("POST", DEVELOPER, BODY).with_api_key(key));
        let expected = json!({"error": {
            "code": 429,
            "message": format!(
                "{EXCEEDED}\n* Quota exceeded for metric: {metric}, limit: 2, model: gemini-3.8-flash\n\
                 Please retry in 26.212s."
            ),
            "status": "RESOURCE_EXHAUSTED",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.Help",
                    "links": [{
                        "description": "Learn more about Gemini API quotas",
                        "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
                    }],
                },
                {
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [{
                        "quotaMetric": metric,
                        "quotaId": id,
                        "quotaDimensions": {"location": "global", "model": "gemini-3.8-flash"},
                        "quotaValue": "2",
                    }],
                },
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26.212s"},
            ],
        }});
        assert_eq!(json(&reply), expected);
    }
}

#[test]
fn section_2_5_every_violated_quota_of_the_developer_api_is_listed() {
    let scenario = r#"
        [[model]]
        name = "m"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{ secret = "s" }]
        quota = [{ model = "m", rpm = 0, tpm = 0, rpd = 9, rpd_used = 9 }]
    "#;
    for (tier, names) in [
        (
            "paid",
            [
                (
                    "generate_requests_per_model",
                    "GenerateRequestsPerMinutePerProjectPerModel",
                ),
                (
                    "generate_content_paid_tier_input_token_count",
                    "GenerateContentPaidTierInputTokensPerModelPerMinute",
                ),
                (
                    "generate_requests_per_model_per_day",
                    "GenerateRequestsPerDayPerProjectPerModel",
                ),
            ],
        ),
        (
            "free",
            [
                (
                    "generate_content_free_tier_requests",
                    "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                ),
                (
                    "generate_content_free_tier_input_token_count",
                    "GenerateContentInputTokensPerModelPerMinute-FreeTier",
                ),
                (
                    "generate_content_free_tier_requests",
                    "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
                ),
            ],
        ),
    ] {
        let text = scenario.replace("id = \"p\"", &format!("id = \"p\"\ntier = \"{tier}\""));
        let mut world = World::new(&Scenario::parse(&text).unwrap(), None);
        let arrival = Arrival::new("POST", "/v1beta/models/m:generateContent", BODY).with_api_key("s");
        let error = &json(&world.arrive(&arrival, noon(Duration::ZERO)))["error"];
        let violations = error["details"][1]["violations"].as_array().unwrap();
        let lines: Vec<&str> = error["message"].as_str().unwrap().lines().skip(1).collect();
        for (((metric, id), limit), (violation, line)) in names
            .into_iter()
            .zip([0, 0, 9])
            .zip(violations.iter().zip(&lines))
        {
            let metric = format!("generativelanguage.googleapis.com/{metric}");
            assert_eq!(violation["quotaMetric"], metric);
            assert_eq!(violation["quotaId"], id);
            assert_eq!(violation["quotaValue"], limit.to_string());
            let exceeded = format!("* Quota exceeded for metric: {metric}, limit: {limit}, model: m");
            assert_eq!(*line, exceeded);
        }
        assert_eq!((violations.len(), lines.len()), (3, 4));
        assert_eq!(world.stats().refused_for(Reason::Day), 1);
    }
}

#[test]
fn section_2_5_a_spent_day_asks_for_seconds_all_the_same() {
    let mut world = small();
    for minute in 0..3 {
        let arrival = developer();
        assert_eq!(
            world
                .arrive(&arrival, noon(Duration::from_secs(60 * minute)))
                .status,
            200
        );
    }
    let reply = world.arrive(&developer(), noon(Duration::from_secs(300)));
    let delay = json(&reply)["error"]["details"][2]["retryDelay"].clone();
    let delay: f64 = delay.as_str().unwrap().trim_end_matches('s').parse().unwrap();
    assert!((0.0..60.0).contains(&delay), "{delay}");
}

#[test]
fn section_2_5_a_spent_minute_on_vertex() {
    let expected = json!({"error": {
        "code": 429,
        "message": "Quota exceeded for \
                    aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model with \
                    base model: gemini-3.8-flash. Please submit a quota increase request. \
                    https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai.",
        "status": "RESOURCE_EXHAUSTED",
    }});
    assert_eq!(json(&third(&vertex())), expected);
}

/// One quota has one name, whatever name its model was asked by. No capture tells (§2.5).
#[test]
fn section_2_5_names_the_model_that_is_counted() {
    const WORLD: &str = r#"
        [[model]]
        name = "m"
        aliases = ["latest"]
        [[model]]
        name = "old"
        served_by = "m"
        [[project]]
        id = "castor"
        surface = "developer"
        key = [{ secret = "AQ.castor" }]
        quota = [{ model = "m", rpm = 0 }]
        [[project]]
        id = "leda"
        surface = "vertex"
        locations = ["us"]
        key = [{ secret = "ya29.leda" }]
        quota = [{ model = "m", rpm = 0 }]
    "#;
    let mut world = World::new(&Scenario::parse(WORLD).unwrap(), None);
    for asked in ["m", "latest", "old"] {
        let path = DEVELOPER.replace("gemini-3.8-flash", asked);
        let arrival = Arrival::new("POST", &path, BODY).with_api_key("AQ.castor");
        let error = &json(&world.arrive(&arrival, noon(Duration::ZERO)))["error"];
        let violation = &error["details"][1]["violations"][0];
        assert_eq!(
            violation["quotaDimensions"],
            json!({"location": "global", "model": "m"})
        );
        let line = error["message"].as_str().unwrap().lines().nth(1).unwrap();
        assert!(line.ends_with(", limit: 0, model: m"), "{line}");

        let path = VERTEX.replace("gemini-3.8-flash", asked);
        let arrival = Arrival::new("POST", &path, BODY).with_bearer("ya29.leda");
        let reply = json(&world.arrive(&arrival, noon(Duration::ZERO)));
        let message = reply["error"]["message"].as_str().unwrap();
        assert!(message.contains(" with base model: m. "), "{message}");
    }
}

#[test]
fn section_2_7_a_lack_of_capacity() {
    let text = format!(
        "[[incident]]\nwhat = \"capacity\"\n{}",
        SMALL.replace("seed = 3", "")
    );
    let mut world = World::new(&Scenario::parse(&text).unwrap(), None);
    let reply = ask(&mut world, BODY);
    assert_eq!(reply.status, 503);
    let expected = json!({"error": {
        "code": 503,
        "message": "This model is currently experiencing high demand. Spikes in demand are usually temporary. \
                    Please try again later.",
        "status": "UNAVAILABLE",
    }});
    assert_eq!(json(&reply), expected);
    let reply = world.arrive(&vertex(), noon(Duration::ZERO));
    assert_eq!(reply.status, 429);
    let expected = json!({"error": {
        "code": 429,
        "message": "Resource exhausted, please try again later.",
        "status": "RESOURCE_EXHAUSTED",
    }});
    assert_eq!(json(&reply), expected);
    assert_eq!(world.stats().refused_for(Reason::Capacity), 2);
}

/// What the message and `RetryInfo` ask for, of a second request where one a day is allowed.
fn hints_of_a_day(hint: &str) -> (Option<String>, Option<String>) {
    let toml = format!(
        r#"
        retry_info = "{hint}"
        [[model]]
        name = "gemini-3.8-flash"
        [[project]]
        id = "p"
        surface = "developer"
        key = [{{ secret = "s" }}]
        quota = [{{ model = "gemini-3.8-flash", rpd = 1 }}]
        "#
    );
    let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
    let arrival = Arrival::new("POST", DEVELOPER, BODY).with_api_key("s");
    assert_eq!(world.arrive(&arrival, noon(Duration::ZERO)).status, 200);
    let error = json(&world.arrive(&arrival, noon(Duration::from_millis(1_500))))["error"].clone();
    let message = error["message"].as_str().unwrap();
    let said = message
        .split_once("Please retry in ")
        .map(|(_, wait)| wait.to_owned());
    let delay = error["details"][2]["retryDelay"].as_str().map(str::to_owned);
    (said, delay)
}

#[test]
fn section_2_5_a_day_that_tells_the_truth_lasts_until_midnight() {
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        hints_of_a_day("honest"),
        (text("11h59m58.5s."), text("43198.500s"))
    );
    assert_eq!(hints_of_a_day("rounded"), (text("11h59m58.5s."), text("43198s")));
    assert_eq!(hints_of_a_day("absent"), (None, None));
}

/// The only model, asked of a project and an account of this kind; the third reply.
fn third_of(rest: &str, surface: &str, traffic: Option<&str>) -> Reply {
    let toml = format!(
        r#"
        [[model]]
        name = "gemini-3.8-flash"
        price = {{ input = 1000.0, output = 1000.0 }}
        [[project]]
        id = "p"
        surface = "{surface}"
        billing_account = "a"
        key = [{{ secret = "s" }}]
        {rest}
        "#
    );
    let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
    let path = match surface {
        "developer" => DEVELOPER.to_owned(),
        _ => VERTEX.replace("/leda/", "/p/").replace("/us/", "/global/"),
    };
    let mut arrival = Arrival::new("POST", &path, BODY);
    arrival = match surface {
        "developer" => arrival.with_api_key("s"),
        _ => arrival.with_bearer("s"),
    };
    if let Some(traffic) = traffic {
        arrival = arrival.with_header("x-vertex-ai-llm-request-type", traffic);
    }
    world.arrive(&arrival, noon(Duration::ZERO));
    world.arrive(&arrival, noon(Duration::ZERO));
    world.arrive(&arrival, noon(Duration::ZERO))
}

#[test]
fn sections_5_2_and_5_3_who_does_not_pay_is_told_so() {
    for (account, status, name, begins) in [
        (
            "spend_limit = 0.001",
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your spend-based rate limit. ",
        ),
        (
            "prepaid = 0.001",
            429,
            "RESOURCE_EXHAUSTED",
            "Your prepayment credits are depleted. ",
        ),
        (
            "prepaid = 0.001\nprepaid_status = 402",
            402,
            "RESOURCE_EXHAUSTED",
            "Your prepayment credits are depleted. ",
        ),
        (
            "state = \"capped\"",
            429,
            "RESOURCE_EXHAUSTED",
            "Your project has exceeded its monthly spending cap. ",
        ),
        (
            "state = \"closed\"",
            403,
            "PERMISSION_DENIED",
            "This API method requires billing to be enabled. ",
        ),
    ] {
        let reply = third_of(
            &format!("[[billing_account]]\nid = \"a\"\n{account}"),
            "developer",
            None,
        );
        let error = &json(&reply)["error"];
        assert_eq!(
            (reply.status, &error["status"]),
            (status, &json!(name)),
            "{account}"
        );
        assert!(error["message"].as_str().unwrap().starts_with(begins), "{error}");
    }
}

#[test]
fn section_2_5_dedicated_throughput_that_nobody_ordered() {
    let account = "locations = [\"global\"]\n[[billing_account]]\nid = \"a\"";
    let reply = third_of(account, "vertex", Some("dedicated"));
    let expected = json!({"error": {
        "code": 429,
        "message": "Too many requests. Exceeded the Provisioned Throughput.",
        "status": "RESOURCE_EXHAUSTED",
    }});
    assert_eq!((reply.status, json(&reply)), (429, expected));
}
