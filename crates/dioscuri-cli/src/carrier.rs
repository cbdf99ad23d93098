//! Who carries the calls: the client, or in tests its double.

mod client;
mod finish;

use crate::{output::LineReceipt, tally::Refusal};
use dioscuri::{WaitingFor, Waits};
use serde_json::value::RawValue;
use std::fmt;

pub(crate) use client::Gemini;

/// Carries one request to its answer, through whatever comes in between.
pub(crate) trait Carrier: Send + Sync + 'static {
    /// Sends `body` and waits for the end of the call.
    fn generate(&self, body: Vec<u8>) -> impl Future<Output = Reply> + Send;

    /// Requests that its connections carry at once.
    fn streams(&self) -> usize;

    /// Calls that wait in the engine's queue now.
    fn waiting(&self) -> usize;

    /// What the calls in the queue wait for; `None` if nobody waits.
    fn waiting_for(&self) -> Option<WaitingFor>;

    /// Attempts on their way now.
    fn in_flight(&self) -> usize;

    /// Lets nothing more out: what is in flight may end, what waits is given up.
    fn close(&self);
}

/// The end of a call.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The answer's JSON on one line, or why there is none.
    pub(crate) result: Result<Box<RawValue>, NoAnswer>,
    pub(crate) receipt: LineReceipt,
    /// What its waiting was for.
    pub(crate) waits: Waits,
    /// Whether the call was given up because the carrier closed: it may still be answered another time.
    pub(crate) shed: bool,
    /// Requests that left for the server; attempts that could not connect are none.
    pub(crate) sent: u64,
    /// Whether the answer ends early, at the request's own `maxOutputTokens`.
    pub(crate) cut_off: bool,
    /// Whether another model than the first choice answered, or was asked last.
    pub(crate) fallback: bool,
    /// Attempts that were refused or failed on the way.
    pub(crate) refusals: Vec<Refusal>,
}

/// Why a call was not answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct NoAnswer {
    /// The class, in the words of `dioscuri diagnose`.
    pub(crate) class: String,
    /// The HTTP status, where there was one.
    pub(crate) status: Option<u16>,
    /// The sentence: the server's, or ours.
    pub(crate) message: String,
}

impl Reply {
    /// The end of a call that never left the machine.
    pub(crate) fn unsent(class: &str, why: &impl fmt::Display) -> Self {
        Self {
            result: Err(NoAnswer {
                class: class.to_owned(),
                status: None,
                message: why.to_string(),
            }),
            receipt: LineReceipt::unsent(),
            waits: Waits::default(),
            shed: false,
            sent: 0,
            cut_off: false,
            fallback: false,
            refusals: Vec::new(),
        }
    }
}
