//! The first depth of the middleware: says what a failure is, and changes nothing.

use crate::script::{Reply, Server, answer, client, nobody, ok, refused};
use dioscuri_reqwest::ClassifyMiddleware;
use dioscuri_vocab::{Class, Failure};
use http::Extensions;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

fn stack() -> ClientWithMiddleware {
    ClientBuilder::new(client())
        .with(ClassifyMiddleware::new())
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
