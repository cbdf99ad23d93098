//! What stands on the wire: bodies in, bodies out.
//!
//! Written from captured bodies, not with another crate of this workspace: a mistake in one is not hidden by
//! the same mistake in the other. A form that nobody has captured is called a guess where it is written.
//! The sections are those of the project's reference of the API.

pub(crate) mod answer;
pub(crate) mod base64;
pub(crate) mod embedding;
pub(crate) mod error;
mod hash;
mod layout;
mod model_rules;
pub(crate) mod models;
pub(crate) mod page;
mod proto;
pub(crate) mod refusal;
pub(crate) mod request;
mod schema;
pub(crate) mod stream;
pub(crate) mod tokens;
