//! Tries again in place: when, with what, and when no longer.

use crate::script::{Say, Script, refused, text};
use bytes::Bytes;
use dioscuri_retry::{AttemptLog, Profile};
use dioscuri_tower::vocab::{Class, Phase};
use dioscuri_tower::{Deadline, RetryLayer};
use http::{HeaderValue, Request, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use std::{
    convert::Infallible,
    io::ErrorKind,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use tower::{Layer as _, ServiceExt as _};
use tower_service::Service as _;

const HINT: Duration = Duration::from_millis(2500);
/// A wait is the hint and at most the first backoff of throttling, 1 s, and the timer's millisecond.
const LATEST: Duration = Duration::from_millis(3501);

fn layer() -> RetryLayer {
    RetryLayer::new(Arc::new(Profile::Default.policy())).with_seed(7)
}

fn question(body: &str) -> Request<Full<Bytes>> {
    Request::post("http://a.test/v1beta")
        .header("x-goog-api-key", "AQ.castor")
        .body(Full::from(body.to_owned()))
        .unwrap()
}

fn quota() -> Say {
    refused(Class::QuotaMinute, 429, Some(HINT))
}

fn busy() -> Say {
    refused(Class::Capacity, 503, None)
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_waited_for_and_every_attempt_is_the_same_request() {
    let script = Script::new([quota(), busy(), busy(), Say::Answer("Twins.")]);
    let answer = layer()
        .layer(script.clone())
        .oneshot(question("{\"a\": 1}"))
        .await
        .unwrap();
    let log = answer.extensions().get::<AttemptLog>().unwrap().clone();
    assert_eq!(text(answer.into_body()).await, "Twins.");
    assert_eq!(log.tried().len(), 4);
    let waits: Vec<_> = script
        .times()
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect();
    assert!((HINT..=LATEST).contains(&waits[0]), "{waits:?}");
    // Backoffs of throttling: up to 1 s before the second counted attempt, up to 2 s before the third.
    assert!(
        waits[1] <= Duration::from_millis(1001) && waits[2] <= Duration::from_millis(2001),
        "{waits:?}"
    );
    for asked in script.asked() {
        assert_eq!(asked.body, "{\"a\": 1}");
        assert_eq!(asked.head.headers.get_all("x-goog-api-key").iter().count(), 1);
        assert_eq!(asked.head.uri, "http://a.test/v1beta");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_response_is_gone_before_the_wait() {
    let script = Script::new([quota(), Say::Answer("Twins.")]);
    let call = tokio::spawn(layer().layer(script.clone()).oneshot(question("{}")));
    sleep(Duration::from_secs(1)).await;
    assert_eq!((script.asked().len(), script.bodies()), (1, 0));
    assert_eq!(call.await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_help_comes_back_as_it_is() {
    let script = Script::new([refused(Class::InvalidRequest, 400, None)]);
    let answer = layer()
        .layer(script.clone())
        .oneshot(question("{}"))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(text(answer.into_body()).await, "no");
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_calls_a_failure_is_not_tried_again() {
    let script = Script::new([Say::Status(503)]);
    let answer = layer()
        .layer(script.clone())
        .oneshot(question("{}"))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_beyond_the_deadline() {
    let (at_once, began) = (Duration::from_millis(1), Instant::now());
    let script = Script::new([quota(), quota()]);
    let by_layer = layer().with_deadline(Duration::from_secs(2));
    let answer = by_layer
        .layer(script.clone())
        .oneshot(question("{}"))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);

    let mut own = question("{}");
    own.extensions_mut().insert(Deadline(Duration::from_secs(1)));
    let by_request = layer().with_deadline(Duration::from_secs(60));
    let answer = by_request.layer(script).oneshot(own).await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(began.elapsed() < at_once);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_the_request_may_be_longer_than_that_of_the_layer() {
    let script = Script::new([quota(), Say::Answer("Twins.")]);
    let mut own = question("{}");
    own.extensions_mut().insert(Deadline(Duration::from_secs(60)));
    let service = layer().with_deadline(Duration::from_secs(1)).layer(script);
    assert_eq!(service.oneshot(own).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_body_above_the_cap_goes_out_once_and_whole() {
    let script = Script::new([busy()]);
    let service = layer().with_max_body(7).layer(script.clone());
    let answer = service.oneshot(question("12345678")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let log = answer.extensions().get::<AttemptLog>().unwrap();
    assert_eq!(log.to_string(), "503 capacity");
    assert_eq!(script.asked()[0].body, "12345678");
    assert_eq!(script.asked().len(), 1);
}

/// A body of unknown length in three frames.
struct Dripping(u8);

impl Body for Dripping {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0 += 1;
        Poll::Ready((self.0 <= 3).then(|| Ok(Frame::data(Bytes::from_static(b"drop ")))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_streamed_body_is_kept_and_sent_again_equal() {
    let script = Script::new([busy(), busy(), Say::Answer("Twins.")]);
    let request = Request::post("http://a.test/").body(Dripping(0)).unwrap();
    let answer = layer().layer(script.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let bodies: Vec<_> = script.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies, ["drop drop drop "; 3]);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_tried_again_and_the_last_one_comes_back_unchanged() {
    let logs = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&logs);
    let script = Script::new(vec![Say::Break(ErrorKind::ConnectionReset); 9]);
    let service = layer()
        .with_log(move |log| to.lock().unwrap().push(log.clone()))
        .layer(script.clone());
    let error = service.oneshot(question("{}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let logs = logs.lock().unwrap();
    assert_eq!((logs.len(), logs[0].tried().len()), (1, script.asked().len()));
    assert!((2..=5).contains(&script.asked().len()));
}

#[tokio::test(start_paused = true)]
async fn a_readiness_that_fails_is_an_attempt_that_was_not_sent() {
    let script = Script::new([
        Say::Unready(ErrorKind::ConnectionReset),
        Say::Unready(ErrorKind::ConnectionReset),
        Say::Answer("Twins."),
    ]);
    let answer = layer()
        .layer(script.clone())
        .oneshot(question("{}"))
        .await
        .unwrap();
    let log = answer.extensions().get::<AttemptLog>().unwrap();
    let phases: Vec<_> = log
        .tried()
        .iter()
        .map(|tried| (tried.phase, tried.counted))
        .collect();
    let unsent = (Some(Phase::NotSent), false);
    assert_eq!(phases, [unsent, unsent, (None, false)]);
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn errors_are_read_as_the_user_says() {
    let script = Script::new([Say::Break(ErrorKind::ConnectionReset)]);
    let service = layer()
        .with_reading(|error: &std::io::Error, phase| {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            (dioscuri_tower::vocab::Failure::new(Class::InvalidRequest), phase)
        })
        .layer(script.clone());
    assert!(service.oneshot(question("{}")).await.is_err());
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_may_go_elsewhere_from_the_callers_request() {
    let script = Script::new([busy(), busy(), Say::Answer("Twins.")]);
    let service = layer()
        .with_before(|number, head| {
            assert_eq!(head.headers["x-goog-api-key"], "AQ.castor");
            head.uri = format!("http://region-{number}.test/v1beta").parse().unwrap();
            head.headers
                .insert("x-goog-api-key", HeaderValue::from_static("AQ.pollux"));
        })
        .layer(script.clone());
    service.oneshot(question("{}")).await.unwrap();
    let hosts: Vec<_> = script
        .asked()
        .iter()
        .map(|asked| asked.head.uri.host().unwrap().to_owned())
        .collect();
    assert_eq!(hosts, ["region-1.test", "region-2.test", "region-3.test"]);
    assert!(
        script
            .asked()
            .iter()
            .all(|asked| asked.head.headers["x-goog-api-key"] == "AQ.pollux")
    );
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_layer_draw_waits_of_their_own() {
    let mut firsts = Vec::new();
    let layer = layer();
    for _ in 0..20 {
        let script = Script::new([quota(), Say::Answer("Twins.")]);
        layer
            .clone()
            .layer(script.clone())
            .oneshot(question("{}"))
            .await
            .unwrap();
        let times = script.times();
        let wait = times[1].saturating_sub(times[0]);
        assert!((HINT..=LATEST).contains(&wait), "{wait:?}");
        firsts.push(wait);
    }
    firsts.sort();
    firsts.dedup();
    assert!(firsts.len() > 15, "{firsts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_sends_nothing_more() {
    for after in [
        Duration::ZERO,
        Duration::from_millis(500),
        Duration::from_secs(2),
        Duration::from_secs(4),
    ] {
        let second = Say::Late(Duration::from_secs(9), "late");
        let script = Script::new([Say::Late(Duration::from_secs(1), "x"), second.clone(), second]);
        let mut service = layer().layer(script.clone());
        let answer = tokio::time::timeout(after, async {
            service.call(question("{}")).await.unwrap();
            service.call(question("{}")).await.unwrap();
        });
        assert!(answer.await.is_err());
        let sent = script.asked().len();
        sleep(Duration::from_secs(60)).await;
        assert_eq!(
            (script.asked().len(), script.flying(), script.bodies()),
            (sent, 0, 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn many_calls_at_once_over_clones_do_not_disturb_each_other() {
    let says = (0..64)
        .map(|_| busy())
        .chain((0..64).map(|_| Say::Answer("Twins.")));
    let script = Script::new(says);
    let service = layer().layer(script.clone());
    let calls: Vec<_> = (0..64)
        .map(|number| tokio::spawn(service.clone().oneshot(question(&number.to_string()))))
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().status(), StatusCode::OK);
    }
    let mut bodies: Vec<_> = script.asked().into_iter().map(|asked| asked.body).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!((bodies.len(), script.asked().len()), (64, 128));
}
