//! What failed, and how far the attempt had come.

use crate::service::{Fake, Log, send};
use dioscuri_tower::TowerTransport;
use dioscuri_transport::{Fault, Transport};
use dioscuri_vocab::Phase;
use std::{
    error::Error as _,
    io::{self, ErrorKind},
};

/// The failure of an attempt over `transport`, its cause checked.
async fn failure(transport: impl Transport, cause: ErrorKind) -> (Phase, Fault) {
    let Err(error) = send(&transport, Log::default()).await else {
        panic!("the service fails");
    };
    let source = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    assert_eq!(source.map(io::Error::kind), Some(cause));
    (error.phase, error.fault)
}

#[tokio::test]
async fn what_fails_before_the_service_is_ready_was_not_sent() {
    let unready = Fake::failing(ErrorKind::Other).never_ready(ErrorKind::ConnectionReset);
    let read = failure(TowerTransport::new(unready), ErrorKind::ConnectionReset).await;
    assert_eq!(read, (Phase::NotSent, Fault::Reset));
}

#[tokio::test]
async fn what_fails_in_the_call_counts_as_sent() {
    let transport = TowerTransport::new(Fake::failing(ErrorKind::BrokenPipe));
    assert_eq!(
        failure(transport, ErrorKind::BrokenPipe).await,
        (Phase::Sent, Fault::Reset)
    );
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let transport = TowerTransport::new(Fake::failing(ErrorKind::ConnectionRefused));
    let read = failure(transport, ErrorKind::ConnectionRefused).await;
    assert_eq!(read, (Phase::NotSent, Fault::Refused));
}

#[tokio::test]
async fn a_service_that_knows_better_says_so() {
    let transport = TowerTransport::new(Fake::failing(ErrorKind::NotFound))
        .with_fault(|_, _| (Phase::NotSent, Fault::Dns));
    assert_eq!(
        failure(transport, ErrorKind::NotFound).await,
        (Phase::NotSent, Fault::Dns)
    );
}

#[tokio::test]
async fn no_reading_makes_an_unready_service_one_that_sent() {
    let unready = Fake::failing(ErrorKind::Other).never_ready(ErrorKind::Other);
    let transport = TowerTransport::new(unready).with_fault(|_, _| (Phase::Sent, Fault::Tls));
    assert_eq!(
        failure(transport, ErrorKind::Other).await,
        (Phase::NotSent, Fault::Tls)
    );
}
