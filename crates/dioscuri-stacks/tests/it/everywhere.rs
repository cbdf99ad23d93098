//! Every stack through everything.

use crate::{at_once::at_once, cancelled, faults, setup::Plug, stacks, story};

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
                cancelled::check(stacks::$stack::plug).await;
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
    tower_policy,
}

#[test]
fn every_stack_tells_the_same_story() {
    at_once(ALL.iter().copied(), |(_, plug)| story::check(plug));
}
