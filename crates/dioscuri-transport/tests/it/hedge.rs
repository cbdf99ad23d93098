//! Two attempts of one call in flight: the first answer wins, the other is broken off.

use crate::{
    call, failed,
    script::{Line, Script},
};
use dioscuri_engine::{Engine, Rule};
use dioscuri_errors::Taxonomy;
use dioscuri_pool::{EndpointSpec, PlaceId, RegionPool};
use dioscuri_retry::{Profile, RetryBudget, RetryPolicyExt as _};
use dioscuri_transport::{Address, Clock, Credential, Directory, Driver, DriverConfig};
use dioscuri_vocab::{Class, CredentialId, EndpointId};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

const HEDGE_AFTER: Duration = Duration::from_secs(2);

/// Two endpoints; what has no answer after two seconds is sent to the other.
fn hedging(lines: Vec<Line>) -> (Driver, Arc<Script>) {
    let pool = RegionPool::default();
    let mut directory = Directory::new();
    directory.add_credential(Credential::api_key("k"));
    for number in 0..2 {
        let spec = EndpointSpec::new(EndpointId(number), [CredentialId(0)]).with_place(PlaceId(number));
        pool.add(spec).unwrap();
        directory.add_endpoint(Address::developer("m").unwrap());
    }
    let empty = Profile::Interactive.on_empty();
    let engine = Engine::builder(pool)
        .retry(
            Profile::Interactive
                .policy()
                .within_budget(Arc::new(RetryBudget::default()), empty),
        )
        .attempt_timeout(Duration::from_secs(30))
        .hedge_after(HEDGE_AFTER)
        .build();
    let script = Arc::new(Script::new(lines));
    let (transport, classify) = (Arc::clone(&script), Arc::new(Taxonomy::new()));
    let config = DriverConfig::default();
    (
        Driver::new(engine, directory, transport, classify, Clock::start(), config),
        script,
    )
}

#[tokio::test(start_paused = true)]
async fn what_stays_silent_is_overtaken_by_its_hedge() {
    let (driver, script) = hedging(vec![Line::Silent]);
    let began = Instant::now();
    let delivered = call(&driver).await.unwrap();
    let took = began.elapsed();
    assert!(took >= HEDGE_AFTER && took < HEDGE_AFTER * 2, "{took:?}");
    assert_eq!(&delivered.body[..], crate::ANSWER.as_bytes());
    assert_eq!(script.seen().len(), 2);

    let [first, hedge] = &delivered.receipt.tries[..] else {
        panic!("two tries")
    };
    assert_eq!(hedge.rule, Rule::Hedge);
    assert_ne!(hedge.endpoint, first.endpoint);
    assert!(first.timing.sent.is_some(), "what was sent stays charged");
    assert_eq!((first.class, driver.engine().in_flight()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_time_has_no_hedge() {
    let (driver, script) = hedging(vec![]);
    assert!(call(&driver).await.is_ok());
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hedge_that_shows_the_request_to_be_wrong_ends_both() {
    let refusal = Line::status(400, r#"{"error": {"code": 400, "status": "INVALID_ARGUMENT"}}"#);
    let (driver, script) = hedging(vec![Line::Silent, refusal]);
    let result = call(&driver).await;
    assert_eq!(script.seen().len(), 2);
    // What is wrong with the request itself would be wrong in the other attempt too: nothing is waited for.
    assert_eq!(failed(result).0, Class::InvalidRequest);
    assert_eq!(driver.engine().in_flight(), 0);
}
