//! A carrier over transports that calls bring along, and the routes to it.

use crate::{
    script::{Line, Piece, Pieces, Script},
    streams::{read, stream},
};
use bytes::Bytes;
use dioscuri_engine::{End, Engine, Record};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{Config, EndpointSpec, RegionPool};
use dioscuri_transport::{
    Address, BodyBox, CallTerms, Carrier, Clock, Credential, Directory, DriverConfig, Outgoing, Routes,
    SendError, Sent, Transport,
};
use dioscuri_vocab::{Class, Cost, CredentialId, EndpointId, GroupId, Now, Outcome, Phase};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt as _;
use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{task::yield_now, time::Instant};

const HEL: &str = "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hel\"}]}}]}\n\n";
const LO: &str = "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"lo\"}]}, \"finishReason\": \"STOP\"}], \
    \"usageMetadata\": {\"promptTokenCount\": 7}}\n\n";

/// How each attempt ended.
type Outcomes = Arc<Mutex<Vec<Outcome>>>;

fn carrier() -> (Carrier, Outcomes) {
    // What has never answered is asked by one at a time.
    let pool = RegionPool::new(Config::new().with_unproven_in_flight(NonZeroU32::MIN));
    pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
        .unwrap();
    let mut directory = Directory::new();
    directory.add_endpoint(Address::developer("m").unwrap());
    directory.add_credential(Credential::api_key("ours"));
    let outcomes = Outcomes::default();
    let seen = Arc::clone(&outcomes);
    let engine = Engine::builder(pool).observer(move |record: &Record<'_>, _: Now| {
        if let Record::Ended { outcome, .. } = record {
            seen.lock().unwrap().push((*outcome).clone());
        }
    });
    let classify = Arc::new(Taxonomy::new());
    let config = DriverConfig::default();
    let carrier = Carrier::new(engine.build(), directory, classify, Clock::start(), config);
    (carrier, outcomes)
}

/// The rest of somebody's stack, which lives no longer than the call.
struct Borrowing<'a>(&'a Script);

#[async_trait::async_trait]
impl Transport for Borrowing<'_> {
    async fn send(&self, request: Request<Bytes>, sent: Sent) -> Result<Response<BodyBox>, SendError> {
        self.0.send(request, sent).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_may_bring_a_transport_that_it_has_only_borrowed() {
    let (carrier, _) = carrier();
    let script = Script::new(vec![Pieces::line(&[Piece::Data(HEL), Piece::Data(LO)])]);
    let mut opened = {
        let over = Borrowing(&script);
        carrier.open(&stream(), &over).await.unwrap()
    };
    // The stream goes on without it.
    assert!(read(&mut opened.body).await.1.is_ok());
    let over = Borrowing(&script);
    assert!(
        carrier
            .carry(&Outgoing::new("{}", Cost::default()), &over)
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn who_leaves_after_the_finish_reason_was_answered() {
    let (carrier, outcomes) = carrier();
    let pieces = [Piece::Data(HEL), Piece::Data(LO), Piece::Stall];
    let script = Script::new(vec![Pieces::line(&pieces), Pieces::line(&pieces)]);
    let mut opened = carrier.open(&stream(), &script).await.unwrap();
    for _ in 0..2 {
        opened.body.frame().await.unwrap().unwrap();
    }
    drop(opened);
    let mut opened = carrier.open(&stream(), &script).await.unwrap();
    opened.body.frame().await.unwrap().unwrap();
    drop(opened);
    let outcomes = outcomes.lock().unwrap();
    let [Outcome::Success(served), Outcome::Cancelled { phase }] = &outcomes[..] else {
        panic!("{outcomes:?}")
    };
    assert_eq!(served.used, Some(Cost::tokens(7)), "the usage counts");
    assert_eq!(*phase, Phase::Committed);
    assert_eq!(carrier.engine().in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_a_stream_makes_room_at_once_for_who_waits() {
    let (carrier, _) = carrier();
    let script = Arc::new(Script::new(vec![Pieces::line(&[Piece::Data(HEL), Piece::Stall])]));
    let opened = carrier.open(&stream(), &script).await.unwrap();
    let waiting = tokio::spawn({
        let (carrier, script) = (carrier.clone(), Arc::clone(&script));
        async move {
            carrier
                .carry(&Outgoing::new("{}", Cost::default()), &script)
                .await
                .is_ok()
        }
    });
    while carrier.engine().waiting() == 0 {
        yield_now().await;
    }
    let left = Instant::now();
    drop(opened);
    assert!(waiting.await.unwrap());
    assert_eq!(left.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_no_uri_may_hold_is_not_sent() {
    let (carrier, _) = carrier();
    let script = Script::new(vec![]);
    let odd = Outgoing::new("{}", Cost::default()).with_query("a b");
    let undelivered = carrier.carry(&odd, &script).await.unwrap_err();
    assert_eq!((undelivered.end, script.seen().len()), (End::Permanent, 0));
    assert_eq!(undelivered.failure.unwrap().class, Class::InvalidRequest);
}

#[tokio::test(start_paused = true)]
async fn a_route_brings_what_the_request_asks_on_its_terms() {
    let (carrier, _) = carrier();
    let usual = CallTerms::new().with_deadline(Duration::from_secs(60));
    let routes = Routes::new().with("models/m", carrier).with_terms(usual);
    let uri = "https://anywhere/v1/publishers/google/models/m:streamGenerateContent?key=theirs&alt=sse";
    let route = routes.find(&Method::POST, &uri.parse().unwrap()).unwrap();

    let outgoing = route.outgoing(Bytes::from_static(&[b' '; 400]), HeaderMap::new(), None);
    assert_eq!(
        (&*outgoing.verb, outgoing.query.as_deref()),
        ("streamGenerateContent", Some("alt=sse"))
    );
    assert_eq!(outgoing.cost, Cost::tokens(100));
    assert_eq!(outgoing.deadline, Some(Duration::from_secs(60)));

    let terms = CallTerms::new()
        .with_priority(2)
        .with_tenant(3)
        .with_affinity(GroupId(4));
    let outgoing = route.outgoing(Bytes::new(), HeaderMap::new(), Some(&terms));
    assert_eq!(
        outgoing.deadline,
        Some(Duration::from_secs(60)),
        "what they leave open"
    );
    assert_eq!(
        (outgoing.priority, outgoing.tenant, outgoing.affinity),
        (2, 3, Some(GroupId(4)))
    );
}

#[tokio::test(start_paused = true)]
async fn routes_take_what_every_endpoint_can_answer() {
    let (first, _) = carrier();
    let (second, _) = carrier();
    let routes = Routes::new().with("m", first).with("other model", second);
    let find = |routes: &Routes, what: &str| {
        let uri = format!("https://h/v1beta/models/{what}").parse().unwrap();
        routes.find(&Method::POST, &uri)
    };
    for what in [
        "m:generateContent",
        "m:streamGenerateContent?%24alt=sse",
        "m:countTokens",
        "other%20model%3AgenerateContent",
    ] {
        assert!(find(&routes, what).is_some(), "{what}");
    }
    for what in [
        "m:predict",
        "m:computeTokens",
        "m:embedContent",
        "m:batchGenerateContent",
        "nobodys:generateContent",
        "m:generateContent?%61lt=proto",
        "m:generateContent?$fields=candidates",
    ] {
        assert!(find(&routes, what).is_none(), "{what}");
    }
    let uri = "https://h/v1beta/models/m:generateContent".parse().unwrap();
    assert!(routes.find(&Method::GET, &uri).is_none());
    let more = routes.with_verbs(["embedContent"]);
    assert!(find(&more, "m:embedContent").is_some() && find(&more, "m:generateContent").is_some());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_generate_costs_no_tokens_and_says_nothing_of_the_model() {
    let (carrier, _) = carrier();
    let routes = Routes::new().with("m", carrier.clone());
    let uri = "https://h/v1beta/models/m:countTokens".parse().unwrap();
    let route = routes.find(&Method::POST, &uri).unwrap();
    let count = route.outgoing(Bytes::from_static(&[b' '; 400]), HeaderMap::new(), None);
    assert_eq!(count.cost, Cost::tokens(0));

    let missing = r#"{"error": {"code": 404, "status": "NOT_FOUND", "message": "No such method."}}"#;
    let script = Script::new(vec![Line::status(404, missing)]);
    let undelivered = carrier.carry(&count, &script).await.unwrap_err();
    assert_eq!((undelivered.end, script.seen().len()), (End::Permanent, 1));
    let generate = Outgoing::new("{}", Cost::default());
    assert!(
        carrier.carry(&generate, &script).await.is_ok(),
        "the endpoint is open"
    );
}
