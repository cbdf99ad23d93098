//! The whole engine as a layer, over hyper-util's client.

use crate::sockets::{ASK, client, nowhere, question};
use bytes::Bytes;
use dioscuri_engine::Engine;
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{Config, EndpointSpec, RegionPool};
use dioscuri_retry::Profile;
use dioscuri_sim::{Reason, Scenario, Server};
use dioscuri_tower::vocab::{Class, CredentialId, EndpointId, Failure, Phase};
use dioscuri_tower::{Deadline, EngineError, EngineLayer, EngineService, Onward};
use dioscuri_transport::{Address, Carrier, Clock, Credential, Directory, DriverConfig, Receipt, Routes};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use std::{sync::Arc, time::Duration};
use tower::{Layer as _, ServiceExt as _};

const MODEL: &str = "gemini-3.8-flash";

type Stack = EngineService<Client<HttpConnector, Onward<Full<Bytes>>>>;

/// An engine of one endpoint at `url`, whose key is the simulator's.
fn stack(url: &str) -> Stack {
    let pool = RegionPool::new(Config::new());
    pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
        .unwrap();
    let engine = Engine::builder(pool).retry(Profile::Default.policy()).build();
    let mut directory = Directory::new();
    directory.add_endpoint(Address::developer(MODEL).unwrap().with_base(url).unwrap());
    directory.add_credential(Credential::api_key("AQ.castor"));
    let (classify, config) = (Arc::new(Taxonomy::new()), DriverConfig::default());
    let carrier = Carrier::new(engine, directory, classify, Clock::start(), config);
    EngineLayer::new(Routes::new().with(MODEL, carrier)).layer(client())
}

/// A request of a program that knows Google's address and a key of its own.
fn asked(path: &str) -> Request<Full<Bytes>> {
    let mut request = question("http://no-such-host.invalid", &format!("{path}?key=AQ.theirs"));
    let theirs = http::HeaderValue::from_static("AQ.theirs");
    request.headers_mut().insert("x-goog-api-key", theirs);
    request.extensions_mut().insert(Deadline(Duration::from_secs(30)));
    request
}

async fn text<B>(response: Response<B>) -> String
where
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn host_and_credential_are_the_endpoints_and_the_receipt_tells_the_story() {
    let server = Server::start(Scenario::named("plugged-in").unwrap())
        .await
        .unwrap();
    let answer = stack(&server.url()).oneshot(asked(ASK)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let receipt = answer.extensions().get::<Receipt>().unwrap().clone();
    let classes: Vec<_> = receipt.tries.iter().map(|one| one.class).collect();
    let [quota, capacity] = [Class::QuotaMinute, Class::Capacity].map(Some);
    assert_eq!(classes, [quota, capacity, capacity, None]);
    assert!(text(answer).await.contains("candidates"));
    let stats = server.stats();
    assert_eq!((stats.arrivals, stats.answered), (4, 1));
    assert_eq!(
        stats.refused_for(Reason::Credentials) + stats.refused_for(Reason::InvalidKey),
        0
    );
}

#[tokio::test]
async fn what_no_route_takes_passes_untouched() {
    let server = Server::start(Scenario::named("calm").unwrap()).await.unwrap();
    let other = "/v1beta/models/no-such-model:generateContent";
    let answer = stack(&server.url())
        .oneshot(question(&server.url(), other))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(answer.extensions().get::<Receipt>().is_none());
    let request = Request::get(format!("{}/v1beta/models", nowhere().await));
    let request = request.body(Full::default()).unwrap();
    let error = stack(&server.url()).oneshot(request).await.unwrap_err();
    assert!(error.as_undelivered().is_none());
    assert!(
        error
            .into_inner()
            .unwrap()
            .is::<hyper_util::client::legacy::Error>()
    );
}

const WRONG: &str = r#"
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.castor" }]
[[incident]]
what = "invalid_argument"
"#;

#[tokio::test]
async fn a_refusal_that_nothing_helps_comes_back_as_a_response() {
    let server = Server::start(Scenario::parse(WRONG).unwrap()).await.unwrap();
    let answer = stack(&server.url()).oneshot(asked(ASK)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let failure = answer.extensions().get::<Failure>().unwrap();
    assert_eq!(failure.class, Class::InvalidRequest);
    assert_eq!(answer.extensions().get::<Receipt>().unwrap().tries.len(), 1);
    assert!(text(answer).await.contains("INVALID_ARGUMENT"));
}

#[tokio::test]
async fn where_there_is_no_answer_the_error_holds_the_call() {
    let mut hasty = asked(ASK);
    hasty
        .extensions_mut()
        .insert(Deadline(Duration::from_millis(300)));
    let error: EngineError = stack(&nowhere().await).oneshot(hasty).await.unwrap_err();
    let ended = error.as_undelivered().unwrap();
    assert!(!ended.receipt.tries.is_empty());
    assert!(
        ended
            .receipt
            .tries
            .iter()
            .all(|one| one.phase == Some(Phase::NotSent))
    );
    let told = format!("{error}; {ended}; {ended:?}");
    assert!(!told.contains("AQ."), "{told}");
}

const BROKEN_FIRST: &str = r#"
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.castor" }]
[[incident]]
what = "stream_error"
frames = 0
count = 1
"#;

#[tokio::test]
async fn a_stream_is_held_until_its_first_event_and_its_place_until_its_end() {
    let server = Server::start(Scenario::parse(BROKEN_FIRST).unwrap())
        .await
        .unwrap();
    let path = "/v1beta/models/gemini-3.8-flash:streamGenerateContent";
    let mut request = asked(path);
    *request.uri_mut() = format!("http://no-such-host.invalid{path}?alt=sse")
        .parse()
        .unwrap();
    let answer = stack(&server.url()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let tries = answer.body().as_streaming().unwrap().receipt().tries.len();
    let body = text(answer).await;
    assert!(
        body.starts_with("data: ") && !body.contains("\"error\""),
        "{body}"
    );
    assert_eq!((tries, server.stats().answered), (2, 1));
}
