//! The second depth of the middleware: tries again where the request went.

use crate::script::{Event, Reply, Server, answer, client, nobody, ok, refused};
use bytes::Bytes;
use dioscuri_reqwest::{Bounds, ClassifyMiddleware, Deadline, RetryMiddleware};
use dioscuri_retry::{
    AttemptLog, Backoff, Context, Limit, OnEmpty, Retry, RetryBudget, RetryPolicyExt as _, Standard, Verdict,
};
use dioscuri_vocab::{Class, Failure, Phase, Rng, Tick};
use http::Extensions;
use http_body_util::Full;
use reqwest::Body;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use std::{num::NonZeroU32, sync::Arc, time::Duration};

const HOUR: Duration = Duration::from_secs(3600);

/// The standard policy with backoffs of a millisecond, so that tests are quick.
fn quick() -> Standard {
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    Standard::new(backoff, backoff, NonZeroU32::new(4).unwrap())
}

/// The server's paths are nobody's: it is asked for whatever they are.
fn stack(retry: RetryMiddleware) -> ClientWithMiddleware {
    ClientBuilder::new(client())
        .with(retry.with_filter(|_| true))
        .build()
}

fn busy() -> Reply {
    Reply::Bytes(answer(503, "", "busy"))
}

fn log(extensions: &Extensions) -> &AttemptLog {
    extensions.get::<AttemptLog>().expect("every call has a log")
}

#[tokio::test]
async fn the_servers_hint_is_waited_for_and_the_body_is_the_same_each_time() {
    let server = Server::start([refused("0.2s"), busy(), busy(), ok("{}")]).await;
    let mut extensions = Extensions::new();
    let request = client().post(&server.url).body("the same").build().unwrap();
    let stack = stack(RetryMiddleware::new(quick()));
    let response = stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();

    assert_eq!(response.status(), 200);
    assert_eq!(server.bodies(), vec![b"the same".to_vec(); 4]);
    let told = log(response.extensions());
    let classes: Vec<_> = told.tried().iter().map(|tried| tried.class).collect();
    assert_eq!(
        classes,
        [
            Some(Class::QuotaMinute),
            Some(Class::Unavailable),
            Some(Class::Unavailable),
            None
        ]
    );
    assert!(told.tried()[1].waited >= Duration::from_millis(200), "{told}");
    assert_eq!(log(&extensions), told, "the call has the same log");
    assert!(
        extensions.get::<Failure>().is_none(),
        "it was answered in the end"
    );
    assert_eq!(server.connections(), 1, "refused connections are used again");
}

#[tokio::test]
async fn what_cannot_succeed_is_not_tried_again() {
    let server = Server::start([Reply::Bytes(answer(400, "", "no"))]).await;
    let response = stack(RetryMiddleware::new(quick()))
        .post(&server.url)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(log(response.extensions()).tried().len(), 1);
    assert_eq!(response.text().await.unwrap(), "no");
}

#[tokio::test]
async fn the_last_refusal_is_an_equal_response_with_its_failure() {
    let server = Server::start(vec![busy(); 4]).await;
    let response = stack(RetryMiddleware::new(quick()))
        .post(&server.url)
        .send()
        .await
        .unwrap();
    assert_eq!(response.url().as_str(), format!("{}/", server.url));
    assert_eq!(
        response.extensions().get::<Failure>().unwrap().class,
        Class::Unavailable
    );
    assert_eq!(log(response.extensions()).tried().len(), 4);
    assert_eq!(response.text().await.unwrap(), "busy");
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let server = Server::start([refused("26s"), refused("26s")]).await;
    let stack = stack(RetryMiddleware::new(quick()).with_deadline(HOUR));
    // The request's own deadline beats the middleware's.
    let request = stack
        .post(&server.url)
        .with_extension(Deadline(Duration::from_secs(20)));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(server.bodies().len(), 1);
}

#[tokio::test]
async fn an_attempt_in_flight_ends_with_the_deadline() {
    let server = Server::start([Reply::Stall(Vec::new())]).await;
    let stack = stack(RetryMiddleware::new(quick()));
    let request = stack
        .post(&server.url)
        .with_extension(Deadline(Duration::from_millis(50)));
    let error = request.send().await.unwrap_err();
    assert!(error.is_timeout() && !error.is_middleware(), "{error:?}");
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_tried_again() {
    let server = Server::start([Reply::Stall(Vec::new()), ok("{}")]).await;
    let retry = RetryMiddleware::new(quick()).with_attempt_timeout(Duration::from_millis(500));
    let response = stack(retry).post(&server.url).body("{}").send().await.unwrap();
    let tried = log(response.extensions()).tried();
    assert_eq!(
        (tried[0].class, tried[0].phase),
        (Some(Class::DeadlineExceeded), Some(Phase::Sent))
    );
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_attempt_timeout_does_not_cut_a_body() {
    // The head is there at once, the body never: only the head is bounded.
    let stream = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n".to_vec();
    let server = Server::start([Reply::Stall(stream)]).await;
    let limit = Duration::from_millis(300);
    let retry = RetryMiddleware::new(quick()).with_attempt_timeout(limit);
    let mut response = stack(retry).post(&server.url).send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "{}");
    let rest = tokio::time::timeout(limit * 2, response.chunk()).await;
    assert!(rest.is_err(), "it is still being read: {rest:?}");
}

#[tokio::test]
async fn an_error_keeps_its_kind() {
    let url = nobody().await;
    let error = stack(RetryMiddleware::new(
        quick().with_max_tries(NonZeroU32::new(3).unwrap()),
    ))
    .post(url)
    .send()
    .await
    .unwrap_err();
    assert!(error.is_connect() && !error.is_middleware(), "{error:?}");
}

#[tokio::test]
async fn a_body_that_cannot_be_cloned_goes_out_once_and_is_no_error() {
    let server = Server::start([busy(), ok("{}")]).await;
    let budget = Arc::new(RetryBudget::new());
    let policy = quick().within_budget(Arc::clone(&budget), OnEmpty::Exhaust);
    let once = Body::wrap(Full::new(Bytes::from("once")));
    let response = stack(RetryMiddleware::new(policy))
        .post(&server.url)
        .body(once)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(server.bodies().len(), 1);
    assert_eq!(
        budget.tokens(Tick::ZERO),
        500,
        "nothing is paid for a retry that cannot be"
    );
}

#[tokio::test]
async fn all_calls_share_the_retry_budget_of_their_policy() {
    let server = Server::start(vec![busy(); 10]).await;
    let budget = Arc::new(RetryBudget::with_capacity(14)); // one retry after a fault
    let policy = quick().within_budget(budget, OnEmpty::Exhaust);
    let stack = stack(RetryMiddleware::new(policy));
    for tries in [2, 1, 1] {
        let response = stack.post(&server.url).send().await.unwrap();
        assert_eq!(log(response.extensions()).tried().len(), tries);
    }
}

/// Waits for an hour before it tries again.
fn in_an_hour(_: &Context, _: &Failure, now: Tick, _: &mut dyn Rng) -> Verdict {
    Verdict::Retry(Retry::nowhere().here(now.after(HOUR)))
}

#[tokio::test]
async fn the_failed_response_is_dropped_before_the_wait() {
    let page = Reply::Bytes(answer(503, "", "busy. ".repeat(500_000))); // 3 MB
    let server = Server::start([page]).await;
    // Of 3 MB 1 KiB is read: the rest holds the connection until the response is dropped.
    let retry = RetryMiddleware::new(in_an_hour).with_bounds(Bounds::default().with_cap(1024));
    let stack = stack(retry);
    let call = stack.post(&server.url).body("{}").send();
    tokio::select! {
        biased;
        ended = call => panic!("it waits for an hour: {ended:?}"),
        () = server.saw(&Event::Closed(0)) => {}
    }
}

#[tokio::test]
async fn a_large_error_body_that_was_read_leaves_its_connection_to_the_next_attempt() {
    let page = Reply::Bytes(answer(503, "", " ".repeat(3_000_000)));
    let server = Server::start([page.clone(), page, ok("{}")]).await;
    let retry = RetryMiddleware::new(quick()).with_bounds(Bounds::default().with_cap(4 << 20));
    let response = stack(retry).post(&server.url).body("{}").send().await.unwrap();
    assert_eq!((response.status().as_u16(), server.connections()), (200, 1));
}

#[tokio::test]
async fn dropping_a_call_breaks_its_attempt_off() {
    let server = Server::start([Reply::Stall(Vec::new())]).await;
    let stack = stack(RetryMiddleware::new(in_an_hour));
    let call = stack.post(&server.url).send();
    tokio::select! {
        biased;
        ended = call => panic!("nothing answers: {ended:?}"),
        () = server.was_asked() => {}
    }
    server.saw(&Event::Closed(0)).await;
}

#[tokio::test]
async fn a_policy_that_gives_up_is_obeyed() {
    let server = Server::start([busy()]).await;
    let never = |_: &Context, _: &Failure, _: Tick, _: &mut dyn Rng| Verdict::Exhausted(Limit::Attempts);
    let response = stack(RetryMiddleware::new(never))
        .post(&server.url)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 503);
}

/// Two events of a stream, the first of them an error.
fn fails_in_its_stream() -> Reply {
    let event =
        r#"data: {"error": {"code": 503, "status": "UNAVAILABLE", "message": "The model is overloaded."}}"#;
    Reply::Bytes(answer(
        200,
        "content-type: text/event-stream\r\n",
        format!("{event}\r\n\r\n"),
    ))
}

fn streams() -> Reply {
    let event = r#"data: {"candidates": [{"content": {"parts": [{"text": "so"}]}, "finishReason": "STOP"}]}"#;
    Reply::Bytes(answer(
        200,
        "content-type: text/event-stream\r\n",
        format!("{event}\r\n\r\n"),
    ))
}

#[tokio::test]
async fn behind_the_gate_an_error_in_a_stream_is_tried_again() {
    let server = Server::start([fails_in_its_stream(), streams()]).await;
    let url = format!("{}/v1beta/models/m:streamGenerateContent?alt=sse", server.url);
    let stack = stack(RetryMiddleware::new(quick()).with_gate());
    let response = stack.post(&url).send().await.unwrap();
    let told = log(response.extensions()).clone();
    assert_eq!(told.tried()[0].class, Some(Class::Capacity), "{told}");
    assert_eq!(response.url().as_str(), url);
    let text = response.text().await.unwrap();
    assert!(
        text.starts_with("data: ") && text.ends_with("\r\n\r\n"),
        "not a byte is lost: {text}"
    );
}

#[tokio::test]
async fn without_the_gate_it_is_the_callers() {
    let server = Server::start([fails_in_its_stream(), streams()]).await;
    let url = format!("{}/v1beta/models/m:streamGenerateContent?alt=sse", server.url);
    let response = stack(RetryMiddleware::new(quick()))
        .post(url)
        .send()
        .await
        .unwrap();
    assert!(response.text().await.unwrap().contains("overloaded"));
    assert_eq!(server.bodies().len(), 1);
}

/// A refusal whose body never ends, with a hint in its head.
fn slow_refusal(status: u16, retry_after: u64) -> Reply {
    let head = format!("HTTP/1.1 {status} X\r\nretry-after: {retry_after}\r\ncontent-length: 100\r\n\r\n{{");
    Reply::Stall(head.into_bytes())
}

#[tokio::test]
async fn the_deadline_bounds_the_reading_of_a_refusal_and_the_refusal_stays_one() {
    let server = Server::start([slow_refusal(503, 0)]).await;
    let patient = Bounds::default().with_patience(HOUR);
    let retry = RetryMiddleware::new(quick())
        .with_bounds(patient)
        .with_deadline(Duration::from_millis(300));
    // With an hour's patience it would stall for an hour.
    let response = stack(retry).post(&server.url).send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(
        response.extensions().get::<Failure>().unwrap().class,
        Class::Unavailable
    );
}

#[tokio::test]
async fn a_refusal_that_is_read_within_the_attempt_does_not_become_a_timeout() {
    let server = Server::start([slow_refusal(429, 1), ok("{}")]).await;
    let patient = Bounds::default().with_patience(HOUR);
    let retry = RetryMiddleware::new(quick()).with_attempt_timeout(Duration::from_millis(500));
    let classify = ClassifyMiddleware::new().with_bounds(patient);
    let stack = ClientBuilder::new(client())
        .with(retry.with_filter(|_| true))
        .with(classify.with_filter(|_| true))
        .build();
    let response = stack.post(&server.url).body("{}").send().await.unwrap();
    let tried = log(response.extensions()).tried();
    assert_eq!(
        (tried[0].phase, tried[1].class),
        (Some(Phase::Answered), None),
        "{tried:?}"
    );
    assert_ne!(tried[0].class, Some(Class::DeadlineExceeded));
    assert!(
        tried[1].waited >= Duration::from_secs(1),
        "the hint holds: {tried:?}"
    );
}

#[tokio::test]
async fn what_is_not_the_gemini_apis_passes_untouched() {
    let server = Server::start([busy(), ok("{}")]).await;
    let stack = ClientBuilder::new(client())
        .with(RetryMiddleware::new(quick()))
        .build();
    let charge = format!("{}/payments/charge", server.url);
    let response = stack.post(charge).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.extensions().get::<AttemptLog>().is_none());
    assert_eq!(server.bodies().len(), 1);
}

#[tokio::test]
async fn a_call_of_a_model_is_tried_again_wherever_it_goes() {
    let server = Server::start([busy(), ok("{}")]).await;
    let stack = ClientBuilder::new(client())
        .with(RetryMiddleware::new(quick()))
        .build();
    let url = format!("{}/gateway/v1beta/models/m:generateContent", server.url);
    let response = stack.post(url).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn an_attempt_that_was_too_slow_names_where_it_went_and_no_credential() {
    let server = Server::start([Reply::Stall(Vec::new())]).await;
    let url = format!("{}/m?alt=sse&access_token=hush", server.url);
    let stack = stack(RetryMiddleware::new(quick()).with_deadline(Duration::from_millis(50)));
    let error = stack.post(&url).send().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains(&server.url) && !shown.contains("hush"), "{shown}");
}

#[tokio::test]
async fn behind_the_gate_an_answer_without_content_was_answered() {
    let head = b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let server = Server::start([Reply::Stall(head.to_vec()), streams()]).await;
    let url = format!("{}/v1beta/models/m:streamGenerateContent?alt=sse", server.url);
    let retry = RetryMiddleware::new(quick())
        .with_gate()
        .with_attempt_timeout(Duration::from_millis(500));
    let response = stack(retry).post(url).body("{}").send().await.unwrap();
    let tried = log(response.extensions()).tried();
    assert_eq!(
        (tried[0].class, tried[0].phase),
        (Some(Class::DeadlineExceeded), Some(Phase::Answered))
    );
}

#[tokio::test]
async fn behind_the_gate_what_cannot_be_read_is_sent_for_once() {
    let of = |headers: &str| Reply::Bytes(answer(200, headers, b"\x1f\x8b\x08"));
    for (query, reply) in [
        (
            "sse",
            of("content-encoding: gzip\r\ncontent-type: text/event-stream\r\n"),
        ),
        ("sse", of("content-type: application/x-protobuf\r\n")),
        ("proto", of("")),
        ("sse", Reply::Bytes(b"HTTP/1.1 204 X\r\n\r\n".to_vec())),
    ] {
        let server = Server::start([reply, streams()]).await;
        let url = format!("{}/v1beta/models/m:streamGenerateContent?alt={query}", server.url);
        let stack = stack(RetryMiddleware::new(quick()).with_gate());
        let response = stack.post(url).body("{}").send().await.unwrap();
        assert!(response.extensions().get::<Failure>().is_none(), "{response:?}");
        assert_eq!(server.bodies().len(), 1);
    }
}
