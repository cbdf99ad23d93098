//! The world that most tests ask.

use std::time::Duration;

use dioscuri_sim::{Arrival, Reply, Scenario, World};
use dioscuri_vocab::{Now, Tick, UnixTime};
use serde_json::Value;

/// Both surfaces, one model, and quotas that two requests exhaust.
pub(crate) const SMALL: &str = r#"
seed = 3
[[model]]
name = "gemini-3.8-flash"

[[project]]
id = "castor"
surface = "developer"
tier = "free"
key = [{ secret = "AQ.castor" }, { secret = "AQ.gone", state = "invalid" }]
quota = [{ model = "gemini-3.8-flash", rpm = 2, tpm = 1000, rpd = 3 }]

[[project]]
id = "pollux"
surface = "developer"
key = [{ secret = "AQ.pollux" }]
quota = [{ model = "gemini-3.8-flash", rpm = 2, tpm = 1000, rpd = 3 }]

[[project]]
id = "leda"
surface = "vertex"
locations = ["global", "us"]
key = [{ secret = "ya29.leda" }]
quota = [{ model = "gemini-3.8-flash", rpm = 2 }]
"#;

pub(crate) const DEVELOPER: &str = "/v1beta/models/gemini-3.8-flash:generateContent";
pub(crate) const VERTEX: &str =
    "/v1/projects/leda/locations/us/publishers/google/models/gemini-3.8-flash:generateContent";
pub(crate) const BODY: &[u8] = br#"{"contents": [{"role": "user", "parts": [{"text": "Who is Castor?"}]}]}"#;

pub(crate) fn small() -> World {
    World::new(&Scenario::parse(SMALL).unwrap(), None)
}

/// 2026-11-20T20:00:00Z, noon in Los Angeles, and `duration` later.
pub(crate) fn noon(duration: Duration) -> Now {
    Now::new(Tick::ZERO, UnixTime::from_secs(1_795_204_800)).after(duration)
}

pub(crate) fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.bytes()).unwrap()
}

/// A reply at noon to a request of the Developer API with the key of castor.
pub(crate) fn ask(world: &mut World, body: &[u8]) -> Reply {
    world.arrive(
        &Arrival::new("POST", DEVELOPER, body).with_api_key("AQ.castor"),
        noon(Duration::ZERO),
    )
}
