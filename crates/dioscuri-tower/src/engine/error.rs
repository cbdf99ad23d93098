//! Why a request has no answer.

use crate::attempt::BoxError;
use dioscuri_transport::Undelivered;
use std::{error::Error, fmt};

/// No answer to hand on: the engine got none, or a request that passed it failed below.
#[derive(Debug)]
pub struct EngineError(Kind);

#[derive(Debug)]
enum Kind {
    Undelivered(Box<Undelivered>),
    Service(BoxError),
}

impl EngineError {
    pub(super) fn undelivered(ended: Undelivered) -> Self {
        Self(Kind::Undelivered(Box::new(ended)))
    }

    pub(super) const fn service(error: BoxError) -> Self {
        Self(Kind::Service(error))
    }

    /// The call, if it was carried: how it ended, what failed last, and its receipt.
    #[must_use]
    pub fn as_undelivered(&self) -> Option<&Undelivered> {
        match &self.0 {
            Kind::Undelivered(ended) => Some(ended),
            Kind::Service(_) => None,
        }
    }

    /// The error of the service below, if the request passed.
    ///
    /// # Errors
    ///
    /// Itself, if the request was carried.
    pub fn into_inner(self) -> Result<Box<dyn Error + Send + Sync>, Self> {
        match self.0 {
            Kind::Service(error) => Ok(error),
            ended @ Kind::Undelivered(_) => Err(Self(ended)),
        }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Undelivered(_) => "the engine got no answer",
            Kind::Service(_) => "the request failed below the engine",
        })
    }
}

impl Error for EngineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match &self.0 {
            Kind::Undelivered(ended) => &**ended,
            Kind::Service(error) => &**error,
        })
    }
}
