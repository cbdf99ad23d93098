//! What the I/O error below somebody's error means.

use dioscuri_vocab::{Class, Failure, Phase};
use std::{
    error::Error,
    io::{self, ErrorKind},
};

/// Reads a broken connection by the I/O error among `error` and its causes.
///
/// `phase` is how far the attempt is known to have come; a refused connection sent nothing, whatever `phase` says.
/// A timeout after something was sent is [`Class::DeadlineExceeded`], everything else [`Class::Connection`].
///
/// ```
/// use dioscuri_http::connection_failure;
/// use dioscuri_vocab::{Class, Phase};
/// use std::io::{Error, ErrorKind};
///
/// let refused = Error::other(Error::from(ErrorKind::ConnectionRefused));
/// let (failure, phase) = connection_failure(&refused, Phase::Sent);
/// assert_eq!((failure.class, phase), (Class::Connection, Phase::NotSent));
/// ```
#[must_use]
pub fn connection_failure(error: &(dyn Error + 'static), phase: Phase) -> (Failure, Phase) {
    let kind = io_kind(error);
    let phase = match kind {
        Some(ErrorKind::ConnectionRefused) => Phase::NotSent,
        _ => phase,
    };
    let sent = phase > Phase::NotSent;
    let class = match kind {
        Some(ErrorKind::TimedOut) if sent => Class::DeadlineExceeded,
        _ => Class::Connection,
    };
    let mut failure = Failure::new(class);
    // What was never sent was certainly not counted; of the rest nobody knows.
    failure.counted = (!sent).then_some(false);
    (failure, phase)
}

/// The kind of the innermost I/O error among `error` and its causes.
fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    let mut found = None;
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            found = Some(innermost(io).kind());
        }
        cause = error.source();
    }
    found
}

/// An I/O error may hold another, which its `source` passes over.
fn innermost(error: &io::Error) -> &io::Error {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.map_or(error, innermost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ErrorKind, phase: Phase, read: (Class, Phase, Option<bool>)) {
        for error in [io::Error::from(kind), io::Error::other(io::Error::from(kind))] {
            let (failure, phase) = connection_failure(&error, phase);
            assert_eq!((failure.class, phase, failure.counted), read);
        }
    }

    #[test]
    fn a_refused_connection_sent_nothing() {
        let unsent = (Class::Connection, Phase::NotSent, Some(false));
        check(ErrorKind::ConnectionRefused, Phase::Sent, unsent);
    }

    #[test]
    fn a_timeout_counts_as_one_only_after_something_was_sent() {
        let unsent = (Class::Connection, Phase::NotSent, Some(false));
        check(ErrorKind::TimedOut, Phase::NotSent, unsent);
        let sent = (Class::DeadlineExceeded, Phase::Sent, None);
        check(ErrorKind::TimedOut, Phase::Sent, sent);
    }

    #[test]
    fn anything_else_is_a_connection_at_its_phase() {
        let answered = (Class::Connection, Phase::Answered, None);
        check(ErrorKind::UnexpectedEof, Phase::Answered, answered);
    }
}
