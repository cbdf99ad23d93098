//! A stream that was interrupted.

use crate::{Address, SendError, delivered::came_to};
use dioscuri_vocab::{Failure, Phase};
use std::{error::Error, fmt, sync::Arc};

/// A stream was interrupted after content had been handed on. Nothing is sent again: what was delivered would come
/// twice.
///
/// Its text names what failed, how far it had come, where, and how much was delivered: no key and no prompt.
#[derive(Clone)]
pub struct StreamError(Box<Interrupted>);

#[derive(Clone)]
pub(super) struct Interrupted {
    pub(super) failure: Failure,
    pub(super) phase: Phase,
    pub(super) at: Option<Address>,
    pub(super) delivered: u64,
    pub(super) message: String,
    /// The connection's own error, if it was that.
    pub(super) source: Option<Arc<SendError>>,
}

impl StreamError {
    pub(super) fn new(what: Interrupted) -> Self {
        Self(Box::new(what))
    }

    /// What happened.
    #[must_use]
    pub fn failure(&self) -> &Failure {
        &self.0.failure
    }

    /// How far the attempt had come.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// Where it went; `None` if that is not known.
    #[must_use]
    pub fn at(&self) -> Option<&Address> {
        self.0.at.as_ref()
    }

    /// How many bytes of the body had been handed on.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.0.delivered
    }

    /// What the server or the connection said, with credentials masked. It may quote the request.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Interrupted {
            failure,
            phase,
            at,
            delivered,
            ..
        } = &*self.0;
        let (class, when) = (failure.class, came_to(*phase));
        write!(f, "the stream was interrupted {when}: {class}")?;
        if let Some(at) = at {
            write!(f, " at {at}")?;
        }
        write!(f, ", {delivered} bytes were delivered")
    }
}

impl fmt::Debug for StreamError {
    /// Leaves the message out: it may quote the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamError")
            .field("failure", &self.0.failure)
            .field("phase", &self.0.phase)
            .field("at", &self.0.at)
            .field("delivered", &self.0.delivered)
            .finish_non_exhaustive()
    }
}

impl Error for StreamError {
    /// The connection's own error, a [`SendError`], if it was that which broke.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}
