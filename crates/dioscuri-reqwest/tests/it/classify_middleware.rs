//! The first depth of the middleware: says what a failure is, and changes nothing.

use crate::script::{Reply, Server, answer, client, nobody, ok, refused};
use dioscuri_reqwest::ClassifyMiddleware;
use dioscuri_vocab::{Class, Failure};
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next, Result};

fn stack() -> ClientWithMiddleware {
    ClientBuilder::new(client())
        .with(ClassifyMiddleware::new().with_filter(|_| true))
        .build()
}

#[tokio::test]
async fn a_refusal_has_its_failure_and_all_else() {
    let server = Server::start([refused("2.5s")]).await;
    let response = stack().post(&server.url).send().await.unwrap();
    let failure = response.extensions().get::<Failure>().unwrap();
    assert_eq!(failure.class, Class::QuotaMinute);
    assert_eq!(response.url().as_str(), format!("{}/", server.url));
    assert!(response.text().await.unwrap().contains("retryDelay"));
}

#[tokio::test]
async fn an_answer_has_none() {
    let server = Server::start([ok("{}")]).await;
    let response = stack().post(&server.url).send().await.unwrap();
    assert!(response.extensions().get::<Failure>().is_none());
}

#[tokio::test]
async fn an_error_stays_reqwests_own_and_the_call_has_its_failure() {
    let url = format!("{}/?key=hush&alt=sse", nobody().await);
    let mut extensions = Extensions::new();
    let request = client().post(url).build().unwrap();
    let error = stack()
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap_err();
    assert!(error.is_connect() && !error.is_middleware(), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
    assert_eq!(extensions.get::<Failure>().unwrap().class, Class::Connection);
}

#[tokio::test]
async fn what_an_earlier_request_left_does_not_stay() {
    let server = Server::start([Reply::Bytes(answer(503, "", "busy")), ok("{}")]).await;
    let mut extensions = Extensions::new();
    for failed in [true, false] {
        let request = client().post(&server.url).build().unwrap();
        stack()
            .execute_with_extensions(request, &mut extensions)
            .await
            .unwrap();
        assert_eq!(extensions.get::<Failure>().is_some(), failed);
    }
}

#[tokio::test]
async fn what_is_not_the_gemini_apis_passes_untouched() {
    let server = Server::start([Reply::Bytes(answer(503, "", "busy"))]).await;
    let stack = ClientBuilder::new(client())
        .with(ClassifyMiddleware::new())
        .build();
    let charge = format!("{}/payments/charge", server.url);
    let response = stack.post(charge).send().await.unwrap();
    assert!(response.extensions().get::<Failure>().is_none());
}

#[tokio::test]
async fn what_has_no_error_status_is_no_failure() {
    for head in ["204 X", "304 X\r\netag: a", "303 X"] {
        let reply = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
        let server = Server::start([Reply::Bytes(reply.into_bytes())]).await;
        let response = stack().get(&server.url).send().await.unwrap();
        assert!(response.extensions().get::<Failure>().is_none(), "{head}");
    }
}

#[tokio::test]
async fn a_refusal_of_a_head_request_has_no_body_to_wait_for() {
    let reply = b"HTTP/1.1 404 X\r\ncontent-length: 100\r\n\r\n".to_vec();
    let server = Server::start([Reply::Bytes(reply)]).await;
    let response = stack().head(&server.url).send().await.unwrap();
    assert_eq!(
        response.extensions().get::<Failure>().unwrap().class,
        Class::NotFound
    );
}

#[tokio::test]
async fn a_refusal_in_chunks_is_the_same_after_it_was_read() {
    let reply = b"HTTP/1.1 503 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbu\r\n2\r\nsy\r\n0\r\n\r\n";
    let server = Server::start([Reply::Bytes(reply.to_vec())]).await;
    let response = stack().post(&server.url).send().await.unwrap();
    assert_eq!(response.headers()["transfer-encoding"], "chunked");
    assert_eq!(response.text().await.unwrap(), "busy");
}

/// Somebody else's middleware: wraps what fails.
struct Wraps;

#[async_trait::async_trait]
impl Middleware for Wraps {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        next.run(request, extensions).await.map_err(|error| match error {
            Error::Reqwest(error) => Error::middleware(error),
            own @ Error::Middleware(_) => own,
        })
    }
}

#[tokio::test]
async fn a_wrapped_error_shows_no_credential_either() {
    let stack = ClientBuilder::new(client())
        .with(ClassifyMiddleware::new().with_filter(|_| true))
        .with(Wraps)
        .build();
    let url = format!("{}/m?key=hush", nobody().await);
    let error = stack.post(url).send().await.unwrap_err();
    assert!(!format!("{error:?} {error:#}").contains("hush"), "{error:?}");
}
