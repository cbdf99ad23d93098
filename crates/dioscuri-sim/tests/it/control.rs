//! Control: what a test asks of a running world, and does to it.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use dioscuri_sim::{Scenario, Server, ServerConfig};
use serde_json::{Value, json};

use crate::{
    fixture::SMALL,
    socket::{Seen, Wire, bounded},
};

async fn small() -> Server {
    Server::start(Scenario::parse(SMALL).unwrap()).await.unwrap()
}

/// The status and the body of a control request.
async fn control(server: &Server, method: &str, path: &str, body: &str) -> (u16, Value) {
    let seen = whole(server, method, path, body).await;
    let status = seen.head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, seen.json())
}

async fn whole(server: &Server, method: &str, path: &str, body: &str) -> Seen {
    let mut wire = Wire::connect(server.addr()).await;
    bounded(wire.ask(method, path, body.as_bytes())).await
}

/// The status of a request to the model.
async fn generate(server: &Server) -> String {
    let mut wire = Wire::connect(server.addr()).await;
    let seen = bounded(wire.generate()).await;
    seen.head.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn the_index_lists_what_there_is() {
    let server = small().await;
    let (status, index) = control(&server, "GET", "/sim/", "").await;
    assert_eq!(status, 200);
    let routes = index["routes"].as_array().unwrap();
    assert_eq!(routes.len(), 7);
    for route in routes.iter().filter(|route| route["method"] == "GET") {
        let (status, _) = control(&server, "GET", route["path"].as_str().unwrap(), "").await;
        assert_eq!(status, 200, "{route}");
    }
    assert_eq!(control(&server, "GET", "/sim", "").await.1, index);
}

#[tokio::test]
async fn the_scenario_is_told_as_it_was_read() {
    let server = small().await;
    let (_, scenario) = control(&server, "GET", "/sim/scenario", "").await;
    assert_eq!(
        scenario,
        json!({"name": null, "about": "", "seed": 3, "minute_s": 60.0, "toml": SMALL})
    );
}

#[tokio::test]
async fn another_scenario_begins_a_new_world() {
    let server = small().await;
    generate(&server).await;
    let (status, running) = control(&server, "PUT", "/sim/scenario", r#" {"name": "calm"}"#).await;
    assert_eq!((status, &running["name"]), (200, &"calm".into()));
    assert!(running["toml"].as_str().unwrap().contains("[[model]]"));
    assert_eq!(server.stats().arrivals, 0);

    let (status, running) = control(&server, "PUT", "/sim/scenario", SMALL).await;
    assert_eq!((status, &running["name"]), (200, &Value::Null));
    assert_eq!(generate(&server).await, "200");
}

#[tokio::test]
async fn a_mistake_leaves_the_old_world() {
    let server = small().await;
    generate(&server).await;
    let (status, mistake) = control(&server, "PUT", "/sim/scenario", "seed = 1\nminut = '6s'").await;
    assert_eq!(status, 400);
    assert_eq!(
        mistake,
        json!({"message": "unknown key `minut` at line 2; did you mean `minute`?", "line": 2})
    );
    for (body, says) in [
        (r#"{"name": "clam"}"#, "did you mean `calm`?"),
        (
            r#"{"nam": "calm"}"#,
            r#"unknown field `nam`; write such as {"name": "calm"}"#,
        ),
        (
            r#"{"minute": "6s"}"#,
            r#"`name` is missing; write such as {"name": "calm"}"#,
        ),
        (
            r#"{"name""#,
            r#"the body ends before its JSON does; write such as {"name": "calm"}"#,
        ),
        (
            r#"{"name": calm}"#,
            r#"the body is no JSON from line 1, column 10 on; write such as {"name": "calm"}"#,
        ),
        (r#"{"name": 7}"#, "`name` is a text in quotes, not `7`"),
        (
            r#"{"name": "calm", "minute": "0s"}"#,
            "`minute` must be above zero",
        ),
        (
            r#"{"name": "calm", "minute": 6}"#,
            "`minute` is a text in quotes, not `6`",
        ),
        (
            r#"{"name": "calm", "minute": "soon"}"#,
            "`minute`: `soon` is no duration; write a number",
        ),
        (
            r#"{"name": "calm", "seed": 0.5}"#,
            "`seed` is a whole number in 0 to 18446744073709551615",
        ),
        ("", "[[model]]"),
    ] {
        let (status, mistake) = control(&server, "PUT", "/sim/scenario", body).await;
        let message = mistake["message"].as_str().unwrap();
        assert_eq!(status, 400, "{body}");
        assert!(message.contains(says), "{body}: {message}");
    }
    assert_eq!(server.stats().arrivals, 1);
}

#[tokio::test]
async fn a_reset_begins_anew() {
    let server = small().await;
    for expected in ["200", "200", "429"] {
        assert_eq!(generate(&server).await, expected);
    }
    let (status, running) = control(&server, "POST", "/sim/reset", "").await;
    assert_eq!((status, &running["seed"]), (200, &3.into()));
    assert_eq!(server.stats().arrivals, 0);
    assert_eq!(generate(&server).await, "200");
    let (_, running) = control(&server, "POST", "/sim/reset", r#"{"seed": 8}"#).await;
    assert_eq!(running["seed"], 8);
    let (_, running) = control(&server, "POST", "/sim/reset", "{}").await;
    assert_eq!(running["seed"], 8);
    let whole = "`seed` is a whole number in 0 to 18446744073709551615";
    for (body, message) in [
        (r#"{"seed": -1}"#, whole),
        (r#"{"seed": "7"}"#, whole),
        (r#"{"seed": 18446744073709551616}"#, whole),
        (
            "seed",
            r#"the body is no JSON from line 1, column 1 on; write such as {"seed": 7}"#,
        ),
        ("[]", r#"the body is no JSON object; write such as {"seed": 7}"#),
        (
            r#"{"sead": 7}"#,
            r#"unknown field `sead`; write such as {"seed": 7}"#,
        ),
    ] {
        let (status, mistake) = control(&server, "POST", "/sim/reset", body).await;
        assert_eq!((status, &mistake["message"]), (400, &message.into()), "{body}");
    }
    assert_eq!(server.stats().arrivals, 0);
}

#[tokio::test]
async fn a_day_passes_in_no_time() {
    let server = small().await;
    // Two in a minute, and three in a day.
    for expected in ["200", "200", "429"] {
        assert_eq!(generate(&server).await, expected);
    }
    let (status, time) = control(&server, "POST", "/sim/time", r#"{"advance": "2m"}"#).await;
    assert_eq!((status, &time["minute_s"]), (200, &60.0.into()));
    assert!(time["elapsed_s"].as_f64().unwrap() >= 120.0, "{time}");
    for expected in ["200", "429"] {
        assert_eq!(generate(&server).await, expected);
    }
    let before = control(&server, "GET", "/sim/time", "").await.1["date"].clone();
    server.advance(Duration::from_secs(26 * 3600));
    let after = control(&server, "GET", "/sim/time", "").await.1["date"].clone();
    assert_ne!(before.as_str().unwrap()[..10], after.as_str().unwrap()[..10]);
    assert_eq!(generate(&server).await, "200");
    for body in ["", "{}", r#"{"advance": "soon"}"#, r#"{"advance": 5}"#] {
        assert_eq!(control(&server, "POST", "/sim/time", body).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn wrong_methods_and_paths_are_told_the_right_ones() {
    let server = small().await;
    for (method, path, allow) in [
        ("POST", "/sim/stats", "GET"),
        ("DELETE", "/sim/scenario", "GET, PUT"),
        ("GET", "/sim/reset", "POST"),
        ("PUT", "/sim/time", "GET, POST"),
        ("POST", "/sim/", "GET"),
    ] {
        let seen = whole(&server, method, path, "").await;
        assert!(
            seen.head.starts_with("HTTP/1.1 405 "),
            "{method} {path}: {}",
            seen.head
        );
        assert!(seen.head.contains(&format!("allow: {allow}")), "{}", seen.head);
    }
    assert_eq!(control(&server, "GET", "/sim/statistics", "").await.0, 404);
    let large = " ".repeat((1 << 20) + 1);
    assert_eq!(control(&server, "PUT", "/sim/scenario", &large).await.0, 413);
    assert_eq!(server.stats().arrivals, 0);
}

#[tokio::test]
async fn seed_and_minute_of_the_configuration_go_before_every_scenario() {
    let config = ServerConfig::default()
        .with_seed(77)
        .with_minute(Duration::from_secs(6));
    let server = Server::start_with(Scenario::parse(SMALL).unwrap(), config)
        .await
        .unwrap();
    for body in [r#"{"name": "calm"}"#, SMALL] {
        let (_, running) = control(&server, "PUT", "/sim/scenario", body).await;
        assert_eq!(
            (&running["seed"], &running["minute_s"]),
            (&77.into(), &6.0.into())
        );
    }
    server.load(Scenario::named("overload").unwrap());
    let (_, running) = control(&server, "POST", "/sim/reset", "").await;
    assert_eq!(
        (&running["name"], &running["seed"], &running["minute_s"]),
        (&"overload".into(), &77.into(), &6.0.into())
    );
}

#[tokio::test]
async fn a_scenario_by_name_may_have_a_minute_and_a_seed() {
    let config = ServerConfig::default().with_minute(Duration::from_secs(12));
    let server = Server::start_with(Scenario::parse(SMALL).unwrap(), config)
        .await
        .unwrap();
    let body = r#"{"name": "overload", "minute": "6s", "seed": 7}"#;
    let (status, running) = control(&server, "PUT", "/sim/scenario", body).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&running["name"], &running["seed"], &running["minute_s"]),
        (&"overload".into(), &7.into(), &6.0.into())
    );
    // They are this scenario's from now on, and no other's.
    assert_eq!(control(&server, "POST", "/sim/reset", "").await.1, running);
    let (_, running) = control(&server, "PUT", "/sim/scenario", SMALL).await;
    assert_eq!(
        (&running["seed"], &running["minute_s"]),
        (&3.into(), &12.0.into())
    );
}

/// What was written so far, to be read by the test.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_has_a_line_for_each_request() {
    let page = Page::default();
    let config = ServerConfig::default().with_log(page.clone());
    let server = Server::start_with(Scenario::parse(SMALL).unwrap(), config)
        .await
        .unwrap();
    for _ in 0..3 {
        generate(&server).await;
    }
    control(&server, "GET", "/sim/stats", "").await;
    server.stop().await;
    let log = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |name: &str| lines.iter().map(|line| line[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("arrival"), [1, 2, 3]);
    assert_eq!(of("status"), [200, 200, 429]);
    assert_eq!(of("project"), ["castor", "castor", "castor"]);
    assert!(!log.contains("AQ.castor"), "{log}");
}

/// A disk that is full.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("no space is left"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_log_that_fails_stops_no_request() {
    let config = ServerConfig::default().with_log(Full);
    let server = Server::start_with(Scenario::parse(SMALL).unwrap(), config)
        .await
        .unwrap();
    assert_eq!(server.log_error(), None);
    assert_eq!(generate(&server).await, "200");
    assert_eq!(generate(&server).await, "200");
    bounded(async {
        loop {
            let (_, index) = control(&server, "GET", "/sim/", "").await;
            if index["log_error"] == "no space is left" {
                break;
            }
            assert_eq!(index["log_error"], Value::Null);
        }
    })
    .await;
    assert_eq!(server.log_error().as_deref(), Some("no space is left"));
    server.stop().await;
}
