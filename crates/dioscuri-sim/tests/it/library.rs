//! The scenarios that come with the crate: each does what it says.

use std::time::Duration;

use dioscuri_sim::{Arrival, KeyState, ModelKind, Project, Reason, Reply, Scenario, Surface, World};
use dioscuri_vocab::{Now, Tick, UnixTime};

use crate::fixture::json;

/// A world of the library, and the time in it.
struct Trip {
    scenario: Scenario,
    world: World,
    at: Duration,
}

impl Trip {
    fn to(name: &str) -> Self {
        let scenario = Scenario::named(name).unwrap();
        Self {
            world: World::new(&scenario, None),
            scenario,
            at: Duration::ZERO,
        }
    }

    fn now(&self) -> Now {
        let start = self.scenario.start.unwrap_or(UnixTime::from_secs(1_795_204_800));
        Now::new(Tick::ZERO, start).after(self.at)
    }

    fn wait(&mut self, secs: u64) -> &mut Self {
        self.at += Duration::from_secs(secs);
        self
    }

    /// What `model` answers to a request of `project` with its key of that number, from 1.
    fn ask(&mut self, project: &str, key: usize, location: &str, model: &str) -> Reply {
        let body = r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
        self.send(project, key, location, model, "generateContent", body, &[])
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a request has these parts; the others are shorthands"
    )]
    fn send(
        &mut self,
        project: &str,
        key: usize,
        location: &str,
        model: &str,
        method: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        let project = self.scenario.project(project).unwrap();
        let secret = project.keys[key - 1].secret.expose();
        let path = match project.surface {
            Surface::Vertex => format!(
                "/v1/projects/{}/locations/{location}/publishers/google/models/{model}:{method}",
                project.id
            ),
            _ => format!("/v1beta/models/{model}:{method}"),
        };
        let mut arrival = Arrival::new("POST", &path, body.as_bytes());
        arrival = match project.surface {
            Surface::Vertex => arrival.with_bearer(secret),
            _ => arrival.with_api_key(secret),
        };
        for (name, value) in headers {
            arrival = arrival.with_header(name, value);
        }
        let now = self.now();
        self.world.arrive(&arrival, now)
    }

    /// As [`Trip::ask`] with the first key of a project of the Developer API, and the reason of a refusal.
    fn reason(&mut self, project: &str) -> Option<Reason> {
        let model = self.scenario.chain[0].clone();
        self.ask(project, 1, "global", &model).record.reason
    }

    /// How many of `calls` are refused for `reason`. They come 1.1 seconds apart: not in step with the minute,
    /// for then each would find the place that it has just left.
    fn refused(&mut self, project: &str, calls: usize, reason: Reason) -> usize {
        (0..calls)
            .filter(|_| self.step().reason(project) == Some(reason))
            .count()
    }

    fn step(&mut self) -> &mut Self {
        self.at += Duration::from_millis(1_100);
        self
    }

    /// One request in every way that the scenario knows.
    fn every_way(&mut self) {
        let scenario = self.scenario.clone();
        for project in &scenario.projects {
            for (key, location) in ways_of(project) {
                for model in &scenario.models {
                    let methods: &[&str] = match model.kind {
                        ModelKind::Embed => &["batchEmbedContents"],
                        _ => &["generateContent", "streamGenerateContent"],
                    };
                    for (method, tier) in methods
                        .iter()
                        .flat_map(|method| TIERS.map(|tier| (*method, tier)))
                    {
                        let text = r#"{"parts": [{"text": "Who is Castor?"}]}"#;
                        let body = match (model.kind, project.surface) {
                            (ModelKind::Embed, _) => {
                                let name = &model.name;
                                format!(
                                    r#"{{"requests": [{{"model": "models/{name}", "content": {text}}}]}}"#
                                )
                            }
                            (_, Surface::Vertex) => format!(r#"{{"contents": [{text}]}}"#),
                            _ => format!(r#"{{"contents": [{text}], "serviceTier": "{tier}"}}"#),
                        };
                        let headers = [("x-vertex-ai-llm-shared-request-type", tier)];
                        self.send(&project.id, key, location, &model.name, method, &body, &headers);
                    }
                }
            }
        }
    }
}

const TIERS: [&str; 3] = ["standard", "flex", "priority"];

/// The keys that open something, and where.
fn ways_of(project: &Project) -> impl Iterator<Item = (usize, &String)> {
    let valid = (1..)
        .zip(&project.keys)
        .filter(|(_, key)| key.state == KeyState::Valid);
    valid.flat_map(|(number, _)| project.locations.iter().map(move |location| (number, location)))
}

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
fn every_scenario_is_commented_and_short() {
    for (name, _) in Scenario::names() {
        let text = Scenario::source(name).unwrap();
        let lines = text.lines().count();
        assert!(text.starts_with("# "), "{name} begins with what it is about");
        assert!((15..=120).contains(&lines), "{name} has {lines} lines");
        assert!(text.lines().all(|line| line.len() <= 120), "{name}");
    }
}

#[test]
fn every_incident_of_the_library_strikes() {
    for (name, _) in Scenario::names() {
        let mut trip = Trip::to(name);
        let idle = |trip: &Trip| {
            let stats = trip.world.stats();
            // These two concern connections, of which there are none here.
            let idle = stats.incidents.iter().filter(|incident| {
                incident.struck == 0 && incident.what != "refused" && incident.what != "tls_failure"
            });
            idle.map(|incident| incident.what).collect::<Vec<_>>()
        };
        // Enough for a share of a hundredth, and for an hour of the timetable.
        for _ in 0..360 {
            if idle(&trip).is_empty() {
                break;
            }
            trip.wait(10).every_way();
        }
        assert!(idle(&trip).is_empty(), "{name}: {:?}", idle(&trip));
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

#[test]
fn a_good_day_refuses_nobody() {
    let mut trip = Trip::to("calm");
    assert!((0..500).all(|_| trip.wait(1).reason("castor").is_none()));
}

#[test]
fn whoever_plugs_in_meets_a_hint_twice_a_lack_of_capacity_and_an_answer() {
    let mut trip = Trip::to("plugged-in");
    let refused = trip.ask("castor", 1, "global", "gemini-3.8-flash");
    assert_eq!(refused.status, 429);
    let error = &json(&refused)["error"];
    assert_eq!(error["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(error["details"][1]["retryDelay"], "2.5s");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.ends_with("gemini-3.8-flash\nPlease retry in 2.5s."),
        "{message}"
    );
    let then: Vec<_> = (0..3).map(|_| trip.wait(1).reason("castor")).collect();
    assert_eq!(then, [Some(Reason::Capacity), Some(Reason::Capacity), None]);
}

#[test]
fn an_overload_comes_and_goes_and_leaves_the_other_model_alone() {
    let mut trip = Trip::to("overload");
    assert_eq!(trip.refused("castor", 50, Reason::Capacity), 0);
    trip.wait(15);
    assert!(trip.refused("castor", 150, Reason::Capacity) > 110);
    assert_eq!(
        trip.ask("castor", 1, "global", "gemini-3.5-flash-lite").status,
        200
    );
    trip.wait(300);
    assert_eq!(trip.refused("castor", 50, Reason::Capacity), 0);
}

#[test]
fn the_incident_of_february_spares_europe_and_ends_after_two_hours() {
    let mut trip = Trip::to("incident-2026-02-27");
    let failed = |trip: &mut Trip, location| {
        let replies = (0..100).map(|_| trip.wait(1).ask("leda", 1, location, "gemini-2.5-flash").status);
        replies.filter(|status| *status != 200).count()
    };
    trip.wait(300);
    assert!(failed(&mut trip, "global") > 60);
    assert!(failed(&mut trip, "us-central1") > 60);
    assert_eq!(failed(&mut trip, "europe-west4"), 0);
    trip.wait(118 * 60);
    assert_eq!(failed(&mut trip, "global"), 0);
}

#[test]
fn a_free_key_has_five_a_minute_twenty_a_day_and_nothing_of_a_dear_model() {
    let mut trip = Trip::to("free-tier");
    let answered = |trip: &mut Trip| (0..10).filter(|_| trip.reason("castor").is_none()).count();
    let minutes: Vec<usize> = (0..5).map(|_| answered(trip.wait(61))).collect();
    assert_eq!(minutes, [5, 5, 5, 5, 0]);
    let reply = trip.ask("castor", 1, "global", "gemini-3.1-pro-preview");
    let message = json(&reply)["error"]["message"].to_string();
    assert!(
        message.contains("limit: 0, model: gemini-3.1-pro-preview"),
        "{message}"
    );
}

#[test]
fn the_last_five_of_a_day_are_followed_by_a_lie_until_midnight() {
    let mut trip = Trip::to("daily");
    assert!((0..5).all(|_| trip.wait(61).reason("castor").is_none()));
    let reply = trip.wait(61).ask("castor", 1, "global", "gemini-3.8-flash");
    let body = json(&reply);
    let details = body["error"]["details"].as_array().unwrap();
    let delay = details.iter().find_map(|detail| detail["retryDelay"].as_str());
    let seconds: f64 = delay.unwrap().trim_end_matches('s').parse().unwrap();
    assert!(seconds < 60.0, "{seconds}");
    assert_eq!(trip.wait(60).reason("castor"), Some(Reason::Day));
    assert_eq!(trip.wait(12 * 3600).reason("castor"), None);
}

#[test]
fn the_night_when_clocks_go_back_begins_a_day_of_25_hours() {
    let mut trip = Trip::to("pacific-night");
    assert_eq!(trip.reason("castor"), Some(Reason::Day));
    assert!((0..20).all(|_| trip.wait(60).reason("castor").is_none()));
    trip.at = Duration::from_secs(25 * 3600);
    assert_eq!(trip.reason("castor"), Some(Reason::Day));
    assert_eq!(trip.wait(61).reason("castor"), None);
}

#[test]
fn refusals_that_are_not_true_pass_at_once() {
    let mut trip = Trip::to("spurious");
    let reasons: Vec<_> = (0..600).map(|_| trip.wait(1).reason("castor")).collect();
    let spurious = reasons.iter().filter(|reason| **reason == Some(Reason::Spurious));
    assert!((20..150).contains(&spurious.count()));
    assert!(!reasons.contains(&Some(Reason::Minute)) && !reasons.contains(&Some(Reason::Day)));
}

#[test]
fn a_day_that_shrinks_is_spent_and_comes_back() {
    let mut trip = Trip::to("shrinking-quota");
    assert!((0..25).all(|_| trip.wait(10).reason("castor").is_none()));
    trip.wait(60);
    assert_eq!(trip.reason("castor"), Some(Reason::Day));
    assert_eq!(trip.wait(600).reason("castor"), None);
}

#[test]
fn neighbours_take_what_the_project_next_door_has() {
    let mut trip = Trip::to("busy-neighbours");
    let castor = trip.refused("castor", 1_800, Reason::Minute);
    let pollux = Trip::to("busy-neighbours").refused("pollux", 1_800, Reason::Minute);
    assert!(castor > 100 && pollux == 0, "{castor} {pollux}");
}

#[test]
fn the_same_limit_is_enforced_in_several_ways() {
    // How many of a hundred requests at once are answered, at the beginning and half a minute later.
    #[track_caller]
    fn check(name: &str, project: &str, expected: [usize; 2]) {
        let mut trip = Trip::to(name);
        let answered = |trip: &mut Trip| (0..200).filter(|_| trip.reason(project).is_none()).count();
        assert_eq!([answered(&mut trip), answered(trip.wait(30))], expected, "{name}");
    }
    // A new minute of the clock has begun.
    check("fixed", "castor", [60, 60]);
    check("smoothed", "castor", [6, 6]);
    // Whoever hammers stays outside.
    check("smoothed", "pollux", [6, 0]);
    check("bucket", "castor", [6, 6]);
    check("bucket", "pollux", [60, 30]);
    check("bucket", "helen", [120, 30]);
}

#[test]
fn money_binds_before_quotas_and_for_all_projects_of_an_account() {
    let mut trip = Trip::to("spend-limit");
    let stopped = trip.refused("castor", 300, Reason::Spend);
    assert!((50..200).contains(&stopped), "{stopped}");
    assert_eq!(trip.reason("pollux"), Some(Reason::Spend));
    assert_eq!(trip.reason("helen"), None);
    assert_eq!(trip.wait(600).reason("castor"), None);
}

#[test]
fn a_balance_runs_out_for_all_projects_of_an_account() {
    let mut trip = Trip::to("prepaid");
    assert!(trip.refused("castor", 40, Reason::Prepaid) == 0);
    assert!(trip.refused("pollux", 40, Reason::Prepaid) > 10);
    assert_eq!(trip.wait(86_400).reason("castor"), Some(Reason::Prepaid));
    assert_eq!(trip.reason("helen"), None);
    assert_eq!(trip.reason("paris"), Some(Reason::SpendingCap));
}

#[test]
fn capacity_is_scarce_in_one_location_and_ample_in_the_other() {
    let mut trip = Trip::to("shared-capacity");
    let refused = |trip: &mut Trip, location| {
        let model = "gemini-3.8-flash";
        let replies = (0..1_200).map(|_| trip.step().ask("leda", 1, location, model));
        replies
            .filter(|reply| reply.record.reason == Some(Reason::Capacity))
            .count()
    };
    let (us, eu) = (refused(&mut trip, "us"), refused(&mut trip, "eu"));
    assert!(us > 100 && eu < 12, "{us} {eu}");
}

#[test]
fn throughput_is_dedicated_or_shared() {
    let mut trip = Trip::to("provisioned");
    let mut ask = |location, header: &[(&str, &str)]| {
        let body = r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
        trip.send(
            "leda",
            1,
            location,
            "gemini-2.5-flash",
            "generateContent",
            body,
            header,
        )
    };
    let traffic = |reply: &Reply| json(reply)["usageMetadata"]["trafficType"].clone();
    let dedicated = [("x-vertex-ai-llm-request-type", "dedicated")];
    let shared = [("x-vertex-ai-llm-request-type", "shared")];
    assert_eq!(traffic(&ask("us-central1", &[])), "PROVISIONED_THROUGHPUT");
    assert_eq!(traffic(&ask("us-central1", &shared)), "ON_DEMAND");
    assert_eq!(
        ask("europe-west4", &dedicated).record.reason,
        Some(Reason::Throughput)
    );
    let used_up = (0..300).find(|_| ask("us-central1", &dedicated).status == 429);
    assert!(used_up.is_some_and(|calls| calls > 50), "{used_up:?}");
    // What nobody has kept free is there for all.
    assert_eq!(traffic(&ask("us-central1", &[])), "ON_DEMAND");
}

#[test]
fn priority_is_served_as_standard_above_its_share() {
    let mut trip = Trip::to("tiers");
    let mut ask = |tier| {
        let body = format!(r#"{{"contents": [{{"parts": [{{"text": "Hi"}}]}}], "serviceTier": "{tier}"}}"#);
        let reply = trip.wait(1).send(
            "castor",
            1,
            "global",
            "gemini-3.8-flash",
            "generateContent",
            &body,
            &[],
        );
        reply.header("x-gemini-service-tier").map(str::to_owned)
    };
    let tiers: Vec<_> = (0..40).map(|_| ask("priority").unwrap()).collect();
    assert!(tiers[..30].iter().all(|tier| tier == "priority"), "{tiers:?}");
    assert!(tiers[30..].iter().all(|tier| tier == "standard"), "{tiers:?}");
}

#[test]
fn each_bad_key_has_a_refusal_of_its_own() {
    let mut trip = Trip::to("bad-keys");
    let reasons: Vec<_> = (1..=8)
        .map(|key| {
            trip.ask("castor", key, "global", "gemini-3.8-flash")
                .record
                .reason
        })
        .collect();
    assert_eq!(
        reasons,
        [
            None,
            Some(Reason::InvalidKey),
            Some(Reason::ExpiredKey),
            Some(Reason::LeakedKey),
            Some(Reason::SuspendedKey),
            Some(Reason::BlockedKey),
            Some(Reason::ServiceDisabled),
            Some(Reason::InvalidKey),
        ]
    );
}

#[test]
fn models_end_in_three_ways() {
    let mut trip = Trip::to("retired-models");
    let mut ask = |project, model| {
        let reply = trip.ask(project, 1, "global", model);
        let served = json(&reply)["modelVersion"].as_str().map(str::to_owned);
        (reply.status, served)
    };
    let served = |model: &str| (200, Some(model.to_owned()));
    assert_eq!(ask("castor", "gemini-3.7-flash"), served("gemini-3.8-flash"));
    assert_eq!(ask("castor", "gemini-3.5-flash"), served("gemini-3.6-flash"));
    assert_eq!(ask("castor", "gemini-flash-latest"), served("gemini-3.8-flash"));
    assert_eq!(ask("castor", "gemini-2.0-flash"), (404, None));
    assert_eq!(ask("castor", "gemini-2.5-flash"), served("gemini-2.5-flash"));
    assert_eq!(ask("pollux", "gemini-2.5-flash"), (404, None));
}

#[test]
fn a_long_answer_goes_on_where_it_was_cut() {
    let mut trip = Trip::to("long-answers");
    let body = r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}], "generationConfig": {"maxOutputTokens": 100000}}"#;
    let reply = trip.send(
        "castor",
        1,
        "global",
        "gemini-4-hydrogen",
        "generateContent",
        body,
        &[],
    );
    let candidate = &json(&reply)["candidates"][0];
    assert_eq!(candidate["finishReason"], "CONTINUATION");
    assert!(candidate["continuationToken"].is_string());
}

#[test]
fn a_free_key_embeds_a_thousand_texts_a_day_however_they_are_batched() {
    let mut trip = Trip::to("embeddings");
    trip.every_way();
    let stats = trip.world.stats();
    let limits: Vec<_> = stats.domains.iter().map(|domain| domain.limit).collect();
    assert_eq!(limits, [100, 30_000, 1_000]);
    assert_eq!(stats.domains[0].admitted, 3);

    let item = r#"{"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "Castor"}]}}"#;
    let body = format!(r#"{{"requests": [{item}, {item}]}}"#);
    let before = trip.world.stats();
    trip.send(
        "castor",
        1,
        "global",
        "gemini-embedding-001",
        "batchEmbedContents",
        &body,
        &[],
    );
    let after = trip.world.stats();
    assert_eq!(after.domains[0].admitted - before.domains[0].admitted, 2);
}

#[test]
fn on_a_slow_day_the_server_gives_up_first_if_it_is_told_to() {
    let mut trip = Trip::to("slow-day");
    let body = r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
    let timeout = [("x-server-timeout", "2")];
    let reply = trip.send(
        "leda",
        1,
        "global",
        "gemini-2.5-flash",
        "generateContent",
        body,
        &timeout,
    );
    assert_eq!((reply.status, reply.after), (504, Duration::from_secs(2)));
    let usual: Vec<_> = (0..200)
        .map(|_| trip.ask("leda", 1, "global", "gemini-2.5-flash").takes())
        .collect();
    let mean = usual.iter().sum::<Duration>() / 200;
    assert!(
        (Duration::from_secs(8)..Duration::from_secs(14)).contains(&mean),
        "{mean:?}"
    );
}
