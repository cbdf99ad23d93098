//! Bodies in pieces, as they come over a wire.

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use http_body_util::BodyExt as _;
use std::{
    collections::VecDeque,
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// One piece of a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    Data(&'static [u8]),
    Trailers,
    /// A read error, of this name.
    Broken(&'static str),
    /// Nothing ever again.
    Stall,
}

pub(crate) struct Pieces(VecDeque<Piece>);

impl Pieces {
    pub(crate) fn new(pieces: &[Piece]) -> Self {
        Self(pieces.iter().copied().collect())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let frame = match self.0.pop_front() {
            None => return Poll::Ready(None),
            Some(Piece::Stall) => {
                self.0.push_front(Piece::Stall);
                return Poll::Pending;
            }
            Some(Piece::Data(data)) => Ok(Frame::data(Bytes::from_static(data))),
            Some(Piece::Trailers) => Ok(Frame::trailers(HeaderMap::new())),
            Some(Piece::Broken(name)) => Err(name),
        };
        Poll::Ready(Some(frame))
    }
}

/// What a body gives until it ends, breaks or stalls.
pub(crate) async fn pieces<B: Body<Data = Bytes, Error = &'static str>>(body: B) -> Vec<Piece> {
    let (mut body, mut found) = (pin!(body), Vec::new());
    loop {
        let next = std::future::poll_fn(|cx| Poll::Ready(pin!(body.frame()).poll(cx))).await;
        found.push(match next {
            Poll::Pending => Piece::Stall,
            Poll::Ready(None) => return found,
            Poll::Ready(Some(Err(name))) => Piece::Broken(name),
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => Piece::Data(data.to_vec().leak()),
                Err(_) => Piece::Trailers,
            },
        });
        if matches!(found.last(), Some(Piece::Stall | Piece::Broken(_))) {
            return found;
        }
    }
}
