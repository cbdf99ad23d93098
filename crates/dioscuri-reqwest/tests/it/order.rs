//! Where our middlewares stand among others: what the page of this crate tells, held.

use crate::script::{Reply, Server, answer, client, ok};
use dioscuri_reqwest::{ClassifyMiddleware, RetryMiddleware};
use dioscuri_retry::{Backoff, Standard};
use dioscuri_vocab::{Class, Failure};
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next, Result};
use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Somebody else's middleware: notes what passes, and what class it was said to be.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Note>>>);

/// A status, and the class that it was said to be.
type Note = (u16, Option<Class>);

#[async_trait::async_trait]
impl Middleware for Notes {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        request.headers_mut().insert("x-signed", "yes".parse().unwrap());
        let response = next.run(request, extensions).await?;
        let class = response
            .extensions()
            .get::<Failure>()
            .map(|failure| failure.class);
        self.0.lock().unwrap().push((response.status().as_u16(), class));
        Ok(response)
    }
}

impl Notes {
    fn taken(&self) -> Vec<Note> {
        self.0.lock().unwrap().clone()
    }
}

fn quick() -> Standard {
    let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    Standard::new(backoff, backoff, NonZeroU32::new(4).unwrap())
}

async fn one_bad_answer() -> Server {
    Server::start([Reply::Bytes(answer(503, "", "busy")), ok("{}")]).await
}

#[tokio::test]
async fn inside_of_the_retry_each_attempt_is_seen_and_outside_the_call() {
    let server = one_bad_answer().await;
    let (outside, inside) = (Notes::default(), Notes::default());
    let stack = ClientBuilder::new(client())
        .with(outside.clone())
        .with(RetryMiddleware::new(quick()).with_filter(|_| true))
        .with(inside.clone())
        .build();
    stack.post(&server.url).send().await.unwrap();
    assert_eq!(outside.taken(), [(200, None)]);
    assert_eq!(
        inside.taken(),
        [(503, None), (200, None)],
        "the retry around it reads the failure"
    );
    assert!(
        server.heads().iter().all(|head| head.contains("x-signed: yes")),
        "each attempt is signed"
    );
}

#[tokio::test]
async fn whoever_stands_around_the_classifier_knows_the_class() {
    let server = one_bad_answer().await;
    let (outside, inside) = (Notes::default(), Notes::default());
    let stack = ClientBuilder::new(client())
        .with(RetryMiddleware::new(quick()).with_filter(|_| true))
        .with(outside.clone())
        .with(ClassifyMiddleware::new().with_filter(|_| true))
        .with(inside.clone())
        .build();
    stack.post(&server.url).send().await.unwrap();
    assert_eq!(outside.taken(), [(503, Some(Class::Unavailable)), (200, None)]);
    assert_eq!(inside.taken(), [(503, None), (200, None)]);
}

/// Refuses everything, as a middleware that finds no credentials does.
struct Refuses;

#[async_trait::async_trait]
impl Middleware for Refuses {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        Err(reqwest_middleware::Error::middleware(std::fmt::Error))
    }
}

#[tokio::test]
async fn what_another_middleware_refuses_is_handed_on_and_not_tried_again() {
    let server = one_bad_answer().await;
    let inside = Notes::default();
    let stack = ClientBuilder::new(client())
        .with(RetryMiddleware::new(quick()).with_filter(|_| true))
        .with(inside.clone())
        .with(Refuses)
        .build();
    let error = stack.post(&server.url).send().await.unwrap_err();
    let reqwest_middleware::Error::Middleware(error) = error else {
        panic!("{error:?}")
    };
    assert!(error.is::<std::fmt::Error>());
    assert_eq!(server.connections(), 0);
}
