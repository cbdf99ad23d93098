//! Errors of ours in reqwest's own words.

use bytes::Bytes;
use http_body::{Body, Frame};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// `error` as reqwest says it: of the kind of a body's errors, with `error` among its causes.
///
/// reqwest has no constructor of errors, but hands on what a body fails with.
pub(crate) fn reqwest_error(error: io::Error) -> reqwest::Error {
    let mut body = reqwest::Body::wrap(Fails(Some(error)));
    let mut cx = Context::from_waker(Waker::noop());
    match Pin::new(&mut body).poll_frame(&mut cx) {
        Poll::Ready(Some(Err(error))) => error,
        _ => unreachable!("a body that fails at once hands on its error"),
    }
}

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
