//! What a reqwest error means: how far the attempt had come, and what failed.

use dioscuri_transport::{Fault, SendError, read_error};
use dioscuri_vocab::Phase;

/// Reads `error`, which ended an attempt that had come as far as `phase` if it was connected at all.
pub(crate) fn fault(error: reqwest::Error, phase: Phase) -> SendError {
    let error = error.without_url();
    let phase = if error.is_builder() || error.is_connect() {
        Phase::NotSent
    } else {
        phase
    };
    let (phase, fault) = read_error(&error, phase);
    let fault = if error.is_dns() {
        Fault::Dns
    } else if error.is_timeout() {
        Fault::Timeout
    } else if error.is_body() || error.is_decode() {
        Fault::Truncated
    } else {
        fault
    };
    SendError::new(phase, fault).because(error)
}
