//! What a reqwest error means: how far the attempt had come, and what failed.

use dioscuri_transport::{Fault, SendError};
use dioscuri_vocab::Phase;
use std::{
    error::Error,
    io::{self, ErrorKind},
};

/// Reads `error`, which ended an attempt that had come as far as `phase` if it was connected at all.
pub(crate) fn fault(error: reqwest::Error, phase: Phase) -> SendError {
    let error = error.without_url();
    let (phase, fault) = if error.is_builder() {
        (Phase::NotSent, Fault::Other)
    } else if error.is_connect() {
        (Phase::NotSent, connecting(&error))
    } else if error.is_timeout() {
        (phase, Fault::Timeout)
    } else {
        (phase, underway(&error))
    };
    SendError::new(phase, fault).because(error)
}

fn connecting(error: &reqwest::Error) -> Fault {
    if error.is_dns() {
        return Fault::Dns;
    }
    match io_kind(error) {
        Some(ErrorKind::ConnectionRefused) => Fault::Refused,
        Some(ErrorKind::TimedOut) => Fault::Timeout,
        // rustls reports a certificate or a protocol it cannot accept as invalid data.
        Some(ErrorKind::InvalidData) => Fault::Tls,
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof) => {
            Fault::Reset
        }
        _ if error.is_timeout() => Fault::Timeout,
        _ => Fault::Other,
    }
}

fn underway(error: &reqwest::Error) -> Fault {
    match io_kind(error) {
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) => {
            Fault::Reset
        }
        Some(ErrorKind::UnexpectedEof) => Fault::Truncated,
        Some(ErrorKind::TimedOut) => Fault::Timeout,
        _ if error.is_body() || error.is_decode() => Fault::Truncated,
        _ => Fault::Reset,
    }
}

/// The kind of the innermost I/O error among the causes.
fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut found = None;
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
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
