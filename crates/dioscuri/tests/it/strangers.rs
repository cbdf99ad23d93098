//! A stranger implements each central trait in ten lines, and the engine takes them all.

use bytes::Bytes;
use dioscuri_budget::{RateBudget, Reservation, Reserve};
use dioscuri_engine::{End, Engine, Observer, Record, Step};
use dioscuri_errors::{Classify, ClassifyStream, Seen, StreamStep};
use dioscuri_pool::{Candidate, Pool, Report, Want};
use dioscuri_retry::{Context, RetryPolicy, Verdict};
use dioscuri_transport::{
    Address, BodyBox, Clock, Credential, Directory, Driver, DriverConfig, Fault, Outgoing, SendError, Sent,
    Transport,
};
use dioscuri_vocab::{
    AttemptId, CallId, CallMeta, Class, Cost, CredentialId, EndpointId, Failure, Now, Outcome, Phase, Rng,
    Served, Tick, Timing, UnixTime,
};
use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

struct OnePlace;
impl Pool for OnePlace {
    fn visit(
        &self,
        _: &Want<'_>,
        now: Now,
        _: &mut dyn Rng,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) {
        let _ = each(Candidate::new(EndpointId(0), Some(now.tick)));
    }
    fn begin(&self, _: EndpointId, _: AttemptId, _: Now) -> Option<CredentialId> {
        Some(CredentialId(0))
    }
    fn report(&self, _: &Report<'_>, _: Now) {}
}

/// Grants a fixed number of requests, ever.
struct Ration(AtomicU32);
impl RateBudget for Ration {
    fn reserve(&self, _: EndpointId, _: &Cost, _: Now) -> Reserve {
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        let domain = dioscuri_budget::DomainId(0);
        left.map_or(Reserve::Never { domain }, |left| {
            Reserve::Granted(Reservation(left.into()))
        })
    }
    fn settle(&self, _: Reservation, _: &Outcome, _: &Timing, _: Now) {}
}

struct TwiceMore;
impl RetryPolicy for TwiceMore {
    fn on_failure(&self, cx: &Context, _: &Failure, now: Tick, _: &mut dyn Rng) -> Verdict {
        if cx.attempt < 3 {
            Verdict::retry_at(now)
        } else {
            Verdict::Permanent
        }
    }
}

struct TeapotsOnly;
impl Classify for TeapotsOnly {
    fn classify(&self, seen: Seen<'_>, _: UnixTime) -> Option<Failure> {
        (seen.status == Some(418)).then(|| Failure::new(Class::Internal))
    }
}

struct EverythingIsContent;
impl ClassifyStream for EverythingIsContent {
    fn on_event(&mut self, _: &[u8], _: UnixTime) -> StreamStep {
        StreamStep::Content
    }
    fn on_end(&mut self) -> Outcome {
        Outcome::Success(Served::new())
    }
}

struct Teapot;
#[async_trait::async_trait]
impl Transport for Teapot {
    async fn send(&self, _: http::Request<Bytes>, sent: Sent) -> Result<http::Response<BodyBox>, SendError> {
        sent.mark();
        let mut answer = http::Response::new(dioscuri_transport::body("short and stout"));
        *answer.status_mut() = http::StatusCode::IM_A_TEAPOT;
        Ok(answer)
    }
}

struct Unplugged;
#[async_trait::async_trait]
impl Transport for Unplugged {
    async fn send(&self, _: http::Request<Bytes>, _: Sent) -> Result<http::Response<BodyBox>, SendError> {
        Err(SendError::new(Phase::NotSent, Fault::Refused))
    }
}

struct Count(Arc<AtomicU32>);
impl Observer for Count {
    fn on_record(&self, record: &Record<'_>, _: Now) {
        if let Record::Begun { .. } = record {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn directory() -> Directory {
    let mut directory = Directory::new();
    directory.add_endpoint(Address::developer("m").unwrap());
    directory.add_credential(Credential::api_key("k"));
    directory
}

async fn run(engine: Engine, transport: impl Transport + 'static) -> dioscuri_transport::Undelivered {
    let (classify, config) = (Arc::new(TeapotsOnly), DriverConfig::default());
    let driver = Driver::new(
        engine,
        directory(),
        Arc::new(transport),
        classify,
        Clock::start(),
        config,
    );
    driver
        .run(&Outgoing::new("{}", Cost::default()))
        .await
        .expect_err("teapots answer nothing")
}

#[tokio::test]
async fn strangers_parts_carry_a_call_together() {
    let begun = Arc::new(AtomicU32::new(0));
    let engine = Engine::builder(OnePlace)
        .budget(Ration(AtomicU32::new(9)))
        .retry(TwiceMore)
        .observer(Count(Arc::clone(&begun)))
        .build();
    let ended = run(engine, Teapot).await;
    assert_eq!((ended.end, begun.load(Ordering::Relaxed)), (End::Permanent, 3));
    assert_eq!(ended.failure.map(|failure| failure.class), Some(Class::Internal));
}

#[tokio::test]
async fn a_budget_that_never_grants_ends_the_call_unsent() {
    let engine = Engine::builder(OnePlace)
        .budget(Ration(AtomicU32::new(0)))
        .build();
    let ended = run(engine, Teapot).await;
    assert_eq!((ended.end, ended.receipt.tries.len()), (End::NoEndpoint, 0));
}

#[tokio::test]
async fn what_was_never_sent_says_so() {
    let ended = run(Engine::builder(OnePlace).build(), Unplugged).await;
    assert_eq!(ended.receipt.tries[0].phase, Some(Phase::NotSent));
    assert_eq!(
        ended.message.as_deref(),
        Some("connection failed before anything was sent: connection refused")
    );
}

#[test]
fn closures_are_parts_too() {
    let never = |_: &Context, _: &Failure, _: Tick, _: &mut dyn Rng| Verdict::Permanent;
    let engine = Engine::builder(OnePlace)
        .retry(never)
        .observer(|_: &Record<'_>, _: Now| {})
        .build();
    let mut call = engine.start(CallMeta::new(CallId(1), Cost::default()), Now::default());
    assert!(matches!(call.poll(Now::default()), Step::Send { .. }));
}

#[test]
fn parts_are_shared_between_threads() {
    shared::<Engine>();
    shared::<Arc<dyn Transport>>();
    shared::<Driver>();
    shared::<dioscuri::Client>();
    moved::<Box<dyn ClassifyStream>>(Box::new(EverythingIsContent));
}

fn shared<T: Send + Sync + 'static>() {}

fn moved<T: Send + 'static>(_: T) {}
