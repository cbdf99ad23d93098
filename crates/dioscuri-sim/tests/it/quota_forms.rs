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
fn a_spent_minute_on_the_developer_api() {
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
fn every_violated_quota_of_the_developer_api_is_listed() {
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
fn a_spent_day_asks_for_seconds_all_the_same() {
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
fn a_spent_minute_on_vertex() {
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

#[test]
fn a_lack_of_capacity() {
    let text = format!("[[incident]]\nwhat = \"capacity\"\n{}", SMALL.replace("seed = 3", ""));
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
