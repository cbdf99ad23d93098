//! One request over HTTP: facts in, the world's reply out, and what becomes of it on its way.

use std::{future, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, Response, StatusCode, Version, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use super::{
    body::{Body, Ending},
    control,
    line::Switch,
    shared::Shared,
};
use crate::{
    scenario::{Method, WireFault},
    world::{Arrival, LARGEST_BODY, Reply},
};

/// How long a request's body may take to come.
const BODY_PATIENCE: Duration = Duration::from_secs(300);

/// Bytes that a wrong length promises beyond those that come.
const PROMISED: u64 = 100;

/// Answers one request, after the time that the world says, and as well as it says.
///
/// # Errors
///
/// If the body breaks off or is badly framed: the world never hears of such a request, and who sent it gets no
/// answer. HTTP/1.1 then closes the connection, HTTP/2 resets the stream.
pub(super) async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    switch: Arc<Switch>,
) -> Result<Response<Body>, hyper::Error> {
    let (head, body) = request.into_parts();
    let control = control::is_control(head.uri.path());
    let most = if control {
        control::LARGEST_CONTROL
    } else {
        LARGEST_BODY
    };
    let body = match tokio::time::timeout(BODY_PATIENCE, read(body, most)).await {
        Ok(body) => body?,
        Err(_) => return Ok(too_slow()),
    };
    if control {
        return Ok(control::answer(&head.method, head.uri.path(), &body, &shared));
    }
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let headers = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let arrival = headers.fold(
        Arrival::new(head.method.as_str(), target, &body),
        |arrival, (name, value)| arrival.with_header(name, value),
    );
    let reply = shared.arrive(&arrival).await;
    if !reply.after.is_zero() {
        tokio::time::sleep(reply.after).await;
    }
    Ok(sent(reply, head.version, &switch).await)
}

/// The body; of one that is longer than `most`, just enough to be found too long.
async fn read(mut body: Incoming, most: usize) -> Result<Bytes, hyper::Error> {
    let mut read = BytesMut::new();
    while read.len() <= most
        && let Some(frame) = body.frame().await
    {
        if let Ok(data) = frame?.into_data() {
            // Most bodies come in one piece, which need not be copied.
            if read.is_empty() && body.is_end_stream() {
                return Ok(data);
            }
            read.extend_from_slice(&data);
        }
    }
    Ok(read.freeze())
}

/// The reply as its fault leaves it. It never comes if that ends the connection before the head.
async fn sent(reply: Reply, version: Version, switch: &Arc<Switch>) -> Response<Body> {
    let Reply {
        status,
        headers,
        body,
        fault,
        record,
        ..
    } = reply;
    let streamed = record.method == Some(Method::Stream.name()) && status == 200;
    let body = if streamed {
        Body::of(body).without_length()
    } else {
        Body::of(body)
    };
    let length = body.length();
    let half = |bytes: Option<u64>| bytes.unwrap_or(length / 2);
    let mut promised = None;
    let body = match fault {
        None => body,
        Some(WireFault::ResetBefore | WireFault::ResetAfter) => reset(switch).await,
        Some(WireFault::StallHead { pause }) => {
            tokio::time::sleep(pause).await;
            reset(switch).await
        }
        Some(WireFault::StallBody { bytes, pause }) => {
            body.with_ending(half(bytes), Ending::Stall(pause, Arc::clone(switch)))
        }
        Some(WireFault::Truncated { bytes }) => {
            body.with_ending(half(bytes), Ending::Close(Arc::clone(switch)))
        }
        Some(WireFault::SlowBody { rate }) => body.with_rate(rate),
        Some(WireFault::WrongLength) => {
            promised = Some(length + PROMISED);
            let ending = if version == Version::HTTP_2 {
                Ending::Abort
            } else {
                Ending::Close(Arc::clone(switch))
            };
            body.without_length().with_ending(length, ending)
        }
        Some(WireFault::GoAway) => {
            switch.go_away();
            body
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let value = match value {
            std::borrow::Cow::Borrowed(value) => Ok(HeaderValue::from_static(value)),
            std::borrow::Cow::Owned(value) => HeaderValue::from_maybe_shared(Bytes::from(value)),
        };
        // A scenario's text that is no header is left out, as a server in front would.
        if let Ok(value) = value {
            response.headers_mut().append(name, value);
        }
    }
    if let Some(promised) = promised {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, HeaderValue::from(promised));
    }
    if fault == Some(WireFault::GoAway) {
        // HTTP/2 says it by a frame, and drops this.
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Resets the connection, and this with it.
async fn reset(switch: &Switch) -> Body {
    switch.reset();
    future::pending().await
}

fn too_slow() -> Response<Body> {
    let mut response = Response::new(Body::whole(Bytes::new()));
    *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
    response
}
