//! Control: what a test asks of a running world, and does to it, under `/sim/`.

use std::time::Duration;

use bytes::Bytes;
use dioscuri_vocab::Tick;
use http::{Method, Response, StatusCode, header};
use jiff::Timestamp;
use serde::{
    Serialize,
    de::{IntoDeserializer as _, value::Error as DurationError},
};
use serde_json::{Map, Value};

use super::{
    body::Body,
    shared::{Choice, Shared},
};
use crate::scenario::{Scenario, ScenarioError};

/// The largest body of a control request, in bytes; scenarios are smaller by far.
pub(super) const LARGEST_CONTROL: usize = 1 << 20;

/// What can be asked. `GET /sim/` answers with it.
const ROUTES: [Route; 7] = [
    Route::new("GET", "/sim/", "what there is"),
    Route::new(
        "GET",
        "/sim/stats",
        "what the world has seen, by quota, key and incident",
    ),
    Route::new("GET", "/sim/scenario", "the scenario that runs"),
    Route::new(
        "PUT",
        "/sim/scenario",
        "runs another scenario from its beginning: TOML, or {\"name\": \"calm\"} for one of the library, with \
         \"minute\" and \"seed\" if it is to have others",
    ),
    Route::new(
        "POST",
        "/sim/reset",
        "runs the same scenario from its beginning; {\"seed\": 7} changes its draws",
    ),
    Route::new("GET", "/sim/time", "what time it is in the world"),
    Route::new(
        "POST",
        "/sim/time",
        "lets the world's time jump forward: {\"advance\": \"8h\"}",
    ),
];

#[derive(Serialize)]
struct Route {
    method: &'static str,
    path: &'static str,
    about: &'static str,
}

impl Route {
    const fn new(method: &'static str, path: &'static str, about: &'static str) -> Self {
        Self { method, path, about }
    }
}

#[derive(Serialize)]
struct Index {
    routes: &'static [Route],
    /// Why the log ended, if it did.
    log_error: Option<String>,
}

#[derive(Serialize)]
struct Running {
    /// The name in the library, if it has one.
    name: Option<String>,
    about: String,
    seed: u64,
    minute_s: f64,
    /// The file as it was read.
    toml: String,
}

#[derive(Serialize)]
struct Time {
    elapsed_s: f64,
    date: Option<String>,
    minute_s: f64,
}

/// What is wrong with a request, in plain words.
#[derive(Serialize)]
struct Mistake {
    message: String,
    /// The line of the scenario, from 1.
    line: Option<usize>,
}

/// Whether a path is one of control's, known or not.
pub(super) fn is_control(path: &str) -> bool {
    path == "/sim" || path.starts_with("/sim/")
}

/// The answer to a control request.
pub(super) fn answer(method: &Method, path: &str, body: &[u8], shared: &Shared) -> Response<Body> {
    if body.len() > LARGEST_CONTROL {
        return mistake(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("a control request has {LARGEST_CONTROL} bytes at most"),
        );
    }
    let path = if path == "/sim" { "/sim/" } else { path };
    match (method.as_str(), path) {
        ("GET", "/sim/") => json(
            StatusCode::OK,
            &Index {
                routes: &ROUTES,
                log_error: shared.log_error(),
            },
        ),
        ("GET", "/sim/stats") => json(StatusCode::OK, &shared.with(|world, _| world.stats())),
        ("GET", "/sim/scenario") => json(StatusCode::OK, &running(shared)),
        ("PUT", "/sim/scenario") => changed(scenario(body).map(|(scenario, choice)| {
            shared.load(scenario, choice);
            running(shared)
        })),
        ("POST", "/sim/reset") => changed(reset(body).map(|seed| {
            shared.reset(seed);
            running(shared)
        })),
        ("GET", "/sim/time") => json(StatusCode::OK, &time(shared)),
        ("POST", "/sim/time") => changed(advance(body).map(|by| {
            shared.advance(by);
            time(shared)
        })),
        _ => unknown(path),
    }
}

fn running(shared: &Shared) -> Running {
    shared.with(|world, _| {
        let scenario = world.scenario();
        Running {
            name: scenario.name.clone(),
            about: scenario.about.clone(),
            seed: world.seed(),
            minute_s: scenario.minute.as_secs_f64(),
            toml: scenario.toml.expose().to_owned(),
        }
    })
}

fn time(shared: &Shared) -> Time {
    shared.with(|world, now| Time {
        elapsed_s: now.tick.since(Tick::ZERO).as_secs_f64(),
        date: Timestamp::from_millisecond(world.date(now).0)
            .ok()
            .map(|date| date.to_string()),
        minute_s: world.scenario().minute.as_secs_f64(),
    })
}

/// The scenario that a body names or is, and what goes before its own seed and minute.
fn scenario(body: &[u8]) -> Result<(Scenario, Choice), Mistake> {
    // No TOML begins with a brace.
    if body.trim_ascii_start().starts_with(b"{") {
        let fields = Fields::read(body, &["name", "minute", "seed"], r#"{"name": "calm"}"#)?;
        let name = fields.text("name")?.ok_or_else(|| fields.lacks("name"))?;
        let choice = Choice {
            seed: fields.seed()?,
            minute: fields.duration("minute")?,
        };
        if choice.minute.is_some_and(|minute| minute.is_zero()) {
            return Err(Mistake::new("`minute` must be above zero".to_owned()));
        }
        return Ok((Scenario::named(name)?, choice));
    }
    let toml = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to() + 1;
        Mistake::new(format!("a scenario is text in UTF-8, and byte {at} is not"))
    })?;
    Ok((Scenario::parse(toml)?, Choice::default()))
}

/// The new seed, if there is to be one.
fn reset(body: &[u8]) -> Result<Option<u64>, Mistake> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    Fields::read(body, &["seed"], r#"{"seed": 7}"#)?.seed()
}

/// How far to jump.
fn advance(body: &[u8]) -> Result<Duration, Mistake> {
    let fields = Fields::read(body, &["advance"], r#"{"advance": "8h"}"#)?;
    fields.duration("advance")?.ok_or_else(|| fields.lacks("advance"))
}

/// The fields of a JSON body. One that is `null` is left out.
struct Fields {
    fields: Map<String, Value>,
    example: &'static str,
}

impl Fields {
    /// Those of `body`, which may be `known` ones. Mistakes show the `example`.
    fn read(body: &[u8], known: &[&str], example: &'static str) -> Result<Self, Mistake> {
        let such_as = |wrong: String| Err(Mistake::new(format!("{wrong}; write such as {example}")));
        let fields = match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return such_as("the body is no JSON object".to_owned()),
            Err(error) if error.is_eof() => return such_as("the body ends before its JSON does".to_owned()),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                return such_as(format!(
                    "the body is no JSON from line {line}, column {column} on"
                ));
            }
        };
        match fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => such_as(format!("unknown field `{name}`")),
            None => Ok(Self { fields, example }),
        }
    }

    fn lacks(&self, name: &str) -> Mistake {
        Mistake::new(format!("`{name}` is missing; write such as {}", self.example))
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&str>, Mistake> {
        let text = |value: &Value| Mistake::new(format!("`{name}` is a text in quotes, not `{value}`"));
        self.field(name)
            .map(|value| value.as_str().ok_or_else(|| text(value)))
            .transpose()
    }

    fn seed(&self) -> Result<Option<u64>, Mistake> {
        let whole = || Mistake::new(format!("`seed` is a whole number in 0 to {}", u64::MAX));
        self.field("seed")
            .map(|value| value.as_u64().ok_or_else(whole))
            .transpose()
    }

    fn duration(&self, name: &str) -> Result<Option<Duration>, Mistake> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let read = crate::scenario::duration(text.into_deserializer());
        read.map(Some)
            .map_err(|error: DurationError| Mistake::new(format!("`{name}`: {error}")))
    }
}

fn unknown(path: &str) -> Response<Body> {
    let methods: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.path == path)
        .map(|route| route.method)
        .collect();
    if methods.is_empty() {
        let message = format!("control has no `{path}`; GET /sim/ lists what there is");
        return mistake(StatusCode::NOT_FOUND, message);
    }
    let allowed = methods.join(", ");
    let mut response = mistake(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("`{path}` takes {allowed}"),
    );
    let value = allowed.parse().expect("methods and commas are a header's value");
    response.headers_mut().insert(header::ALLOW, value);
    response
}

impl Mistake {
    const fn new(message: String) -> Self {
        Self { message, line: None }
    }
}

impl From<ScenarioError> for Mistake {
    fn from(error: ScenarioError) -> Self {
        Self {
            message: error.to_string(),
            line: error.line(),
        }
    }
}

fn changed<T: Serialize>(outcome: Result<T, Mistake>) -> Response<Body> {
    match outcome {
        Ok(now) => json(StatusCode::OK, &now),
        Err(mistake) => json(StatusCode::BAD_REQUEST, &mistake),
    }
}

fn mistake(status: StatusCode, message: String) -> Response<Body> {
    json(status, &Mistake::new(message))
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    let bytes = serde_json::to_vec(value).expect("names and numbers are JSON");
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json; charset=UTF-8")
        .body(Body::whole(Bytes::from(bytes)))
        .expect("the header is a constant")
}
