//! Reads the body of an error, and hands the response on as it came.

use crate::{Bounds, Peeked};
use bytes::{Bytes, BytesMut};
use dioscuri_vocab::Failure;
use http::{Response, response::Parts};
use http_body::{Body, Frame};
use tokio::time::timeout;

/// Reads a failure from a response whose status is that of an error. A closure is a reader.
pub trait ReadFailure: Send + Sync {
    /// What `body` means, which came after `head`; `whole` is false if it was cut: by bounds, or by the connection.
    ///
    /// `None` if it is no failure, or not ours to judge.
    fn read(&self, head: &Parts, body: &[u8], whole: bool) -> Option<Failure>;
}

impl<F> ReadFailure for F
where
    F: Fn(&Parts, &[u8], bool) -> Option<Failure> + Send + Sync,
{
    fn read(&self, head: &Parts, body: &[u8], whole: bool) -> Option<Failure> {
        self(head, body, whole)
    }
}

impl<R: ReadFailure + ?Sized> ReadFailure for std::sync::Arc<R> {
    fn read(&self, head: &Parts, body: &[u8], whole: bool) -> Option<Failure> {
        (**self).read(head, body, whole)
    }
}

/// Reads the body of `response` within `bounds` if its status is that of an error, 400 or more, asks `reader` what it means, and puts
/// the [`Failure`] among the extensions. The response is otherwise the same.
///
/// Everything else is handed on at once and unread. A success may be a stream; a redirect, a 304 or a protocol switch is no
/// failure. What an answer with status 200 has to say for itself
/// is judged by whoever reads it.
///
/// # Cancel safety
///
/// Dropping the future drops the response.
pub async fn read_error<B: Body>(
    response: Response<B>,
    bounds: Bounds,
    reader: &(impl ReadFailure + ?Sized),
) -> Response<Peeked<B>> {
    let (mut head, body) = response.into_parts();
    let mut body = Peeked::new(body);
    if head.status.as_u16() >= 400 {
        let (bytes, whole) = peek(&mut body, bounds).await;
        if let Some(mut failure) = reader.read(&head, &bytes, whole) {
            failure.status = failure.status.or(Some(head.status.as_u16()));
            head.extensions.insert(failure);
        }
    }
    Response::from_parts(head, body)
}

/// Up to `bounds.cap` bytes of `body`, and whether that is all of it.
async fn peek<B: Body>(body: &mut Peeked<B>, bounds: Bounds) -> (Bytes, bool) {
    let mut bytes = BytesMut::new();
    let read = async {
        while bytes.len() < bounds.cap {
            let Some(frame) = body.peek().await else { return };
            if let Some(data) = frame.data_ref() {
                let room = bounds.cap - bytes.len();
                bytes.extend_from_slice(&data[..data.len().min(room)]);
            }
        }
    };
    // Patience at its end is no error: what has come is read.
    let _ = timeout(bounds.patience, read).await;
    let whole = body.is_whole() && bytes.len() < bounds.cap;
    (bytes.freeze(), whole)
}

/// All data of `frames` in one piece.
pub(crate) fn in_one_piece(frames: impl IntoIterator<Item = Frame<Bytes>>) -> Bytes {
    let mut pieces = frames.into_iter().filter_map(|frame| frame.into_data().ok());
    let first = pieces.next().unwrap_or_default();
    let Some(second) = pieces.next() else {
        return first;
    };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    pieces.for_each(|piece| all.extend_from_slice(&piece));
    all.freeze()
}
