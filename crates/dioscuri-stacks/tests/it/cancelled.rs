//! Calls that are given up at each point at which they wait.

use crate::{
    leaks,
    setup::{Plug, Setup},
    told::Stack,
};
use dioscuri_stacks::{BODY, World};
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// Twice something goes wrong in a way that a retry mends, so that waits are among the points.
const TWICE: &str = r#"
    [[incident]]
    what = "unavailable"
    count = 2
"#;

/// More than a call has points.
const MOST: usize = 200;

/// Drops a call of `plug` after one poll, after two, and so on, until it ends by itself.
pub(crate) async fn calls(plug: Plug) {
    at_each_poll(plug, async |stack| {
        let told = stack.call(BODY.into()).await;
        assert!(told.end.is_ok(), "{told:?}");
    })
    .await;
}

/// The same for a stream.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn streams(plug: Plug) {
    at_each_poll(plug, async |stack| {
        let streamed = stack.stream(BODY.into()).await;
        assert_eq!(streamed.error, None);
        assert!(String::from_utf8_lossy(&streamed.bytes).contains("finishReason"));
    })
    .await;
}

async fn at_each_poll(plug: Plug, act: impl AsyncFn(&dyn Stack)) {
    let before = leaks::tasks();
    for polls in 1..=MOST {
        let world = World::with(TWICE).await;
        let stack = plug(&Setup::quick(world.url()));
        let ended = polled(act(&*stack), polls).await;
        assert_eq!(stack.busy(), 0, "after {polls} polls");
        assert!(world.tap().open() <= 1, "after {polls} polls");
        if ended {
            assert!(polls > 3, "a call with three requests waits for each");
            return;
        }
        // What was given up is in nobody's way.
        act(&*stack).await;
        assert_eq!(stack.busy(), 0, "after {polls} polls");
        drop(stack);
        leaks::nothing(before, Some(world.tap())).await;
    }
    panic!("the call never ends");
}

/// Polls `call` so many times at most and then drops it; whether it ended before.
async fn polled(call: impl Future<Output = ()>, polls: usize) -> bool {
    let mut call = pin!(call);
    let mut left = polls;
    poll_fn(|cx| {
        if call.as_mut().poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        left -= 1;
        if left == 0 {
            Poll::Ready(false)
        } else {
            Poll::Pending
        }
    })
    .await
}
