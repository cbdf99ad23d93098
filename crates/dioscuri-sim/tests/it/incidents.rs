//! What an incident does to each kind of request, what it counts, and what it leaves alone.

use std::time::Duration;

use dioscuri_sim::{Admission, Arrival, Ask, Reason, Reply, Scenario, World};

use crate::fixture::noon;

/// A model to generate with and one to embed with, without limits.
const WIDE: &str = r#"
[[model]]
name = "gemini-3.8-flash"
thinking_tokens = { min = 100, max = 100 }
output_tokens = { min = 10, max = 10 }
price = { input = 1.0, output = 1.0 }
input_limit = 5000
[[model]]
name = "gemini-embedding-2"
dimensions = 3
[[model]]
name = "gemini-2.0-flash"
state = "retired"
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.castor" }]
[[project]]
id = "leda"
surface = "vertex"
locations = ["us"]
key = [{ secret = "ya29.leda" }]
"#;

const TEXT: &str = r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
const CONTENT: &str = r#"{"content": {"parts": [{"text": "Who is Castor?"}]}}"#;

/// Every route: what it is called by incidents, the HTTP method, the path, the body.
const ROUTES: [(&str, &str, &str, &str); 6] = [
    (
        "generateContent",
        "POST",
        "/v1beta/models/gemini-3.8-flash:generateContent",
        TEXT,
    ),
    (
        "streamGenerateContent",
        "POST",
        "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
        TEXT,
    ),
    (
        "countTokens",
        "POST",
        "/v1beta/models/gemini-3.8-flash:countTokens",
        TEXT,
    ),
    (
        "embedContent",
        "POST",
        "/v1beta/models/gemini-embedding-2:embedContent",
        CONTENT,
    ),
    ("models", "GET", "/v1beta/models", ""),
    ("models", "GET", "/v1beta/models/gemini-3.8-flash", ""),
];

/// `WIDE` with incidents of these lines.
fn world(incidents: &str) -> World {
    World::new(&Scenario::parse(&format!("{WIDE}{incidents}")).unwrap(), None)
}

fn send(world: &mut World, (_, method, path, body): (&str, &str, &str, &str)) -> Reply {
    let arrival = Arrival::new(method, path, body.as_bytes()).with_api_key("AQ.castor");
    world.arrive(&arrival, noon(Duration::ZERO))
}

#[test]
fn a_fault_of_the_wire_befalls_the_answer_of_every_route() {
    for (what, is_lost, has_body) in [
        ("goaway", false, true),
        ("slow_body", false, true),
        ("truncated", true, true),
        ("wrong_length", true, true),
        ("stall_body", true, true),
        ("stall_head", true, false),
        ("reset_before", true, false),
        ("reset_after", true, false),
    ] {
        let mut world = world(&format!("[[incident]]\nwhat = \"{what}\""));
        for route in ROUTES {
            let reply = send(&mut world, route);
            assert_eq!(reply.fault.map(|fault| fault.name()), Some(what), "{route:?}");
            assert_eq!(
                reply.record.reason,
                is_lost.then_some(Reason::Wire),
                "{what} {route:?}"
            );
            assert_eq!(!reply.bytes().is_empty(), has_body, "{what} {route:?}");
        }
    }
}

#[test]
fn an_error_strikes_every_route_and_only_the_routes_that_it_names() {
    let mut everywhere = world("[[incident]]\nwhat = \"internal\"");
    for route in ROUTES {
        assert_eq!(send(&mut everywhere, route).status, 500, "{route:?}");
    }
    for (name, ..) in ROUTES {
        let mut named = world(&format!("[[incident]]\nwhat = \"internal\"\nmethod = \"{name}\""));
        for route in ROUTES {
            let expected = if route.0 == name { 500 } else { 200 };
            assert_eq!(send(&mut named, route).status, expected, "{name} {route:?}");
        }
    }
}

#[test]
fn what_befalls_a_model_leaves_the_list_of_models_and_other_models_alone() {
    let mut world = world("[[incident]]\nwhat = \"internal\"\nmodel = \"gemini-3.8-flash\"");
    for (route, status) in ROUTES.into_iter().zip([500, 500, 500, 200, 200, 500]) {
        assert_eq!(send(&mut world, route).status, status, "{route:?}");
    }
}

#[test]
fn a_retired_model_is_nowhere_to_be_found() {
    let mut world = world("");
    let look_up = ("models", "GET", "/v1beta/models/gemini-2.0-flash", "");
    assert_eq!(send(&mut world, look_up).status, 404);
    let list = send(&mut world, ("models", "GET", "/v1beta/models", ""));
    assert!(!String::from_utf8_lossy(&list.bytes()).contains("gemini-2.0-flash"));
}

#[test]
fn models_on_vertex_belong_to_no_project() {
    let mut world = world("");
    for path in [
        "/v1beta1/publishers/google/models",
        "/v1beta1/publishers/google/models/gemini-3.8-flash",
    ] {
        let arrival = Arrival::new("GET", path, b"").with_bearer("ya29.leda");
        assert_eq!(world.arrive(&arrival, noon(Duration::ZERO)).status, 200, "{path}");
    }
}

#[test]
fn an_incident_counts_only_what_it_has_struck() {
    let limited = WIDE.replace(
        "key = [{ secret = \"AQ.castor\" }]",
        "key = [{ secret = \"AQ.castor\" }]\nquota = [{ model = \"gemini-3.8-flash\", rpm = 1 }]",
    );
    let toml = format!("{limited}[[incident]]\nwhat = \"internal\"\ncount = 2");
    let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
    let mut ask = |secs| {
        let arrival = Arrival::new("POST", ROUTES[0].2, TEXT.as_bytes()).with_api_key("AQ.castor");
        let reply = world.arrive(&arrival, noon(Duration::from_secs(secs)));
        (reply.status, reply.record.incident)
    };
    assert_eq!(ask(0), (500, Some(1)));
    assert_eq!(
        ask(1),
        (429, None),
        "the quota is exceeded, and that is no incident"
    );
    assert_eq!(ask(2), (429, None));
    assert_eq!(ask(61), (500, Some(1)));
    assert_eq!(ask(122), (200, None));
    assert_eq!(world.stats().incidents[0].struck, 2);
}

#[test]
fn an_incident_more_that_never_strikes_changes_nothing() {
    let storm = "[[incident]]\nwhat = \"internal\"\nshare = 0.5\n[[incident]]\nwhat = \"finish\"\nreason = \"OTHER\"\nshare = 0.3\n";
    let idle = "[[incident]]\nwhat = \"overloaded\"\nshare = 0.0";
    let latency = "[latency]\nmax = \"1s\"\n";
    let replies = |incidents: &str| {
        let toml = format!("{latency}{WIDE}{incidents}");
        let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
        (0..50).map(|_| send(&mut world, ROUTES[0])).collect::<Vec<_>>()
    };
    assert_eq!(replies(storm), replies(&format!("{storm}{idle}")));
}

#[test]
fn whoever_says_how_long_it_may_take_is_answered_by_then() {
    let slow = format!("[latency]\nmin = \"5s\"\nmax = \"5s\"\n{WIDE}");
    let mut world = World::new(&Scenario::parse(&slow).unwrap(), None);
    for (_, method, path, body) in ROUTES {
        let arrival = Arrival::new(method, path, body.as_bytes())
            .with_api_key("AQ.castor")
            .with_header("X-Server-Timeout", "2");
        let reply = world.arrive(&arrival, noon(Duration::ZERO));
        assert_eq!(
            (reply.status, reply.takes()),
            (504, Duration::from_secs(2)),
            "{path}"
        );
    }
}

#[test]
fn a_stream_that_has_begun_ends_with_an_error_when_its_time_is_over() {
    let slow = format!("[latency]\nmax = \"0s\"\nper_output_token = \"100ms\"\n{WIDE}");
    let mut world = World::new(
        &Scenario::parse(
            &slow
                .replace("max = 100", "max = 0")
                .replace("min = 100", "min = 0")
                .replace("min = 10, max = 10", "min = 200, max = 200"),
        )
        .unwrap(),
        None,
    );
    let arrival = Arrival::new("POST", ROUTES[1].2, TEXT.as_bytes())
        .with_api_key("AQ.castor")
        .with_header("X-Server-Timeout", "10");
    let reply = world.arrive(&arrival, noon(Duration::ZERO));
    assert_eq!((reply.status, reply.takes()), (200, Duration::from_secs(10)));
    assert_eq!(reply.record.reason, Some(Reason::DeadlineExceeded));
    let last = reply.body.last().unwrap();
    let text = String::from_utf8_lossy(&last.bytes);
    assert!(
        text.starts_with("data: {\"error\"") && text.contains("DEADLINE_EXCEEDED"),
        "{text}"
    );
}

/// Why a request in typed form and one in bytes end, with the status and the time that it takes.
fn both_ways(incidents: &str, tokens: u64) -> [(Option<Reason>, u16); 2] {
    let mut typed = world(incidents);
    let ask = Ask::developer("AQ.castor", "gemini-3.8-flash", tokens);
    let of_ask = match typed.admit(&ask, noon(Duration::ZERO)) {
        Admission::Answered { .. } => (None, 200),
        Admission::Replied { reply } => (reply.record.reason, reply.status),
        Admission::Refused { reason, reply } => (Some(reason), reply.status()),
        other => panic!("{other:?}"),
    };
    let text = "four".repeat(usize::try_from(tokens).unwrap());
    let body = TEXT.replace("Who is Castor?", &text);
    let mut whole = world(incidents);
    let reply = send(&mut whole, ("", "POST", ROUTES[0].2, &body));
    let spent = |world: &World| world.stats().accounts[0].spent_micro_usd > 0;
    assert_eq!(spent(&typed), spent(&whole), "{incidents}");
    assert_eq!(typed.stats().answered, whole.stats().answered, "{incidents}");
    [of_ask, (reply.record.reason, reply.status)]
}

#[test]
fn typed_requests_end_as_others_do() {
    let incidents = [
        "",
        "internal",
        "capacity",
        "key_leaked",
        "spurious_quota",
        "html",
        "empty",
        "goaway",
        "slow_body",
        "truncated",
        "wrong_length",
        "stall_head",
        "stall_body",
        "reset_before",
        "reset_after",
    ];
    for what in incidents {
        let incident = match what {
            "" => String::new(),
            what => format!("[[incident]]\nwhat = \"{what}\""),
        };
        for tokens in [100, 20_000] {
            let [typed, whole] = both_ways(&incident, tokens);
            assert_eq!(typed, whole, "{what} with {tokens} tokens");
        }
    }
    for ends in [
        "what = \"finish\"\nreason = \"SAFETY\"",
        "what = \"block\"\nreason = \"OTHER\"",
    ] {
        let [typed, whole] = both_ways(&format!("[[incident]]\n{ends}"), 100);
        assert_eq!(typed, whole, "{ends}");
    }
}

#[test]
fn thinking_is_part_of_what_a_typed_answer_costs() {
    let ask = Ask::developer("AQ.castor", "gemini-3.8-flash", 100);
    match world("").admit(&ask, noon(Duration::ZERO)) {
        Admission::Answered { output_tokens, .. } => assert_eq!(output_tokens, 110),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_that_was_made_is_billed_whatever_befalls_it() {
    for (what, is_billed) in [
        ("goaway", true),
        ("truncated", true),
        ("stall_head", true),
        ("reset_after", true),
        ("stream_end", true),
        ("reset_before", false),
        ("internal", false),
        ("spurious_quota", false),
    ] {
        let mut world = world(&format!("[[incident]]\nwhat = \"{what}\""));
        send(&mut world, ROUTES[1]);
        assert_eq!(world.stats().accounts[0].spent_micro_usd > 0, is_billed, "{what}");
    }
}

#[test]
fn what_is_gone_of_a_day_is_gone_on_the_worlds_first_day() {
    let spent = "quota = [{ model = \"gemini-3.8-flash\", rpd = 1, rpd_used = 1 }]";
    let key = "key = [{ secret = \"AQ.castor\" }]";
    let toml = WIDE.replace(key, &format!("{key}\n{spent}"));
    // Noon in Los Angeles; the first request comes the same day, or the next.
    for (hours, status) in [(11, 429), (13, 200)] {
        let mut world = World::new(&Scenario::parse(&toml).unwrap(), None);
        let arrival = Arrival::new("POST", ROUTES[0].2, TEXT.as_bytes()).with_api_key("AQ.castor");
        let reply = world.arrive(&arrival, noon(Duration::from_secs(hours * 3600)));
        assert_eq!(reply.status, status, "after {hours} hours");
    }
}

#[test]
fn every_arrival_is_answered_or_refused() {
    let storm = "[[incident]]\nwhat = \"internal\"\nshare = 0.3\n[[incident]]\nwhat = \"truncated\"\nshare = 0.3\n[[incident]]\nwhat = \"stream_cut\"\nshare = 0.5\n";
    let mut world = world(storm);
    for round in 0..60 {
        let mut route = ROUTES[round % ROUTES.len()];
        if round % 7 == 0 {
            route.3 = "{";
        }
        send(&mut world, route);
    }
    let stats = world.stats();
    assert_eq!(stats.arrivals, 60);
    assert_eq!(stats.answered + stats.refused.values().sum::<u64>(), 60);
    assert!(
        stats.answered > 0 && stats.refused_for(Reason::Wire) > 0 && stats.refused_for(Reason::Stream) > 0
    );
    let key = &stats.keys[0];
    assert_eq!((key.arrivals, key.answered + key.refused), (60, 60));
}
