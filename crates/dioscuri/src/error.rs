//! A call that was not answered.

use crate::Receipt;
use dioscuri_engine::End;
use dioscuri_errors::ServerText;
use dioscuri_retry::Limit;
use dioscuri_transport::Undelivered;
use dioscuri_vocab::{Class, Failure, Phase, Scope};
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// A call that was not answered: what it is, whom it hits, what the server said, and what was tried.
///
/// # Troubleshooting
///
/// [`Error::class`] says what happened last; `is_transient` on it, whether the same call may succeed later.
/// [`Error::limit`] is set if the call might still have succeeded but ran out of attempts, time or retry
/// budget: raise that limit. [`Error::receipt`] shows every try.
#[derive(Clone)]
pub struct Error {
    // Boxed: an error is rare and must not make every result large.
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    failure: Failure,
    end: End,
    message: String,
    receipt: Receipt,
    could_be_served: Option<SystemTime>,
}

impl Error {
    /// `closed` is what closes the pool, for a call that was never tried; `could_be_served`: when there would have been
    /// room, for one that ended before.
    pub(crate) fn new(
        undelivered: Undelivered,
        receipt: Receipt,
        closed: Option<(Class, String)>,
        could_be_served: Option<SystemTime>,
    ) -> Self {
        let Undelivered {
            end,
            failure,
            message,
            ..
        } = undelivered;
        let (failure, message) = match (failure, closed) {
            (Some(failure), _) => {
                let message = message.unwrap_or_else(|| failure.to_string());
                (failure, message)
            }
            (None, closed) => {
                let (class, what) = closed.unwrap_or_else(|| (class_of(end), why(end).to_owned()));
                let when = could_be_served.map(served_at).unwrap_or_default();
                (Failure::new(class), format!("nothing was sent: {what}{when}"))
            }
        };
        Self {
            inner: Box::new(Inner {
                failure,
                end,
                message,
                receipt,
                could_be_served,
            }),
        }
    }

    /// What happened last.
    #[must_use]
    pub fn class(&self) -> Class {
        self.inner.failure.class
    }

    /// Whom it hits.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.inner.failure.scope
    }

    /// The HTTP status of the last answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.inner.failure.status
    }

    /// How far the last try had come; `None` if nothing was tried. [`Phase::NotSent`]: the server saw nothing of it.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.inner.receipt.tries.last()?.phase
    }

    /// What the server or the connection said, in its own words, with credentials masked. It may quote the request;
    /// for logs there is `Display`, which leaves quotations out.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The server's own hint when to come back.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.failure.hint()
    }

    /// The limit that ended the call while it might still have succeeded.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        match self.inner.end {
            End::Exhausted(limit) => Some(limit),
            _ => None,
        }
    }

    /// Whether it was refused by this client itself, early: the queue was full, or the client is closed.
    #[must_use]
    pub fn is_shed(&self) -> bool {
        self.inner.end == End::Shed
    }

    /// For a call that ended for want of time or room: the soonest moment at which it could have been served, as far
    /// as was known then. Sent again after it, it has better prospects.
    #[must_use]
    pub fn could_be_served(&self) -> Option<SystemTime> {
        self.inner.could_be_served
    }

    /// What was tried.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.inner.receipt
    }
}

fn served_at(at: SystemTime) -> String {
    format!(
        "; it could be served at {}",
        humantime::format_rfc3339_seconds(at)
    )
}

/// What a call failed of that was never tried.
fn class_of(end: End) -> Class {
    match end {
        End::Exhausted(Limit::Deadline) => Class::DeadlineExceeded,
        _ => Class::Unknown,
    }
}

/// Why nothing was sent.
fn why(end: End) -> &'static str {
    match end {
        End::Shed => "the queue is full, or the client is closed",
        End::Exhausted(_) => "no endpoint had room in time",
        _ => "no endpoint can take this call",
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            failure,
            message,
            receipt,
            ..
        } = &*self.inner;
        write!(f, "{}", failure.class)?;
        if let Some(status) = failure.status {
            write!(f, " (HTTP {status})")?;
        }
        if let Some(limit) = self.limit() {
            write!(f, ", out of {}", limit.name().replace('_', " "))?;
        }
        let said = ServerText::from(message.as_str()).first_sentence();
        write!(f, ": {said}")?;
        if let Some(at) = self.inner.could_be_served {
            write!(
                f,
                "; could be served at {}",
                humantime::format_rfc3339_seconds(at)
            )?;
        }
        write!(f, " [{receipt}]")
    }
}

impl fmt::Debug for Error {
    /// Leaves the message out: it may quote the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            failure,
            end,
            receipt,
            ..
        } = &*self.inner;
        f.debug_struct("Error")
            .field("failure", failure)
            .field("end", end)
            .field("receipt", receipt)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}
