//! One request over HTTP: facts in, the world's reply out.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;

use super::State;
use crate::world::{Arrival, LARGEST_BODY, Reply};

/// Answers one request, after the time that the world says.
pub(super) async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.method() == Method::GET && request.uri().path() == "/sim/stats" {
        return Ok(stats(&state));
    }
    let (head, body) = request.into_parts();
    let body = read(body).await;
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let arrival = with_credentials(Arrival::new(head.method.as_str(), target, &body), &head.headers);
    // The clock is read under the lock, so that time does not go backwards from one arrival to the next.
    let reply = state.with_world(|world, clock| world.arrive(&arrival, clock.now()));
    tokio::time::sleep(reply.after).await;
    Ok(response(reply))
}

/// The body; of one that is too large, just enough to be found too large.
///
/// A body that breaks off is taken for what came of it: its sender is gone.
async fn read(mut body: Incoming) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() <= LARGEST_BODY
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
    }
    bytes
}

fn with_credentials<'a>(mut arrival: Arrival<'a>, headers: &'a HeaderMap) -> Arrival<'a> {
    let texts = |name| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    };
    for key in texts("x-goog-api-key") {
        arrival = arrival.with_api_key(key);
    }
    for value in texts(header::AUTHORIZATION.as_str()) {
        if let Some((scheme, token)) = value.split_once(' ')
            && scheme.eq_ignore_ascii_case("bearer")
        {
            arrival = arrival.with_bearer(token.trim());
        }
    }
    arrival
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let body = reply.bytes().into_owned();
    let builder = reply.headers.into_iter().fold(
        Response::builder().status(reply.status),
        |builder, (name, value)| builder.header(name, value.as_ref()),
    );
    builder
        .body(Full::from(body))
        .expect("the world's statuses and headers are constants")
}

fn stats(state: &State) -> Response<Full<Bytes>> {
    let seen = state.with_world(|world, _| world.stats());
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json; charset=UTF-8")
        .body(Full::from(
            serde_json::to_vec(&seen).expect("names and numbers are JSON"),
        ))
        .expect("the header is a constant")
}
