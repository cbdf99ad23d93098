//! The contenders: bare clients, and the same ones with dioscuri around them.

use bytes::Bytes;
use dioscuri::{Config, ModelLimits, Project, Request};
use dioscuri_reqwest::{
    ClassifyMiddleware, EngineMiddleware, ReqwestTransport, RetryMiddleware, read_error, stock_retry,
};
use dioscuri_retry::{Profile, adapters::Schedule};
use dioscuri_stacks::{KEY, MODEL, path};
use dioscuri_tower::{ClassifyLayer, EngineLayer, RetryLayer};
use dioscuri_transport::Routes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy, rt::TokioExecutor};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use std::{future::Future, pin::Pin, sync::Arc};
use tower::{Layer as _, ServiceBuilder, ServiceExt as _};

/// One contender.
pub(super) struct Client {
    pub(super) name: &'static str,
    /// The number of the bare client that it is compared with.
    pub(super) beside: usize,
    /// One request, read to its end.
    pub(super) ask: Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>,
}

impl Client {
    fn new<F: Future<Output = ()> + Send + 'static>(
        name: &'static str,
        beside: usize,
        ask: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        let ask = Arc::new(move || -> Pin<Box<dyn Future<Output = ()> + Send>> { Box::pin(ask()) });
        Self { name, beside, ask }
    }
}

/// A prompt of five hundred tokens.
fn body() -> Bytes {
    let text = "Who were Castor and Pollux? ".repeat(72);
    Bytes::from(format!(
        r#"{{"contents": [{{"role": "user", "parts": [{{"text": "{text}"}}]}}]}}"#
    ))
}

/// The contenders at `url` that are wanted; a bare client always comes first.
pub(super) fn all(url: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<Client> {
    let mut all = over_reqwest(url);
    all.retain(|client| is_wanted(client.name));
    let bare = all.len();
    all.extend(over_hyper(url, bare));
    all.retain(|client| is_wanted(client.name));
    all
}

/// No limit binds: a budget that counts, and nobody who waits.
fn dioscuri(url: &str) -> dioscuri::Client {
    let limits = ModelLimits::new(MODEL)
        .with_rpm(1_000_000_000)
        .with_tpm(1_000_000_000_000);
    let project = Project::developer("castor")
        .with_key(KEY)
        .with_base_url(url)
        .with_limits(limits);
    let config = Config::new([project]).with_models([MODEL]);
    let transport = ReqwestTransport::from_client(reqwest());
    dioscuri::Client::builder(config, transport)
        .build()
        .expect("a plain configuration")
}

fn reqwest() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    builder.build().expect("no TLS to set up")
}

fn over_reqwest(url: &str) -> Vec<Client> {
    let url = Arc::<str>::from(format!("{url}{}", path("generateContent")));
    let plain = |name, reads: bool| {
        let (client, url, body) = (reqwest(), Arc::clone(&url), body());
        Client::new(name, 0, move || {
            let request = client
                .post(&*url)
                .header("x-goog-api-key", KEY)
                .header("content-type", "application/json")
                .body(body.clone());
            async move {
                let mut response = request.send().await.expect("it answers");
                if reads {
                    response = read_error(response).await.0;
                }
                assert!(response.status().is_success());
                response.bytes().await.expect("it is whole");
            }
        })
    };
    let stacked = |name, client: ClientWithMiddleware| {
        let (url, body) = (Arc::clone(&url), body());
        Client::new(name, 0, move || {
            let request = client
                .post(&*url)
                .header("x-goog-api-key", KEY)
                .header("content-type", "application/json")
                .body(body.clone());
            async move {
                let response = request.send().await.expect("it answers");
                assert!(response.status().is_success());
                response.bytes().await.expect("it is whole");
            }
        })
    };
    let builder = || ClientBuilder::new(reqwest());
    let policy = || Profile::Default.policy();
    let (retry, classify) = stock_retry(Schedule::new(policy()));
    let google = url.trim_end_matches(&path("generateContent")).to_owned();
    let client = dioscuri(&google);
    let by_bytes = Routes::new().with(MODEL, client.carrier().clone());
    let routes = client.routes();
    let facade = {
        let (client, body) = (dioscuri(&google), body());
        Client::new("full: dioscuri::Client", 0, move || {
            let (client, body) = (client.clone(), body.clone());
            async move {
                let request = Request::from_json(body).expect("a question");
                client.generate(&request).await.expect("it answers");
            }
        })
    };
    vec![
        plain("bare reqwest", false),
        plain("bare reqwest, once more", false),
        plain("classify only: read_error", true),
        stacked("bare reqwest-middleware", builder().build()),
        stacked(
            "classify only: ClassifyMiddleware",
            builder().with(ClassifyMiddleware::new()).build(),
        ),
        stacked(
            "retry in place: RetryMiddleware",
            builder().with(RetryMiddleware::new(policy())).build(),
        ),
        stacked(
            "retry in place: reqwest-retry, our policy",
            builder().with(retry).with(classify).build(),
        ),
        stacked(
            "full: EngineMiddleware, estimates by bytes",
            builder().with(EngineMiddleware::new(by_bytes)).build(),
        ),
        stacked(
            "full: EngineMiddleware",
            builder().with(EngineMiddleware::new(routes)).build(),
        ),
        facade,
    ]
}

fn over_hyper(url: &str, bare: usize) -> Vec<Client> {
    let google = url;
    let url = Arc::<str>::from(format!("{url}{}", path("generateContent")));
    let request = {
        let (url, body) = (Arc::clone(&url), body());
        move || {
            http::Request::post(&*url)
                .header("x-goog-api-key", KEY)
                .header("content-type", "application/json")
                .body(Full::new(body.clone()))
                .expect("a request")
        }
    };
    /// Asks a service, and reads the answer to its end.
    macro_rules! asks {
        ($name:literal, $service:expr) => {{
            let (service, request) = ($service, request.clone());
            Client::new($name, bare, move || {
                let asked = service.clone().oneshot(request());
                async move {
                    let response = asked.await.expect("it answers");
                    assert!(response.status().is_success());
                    response.into_body().collect().await.expect("it is whole");
                }
            })
        }};
    }
    macro_rules! hyper {
        () => {
            legacy::Client::builder(TokioExecutor::new()).build_http()
        };
    }
    let retry = RetryLayer::new(Arc::new(Profile::Default.policy()));
    let engine = EngineLayer::new(dioscuri(google).routes());
    vec![
        asks!("bare hyper-util", hyper!()),
        asks!(
            "classify only: ClassifyLayer",
            ClassifyLayer::gemini().layer(hyper!())
        ),
        asks!(
            "retry in place: RetryLayer, ClassifyLayer",
            ServiceBuilder::new()
                .layer(retry)
                .layer(ClassifyLayer::gemini())
                .service(hyper!())
        ),
        asks!("full: EngineLayer", engine.layer(hyper!())),
    ]
}
