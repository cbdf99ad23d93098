//! What a world keeps. A binary of its own, because its allocator counts.

use allocation_counter::measure;
use dioscuri_sim::{Arrival, Scenario, World};
use dioscuri_vocab::Now;
use std::time::Duration;

/// All that counts, and other users; a day that is not spent within the test.
const BUSY: &str = r#"
    start = "2026-07-01T19:00:00Z"
    [[model]]
    name = "gemini-3.8-flash"
    price = { input = 0.75, output = 3.75 }
    [[billing_account]]
    id = "sparta"
    spend_limit = 1e6
    prepaid = 1e6
    [[project]]
    id = "castor"
    surface = "developer"
    billing_account = "sparta"
    key = [{ secret = "AQ.castor" }]
    quota = [{ model = "gemini-3.8-flash", rpm = 200, tpm = 100000, rpd = 1000000, enforcement = "ENFORCEMENT" }]
    [[load]]
    model = "gemini-3.8-flash"
    project = "castor"
    rpm = { min = 20, max = 100 }
    [[incident]]
    what = "capacity"
    share = 0.1
    [[incident]]
    what = "stream_cut"
    share = 0.1
"#;

/// Two requests a second, more than the others leave room for now and then.
const PAUSE: Duration = Duration::from_millis(500);

fn send(world: &mut World, now: &mut Now, requests: usize) {
    let body = br#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#;
    for index in 0..requests {
        let path = match index % 2 {
            0 => "/v1beta/models/gemini-3.8-flash:generateContent",
            _ => "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
        };
        *now = now.after(PAUSE);
        world.arrive(&Arrival::new("POST", path, body).with_api_key("AQ.castor"), *now);
    }
}

#[test]
fn a_long_run_keeps_no_more_than_a_short_one() {
    for enforcement in ["sliding", "fixed", "bucket", "smoothed"] {
        let scenario = Scenario::parse(&BUSY.replace("ENFORCEMENT", enforcement)).unwrap();
        let mut world = World::new(&scenario, None);
        let mut now = Now::default();
        // Ten minutes of spend are the longest that anything is remembered.
        send(&mut world, &mut now, 1_500);
        let later = measure(|| send(&mut world, &mut now, 1_500));
        assert_eq!(world.stats().arrivals, 3_000);
        assert!(later.bytes_current.abs() < 16 * 1024, "{enforcement}: {later:?}");
    }
}
