//! What the engine orders, and what it is told in return.

use dioscuri_budget::DomainId;
use dioscuri_retry::Limit;
use dioscuri_vocab::{AttemptId, CallId, Cost, CredentialId, EndpointId, Outcome, Tick};
use std::time::Duration;

/// What a call needs next. An order: nothing has happened yet.
#[must_use = "a step does nothing until a driver carries it out"]
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must carry out every order")]
pub enum Step {
    /// Send the request to this endpoint with this credential, then report what happens as
    /// [`AttemptEvent`]s. The attempt holds its place in quota and pool until [`AttemptEvent::Ended`].
    #[non_exhaustive]
    Send {
        /// The attempt's number.
        attempt: AttemptId,
        /// Where to send it.
        at: EndpointId,
        /// With which credential.
        credential: CredentialId,
        /// How long the attempt may take, to the end of a unary answer or the first content of a stream.
        timeout: Option<Duration>,
    },
    /// Give this attempt up, and report it as cancelled.
    Cancel {
        /// Which.
        attempt: AttemptId,
    },
    /// Open the gate: from now on the caller sees what this attempt delivers. Ordered once; not at all if the
    /// attempt has ended before.
    Commit {
        /// Which.
        attempt: AttemptId,
    },
    /// Nothing to do until the engine wakes this call, an attempt in flight reports, or `until`.
    Wait {
        /// When this call itself wants to be polled again; `None` if only an event can change anything.
        until: Option<Tick>,
    },
    /// The call has ended.
    Done(End),
}

/// How a call ended. What failed last, and where, stands in its receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum End {
    /// Answered.
    Answered,
    /// The last failure is permanent: trying again cannot help.
    Permanent,
    /// It might still have succeeded, but a limit was reached.
    Exhausted(Limit),
    /// No endpoint may ever take this call, or each that might is closed until an operator acts.
    NoEndpoint,
    /// The stream broke after the caller had seen a part of it.
    Interrupted,
    /// Refused early: the queue was full, or the engine is closed.
    Shed,
    /// Its caller gave it up, or dropped it.
    GivenUp,
}

impl End {
    /// The name in JSON, metrics and logs; for a limit, the limit's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Permanent => "permanent",
            Self::Exhausted(limit) => limit.name(),
            Self::NoEndpoint => "no_endpoint",
            Self::Interrupted => "interrupted",
            Self::Shed => "shed",
            Self::GivenUp => "given_up",
        }
    }
}

/// What happened to an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum AttemptEvent {
    /// The first byte of the request may have left.
    Sent,
    /// The head of an answer arrived.
    Head,
    /// The first content of a stream arrived.
    Content,
    /// It ended; nothing more will come of it.
    Ended(Outcome),
}

/// What the engine as a whole wants of its driver.
#[must_use = "an order does nothing until a driver carries it out"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must carry out every order")]
pub enum EngineOrder {
    /// Poll this call: a place is kept for it, or its time has come. Ordered once for each place or time; a
    /// call that has been given up meanwhile may still be named.
    Wake(CallId),
    /// Fetch a slice of a quota that several processes share, and hand it in by
    /// [`Engine::on_lease`](crate::Engine::on_lease).
    Lease {
        /// Of which domain.
        domain: DomainId,
        /// How much.
        want: Cost,
        /// By when it is needed.
        by: Tick,
    },
}
