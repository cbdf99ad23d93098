//! A reqwest error as the transport of the engine tells it.

use crate::cause::Cause;
use dioscuri_transport::{Fault, SendError};
use dioscuri_vocab::Phase;

/// What to do about a client that speaks no TLS.
pub(crate) const TURN_ON_TLS: &str =
    "https needs TLS: turn on the feature `rustls` of dioscuri-reqwest, or one of reqwest's own for TLS";

/// Reads `error`, which ended an attempt that had come at least as far as `phase` if it was connected at all.
pub(crate) fn fault(error: reqwest::Error, phase: Phase) -> SendError {
    let cause = Cause::of(&error);
    let (phase, fault) = place(cause, phase);
    let told = SendError::new(phase, fault);
    match cause {
        Cause::NoTls => told.because(TURN_ON_TLS),
        _ => told.because(error.without_url()),
    }
}

/// The same in two words.
pub(crate) fn place(cause: Cause, phase: Phase) -> (Phase, Fault) {
    match cause {
        Cause::Broken(Phase::NotSent, fault) => (Phase::NotSent, fault),
        Cause::Broken(known, fault) => (phase.max(known), fault),
        Cause::NoTls => (Phase::NotSent, Fault::Tls),
        Cause::NotARequest => (Phase::NotSent, Fault::Other),
        #[cfg(feature = "middleware")]
        Cause::Late(known) => (known, Fault::Timeout),
        Cause::Redirected | Cause::Redirects | Cause::NotJson | Cause::Status(_) => {
            (Phase::Answered, Fault::Other)
        }
    }
}
