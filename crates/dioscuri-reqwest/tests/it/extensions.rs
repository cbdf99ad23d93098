//! How reqwest-middleware loses extensions: what the page of this crate tells, held.

use crate::script::{Server, client, ok, refused};
use dioscuri_reqwest::{Deadline, RetryMiddleware};
use dioscuri_retry::{AttemptLog, Profile};
use http::Extensions;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Extension};
use std::time::Duration;
use tower_service::Service as _;

/// Too short for the hint of [`asks_for_a_second`]: whoever sees it does not wait.
const SOON: Deadline = Deadline(Duration::from_millis(500));

async fn asks_for_a_second() -> Server {
    Server::start([refused("0.6s"), ok("{}")]).await
}

fn stack() -> ClientWithMiddleware {
    ClientBuilder::new(client())
        .with_init(Extension(SOON))
        .with(RetryMiddleware::new(Profile::Default.policy()))
        .build()
}

#[tokio::test]
async fn send_keeps_them() {
    let server = asks_for_a_second().await;
    let response = stack().post(&server.url).send().await.unwrap();
    assert_eq!(response.status(), 429, "the initialiser's deadline was seen");
    assert!(response.extensions().get::<AttemptLog>().is_some());
}

#[tokio::test]
async fn build_and_execute_lose_them() {
    let server = asks_for_a_second().await;
    let request = stack().post(&server.url).with_extension(SOON).build().unwrap();
    let response = stack().execute(request).await.unwrap();
    assert_eq!(response.status(), 200, "nobody knew of a deadline");
    assert!(
        response.extensions().get::<AttemptLog>().is_some(),
        "the response has its log all the same"
    );
}

#[tokio::test]
async fn a_tower_call_begins_with_none() {
    let server = asks_for_a_second().await;
    let request = stack().post(&server.url).with_extension(SOON).build().unwrap();
    let response = stack().call(request).await.unwrap();
    assert_eq!(response.status(), 200, "nobody knew of a deadline");
}

#[tokio::test]
async fn execute_with_extensions_takes_ones_own_and_gives_them_back() {
    let server = asks_for_a_second().await;
    let mut extensions = Extensions::new();
    extensions.insert(SOON);
    let request = client().post(&server.url).build().unwrap();
    let response = stack()
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(
        extensions.get::<AttemptLog>(),
        response.extensions().get::<AttemptLog>()
    );
}
