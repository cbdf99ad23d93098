//! Requests wait for their quotas, and settle with them.

use crate::script::{Page, Say, Script, refused, text};
use bytes::Bytes;
use dioscuri_budget::{Budget, DomainSnapshot, Limit, Turnstile};
use dioscuri_retry::Profile;
use dioscuri_tower::vocab::{Class, Cost, EndpointId, Unit};
use dioscuri_tower::{BudgetError, Claim, Deadline, Held, RateBudgetLayer, RateBudgetService, RetryLayer};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use std::{io::ErrorKind, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout};
use tower::{Layer as _, ServiceExt as _};

const FLASH: EndpointId = EndpointId(0);
/// A minute, and the guard that a budget keeps at first.
const MINUTE: Duration = Duration::from_secs(60);

fn turnstile(limits: &[Limit]) -> Turnstile {
    let budget = Arc::new(Budget::default());
    budget.attach(FLASH, limits);
    Turnstile::new(budget)
}

fn layer(turnstile: &Turnstile) -> RateBudgetLayer {
    RateBudgetLayer::new(turnstile.clone(), |head, size| {
        (head.uri.path() != "/free").then(|| Claim::estimated(FLASH, size))
    })
}

fn question() -> Request<Full<Bytes>> {
    Request::post("http://a.test/")
        .body(Full::from("01234567"))
        .unwrap()
}

async fn ask(service: &RateBudgetService<Script>) -> Result<Response<Held<Page>>, BudgetError> {
    service.clone().oneshot(question()).await
}

fn domain(turnstile: &Turnstile, unit: Unit) -> DomainSnapshot {
    let all = turnstile.budget().snapshot(turnstile.now());
    all.into_iter().find(|domain| domain.unit == Some(unit)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_has_no_room_waits_for_its_window() {
    let turnstile = turnstile(&[Limit::rpm(1)]);
    let script = Script::new([Say::Answer("a"), Say::Answer("b")]);
    let service = layer(&turnstile).layer(script.clone());
    let began = Instant::now();
    text(ask(&service).await.unwrap().into_body()).await;
    text(ask(&service).await.unwrap().into_body()).await;
    assert!((MINUTE..MINUTE + Duration::from_secs(2)).contains(&began.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn what_claims_nothing_passes() {
    let turnstile = turnstile(&[Limit::rpm(1)]);
    let script = Script::new([
        Say::Answer("a"),
        Say::Answer("b"),
        Say::Break(ErrorKind::BrokenPipe),
    ]);
    let service = layer(&turnstile).layer(script.clone());
    for _ in 0..2 {
        let free = Request::get("http://a.test/free")
            .body(Full::<Bytes>::default())
            .unwrap();
        service.clone().oneshot(free).await.unwrap();
    }
    let free = Request::get("http://a.test/free")
        .body(Full::<Bytes>::default())
        .unwrap();
    let error = service
        .clone()
        .oneshot(free)
        .await
        .unwrap_err()
        .into_inner()
        .unwrap();
    let io = error.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(io.kind(), ErrorKind::BrokenPipe);
    assert_eq!(domain(&turnstile, Unit::Requests).granted, 0);
}

#[tokio::test(start_paused = true)]
async fn a_permit_settles_when_the_body_has_ended() {
    let turnstile = turnstile(&[Limit::rpm(10), Limit::tpm(1000)]);
    let used = || domain(&turnstile, Unit::InputTokens).used;
    let script = Script::new([Say::Answer("97")]);
    let layer = layer(&turnstile).with_usage(|head, end| {
        assert_eq!(head.headers["x-served"], "yes");
        std::str::from_utf8(end).ok()?.parse().ok().map(Cost::tokens)
    });
    let mut body = ask(&layer.layer(script)).await.unwrap().into_body();
    assert_eq!(used(), 2); // as estimated: eight bytes
    body.frame().await.unwrap().unwrap();
    assert_eq!(used(), 2);
    text(body).await;
    assert_eq!(used(), 97);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_dropped_stays_charged_as_estimated() {
    let turnstile = turnstile(&[Limit::rpm(10), Limit::tpm(1000)]);
    let service = layer(&turnstile).layer(Script::new([Say::Answer("97")]));
    drop(ask(&service).await.unwrap());
    assert_eq!(domain(&turnstile, Unit::InputTokens).used, 2);
    assert_eq!(domain(&turnstile, Unit::Requests).used, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_teaches_before_its_body_is_read() {
    let turnstile = turnstile(&[Limit::rpm(10)]);
    let hint = Duration::from_secs(20);
    let mut quota = dioscuri_tower::vocab::Failure::new(Class::QuotaMinute);
    quota.status = Some(429);
    quota.retry_after = Some(dioscuri_tower::vocab::Hint::new(
        hint,
        dioscuri_tower::vocab::HintSource::RetryInfo,
    ));
    let script = Script::new([Say::Refuse(quota), Say::Answer("b")]);
    let service = layer(&turnstile).layer(script.clone());
    let refusal = ask(&service).await.unwrap();
    assert_eq!(refusal.status(), StatusCode::TOO_MANY_REQUESTS);
    ask(&service).await.unwrap();
    assert!(script.times()[1] >= hint, "{:?}", script.times());
    assert_eq!(text(refusal.into_body()).await, "no");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_has_judged_stays_charged_and_closes_nothing() {
    let turnstile = turnstile(&[Limit::rpm(2)]);
    let script = Script::new([Say::Status(429), Say::Answer("a")]);
    let service = layer(&turnstile).layer(script.clone());
    assert_eq!(text(ask(&service).await.unwrap().into_body()).await, "why");
    ask(&service).await.unwrap();
    assert_eq!(domain(&turnstile, Unit::Requests).used, 2);
    assert!(script.times()[1] < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_the_line_takes_nothing_along() {
    let turnstile = turnstile(&[Limit::rpm(1)]);
    let script = Script::new([Say::Answer("a"), Say::Answer("b")]);
    let service = layer(&turnstile).layer(script.clone());
    ask(&service).await.unwrap();
    assert!(timeout(Duration::from_secs(1), ask(&service)).await.is_err());
    assert_eq!((turnstile.waiting(), script.asked().len()), (0, 1));
    ask(&service).await.unwrap();
    assert!(script.times()[1] < MINUTE + Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_permit_of_what_was_never_sent_is_given_back() {
    let turnstile = turnstile(&[Limit::rpm(1)]);
    let script = Script::new([Say::Unready(ErrorKind::NotConnected), Say::Answer("a")]);
    let service = layer(&turnstile).layer(script.clone());
    assert!(ask(&service).await.is_err());
    assert_eq!(domain(&turnstile, Unit::Requests).used, 0);
    ask(&service).await.unwrap();
    assert!(script.times()[0] < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_in_flight_stays_charged() {
    let turnstile = turnstile(&[Limit::rpm(2)]);
    let script = Script::new([Say::Late(Duration::from_secs(9), "late")]);
    let service = layer(&turnstile).layer(script.clone());
    assert!(timeout(Duration::from_secs(1), ask(&service)).await.is_err());
    assert_eq!((domain(&turnstile, Unit::Requests).used, script.flying()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_wait_with_an_error_that_says_so() {
    let turnstile = turnstile(&[Limit::rpm(1)]);
    let service = layer(&turnstile).layer(Script::new([Say::Answer("a")]));
    ask(&service).await.unwrap();
    let mut hasty = question();
    hasty.extensions_mut().insert(Deadline(Duration::from_secs(3)));
    let began = Instant::now();
    let error = service.clone().oneshot(hasty).await.unwrap_err();
    assert!(error.is_expired() && !error.is_never() && !error.is_full());
    assert!(error.into_inner().is_err());
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_zero_is_told_at_once_and_not_tried_again() {
    let turnstile = turnstile(&[Limit::rpm(0)]);
    let script = Script::new([]);
    let service = RetryLayer::new(Arc::new(Profile::Default.policy())).layer(layer(&turnstile).layer(script));
    let error = service.oneshot(question()).await.unwrap_err();
    assert!(error.is_never());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_retry_above_ends_the_wait_in_line() {
    let turnstile = turnstile(&[Limit::rpm(1)]);
    let script = Script::new([Say::Answer("a"), refused(Class::Capacity, 503, None)]);
    let policy = Arc::new(Profile::Default.policy());
    let service = RetryLayer::new(policy)
        .with_deadline(Duration::from_secs(5))
        .layer(layer(&turnstile).layer(script.clone()));
    service.clone().oneshot(question()).await.unwrap();
    let began = Instant::now();
    assert!(service.oneshot(question()).await.unwrap_err().is_expired());
    assert!(began.elapsed() < Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn a_crowd_over_clones_keeps_to_the_window() {
    let turnstile = turnstile(&[Limit::rpm(10)]);
    let script = Script::new(vec![Say::Late(Duration::from_millis(20), "a"); 35]);
    let service = layer(&turnstile).layer(script.clone());
    let calls: Vec<_> = (0..35)
        .map(|_| tokio::spawn(service.clone().oneshot(question())))
        .collect();
    for call in calls {
        text(call.await.unwrap().unwrap().into_body()).await;
    }
    let times = script.times();
    for (first, eleventh) in times.iter().zip(&times[10..]) {
        assert!(eleventh.saturating_sub(*first) >= MINUTE, "{times:?}");
    }
    assert_eq!((times.len(), turnstile.waiting()), (35, 0));
    sleep(MINUTE * 2).await;
    assert_eq!(domain(&turnstile, Unit::Requests).used, 0);
}
