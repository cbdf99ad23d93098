//! Failures of the connection, before and after something was sent.

use dioscuri_vocab::{Class, Failure, Phase};
use std::fmt;

/// How a connection failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The name has no address.
    Dns,
    /// Nobody listens at the address.
    Refused,
    /// TLS could not be agreed on.
    Tls,
    /// A timeout of ours ran out: connecting, or waiting for an answer.
    Timeout,
    /// The other side closed the connection.
    Reset,
    /// The answer stopped before its end.
    Truncated,
    /// Anything else.
    Other,
}

impl Fault {
    /// What failed, in words.
    const fn words(self) -> &'static str {
        match self {
            Self::Dns => "the host name has no address",
            Self::Refused => "connection refused",
            Self::Tls => "TLS could not be agreed on",
            Self::Timeout => "timed out",
            Self::Reset => "the other side closed the connection",
            Self::Truncated => "the answer stopped before its end",
            Self::Other => "the connection could not be used",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// The failure of a connection that had come as far as `phase`.
///
/// A timeout after something was sent is [`Class::DeadlineExceeded`]; everything else is
/// [`Class::Connection`]. What was never sent was certainly not counted; of the rest nobody knows.
///
/// ```
/// use dioscuri_errors::{Fault, connection};
/// use dioscuri_vocab::{Class, Phase};
///
/// let refused = connection(Phase::NotSent, Fault::Refused);
/// assert_eq!((refused.class, refused.counted), (Class::Connection, Some(false)));
///
/// let silent = connection(Phase::Sent, Fault::Timeout);
/// assert_eq!((silent.class, silent.counted), (Class::DeadlineExceeded, None));
/// ```
#[must_use]
pub fn connection(phase: Phase, fault: Fault) -> Failure {
    let sent = phase > Phase::NotSent;
    let class = match fault {
        Fault::Timeout if sent => Class::DeadlineExceeded,
        _ => Class::Connection,
    };
    let mut failure = Failure::new(class);
    failure.counted = (!sent).then_some(false);
    failure
}
