//! dioscuri plugged into every stack it has an adapter for: what the tests of all of them share.
//!
//! Nothing here knows dioscuri's policies: a [`World`] is the simulator with somebody who writes down each byte that
//! comes ([`Tap`]), and [`raw`] has servers for what the simulator does not do.

mod home;
pub mod raw;
mod tap;
mod wire;
mod world;

pub use home::Home;
pub use tap::Tap;
pub use wire::Arrived;
pub use world::{Arrival, Seen, World};

/// The only model of the worlds here.
pub const MODEL: &str = "gemini-3.8-flash";

/// The only key. What shows it in a URL, an error or a log is wrong.
pub const KEY: &str = "AQ.castor";

/// Odd spacing, both spellings of names and a letter beyond ASCII: it must arrive as it is.
pub const BODY: &str = r#"{ "contents":[ {"role": "user", "parts":[{"text":"Wie heißt das?"}]} ],"generation_config":{"topK" : 3} }"#;

/// Where `verb` of the model is on the Developer API.
#[must_use]
pub fn path(verb: &str) -> String {
    format!("/v1beta/models/{MODEL}:{verb}")
}
