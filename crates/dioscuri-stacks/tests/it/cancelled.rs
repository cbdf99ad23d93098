//! Calls that are given up at each point at which they wait.

use crate::{
    leaks,
    setup::{Plug, Setup},
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
pub(crate) async fn check(plug: Plug) {
    let before = leaks::tasks();
    for polls in 1..=MOST {
        let world = World::with(TWICE).await;
        let stack = plug(&Setup::quick(world.url()));
        let ended = polled(stack.call(BODY.into()), polls).await;
        assert_eq!(stack.busy(), 0, "after {polls} polls");
        assert!(world.tap().open() <= 1, "after {polls} polls");
        if let Some(told) = ended {
            assert!(told.end.is_ok(), "{told:?}");
            assert!(polls > 3, "a call with three requests waits for each");
            return;
        }
        // What was given up is in nobody's way.
        let told = stack.call(BODY.into()).await;
        assert!(told.end.is_ok(), "after {polls} polls: {told:?}");
        assert_eq!(stack.busy(), 0, "after {polls} polls");
        drop(stack);
        leaks::nothing(before, Some(world.tap())).await;
    }
    panic!("the call never ends");
}

/// Polls `call` so many times at most and then drops it; what came of it, if it ended.
async fn polled<T>(call: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut call = pin!(call);
    let mut left = polls;
    poll_fn(|cx| {
        if let Poll::Ready(told) = call.as_mut().poll(cx) {
            return Poll::Ready(Some(told));
        }
        left -= 1;
        if left == 0 {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    })
    .await
}
