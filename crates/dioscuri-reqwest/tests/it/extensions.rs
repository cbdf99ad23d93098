//! How reqwest-middleware loses extensions: what the page of this crate tells, held.

use crate::script::{Server, client, ok, refused};
use dioscuri_reqwest::{Deadline, RetryMiddleware};
use dioscuri_retry::{AttemptLog, Profile};
use http::Extensions;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Extension};
use std::time::Duration;
use tower_service::Service as _;

/// Too short for the hint of the first answer: whoever sees it does not wait.
const SEEN: Deadline = Deadline(Duration::from_secs(20));
const BEYOND: &str = "26s";

/// So short that a call which sees it fails.
const NOT_SEEN: Deadline = Deadline(Duration::ZERO);
const SOON: &str = "0.05s";

async fn asks_for(delay: &str) -> Server {
    Server::start([refused(delay), ok("{}")]).await
}

fn stack(deadline: Deadline) -> ClientWithMiddleware {
    ClientBuilder::new(client())
        .with_init(Extension(deadline))
        .with(RetryMiddleware::new(Profile::Default.policy()).with_filter(|_| true))
        .build()
}

#[tokio::test]
async fn send_keeps_them() {
    let server = asks_for(BEYOND).await;
    let response = stack(SEEN).post(&server.url).send().await.unwrap();
    assert_eq!(response.status(), 429, "the initialiser's deadline was seen");
    assert!(response.extensions().get::<AttemptLog>().is_some());
}

#[tokio::test]
async fn build_and_execute_lose_them() {
    let server = asks_for(SOON).await;
    let request = stack(NOT_SEEN)
        .post(&server.url)
        .with_extension(NOT_SEEN)
        .build()
        .unwrap();
    let response = stack(NOT_SEEN).execute(request).await.unwrap();
    assert_eq!(response.status(), 200, "nobody knew of a deadline");
    assert!(
        response.extensions().get::<AttemptLog>().is_some(),
        "the response has its log all the same"
    );
}

#[tokio::test]
async fn a_tower_call_begins_with_none() {
    let server = asks_for(SOON).await;
    let request = stack(NOT_SEEN)
        .post(&server.url)
        .with_extension(NOT_SEEN)
        .build()
        .unwrap();
    let response = stack(NOT_SEEN).call(request).await.unwrap();
    assert_eq!(response.status(), 200, "nobody knew of a deadline");
}

#[tokio::test]
async fn execute_with_extensions_takes_ones_own_and_gives_them_back() {
    let server = asks_for(BEYOND).await;
    let mut extensions = Extensions::new();
    extensions.insert(SEEN);
    let request = client().post(&server.url).build().unwrap();
    let response = stack(NOT_SEEN)
        .execute_with_extensions(request, &mut extensions)
        .await
        .unwrap();
    assert_eq!(response.status(), 429, "one's own, and no initialiser's");
    assert_eq!(
        extensions.get::<AttemptLog>(),
        response.extensions().get::<AttemptLog>()
    );
}
