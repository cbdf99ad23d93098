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
//! - [`Taxonomy::find_in`]: every failure in any text: a log, the `repr` of an exception, a terminal's frame, the
//!   name of an exception and nothing else.
//! - [`connection`]: what a broken connection is, by how far it had come.
//! - [`Advice`] and the [`catalogue`]: what it means for a person, and what to do now and for good, in English,
//!   German and Chinese.
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
//! # Why does a failure hold facts and no advice?
//!
//! A failure says what happened and how far it reaches. Whether to retry, where and when is the business of
//! a policy, and policies differ. Advice is for people, and stands apart.
//!
//! # How is a text read in which anything may stand?
//!
//! First as what it is, if it is valid JSON. Else in one pass that knows the notations of programs (JSON that was
//! cut, wrapped, or encoded as a string; `repr`, Go's maps, protobuf text, dumps of Node and PHP) and takes every
//! quote and bracket for what it most likely was. What is found goes through the same rules as a body. The words
//! around count last: sentences that only these servers write, then codes, statuses and the names of exceptions;
//! those that other programs have too only in a short text, or beside the name of the provider.
//! [`Evidence`] says which it was. Nothing found is an answer too: it is better than a guess.
//!
//! # Limits
//!
//! At most [`ApiError::MAX_BODY`] bytes of a body are read, JSON deeper than 64 levels (128 if it is valid)
//! is taken as cut, and errors are unwrapped from five others. One event of a log is read up to 256 kB. A text
//! that a terminal has broken within a word is read where a sentence of three words or more survives.
//! Numbers of finish reasons are those of the Gemini API where the message does not tell.

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
