//! An attempt took too long: an error that says so in reqwest's own words.

use bytes::Bytes;
use http_body::{Body, Frame};
use std::{
    error::Error,
    fmt,
    io::{self, ErrorKind},
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

/// An attempt had no answer in the time that its middleware gave it.
///
/// It stands among the causes of the [`reqwest::Error`] that comes of it, whose `is_timeout()` is true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AttemptTimeout {
    /// How long the attempt was given: its own limit, or what was left of the call's deadline.
    pub limit: Duration,
}

impl AttemptTimeout {
    /// As reqwest says it.
    ///
    /// reqwest has no constructor of errors, but hands on what a body fails with. So callers see the error that they
    /// know, and not one of a middleware, of which `is_timeout()` would be false.
    pub(super) fn into_error(self) -> reqwest_middleware::Error {
        let mut body = reqwest::Body::wrap(Fails(Some(io::Error::new(ErrorKind::TimedOut, self))));
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(&mut body).poll_frame(&mut cx) {
            Poll::Ready(Some(Err(error))) => error.into(),
            _ => reqwest_middleware::Error::middleware(self),
        }
    }
}

impl fmt::Display for AttemptTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer within the attempt's {:?}", self.limit)
    }
}

impl Error for AttemptTimeout {}

/// A body that is nothing but an error.
struct Fails(Option<io::Error>);

impl Body for Fails {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(self.0.take().map(Err))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri_vocab::{Class, Phase};

    #[test]
    fn it_is_a_timeout_to_reqwest_and_to_us() {
        let limit = Duration::from_secs(3);
        let error = AttemptTimeout { limit }.into_error();
        assert!(error.is_timeout() && !error.is_middleware(), "{error:?}");
        let (failure, phase) = crate::classify_any(&error).unwrap();
        assert_eq!((failure.class, phase), (Class::DeadlineExceeded, Phase::Sent));
        assert!(format!("{error:?}").contains("3s"), "{error:?}");
    }
}
