//! What the I/O error below somebody's error says of the connection.

use crate::broken::io_kind;
use dioscuri_errors::Fault;
use dioscuri_vocab::Phase;
use std::{error::Error, io::ErrorKind};

/// Reads an error by the I/O error among its causes: the usual reading of every client.
///
/// `phase` is how far the attempt is known to have come; a refused connection sent nothing, whatever `phase`
/// says. Without an I/O error the fault is what is usual at that phase.
///
/// ```
/// use dioscuri_errors::Fault;
/// use dioscuri_http::fault_of;
/// use dioscuri_vocab::Phase;
/// use std::io::{Error, ErrorKind};
///
/// let refused = Error::other(Error::from(ErrorKind::ConnectionRefused));
/// assert_eq!(fault_of(&refused, Phase::Sent), (Phase::NotSent, Fault::Refused));
/// ```
#[must_use]
pub fn fault_of(error: &(dyn Error + 'static), phase: Phase) -> (Phase, Fault) {
    let usual = match phase {
        Phase::NotSent => Fault::Other,
        Phase::Sent => Fault::Reset,
        _ => Fault::Truncated,
    };
    match io_kind(error) {
        Some(ErrorKind::ConnectionRefused) => (Phase::NotSent, Fault::Refused),
        Some(ErrorKind::TimedOut) => (phase, Fault::Timeout),
        // rustls reports a certificate or a protocol that it cannot accept as invalid data.
        Some(ErrorKind::InvalidData) if phase == Phase::NotSent => (phase, Fault::Tls),
        Some(ErrorKind::UnexpectedEof) if phase > Phase::NotSent => (phase, Fault::Truncated),
        Some(
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof,
        ) => (phase, Fault::Reset),
        _ => (phase, usual),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// An error around another, as stacks of layers make them.
    #[derive(Debug)]
    struct Around(io::Error);

    impl std::fmt::Display for Around {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a layer failed")
        }
    }

    impl Error for Around {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[track_caller]
    fn check(kind: ErrorKind, phase: Phase, read: (Phase, Fault)) {
        assert_eq!(fault_of(&io::Error::from(kind), phase), read);
        assert_eq!(fault_of(&Around(kind.into()), phase), read);
        assert_eq!(fault_of(&io::Error::other(io::Error::from(kind)), phase), read);
    }

    #[test]
    fn a_refused_connection_sent_nothing() {
        check(
            ErrorKind::ConnectionRefused,
            Phase::Sent,
            (Phase::NotSent, Fault::Refused),
        );
    }

    #[test]
    fn other_io_errors_name_the_fault_and_keep_the_phase() {
        check(ErrorKind::TimedOut, Phase::Sent, (Phase::Sent, Fault::Timeout));
        check(ErrorKind::BrokenPipe, Phase::Sent, (Phase::Sent, Fault::Reset));
        check(
            ErrorKind::UnexpectedEof,
            Phase::Answered,
            (Phase::Answered, Fault::Truncated),
        );
    }

    #[test]
    fn an_unknown_error_is_what_is_usual_at_its_phase() {
        check(ErrorKind::Other, Phase::NotSent, (Phase::NotSent, Fault::Other));
        check(ErrorKind::Other, Phase::Sent, (Phase::Sent, Fault::Reset));
        check(
            ErrorKind::Other,
            Phase::Answered,
            (Phase::Answered, Fault::Truncated),
        );
    }
}
