//! The third depth of the middleware: the whole engine chooses where each attempt goes.

mod streams;

use crate::script::{Event, Reply, Server, answer, client, nobody, refused};
use bytes::Bytes;
use dioscuri_budget::{Budget, Limit};
use dioscuri_engine::{End, Engine, Rule};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{EndpointSpec, PlaceId, RegionPool};
use dioscuri_reqwest::{
    Bounds, ClassifyMiddleware, Deadline, EngineMiddleware, LiveReceipt, Redirected, classify, classify_any,
};
use dioscuri_retry::{Backoff, Standard};
use dioscuri_transport::{
    Address, BearerError, CallTerms, Carrier, Clock, Credential, Directory, DriverConfig, Receipt, Routes,
    Secret, Undelivered,
};
use dioscuri_vocab::{Class, CredentialId, EndpointId, Failure, Phase};
use http::Extensions;
use http_body_util::Full;
use reqwest::{Body, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next, Result};
use std::{
    num::NonZeroU32,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{self, Poll},
    time::Duration,
};

const ANSWER: &str = r#"{"candidates": [{"content": {"parts": [{"text": "so"}]}, "finishReason": "STOP"}]}"#;

/// What the caller names: nobody serves it here, so that a request which is not carried fails.
const GOOGLE: &str = "http://no-such-host.invalid/v1beta/models/m:generateContent";

/// An engine over these addresses, each with a credential of its own.
fn carrier(places: impl IntoIterator<Item = (Address, Credential)>, hedge: Option<Duration>) -> Carrier {
    carrier_within(Limit::rpm(1_000), places, hedge)
}

fn carrier_within(
    limit: Limit,
    places: impl IntoIterator<Item = (Address, Credential)>,
    hedge: Option<Duration>,
) -> Carrier {
    let (pool, budget) = (RegionPool::default(), Budget::default());
    let mut directory = Directory::new();
    for (number, (address, credential)) in (0..).zip(places) {
        let at = directory.add_endpoint(address);
        let with = directory.add_credential(credential);
        assert_eq!((at, with), (EndpointId(number), CredentialId(number)));
        pool.add(EndpointSpec::new(at, [with]).with_place(PlaceId(number)))
            .unwrap();
        budget.attach(at, std::slice::from_ref(&limit));
    }
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    let mut engine = Engine::builder(pool)
        .budget(budget)
        .retry(Standard::new(backoff, backoff, NonZeroU32::new(3).unwrap()))
        .attempt_timeout(Duration::from_secs(30));
    if let Some(after) = hedge {
        engine = engine.hedge_after(after);
    }
    let config = DriverConfig::default();
    Carrier::new(
        engine.build(),
        directory,
        Arc::new(Taxonomy::new()),
        Clock::start(),
        config,
    )
}

fn developer(url: &str) -> (Address, Credential) {
    let address = Address::developer("m").unwrap().with_base(url).unwrap();
    (address, Credential::api_key("ours"))
}

/// Two places behind one server.
fn two(server: &Server) -> [(Address, Credential); 2] {
    ["a", "b"].map(|place| developer(&format!("{}/{place}", server.url)))
}

fn stack(carrier: Carrier) -> ClientWithMiddleware {
    let engine = EngineMiddleware::new(Routes::new().with("m", carrier));
    ClientBuilder::new(client()).with(engine).build()
}

fn good() -> Reply {
    Reply::Bytes(answer(200, "x-served: yes\r\n", ANSWER))
}

fn busy() -> Reply {
    let body = r#"{"error": {"code": 503, "status": "UNAVAILABLE", "message": "The model is overloaded."}}"#;
    Reply::Bytes(answer(503, "", body))
}

#[tokio::test]
async fn host_path_and_credential_are_the_endpoints() {
    let server = Server::start([good()]).await;
    let stack = stack(carrier([developer(&format!("{}/prefix", server.url))], None));
    let request = stack
        .post(format!("{GOOGLE}?key=theirs&trace=1"))
        .header("x-goog-api-key", "theirs")
        .header("authorization", "Bearer theirs")
        .header("x-mine", "yes")
        .body("{}");
    let response = request.send().await.unwrap();

    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-served"]),
        (200, &"yes".parse().unwrap())
    );
    let [head] = &server.heads()[..] else {
        panic!("one request")
    };
    assert!(
        head.starts_with("post /prefix/v1beta/models/m:generatecontent?trace=1 "),
        "{head}"
    );
    assert!(
        head.contains("x-goog-api-key: ours") && head.contains("x-mine: yes"),
        "{head}"
    );
    assert!(
        !head.contains("theirs") && !head.contains("authorization"),
        "exactly one credential: {head}"
    );
    let went = format!("{}/prefix/v1beta/models/m:generateContent?trace=1", server.url);
    assert_eq!(response.url().as_str(), went, "the URL that answered");
    assert!(response.remote_addr().is_some());
    assert_eq!(response.content_length(), Some(ANSWER.len() as u64));
    assert_eq!(response.text().await.unwrap(), ANSWER);
}

#[tokio::test]
async fn a_developer_request_may_be_answered_by_vertex() {
    let server = Server::start([good()]).await;
    let vertex = Address::vertex("leda", "eu", "m")
        .unwrap()
        .with_base(&server.url)
        .unwrap();
    let token = Credential::bearer(|| Ok::<_, BearerError>(Secret::new("ya29.ours")));
    let stack = stack(carrier([(vertex, token)], None));
    let response = stack
        .post(GOOGLE)
        .header("x-goog-api-key", "theirs")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let head = &server.heads()[0];
    let path = "post /v1/projects/leda/locations/eu/publishers/google/models/m:generatecontent ";
    assert!(
        head.starts_with(path) && head.contains("authorization: bearer ya29.ours"),
        "{head}"
    );
    assert!(!head.contains("theirs"), "{head}");
}

#[tokio::test]
async fn what_no_route_takes_passes_untouched() {
    let ours = Server::start([]).await;
    let theirs = Server::start(vec![good(); 3]).await;
    let stack = stack(carrier([developer(&ours.url)], None));
    let models = format!("{}/v1beta/models", theirs.url);
    let key = "x-goog-api-key";
    stack.get(&models).header(key, "theirs").send().await.unwrap();
    let other = format!("{models}/another:generateContent?key=theirs");
    stack
        .post(&other)
        .header(key, "theirs")
        .body("{}")
        .send()
        .await
        .unwrap();
    for head in theirs.heads() {
        assert!(head.contains("x-goog-api-key: theirs"), "{head}");
    }
    assert_eq!(theirs.bodies(), [b"".as_slice(), b"{}"]);
    assert_eq!(ours.connections(), 0);
}

#[tokio::test]
async fn a_body_that_is_too_large_to_keep_goes_where_it_was_sent_untouched() {
    let ours = Server::start([]).await;
    let theirs = Server::start([good()]).await;
    let routes = Routes::new()
        .with("m", carrier([developer(&ours.url)], None))
        .with_max_body(8);
    let stack = ClientBuilder::new(client())
        .with(EngineMiddleware::new(routes))
        .with(Signs)
        .build();
    let url = format!("{}/v1beta/models/m:generateContent", theirs.url);
    stack.post(url).body("nine bytes").send().await.unwrap();
    assert_eq!(theirs.bodies(), [b"nine bytes"]);
    let head = &theirs.heads()[0];
    assert!(
        head.contains("x-signed: 10"),
        "its bytes can be read inside: {head}"
    );
    assert_eq!(ours.connections(), 0);
}

/// A body that never comes.
struct Never;

impl http_body::Body for Never {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
    ) -> Poll<Option<std::result::Result<http_body::Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn the_deadline_covers_the_way_of_the_requests_own_body() {
    let request = client().post(GOOGLE).body(Body::wrap(Never)).build().unwrap();
    let mut extensions = Extensions::new();
    extensions.insert(Deadline(Duration::from_millis(50)));
    let stack = stack(carrier([developer("http://127.0.0.1:1")], None));
    let error = stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    let (failure, phase) = classify_any(&error).unwrap();
    assert_eq!((failure.class, phase), (Class::DeadlineExceeded, Phase::NotSent));
}

#[tokio::test]
async fn an_answer_that_a_redirect_brought_from_elsewhere_is_none_and_ends_the_call() {
    let elsewhere = Server::start(vec![good(); 4]).await;
    let moved = format!("location: {}/\r\n", elsewhere.url);
    let server = Server::start(vec![Reply::Bytes(answer(307, &moved, "")); 4]).await;
    let carrier = carrier(two(&server), None);
    let mut extensions = Extensions::new();
    let request = client().post(GOOGLE).body("{}").build().unwrap();
    let error = stack(carrier.clone())
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap_err();

    let (failure, phase) = classify_any(&error).unwrap();
    assert_eq!(
        (failure.class, phase),
        (Class::FailedPrecondition, Phase::Answered)
    );
    assert_eq!(extensions.get::<Failure>(), Some(&failure));
    let Error::Middleware(error) = error else {
        panic!("{error:?}")
    };
    let redirected = error.downcast_ref::<Redirected>().unwrap();
    assert_eq!((&redirected.from, &redirected.to), (&server.url, &elsewhere.url));
    assert_eq!(
        server.bodies().len(),
        1,
        "no other place's key is handed out as well"
    );
    assert_eq!(carrier.engine().in_flight(), 0);
}

#[tokio::test]
async fn a_redirect_to_another_path_is_followed_as_the_client_will() {
    let moved = Reply::Bytes(answer(307, "location: /moved\r\n", ""));
    let server = Server::start([moved, good()]).await;
    let response = stack(carrier([developer(&server.url)], None))
        .post(GOOGLE)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_refusal_is_tried_elsewhere_and_the_receipt_tells() {
    let server = Server::start([refused("26s"), good()]).await;
    let stack = stack(carrier(two(&server), None));
    // A body that cannot be cloned is kept, and sent again as it was.
    let body = Body::wrap(Full::new(Bytes::from("the same")));
    let request = client().post(GOOGLE).body(body).build().unwrap();
    let mut extensions = Extensions::new();
    let response = stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();

    assert_eq!(response.status(), 200);
    assert_eq!(server.bodies(), [b"the same", b"the same"]);
    let receipt = response.extensions().get::<Receipt>().unwrap();
    let told: Vec<_> = receipt
        .tries
        .iter()
        .map(|tried| (tried.rule, tried.class))
        .collect();
    assert_eq!(
        told,
        [
            (Rule::FirstChoice, Some(Class::QuotaMinute)),
            (Rule::Failover, None)
        ]
    );
    assert_eq!(
        extensions.get::<Receipt>(),
        Some(receipt),
        "the call has the same"
    );
}

#[tokio::test]
async fn the_last_refusal_is_a_response_as_it_came() {
    let body = r#"{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "no such field"}}"#;
    let reply = Reply::Bytes(answer(400, "set-cookie: a=1\r\nset-cookie: b=2\r\n", body));
    let server = Server::start([reply]).await;
    let response = stack(carrier([developer(&server.url)], None))
        .post(GOOGLE)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(
        response.extensions().get::<Failure>().unwrap().class,
        Class::InvalidRequest
    );
    assert_eq!(response.extensions().get::<Receipt>().unwrap().tries.len(), 1);
    assert!(response.url().as_str().starts_with(&server.url) && response.remote_addr().is_some());
    assert_eq!(response.text().await.unwrap(), body);
}

#[tokio::test]
async fn a_refusal_of_which_not_all_was_kept_does_not_look_whole() {
    let page = "x".repeat(3 << 20);
    let server = Server::start([Reply::Bytes(answer(400, "", &page))]).await;
    let response = stack(carrier([developer(&server.url)], None))
        .post(GOOGLE)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn a_call_without_an_answer_names_phase_and_endpoint_and_no_key() {
    let url = nobody().await;
    let mut extensions = Extensions::new();
    extensions.insert(Deadline(Duration::from_millis(500)));
    let request = client().post(format!("{GOOGLE}?key=theirs")).build().unwrap();
    let stack = stack(carrier([developer(&url)], None));
    let error = stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap_err();

    let (failure, phase) = classify_any(&error).unwrap();
    assert_eq!((failure.class, phase), (Class::Connection, Phase::NotSent));
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("before anything was sent") && shown.contains("models/m"),
        "{shown}"
    );
    assert!(!shown.contains("theirs") && !shown.contains("ours"), "{shown}");
    let Error::Middleware(error) = error else {
        panic!("{error:?}")
    };
    assert!(error.downcast_ref::<Undelivered>().is_some());
    assert!(
        error
            .downcast_ref::<reqwest::Error>()
            .is_some_and(reqwest::Error::is_connect)
    );
    assert!(extensions.get::<Receipt>().is_some() && extensions.get::<Failure>().is_some());
}

#[tokio::test]
async fn what_never_left_is_not_charged() {
    let carrier = carrier_within(Limit::rpm(1), [developer(&nobody().await)], None);
    let stack = stack(carrier.clone());
    let request = stack
        .post(GOOGLE)
        .with_extension(Deadline(Duration::from_millis(500)));
    let Err(Error::Middleware(error)) = request.send().await else {
        panic!("nobody listens")
    };
    let tries = &error.downcast_ref::<Undelivered>().unwrap().receipt.tries;
    assert!(
        tries.len() > 1,
        "one request a minute, and none was made: {tries:?}"
    );
    assert!(tries.iter().all(|tried| tried.phase == Some(Phase::NotSent)));
    assert_eq!(carrier.engine().in_flight(), 0);
}

#[tokio::test]
async fn the_terms_of_the_request_are_the_calls() {
    let server = Server::start([refused("26s"), good()]).await;
    let stack = stack(carrier([developer(&server.url)], None));
    let terms = CallTerms::new().with_deadline(Duration::from_secs(20));
    let response = stack.post(GOOGLE).with_extension(terms).send().await.unwrap();
    assert_eq!(response.status(), 429, "a wait beyond the deadline is not begun");
    assert_eq!(server.bodies().len(), 1);
}

/// Somebody else's middleware: signs each request and leaves a trace in the call's extensions.
struct Signs;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Trace(Vec<String>);

#[async_trait::async_trait]
impl Middleware for Signs {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let body = request.body().and_then(Body::as_bytes).map_or(0, <[u8]>::len);
        request
            .headers_mut()
            .insert("x-signed", body.to_string().parse().unwrap());
        let path = request.url().path().to_owned();
        extensions.get_or_insert_default::<Trace>().0.push(path);
        next.run(request, extensions).await
    }
}

fn signing(carrier: Carrier) -> ClientWithMiddleware {
    let engine = EngineMiddleware::new(Routes::new().with("m", carrier));
    ClientBuilder::new(client()).with(engine).with(Signs).build()
}

#[tokio::test]
async fn middlewares_inside_see_each_attempt_as_it_goes_out() {
    let server = Server::start([busy(), good()]).await;
    let request = client().post(GOOGLE).body("{}").build().unwrap();
    let mut extensions = Extensions::new();
    let stack = signing(carrier(two(&server), None));
    stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    assert!(
        server.heads().iter().all(|head| head.contains("x-signed: 2")),
        "{:?}",
        server.heads()
    );
    let Trace(paths) = extensions.get().unwrap();
    assert_eq!(
        paths.len(),
        2,
        "what an attempt leaves behind, the next and the call see"
    );
    assert_ne!(paths[0], paths[1]);
}

#[tokio::test]
async fn middlewares_outside_see_the_call() {
    let server = Server::start([busy(), good()]).await;
    let engine = EngineMiddleware::new(Routes::new().with("m", carrier(two(&server), None)));
    let stack = ClientBuilder::new(client()).with(Signs).with(engine).build();
    let request = client().post(GOOGLE).body("{}").build().unwrap();
    let mut extensions = Extensions::new();
    stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    let Trace(paths) = extensions.get().unwrap();
    assert_eq!(
        paths,
        &["/v1beta/models/m:generateContent"],
        "once, and as it was asked"
    );
}

#[tokio::test]
async fn what_a_classifier_inside_has_read_of_an_earlier_attempt_does_not_stay() {
    let server = Server::start([busy(), good()]).await;
    let engine = EngineMiddleware::new(Routes::new().with("m", carrier(two(&server), None)));
    let stack = ClientBuilder::new(client())
        .with(engine)
        .with(ClassifyMiddleware::new().with_filter(|_| true))
        .build();
    let request = client().post(GOOGLE).body("{}").build().unwrap();
    let mut extensions = Extensions::new();
    let response = stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    assert!(response.extensions().get::<Failure>().is_none() && extensions.get::<Failure>().is_none());
    assert_eq!(extensions.get::<Receipt>().unwrap().tries.len(), 2);
}

#[tokio::test]
async fn a_refusal_that_a_classifier_inside_reads_does_not_become_a_timeout() {
    let head = b"HTTP/1.1 429 X\r\nretry-after: 30\r\ncontent-length: 100\r\n\r\n{";
    let server = Server::start([Reply::Stall(head.to_vec())]).await;
    let engine = EngineMiddleware::new(Routes::new().with("m", carrier([developer(&server.url)], None)));
    let patient = Bounds::default().with_patience(Duration::from_secs(3600));
    let stack = ClientBuilder::new(client())
        .with(engine)
        .with(ClassifyMiddleware::new().with_bounds(patient))
        .build();
    let request = stack
        .post(GOOGLE)
        .with_extension(Deadline(Duration::from_millis(500)));
    let response = request.body("{}").send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert!(response.extensions().get::<Failure>().unwrap().hint().is_some());
}

#[tokio::test]
async fn dropping_a_call_breaks_its_attempt_off_and_gives_its_place_back() {
    let server = Server::start([Reply::Stall(Vec::new())]).await;
    let carrier = carrier([developer(&server.url)], None);
    let stack = stack(carrier.clone());
    let call = stack.post(GOOGLE).body("{}").send();
    tokio::select! {
        biased;
        ended = call => panic!("nothing answers: {ended:?}"),
        () = server.was_asked() => {}
    }
    assert_eq!(carrier.engine().in_flight(), 0);
    server.saw(&Event::Closed(0)).await;
}

#[tokio::test]
async fn two_attempts_at_once_have_extensions_of_their_own() {
    let server = Server::start([Reply::Stall(Vec::new()), good()]).await;
    let request = client().post(GOOGLE).body("{}").build().unwrap();
    let mut extensions = Extensions::new();
    extensions.insert(Trace(vec!["the call".to_owned()]));
    let stack = signing(carrier(two(&server), Some(Duration::from_millis(50))));
    let response = stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    assert_eq!(
        response.extensions().get::<Receipt>().unwrap().rule(),
        Some(Rule::Hedge)
    );
    let Trace(paths) = extensions.get().unwrap();
    let [call, winner] = &paths[..] else {
        panic!("{paths:?}")
    };
    assert_eq!(
        (call.as_str(), winner.as_str()),
        ("the call", response.url().path())
    );
    server.saw(&Event::Closed(0)).await; // the other was broken off
}

/// A middleware that finds no credentials of its own.
struct Refuses;

#[async_trait::async_trait]
impl Middleware for Refuses {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        Err(Error::middleware(std::fmt::Error))
    }
}

#[tokio::test]
async fn what_a_middleware_inside_refuses_is_a_cause_of_the_end() {
    let engine =
        EngineMiddleware::new(Routes::new().with("m", carrier([developer("http://127.0.0.1:1")], None)));
    let stack = ClientBuilder::new(client()).with(engine).with(Refuses).build();
    let request = stack
        .post(GOOGLE)
        .with_extension(Deadline(Duration::from_millis(200)));
    let Err(Error::Middleware(error)) = request.send().await else {
        panic!("it refuses")
    };
    assert!(error.downcast_ref::<Undelivered>().is_some());
    assert!(error.downcast_ref::<std::fmt::Error>().is_some());
}

#[tokio::test]
async fn the_error_of_an_earlier_attempt_is_no_cause_of_the_end() {
    let (address, _) = developer(&nobody().await);
    let asked = AtomicBool::new(false);
    let once = Credential::bearer(move || {
        if asked.swap(true, Ordering::Relaxed) {
            Err(BearerError::permanent("no login"))
        } else {
            Ok(Secret::new("ya29.ours"))
        }
    });
    let error = stack(carrier([(address, once)], None))
        .post(GOOGLE)
        .with_extension(Deadline(Duration::from_secs(20)))
        .send()
        .await
        .unwrap_err();
    let Error::Middleware(error) = error else {
        panic!("{error:?}")
    };
    let ended = error.downcast_ref::<Undelivered>().unwrap();
    assert_eq!(ended.receipt.tries.len(), 2);
    assert!(
        error.downcast_ref::<reqwest::Error>().is_none(),
        "that was the first: {error:?}"
    );
}

/// Somebody else's middleware: leaves a mark on every second attempt, and takes it away on the others.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Odd;

struct Toggles;

#[async_trait::async_trait]
impl Middleware for Toggles {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if extensions.remove::<Odd>().is_none() {
            extensions.insert(Odd);
        }
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn what_an_attempt_removes_from_the_extensions_is_gone() {
    let server = Server::start([busy(), good()]).await;
    let engine = EngineMiddleware::new(Routes::new().with("m", carrier(two(&server), None)));
    let stack = ClientBuilder::new(client()).with(engine).with(Toggles).build();
    let request = client().post(GOOGLE).body("{}").build().unwrap();
    let mut extensions = Extensions::new();
    stack
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    assert_eq!(extensions.get::<Odd>(), None, "two attempts");
}

#[tokio::test]
async fn a_closed_engine_sends_nothing() {
    let server = Server::start([good()]).await;
    let carrier = carrier([developer(&server.url)], None);
    carrier.close();
    let Err(Error::Middleware(error)) = stack(carrier).post(GOOGLE).send().await else {
        panic!("it is closed")
    };
    assert_eq!(error.downcast_ref::<Undelivered>().unwrap().end, End::Shed);
    assert_eq!(server.connections(), 0);
}

#[cfg(not(feature = "rustls"))]
#[tokio::test]
async fn without_tls_the_end_says_which_feature_to_turn_on() {
    let request = stack(carrier([developer("https://127.0.0.1:1")], None))
        .post(GOOGLE)
        .with_extension(Deadline(Duration::from_millis(200)));
    let error = request.send().await.unwrap_err();
    assert!(format!("{error:?}").contains("`rustls`"), "{error:?}");
}
