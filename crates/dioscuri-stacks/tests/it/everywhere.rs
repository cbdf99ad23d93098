//! Every stack through everything.

use crate::{at_once::at_once, cancelled, faults, setup::Plug, stacks, story, streams};

macro_rules! everywhere {
    ($($stack:ident,)+) => {$(
        mod $stack {
            use super::*;

            #[test]
            fn survives_faults() {
                faults::check(stacks::$stack::plug);
            }

            #[tokio::test]
            async fn may_be_dropped_at_any_moment() {
                cancelled::calls(stacks::$stack::plug).await;
            }
        }
    )+

        /// All of them, by name.
        const ALL: &[(&str, Plug)] = &[$((stringify!($stack), stacks::$stack::plug)),+];
    };
}

everywhere! {
    backoff,
    backon,
    by_hand,
    driver,
    engine_layer,
    engine_middleware,
    facade,
    own_transport,
    reqwest_retry,
    retry_layer,
    retry_middleware,
    retry_policies,
    tower_layers,
    tower_policy,
}

#[test]
fn every_stack_tells_the_same_story() {
    at_once(ALL.iter().copied(), |(_, plug)| {
        story::check(plug);
    });
}

/// Stacks that look into streams, and tell how they broke.
const WHOLE: &[(&str, Plug)] = &[
    ("driver", stacks::driver::plug),
    ("engine_layer", stacks::engine_layer::plug),
    ("engine_middleware", stacks::engine_middleware::plug),
];

/// Stacks that look at the beginning of a stream, or at its head alone.
const IN_PART: &[(&str, Plug)] = &[
    ("tower_layers", stacks::tower_layers::plug),
    ("retry_layer", stacks::retry_layer::plug),
    ("retry_middleware", stacks::retry_middleware::plug),
];

#[test]
fn a_stream_that_has_begun_is_never_asked_for_again() {
    at_once(WHOLE.iter().copied(), |(_, plug)| {
        streams::broken(plug, true);
    });
    at_once(IN_PART.iter().copied(), |(_, plug)| {
        streams::broken(plug, false);
    });
}

#[test]
fn a_stream_may_be_dropped_at_any_moment() {
    at_once(WHOLE.iter().copied(), |(_, plug)| {
        cancelled::streams(plug);
    });
    at_once(IN_PART.iter().copied(), |(_, plug)| {
        cancelled::streams(plug);
    });
}

#[test]
fn a_stream_that_has_not_begun_is_asked_for_again() {
    let gated = WHOLE.iter().chain(&IN_PART[..1]).copied();
    at_once(gated, |(_, plug)| {
        streams::unbegun(plug);
    });
}
