//! Streams: opened at their first content, never sent again after it, never ended silently.

use crate::script::{Line, Piece, Pieces, Script};
use bytes::Bytes;
use dioscuri_engine::{End, Engine};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{EndpointSpec, PlaceId, RegionPool};
use dioscuri_retry::{Profile, RetryBudget, RetryPolicyExt as _};
use dioscuri_transport::{
    Address, Clock, Credential, Directory, Driver, DriverConfig, Fault, Opened, Outgoing, Receipt,
    StreamError, Streaming, Undelivered,
};
use dioscuri_vocab::{Class, Cost, CredentialId, EndpointId, Phase};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep};

const IDLE: Duration = Duration::from_secs(20);
const NEARLY_IDLE: Duration = Duration::from_secs(19);

const HEL: &str = "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hel\"}]}}]}\n\n";
const LO: &str = "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"lo\"}]}, \"finishReason\": \"STOP\"}], \
    \"usageMetadata\": {\"promptTokenCount\": 7, \"candidatesTokenCount\": 2}}\n\n";
const USAGE: &str = "data: {\"usageMetadata\": {\"promptTokenCount\": 7}}\n\n";
const BUSY: &str = "data: {\"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\", \"message\": \"Overloaded for hush-hush.\"}}\n\n";
const BARE: &str = "{\n  \"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\",\n  \"message\": \"Overloaded for hush-hush.\"}\n}\n";
const BLOCKED: &str = "data: {\"promptFeedback\": {\"blockReason\": \"SAFETY\"}}\n\n";
const STOPPED: &str = "data: {\"candidates\": [{\"finishReason\": \"SAFETY\"}]}\n\n";

const HEL_ELEMENT: &str = "[{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hel\"}]}}]}\n";
const LO_ELEMENT: &str = ",\r\n{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"lo\"}]}, \"finishReason\": \"STOP\"}]}\n]";
const BUSY_ELEMENT: &str = "[{\"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\", \"message\": \"Overloaded for hush-hush.\"}}\n]";
const BUSY_LATER: &str = ",\r\n{\"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\", \"message\": \"Overloaded for hush-hush.\"}}\n]";

use Piece::{Break, Data, Pause, Stall};

fn config() -> DriverConfig {
    let mut config = DriverConfig::default();
    config.stream_idle = IDLE;
    config
}

/// Two endpoints at places of their own, one credential; `hedge` lets silence be overtaken.
pub(crate) fn driver(lines: Vec<Line>, hedge: Option<Duration>) -> (Driver, Arc<Script>) {
    let pool = RegionPool::default();
    let mut directory = Directory::new();
    directory.add_credential(Credential::api_key("hush-hush"));
    for number in 0..2 {
        let spec = EndpointSpec::new(EndpointId(number), [CredentialId(0)]).with_place(PlaceId(number));
        pool.add(spec).unwrap();
        directory.add_endpoint(Address::developer("m").unwrap());
    }
    let empty = Profile::Default.on_empty();
    let policy = Profile::Default
        .policy()
        .within_budget(Arc::new(RetryBudget::default()), empty);
    let mut engine = Engine::builder(pool)
        .retry(policy)
        .attempt_timeout(Duration::from_secs(30));
    if let Some(hedge) = hedge {
        engine = engine.hedge_after(hedge);
    }
    let script = Arc::new(Script::new(lines));
    let (transport, classify) = (Arc::clone(&script), Arc::new(Taxonomy::new()));
    let clock = Clock::start();
    (
        Driver::new(engine.build(), directory, transport, classify, clock, config()),
        script,
    )
}

pub(crate) fn stream() -> Outgoing {
    Outgoing::new("{}", Cost::tokens(5))
        .with_verb("streamGenerateContent")
        .with_query("alt=sse")
        .with_deadline(Duration::from_secs(600))
}

async fn open(driver: &Driver) -> Result<Opened, Undelivered> {
    driver.open(&stream()).await
}

/// Everything up to the end, and how it ended.
pub(crate) async fn read(body: &mut Streaming) -> (String, Result<(), StreamError>) {
    let mut all = Vec::new();
    loop {
        match body.frame().await {
            None => return (String::from_utf8(all).unwrap(), Ok(())),
            Some(Err(error)) => return (String::from_utf8(all).unwrap(), Err(error)),
            Some(Ok(frame)) => all.extend_from_slice(&frame.into_data().unwrap_or_else(|_| Bytes::new())),
        }
    }
}

#[track_caller]
fn holds_nothing(driver: &Driver) {
    let engine = driver.engine();
    assert_eq!((engine.in_flight(), engine.waiting()), (0, 0));
}

/// What comes first is tried again; what is handed on is the second answer, alone and whole.
async fn check_tried_again(name: &str, pieces: &[Piece], class: Class) {
    let healthy = [Data(HEL), Data(LO)];
    let (driver, script) = driver(vec![Pieces::line(pieces), Pieces::line(&healthy)], None);
    let mut opened = open(&driver)
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(
        opened.head.extensions.get::<Receipt>().unwrap().tries.len(),
        2,
        "{name}"
    );
    let (body, end) = read(&mut opened.body).await;
    assert!(end.is_ok(), "{name}: {end:?}");
    assert_eq!(body, [HEL, LO].concat(), "{name}");
    assert_eq!(script.seen().len(), 2, "{name}");
    let first = &opened.body.receipt().tries[0];
    assert_eq!(
        (first.class, first.phase),
        (Some(class), Some(Phase::Answered)),
        "{name}"
    );
    holds_nothing(&driver);
}

#[tokio::test(start_paused = true)]
async fn what_fails_before_the_first_content_is_tried_again() {
    use Class::{Capacity, Connection, DeadlineExceeded, EmptyResponse};
    let cases: &[(&str, &[Piece], Class)] = &[
        ("an error in the first event", &[Data(BUSY)], Capacity),
        ("an error after usage", &[Data(USAGE), Data(BUSY)], Capacity),
        ("a bare error", &[Data(BARE)], Capacity),
        ("a bare error after usage", &[Data(USAGE), Data(BARE)], Capacity),
        ("an error in an array", &[Data(BUSY_ELEMENT)], Capacity),
        ("an error that stalls", &[Data(BUSY), Stall], Capacity),
        ("an empty body", &[], Connection),
        ("usage and no more", &[Data(USAGE)], EmptyResponse),
        ("an event cut in two", &[Data("data: {\"candi")], Connection),
        ("a break at once", &[Break(Fault::Reset)], Connection),
        (
            "a break after usage",
            &[Data(USAGE), Break(Fault::Truncated)],
            Connection,
        ),
        ("silence", &[Data(USAGE), Stall], DeadlineExceeded),
        (
            "content that comes too late",
            &[Pause(Duration::from_secs(31)), Data(HEL)],
            DeadlineExceeded,
        ),
    ];
    for (name, pieces, class) in cases {
        check_tried_again(name, pieces, *class).await;
    }
}

/// What has been handed on is not sent for again: the stream ends with `class` after `delivered`.
async fn check_interrupted(name: &str, pieces: &[Piece], delivered: &str, class: Class) {
    let (driver, script) = driver(vec![Pieces::line(pieces)], None);
    let mut opened = open(&driver)
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(driver.engine().in_flight(), 1, "{name}: the place is held");
    let (body, end) = read(&mut opened.body).await;
    let Err(error) = end else {
        panic!("{name}: ended silently")
    };
    assert_eq!(body, delivered, "{name}");
    assert_eq!(
        (error.failure().class, error.phase()),
        (class, Phase::Committed),
        "{name}"
    );
    assert_eq!(error.delivered(), delivered.len() as u64, "{name}");
    let said = error.to_string();
    let place = "generativelanguage.googleapis.com/v1beta/models/m";
    assert!(
        said.contains(place) && said.contains("after content had come"),
        "{said}"
    );
    assert!(
        !format!("{said} {error:?} {}", error.message()).contains("hush"),
        "{name}"
    );
    if class == Class::Capacity {
        assert_eq!(error.message(), "Overloaded for [credential].", "{name}");
    }
    holds_nothing(&driver);
    assert_eq!(script.seen().len(), 1, "{name}: sent again");
    assert_eq!(opened.body.receipt().tries[0].class, Some(class), "{name}");
    assert!(opened.body.frame().await.is_none(), "{name}: it has ended");
}

#[tokio::test(start_paused = true)]
async fn what_breaks_after_the_first_content_says_so_and_is_not_sent_again() {
    use Class::{Capacity, Connection, DeadlineExceeded};
    let both = [HEL, BUSY].concat();
    let bare = [HEL, BARE].concat();
    let array = [HEL_ELEMENT, BUSY_LATER].concat();
    let both_static: &'static str = both.clone().leak();
    let cases: &[(&str, &[Piece], &str, Class)] = &[
        ("an error event", &[Data(HEL), Data(BUSY), Stall], &both, Capacity),
        (
            "an error in the frame of content",
            &[Data(both_static)],
            &both,
            Capacity,
        ),
        ("a bare error", &[Data(HEL), Data(BARE)], &bare, Capacity),
        (
            "an error in an array",
            &[Data(HEL_ELEMENT), Data(BUSY_LATER)],
            &array,
            Capacity,
        ),
        ("an end without a finish reason", &[Data(HEL)], HEL, Connection),
        (
            "an array without its end",
            &[Data(HEL_ELEMENT)],
            HEL_ELEMENT,
            Connection,
        ),
        ("a break", &[Data(HEL), Break(Fault::Reset)], HEL, Connection),
        ("silence", &[Data(HEL), Stall], HEL, DeadlineExceeded),
    ];
    for (name, pieces, delivered, class) in cases {
        check_interrupted(name, pieces, delivered, *class).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_stream_is_handed_on_as_it_came_with_the_usage_of_its_last_event() {
    // The gate opens in the middle of the second event.
    let (begun, rest) = LO.split_at(20);
    let begun: &'static str = [HEL, begun].concat().leak();
    let forms = [
        &[Data(HEL), Data(LO)][..],
        &[Data(begun), Data(rest)],
        &[Data(HEL_ELEMENT), Data(LO_ELEMENT)],
    ];
    for pieces in forms {
        let (driver, script) = driver(vec![Pieces::line(pieces)], None);
        let mut opened = open(&driver).await.unwrap();
        let (_, end) = read(&mut opened.body).await;
        assert!(end.is_ok(), "{end:?}");
        holds_nothing(&driver);
        let receipt = opened.body.receipt();
        assert_eq!(receipt.tries[0].class, None);
        assert!(receipt.tries[0].timing.content.is_some());
        let uri = script.seen()[0].uri().to_string();
        assert!(
            uri.ends_with("/v1beta/models/m:streamGenerateContent?alt=sse"),
            "{uri}"
        );
    }
    let (driver, _) = driver(vec![Pieces::line(&[Data(HEL), Data(LO)])], None);
    let mut opened = open(&driver).await.unwrap();
    read(&mut opened.body).await.1.unwrap();
    let served = opened.body.receipt().served.as_ref().unwrap();
    assert_eq!(served.used, Some(Cost::tokens(7).with_output(2)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_says_why_it_ends_is_whole_be_the_reason_what_it_may() {
    let (driver, _) = driver(vec![Pieces::line(&[Data(HEL), Data(STOPPED)])], None);
    let mut opened = open(&driver).await.unwrap();
    let (body, end) = read(&mut opened.body).await;
    assert!(end.is_ok() && body.ends_with(STOPPED), "{end:?}");
    assert_eq!(opened.body.receipt().tries[0].class, Some(Class::BlockedResponse));
    holds_nothing(&driver);
}

#[tokio::test(start_paused = true)]
async fn a_refused_prompt_is_told_with_the_answer_as_it_came() {
    let (driver, script) = driver(vec![Pieces::line(&[Data(BLOCKED)])], None);
    let undelivered = open(&driver).await.unwrap_err();
    assert_eq!(undelivered.end, End::Permanent);
    assert_eq!(
        undelivered.message.as_deref(),
        Some("the prompt was blocked: SAFETY")
    );
    let refusal = undelivered.refusal.unwrap();
    assert_eq!(
        (refusal.status.as_u16(), &refusal.body[..], refusal.whole),
        (200, BLOCKED.as_bytes(), true)
    );
    assert_eq!(script.seen().len(), 1);
    holds_nothing(&driver);
}

#[tokio::test(start_paused = true)]
async fn the_last_refusal_is_there_to_be_handed_on() {
    let said = r#"{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Nope."}}"#;
    let (driver, _) = driver(vec![Line::status(400, said)], None);
    let undelivered = open(&driver).await.unwrap_err();
    let refusal = undelivered.refusal.as_ref().unwrap();
    assert_eq!(
        (refusal.status.as_u16(), &refusal.body[..], refusal.whole),
        (400, said.as_bytes(), true)
    );
    assert_eq!(
        undelivered.to_string(),
        "not answered (permanent): invalid_request (HTTP 400) in the answer \
         at generativelanguage.googleapis.com/v1beta/models/m, after 1 try",
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_whose_body_stalls_stays_one_when_the_time_ends() {
    const FULL: &str = "{\"error\": {\"code\": 429, \"status\": \"RESOURCE_EXHAUSTED\"";
    const OVERLOADED: &str = "data: {\"error\": {\"code\": 429, \"status\": \"RESOURCE_EXHAUSTED\"}}\n\n";
    for (status, text) in [(429, FULL), (200, OVERLOADED)] {
        let lines = (0..9).map(|_| Pieces::answer(status, &[Data(text), Stall], Arc::default()));
        let (driver, _) = driver(lines.collect(), None);
        // Less than the patience with error bodies.
        let call = stream().with_deadline(Duration::from_secs(2));
        let undelivered = driver.open(&call).await.unwrap_err();
        let refusal = undelivered.refusal.unwrap();
        assert_eq!((refusal.status.as_u16(), refusal.whole), (status, false));
        assert_eq!(refusal.body, text);
        let first = &undelivered.receipt.tries[0];
        assert_ne!(
            first.class,
            Some(Class::DeadlineExceeded),
            "the endpoint was not slow"
        );
        holds_nothing(&driver);
    }
}

#[tokio::test(start_paused = true)]
async fn a_healthy_stream_may_take_longer_than_an_attempt() {
    let slow: Vec<_> = [Data(HEL), Pause(NEARLY_IDLE)].repeat(20);
    let (driver, _) = driver(vec![Pieces::line(&[&slow[..], &[Data(LO)]].concat())], None);
    let began = Instant::now();
    let mut opened = open(&driver).await.unwrap();
    assert!(read(&mut opened.body).await.1.is_ok());
    assert!(began.elapsed() > Duration::from_secs(300));
}

#[tokio::test(start_paused = true)]
async fn who_reads_slowly_is_not_blamed() {
    let (driver, _) = driver(vec![Pieces::line(&[Data(HEL), Data(HEL), Data(LO)])], None);
    let mut opened = open(&driver).await.unwrap();
    loop {
        sleep(IDLE * 3).await;
        match opened.body.frame().await {
            Some(frame) => drop(frame.unwrap()),
            None => break,
        }
    }
    holds_nothing(&driver);
}

#[tokio::test(start_paused = true)]
async fn who_was_away_when_the_silence_ended_is_given_it_anew() {
    let later = Pause(IDLE * 3 + Duration::from_secs(1));
    let (driver, _) = driver(vec![Pieces::line(&[Data(HEL), later, Data(LO)])], None);
    let mut opened = open(&driver).await.unwrap();
    opened.body.frame().await.unwrap().unwrap();
    tokio::select! {
        biased;
        frame = opened.body.frame() => panic!("{frame:?}"),
        () = std::future::ready(()) => {}
    }
    // Busy elsewhere, with the timer armed.
    sleep(IDLE * 3).await;
    assert!(read(&mut opened.body).await.1.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_breaks_once_it_has_finished_was_whole() {
    let cut = "data: {\"usageMetadata\": {\"promptTok";
    for (name, last) in [
        ("a break", &[Break(Fault::Truncated)][..]),
        ("silence", &[Stall]),
        ("an event that is cut", &[Data(cut), Break(Fault::Reset)]),
    ] {
        let (driver, script) = driver(vec![Pieces::line(&[&[Data(HEL), Data(LO)], last].concat())], None);
        let mut opened = open(&driver).await.unwrap();
        let (body, end) = read(&mut opened.body).await;
        assert!(
            end.is_ok() && body.starts_with(&[HEL, LO].concat()),
            "{name}: {end:?}"
        );
        let receipt = opened.body.receipt();
        let used = receipt.served.as_ref().and_then(|served| served.used);
        assert_eq!(used.map(|used| used.input_tokens), Some(7), "{name}");
        assert_eq!((receipt.tries[0].class, script.seen().len()), (None, 1), "{name}");
        holds_nothing(&driver);
    }
}

#[tokio::test(start_paused = true)]
async fn the_receipt_of_a_stream_that_is_ended_early_is_complete() {
    for (frames, is_whole) in [(1, false), (2, true)] {
        let (driver, _) = driver(vec![Pieces::line(&[Data(HEL), Data(LO), Stall])], None);
        let mut opened = open(&driver).await.unwrap();
        for _ in 0..frames {
            opened.body.frame().await.unwrap().unwrap();
        }
        let receipt = opened.body.end_now().clone();
        assert_eq!(receipt.served.is_some(), is_whole);
        assert!(receipt.tries[0].ended.is_some());
        assert!(opened.body.is_end_stream() && opened.body.frame().await.is_none());
        holds_nothing(&driver);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_dropped_gives_its_place_back_and_its_connection_up() {
    let gone = Arc::new(AtomicU32::new(0));
    let (driver, _) = driver(
        vec![Pieces::counted(&[Data(HEL), Stall], Arc::clone(&gone))],
        None,
    );
    let opened = open(&driver).await.unwrap();
    assert_eq!(
        (driver.engine().in_flight(), gone.load(Ordering::Relaxed)),
        (1, 0)
    );
    drop(opened);
    assert_eq!(gone.load(Ordering::Relaxed), 1);
    holds_nothing(&driver);
}

#[tokio::test(start_paused = true)]
async fn a_hedge_whose_content_comes_first_wins_and_the_other_is_broken_off() {
    let gone = Arc::new(AtomicU32::new(0));
    let silent = Pieces::counted(&[Data(USAGE), Stall], Arc::clone(&gone));
    let winner = Pieces::line(&[Data(HEL), Data(LO)]);
    let (driver, script) = driver(vec![silent, winner], Some(Duration::from_secs(2)));
    let mut opened = open(&driver).await.unwrap();
    // Nothing but the winner is left before anything of it is read.
    assert_eq!(
        (driver.engine().in_flight(), gone.load(Ordering::Relaxed)),
        (1, 1)
    );
    let (body, end) = read(&mut opened.body).await;
    assert!(end.is_ok() && body == [HEL, LO].concat(), "{end:?}");
    assert!(opened.body.is_end_stream());
    assert_eq!(script.seen().len(), 2);
    holds_nothing(&driver);
}

#[tokio::test(start_paused = true)]
async fn what_is_read_whole_is_tried_again_wherever_it_breaks() {
    let cut = [Data(HEL), Break(Fault::Reset)];
    let silent = [Data(HEL)];
    let whole = [Data(HEL), Data(LO)];
    let lines = [&cut[..], &silent, &whole].map(Pieces::line);
    let (driver, _) = driver(lines.into(), None);
    let delivered = driver.run(&stream()).await.unwrap();
    assert_eq!(&delivered.body[..], [HEL, LO].concat().as_bytes());
    assert_eq!(delivered.receipt.tries.len(), 3);
    holds_nothing(&driver);
}

#[tokio::test(start_paused = true)]
async fn a_unary_answer_opens_whole() {
    let (driver, _) = driver(
        vec![Line::status(503, "{}"), Line::status(200, crate::ANSWER)],
        None,
    );
    let mut opened = driver.open(&Outgoing::new("{}", Cost::default())).await.unwrap();
    holds_nothing(&driver);
    assert_eq!(opened.body.receipt().tries.len(), 2);
    assert_eq!(read(&mut opened.body).await.0, crate::ANSWER);
}

#[tokio::test(start_paused = true)]
async fn another_method_is_answered_by_any_success() {
    let (driver, script) = driver(vec![Line::status(200, "\"whatever\"")], None);
    let count = Outgoing::new("{}", Cost::default()).with_verb("countTokens");
    let mut opened = driver.open(&count).await.unwrap();
    assert_eq!(read(&mut opened.body).await.0, "\"whatever\"");
    assert!(script.seen()[0].uri().path().ends_with(":countTokens"));
}

#[tokio::test(start_paused = true)]
async fn the_cause_of_a_break_can_be_reached() {
    let (driver, _) = driver(vec![Pieces::line(&[Data(HEL), Break(Fault::Reset)])], None);
    let mut opened = open(&driver).await.unwrap();
    let error = read(&mut opened.body).await.1.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    let cause = cause.downcast_ref::<dioscuri_transport::SendError>().unwrap();
    assert_eq!(cause.fault, Fault::Reset);
}

#[test]
fn what_is_opened_can_go_anywhere() {
    fn goes_anywhere<T: Send + Sync + Unpin + 'static>() {}
    goes_anywhere::<Streaming>();
    goes_anywhere::<StreamError>();
}
