//! Whoever leaves, at any point: nothing is held any more, and the next call finds its place.

use crate::{
    script::{Line, Piece, Pieces},
    streams::{driver, read, stream},
};
use dioscuri_transport::Driver;
use std::{pin::pin, sync::Arc, task::Poll, time::Duration};

const HEL: &str = "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hel\"}]}}]}\n\n";
const LO: &str = "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"lo\"}]}, \"finishReason\": \"STOP\"}]}\n\n";
const BUSY: &str =
    "data: {\"error\": {\"code\": 503, \"status\": \"UNAVAILABLE\", \"message\": \"overloaded\"}}\n\n";
const QUOTA: &str = "{\"error\": {\"code\": 429, \"status\": \"RESOURCE_EXHAUSTED\", \"message\": \"Slow down.\", \
    \"details\": [{\"@type\": \"type.googleapis.com/google.rpc.RetryInfo\", \"retryDelay\": \"2.5s\"}]}}";

/// More polls than any of these calls takes.
const MOST: usize = 1_000;

/// A day on which everything happens that makes a call wait.
fn bad_day() -> Vec<Line> {
    use Piece::{Data, Pause, Yield};
    let pieces = |status, pieces: &[Piece]| Pieces::answer(status, pieces, Arc::default());
    let second = Pause(Duration::from_secs(1));
    vec![
        pieces(429, &[Yield, Data(QUOTA), Yield]),
        pieces(503, &[Yield, second]),
        pieces(200, &[Yield, Data(": wait\n\n"), second, Data(BUSY), Yield]),
        pieces(
            200,
            &[second, Data(HEL), Yield, Data(HEL), second, Data(LO), Yield],
        ),
    ]
}

/// Runs `call` for at most `polls` polls; `None` if it was left before its end.
async fn left_after<T>(polls: usize, call: impl Future<Output = T>) -> Option<T> {
    let (mut call, mut left) = (pin!(call), polls);
    std::future::poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        call.as_mut().poll(cx).map(Some)
    })
    .await
}

#[track_caller]
fn holds_nothing(driver: &Driver, polls: usize) {
    let engine = driver.engine();
    let held = (engine.in_flight(), engine.waiting());
    assert_eq!(held, (0, 0), "left after {polls} polls");
}

async fn whole_call(driver: &Driver) -> Result<(), String> {
    let opened = driver.open(&stream()).await;
    let mut body = opened.map_err(|error| error.to_string())?.body;
    read(&mut body).await.1.map_err(|error| error.to_string())
}

/// Leaves a call after one poll, two polls, three, and so on until it is answered; each time on a day of its own.
async fn leave_everywhere(hedge: Option<Duration>, read_whole: bool) {
    let mut answered_after = None;
    for polls in 0..MOST {
        let (driver, _) = driver(bad_day(), hedge);
        let ended = if read_whole {
            left_after(polls, async {
                let delivered = driver.run(&stream()).await;
                delivered.map(drop).map_err(|error| error.to_string())
            })
            .await
        } else {
            left_after(polls, whole_call(&driver)).await
        };
        holds_nothing(&driver, polls);
        if let Some(answered) = ended {
            assert_eq!(answered, Ok(()));
            answered_after = Some(polls);
            break;
        }
        // Who comes next finds the rest of the day, and every place free.
        assert_eq!(whole_call(&driver).await, Ok(()), "left after {polls} polls");
        holds_nothing(&driver, polls);
    }
    let polls = answered_after.expect("the call ends");
    assert!(polls > 15, "only {polls} polls: the day is too short to tell");
}

#[tokio::test(start_paused = true)]
async fn a_stream_can_be_left_at_any_point() {
    leave_everywhere(None, false).await;
}

#[tokio::test(start_paused = true)]
async fn a_hedged_stream_can_be_left_at_any_point() {
    leave_everywhere(Some(Duration::from_millis(500)), false).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_read_whole_can_be_left_at_any_point() {
    leave_everywhere(None, true).await;
}
