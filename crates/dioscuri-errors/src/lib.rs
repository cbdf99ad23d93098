//! Reads every failure of Google's Gemini API exactly.
//!
//! ```
//! use dioscuri_errors::{Classify, Seen, Taxonomy};
//! use dioscuri_vocab::{Class, UnixTime, Window};
//!
//! let body = br#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota.",
//!     "details": [
//!       {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
//!         {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "20"}]},
//!       {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26s"}]}}"#;
//! let failure = Taxonomy::new().classify(Seen::new(Some(429), body), UnixTime(0)).expect("a 429 is a failure");
//!
//! // A daily quota, although the server says "26s".
//! assert_eq!(failure.class, Class::QuotaDay);
//! assert_eq!(failure.violations[0].window, Some(Window::Day));
//! assert_eq!(failure.hint().map(|hint| hint.as_secs()), Some(26));
//! ```
//!
//! # What is here?
//!
//! - [`ApiError`]: the wire form, typed. One object, a list, server-sent events, an error inside the message of
//!   another, a page, nothing.
//! - [`Taxonomy`]: the default [`Classify`]; an error becomes a [`Failure`](dioscuri_vocab::Failure) with
//!   class, scope, every quota that it names, and the server's hint.
//! - [`ResponseReader`] and [`read_answer`]: what went wrong, or well, with an HTTP 200.
//! - [`connection`]: what a broken connection is, by how far it had come.
//!
//! # Why not go by the status?
//!
//! A 429 is a minute's quota, a day's, a limit of zero, a spending cap or a crowded region, and each calls for
//! something else. A 400 may be a bad key, a 403 a request for a cache that is gone, and an error may come
//! after a 200. The body tells; the status alone is only the last resort.
//!
//! # Why a table of rules?
//!
//! The first row that holds decides, and its name stands in the [`Diagnosis`]. Structure goes before wording,
//! since wording changes: reasons, quota names and limits first, then codes, then words. When the provider
//! adds an error, it is one row and one recorded body.
//!
//! # Why facts and no advice?
//!
//! A failure says what happened and how far it reaches. Whether to retry, where and when is the business of
//! a policy, and policies differ.
//!
//! # Limits
//!
//! At most [`ApiError::MAX_BODY`] bytes of an error are read, JSON deeper than 64 levels (128 if it is valid)
//! is taken as cut, and an error is unwrapped from the messages of three others. Errors inside the text of
//! programs, such as the `repr` of an SDK's exception, are not read yet.

mod advice;
mod answer;
mod api_error;
pub mod catalogue;
mod classify;
mod code;
mod detail;
mod duration;
mod facts;
mod fault;
mod finish;
mod hint;
mod quota;
mod rules;
mod server_text;
mod stream;
mod taxonomy;
mod text;

/// The words that stand in these signatures, so that this crate can be taken alone.
pub use dioscuri_vocab as vocab;

pub use advice::{Advice, Again};
pub use answer::{ResponseReader, explain_answer, read_answer};
pub use api_error::{ApiError, Form, LegacyError};
pub use classify::{Classify, ClassifyExt, Headers, Or, Seen};
pub use code::Code;
pub use detail::{
    Detail, ErrorInfo, FieldViolation, Link, PreconditionViolation, QuotaViolation, ResourceInfo,
};
pub use fault::{Fault, connection};
pub use server_text::ServerText;
pub use stream::{ClassifyStream, StreamStep};
pub use taxonomy::{Diagnosis, Taxonomy};
pub use text::{Evidence, Finding};

use facts::Facts;
