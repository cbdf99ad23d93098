//! Streams that break: before anything was handed on they are asked for again, after that never.

use crate::{
    leaks,
    setup::{Plug, Setup},
    told::Streamed,
};
use dioscuri_stacks::{BODY, KEY, World};

/// Breaks after content, each time that one asks; and whether that shows in the bytes alone.
const BROKEN: &[(&str, bool)] = &[
    ("what = 'stream_cut'\nbytes = 900", true),
    ("what = 'stall_body'\nbytes = 900", true),
    ("what = 'stream_error'\nframes = 2", false),
    ("what = 'stream_bare_error'\nframes = 2", false),
    ("what = 'stream_end'\nframes = 2", false),
];

/// Breaks before any content, once.
const UNBEGUN: &[&str] = &[
    "what = 'stream_error'\nframes = 0\ncount = 1",
    "what = 'stream_cut'\nbytes = 10\ncount = 1",
    "what = 'stall_body'\nbytes = 10\ncount = 1",
    "what = 'reset_after'\ncount = 1",
];

/// What was handed on is never asked for again. `gated`: a stack that looks into streams.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn broken(plug: Plug, gated: bool) {
    for (incident, shows) in BROKEN {
        let (streamed, requests) = meet(plug, incident).await;
        assert!(!streamed.bytes.is_empty(), "{incident}: {streamed:?}");
        assert_eq!(requests, 1, "{incident}: {streamed:?}");
        let Some(error) = &streamed.error else {
            assert!(!gated && !shows, "{incident}: {streamed:?}");
            continue;
        };
        assert!(!error.contains(KEY), "{incident}: {error}");
        if gated {
            assert!(
                error.contains("interrupted") && error.contains("127.0.0.1"),
                "{incident}: {error}"
            );
        }
    }
}

/// What has not begun is asked for again, for stacks that look into streams.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn unbegun(plug: Plug) {
    for incident in UNBEGUN {
        let (streamed, requests) = meet(plug, incident).await;
        assert_eq!(
            (streamed.error.as_ref(), requests),
            (None, 2),
            "{incident}: {streamed:?}"
        );
        let text = String::from_utf8_lossy(&streamed.bytes);
        assert_eq!(
            text.matches("finishReason").count(),
            1,
            "{incident}: {streamed:?}"
        );
    }
}

/// One stream, and how many requests it took.
async fn meet(plug: Plug, incident: &str) -> (Streamed, usize) {
    let world = World::with(&format!("[[incident]]\n{incident}\n")).await;
    let before = leaks::tasks();
    let stack = plug(&Setup::quick(world.url()));
    let streamed = stack.stream(BODY.into()).await;
    assert_eq!(stack.busy(), 0, "{incident}");
    drop(stack);
    leaks::nothing(before, Some(world.tap())).await;
    let seen = world.end().await;
    assert!(seen.requests.iter().all(|one| one.body == BODY.as_bytes()));
    assert!(
        seen.requests
            .iter()
            .all(|one| one.credentials() == ["x-goog-api-key"])
    );
    (streamed, seen.requests.len())
}
