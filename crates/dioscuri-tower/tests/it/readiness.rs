//! When a request is sent.

use crate::service::{Fake, Frames, send};
use dioscuri_tower::TowerTransport;
use http::Response;
use std::io::ErrorKind;

fn answering() -> Fake {
    Fake::new(|_| Ok(Response::new(Frames::text("{}"))))
}

#[track_caller]
fn check(fake: &Fake, expected: &[&str]) {
    assert_eq!(*fake.log.lock().expect("no test panicked"), expected);
}

#[tokio::test]
async fn a_request_waits_until_the_service_is_ready() {
    let fake = answering().ready_after(2);
    let transport = TowerTransport::new(fake.clone());
    send(&transport, fake.log.clone()).await.unwrap();
    check(&fake, &["not ready", "not ready", "ready", "sent", "called"]);
}

#[tokio::test]
async fn a_request_to_a_service_that_is_never_ready_is_not_sent() {
    let fake = answering().never_ready(ErrorKind::Other);
    let transport = TowerTransport::new(fake.clone());
    assert!(send(&transport, fake.log.clone()).await.is_err());
    check(&fake, &[]);
}

#[tokio::test]
async fn every_request_asks_for_readiness_of_its_own() {
    let fake = answering();
    let transport = TowerTransport::new(fake.clone());
    for _ in 0..2 {
        send(&transport, fake.log.clone()).await.unwrap();
    }
    check(&fake, &["ready", "sent", "called", "ready", "sent", "called"]);
}
