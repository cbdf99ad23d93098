//! The same story, whoever tells it: a refusal with a hint of 2.5 s, twice a lack of capacity, an answer.

use crate::{
    setup::{Plug, Setup},
    told::Told,
};
use dioscuri_retry::Profile;
use dioscuri_stacks::{BODY, KEY, Seen, World, path};
use dioscuri_vocab::Class;
use std::time::Duration;

/// The server's hint.
const HINT: Duration = Duration::from_millis(2_500);

/// The first ceiling after throttling; each later one is twice the last.
const FIRST: Duration = Duration::from_secs(1);

/// How late a busy machine may be.
const LATE: Duration = Duration::from_secs(20);

/// Has `plug` live through it.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn check(plug: Plug) {
    let world = World::named("plugged-in").await;
    let stack = plug(&Setup::usual(world.url()));
    let told = stack.call(BODY.into()).await;
    drop(stack);
    let seen = world.end().await;
    on_the_wire(&seen);
    by_the_servers_clock(&seen);
    as_told(&told);
}

fn on_the_wire(seen: &Seen) {
    assert_eq!(seen.requests.len(), 4);
    for request in &seen.requests {
        assert_eq!(String::from_utf8_lossy(&request.body), BODY);
        assert_eq!(request.credentials(), ["x-goog-api-key"]);
        assert_eq!(request.header("x-goog-api-key"), Some(KEY));
        assert_eq!(request.header("content-type"), Some("application/json"));
        let target = request.line.split(' ').nth(1).unwrap();
        assert_eq!(target, path("generateContent"));
    }
}

fn by_the_servers_clock(seen: &Seen) {
    let [refused, first, second, answered] = &seen.arrivals[..] else {
        panic!("four requests: {:?}", seen.arrivals)
    };
    let statuses = seen.arrivals.iter().map(|one| one.status).collect::<Vec<_>>();
    assert_eq!(statuses, [429, 503, 503, 200]);
    assert!(seen.arrivals.iter().all(|one| one.key == Some(1)));
    // The refusal goes out after it has come, and the hint counts from then.
    assert!(
        first.at >= refused.at + refused.takes + HINT,
        "{:?}",
        seen.arrivals
    );
    assert!(
        first.at <= refused.at + HINT + FIRST + LATE,
        "{:?}",
        seen.arrivals
    );
    // Attempts are counted, refusals by quota are not.
    assert!(second.at <= first.at + FIRST + LATE, "{:?}", seen.arrivals);
    assert!(answered.at <= second.at + FIRST * 2 + LATE, "{:?}", seen.arrivals);
}

fn as_told(told: &Told) {
    let answer = told.end.as_ref().expect("it is answered in the end");
    let answer: serde_json::Value = serde_json::from_slice(answer).unwrap();
    assert_eq!(answer["candidates"][0]["finishReason"], "STOP");
    let classes: Vec<_> = told.tries.iter().map(|one| one.class).collect();
    let lacks = Some(Class::Capacity);
    assert_eq!(classes, [Some(Class::QuotaMinute), lacks, lacks, None]);
    let waits: Vec<_> = told.tries.iter().map(|one| one.waited).collect();
    assert!(waits[0] <= LATE, "{waits:?}");
    assert!(waits[1] >= HINT && waits[1] <= HINT + FIRST + LATE, "{waits:?}");
    assert!(
        waits[2] <= FIRST + LATE && waits[3] <= FIRST * 2 + LATE,
        "{waits:?}"
    );
}

#[test]
fn the_first_ceiling_is_the_default_profiles() {
    let policy = format!("{:?}", Profile::Default.policy());
    assert!(policy.contains("initial: 1s"), "{policy}");
}
