//! What the I/O error below somebody's error means.

use dioscuri_vocab::{Class, Failure, Phase};
use std::{
    error::Error,
    io::{self, ErrorKind},
};
use tokio::time::error::Elapsed;

/// Reads a broken connection by the I/O error among `error` and its causes.
///
/// `phase` is how far the attempt is known to have come; a refused connection sent nothing, whatever `phase` says.
/// A timeout after something was sent is [`Class::DeadlineExceeded`], everything else [`Class::Connection`]. Timeouts are
/// those of the operating system and of `tokio::time`; layers have errors of their own for theirs, which they must hold as
/// a cause to be known.
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

/// The kind of the innermost I/O error among `error` and its causes; a timeout of the runtime is one.
pub(crate) fn io_kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    let mut found = None;
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            found = Some(kind_of(io));
        } else if error.is::<Elapsed>() {
            found = Some(ErrorKind::TimedOut);
        }
        cause = error.source();
    }
    found
}

/// An I/O error may hold another error, which its `source` passes over.
fn kind_of(error: &io::Error) -> ErrorKind {
    match error.get_ref() {
        Some(inner) => io_kind(inner).unwrap_or_else(|| error.kind()),
        None => error.kind(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::pending, time::Duration};

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

    #[tokio::test(start_paused = true)]
    async fn a_timeout_of_the_runtime_is_one_however_deep_it_lies() {
        let elapsed = || async {
            tokio::time::timeout(Duration::ZERO, pending::<()>())
                .await
                .unwrap_err()
        };
        let direct = connection_failure(&elapsed().await, Phase::Sent);
        let held = connection_failure(&io::Error::other(elapsed().await), Phase::Sent);
        let stood = connection_failure(&io::Error::from(elapsed().await), Phase::Sent);
        for (failure, phase) in [direct, held, stood] {
            assert_eq!((failure.class, phase), (Class::DeadlineExceeded, Phase::Sent));
        }
    }
}
