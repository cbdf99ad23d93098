//! Over real sockets: hyper-util's client, and a simulated Gemini.

use bytes::Bytes;
use dioscuri_budget::{Budget, Config, Limit, Turnstile};
use dioscuri_http::Resend;
use dioscuri_pool::{EndpointSpec, RegionPool};
use dioscuri_retry::{AttemptLog, Profile};
use dioscuri_sim::{Reason, Scenario, Server};
use dioscuri_tower::vocab::{Class, CredentialId, EndpointId, Failure};
use dioscuri_tower::{Claim, ClassifyLayer, GateLayer, PoolLayer, RateBudgetLayer, RetryLayer};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{error::Error as _, io, sync::Arc, time::Duration};
use tower::{ServiceBuilder, ServiceExt as _};

pub(crate) const ASK: &str = "/v1beta/models/gemini-3.8-flash:generateContent";
const BODY: &str = r#"{"contents": [{"role": "user", "parts": [{"text": "Who is Castor?"}]}]}"#;

pub(crate) fn client<B>() -> Client<HttpConnector, B>
where
    B: http_body::Body + Send,
    B::Data: Send,
{
    Client::builder(TokioExecutor::new()).build_http()
}

pub(crate) fn question(url: &str, path: &str) -> Request<Full<Bytes>> {
    Request::post(format!("{url}{path}"))
        .header("x-goog-api-key", "AQ.castor")
        .body(Full::from(BODY))
        .unwrap()
}

fn retry() -> RetryLayer {
    RetryLayer::new(Arc::new(Profile::Default.policy())).with_deadline(Duration::from_secs(60))
}

#[tokio::test]
async fn a_hint_then_a_lack_of_capacity_then_the_answer() {
    let server = Server::start(Scenario::named("plugged-in").unwrap())
        .await
        .unwrap();
    let service = ServiceBuilder::new()
        .layer(retry())
        .layer(ClassifyLayer::gemini())
        .service(client::<Resend<Full<Bytes>>>());
    let answer = service.oneshot(question(&server.url(), ASK)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let log = answer.extensions().get::<AttemptLog>().unwrap().clone();
    let answer = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(answer.starts_with(b"{"));
    let classes: Vec<_> = log.tried().iter().map(|tried| tried.class).collect();
    let [quota, capacity] = [Class::QuotaMinute, Class::Capacity].map(Some);
    assert_eq!(classes, [quota, capacity, capacity, None]);
    assert!(log.tried()[1].waited >= Duration::from_millis(2500), "{log}");
    assert!(log.tried()[0].waited.is_zero(), "{log}");
    let stats = server.stats();
    assert_eq!((stats.arrivals, stats.answered), (4, 1));
    assert_eq!(stats.refused_for(Reason::Credentials), 0);
}

/// Its minute is half as long as the budget's: requests may arrive as unevenly as a busy machine sends them.
const NARROW: &str = r#"
minute = "500ms"
[latency]
min = "1ms"
max = "5ms"
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
tier = "paid"
key = [{ secret = "AQ.castor" }]
quota = [{ model = "gemini-3.8-flash", rpm = 10, tpm = 100000 }]
"#;

#[tokio::test]
async fn a_crowd_with_a_budget_is_never_refused() {
    let server = Server::start(Scenario::parse(NARROW).unwrap()).await.unwrap();
    let budget = Arc::new(Budget::new(Config::default().with_minute(Duration::from_secs(1))));
    budget.attach(EndpointId(0), &[Limit::rpm(10), Limit::tpm(100_000)]);
    let turnstile = Turnstile::new(budget);
    let held = RateBudgetLayer::new(turnstile.clone(), |head, size| {
        (head.uri.path() == ASK).then(|| Claim::estimated(EndpointId(0), size))
    });
    let service = ServiceBuilder::new()
        .layer(retry())
        .layer(held.with_gemini_usage())
        .layer(ClassifyLayer::gemini())
        .service(client::<Resend<Full<Bytes>>>());
    let calls: Vec<_> = (0..25)
        .map(|_| tokio::spawn(service.clone().oneshot(question(&server.url(), ASK))))
        .collect();
    for call in calls {
        let answer = call.await.unwrap().unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.into_body().collect().await.unwrap();
    }
    let stats = server.stats();
    assert_eq!((stats.arrivals, stats.answered), (25, 25));
    assert_eq!(turnstile.waiting(), 0);
}

const TWO_KEYS: &str = r#"
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.bad" }, { secret = "AQ.good" }]
[[incident]]
what = "key_leaked"
key = 1
"#;

#[tokio::test]
async fn a_bad_key_is_left_alone_after_one_refusal() {
    let server = Server::start(Scenario::parse(TWO_KEYS).unwrap()).await.unwrap();
    let pool = RegionPool::default();
    for number in 0..2 {
        pool.add(EndpointSpec::new(EndpointId(number), [CredentialId(number)]))
            .unwrap();
    }
    let keys = ["AQ.bad", "AQ.good"].map(HeaderValue::from_static);
    let choose = PoolLayer::new(Arc::new(pool), move |head, chosen| {
        let key = keys[chosen.credential.0 as usize].clone();
        head.headers.insert("x-goog-api-key", key);
    })
    .with_seed(1);
    let service = ServiceBuilder::new()
        .layer(retry())
        .layer(choose)
        .layer(ClassifyLayer::gemini())
        .service(client::<Resend<Full<Bytes>>>());
    for _ in 0..12 {
        let answer = service
            .clone()
            .oneshot(question(&server.url(), ASK))
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.into_body().collect().await.unwrap();
    }
    let stats = server.stats();
    assert_eq!(stats.answered, 12);
    assert_eq!(stats.refused_for(Reason::LeakedKey), 1);
}

/// An address where nobody listens.
pub(crate) async fn nowhere() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn nobody_listens_and_the_error_is_hypers_own() {
    let service = ServiceBuilder::new()
        .layer(retry().with_deadline(Duration::from_millis(200)))
        .layer(ClassifyLayer::gemini())
        .service(client::<Resend<Full<Bytes>>>());
    let error = service
        .oneshot(question(&nowhere().await, ASK))
        .await
        .unwrap_err();
    assert!(error.is_connect());
    let mut cause = error.source();
    while let Some(next) = cause.and_then(|cause| cause.source()) {
        cause = Some(next);
    }
    let io = cause.unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(io.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn an_answer_that_cannot_be_helped_is_handed_on_whole() {
    let server = Server::start(Scenario::named("calm").unwrap()).await.unwrap();
    let service = ServiceBuilder::new()
        .layer(retry())
        .layer(ClassifyLayer::gemini())
        .service(client::<Resend<Full<Bytes>>>());
    let unknown = "/v1beta/models/no-such-model:generateContent";
    let answer = service.oneshot(question(&server.url(), unknown)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let failure = answer.extensions().get::<Failure>().unwrap();
    assert_eq!(failure.class, Class::NotFound);
    let length: usize = answer.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        answer.into_body().collect().await.unwrap().to_bytes().len(),
        length
    );
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
async fn a_stream_that_begins_with_an_error_is_asked_for_again() {
    let server = Server::start(Scenario::parse(BROKEN_FIRST).unwrap())
        .await
        .unwrap();
    let service = ServiceBuilder::new()
        .layer(retry())
        .layer(GateLayer::gemini())
        .layer(ClassifyLayer::gemini())
        .service(client::<Resend<Full<Bytes>>>());
    let path = "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";
    let answer = service.oneshot(question(&server.url(), path)).await.unwrap();
    let tried = answer.extensions().get::<AttemptLog>().unwrap().tried().len();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let body = std::str::from_utf8(&body).unwrap();
    assert!(
        body.starts_with("data: ") && !body.contains("\"error\""),
        "{body}"
    );
    assert_eq!((tried, server.stats().answered), (2, 1));
}
