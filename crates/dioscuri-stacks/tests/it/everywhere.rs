//! Every stack through everything.

use crate::{cancelled, faults, stacks, story};

macro_rules! everywhere {
    ($($stack:ident,)+) => {$(
        mod $stack {
            use super::*;

            #[tokio::test]
            async fn tells_the_same_story() {
                story::check(stacks::$stack::plug).await;
            }

            #[test]
            fn survives_faults() {
                faults::check(stacks::$stack::plug);
            }

            #[tokio::test]
            async fn may_be_dropped_at_any_moment() {
                cancelled::check(stacks::$stack::plug).await;
            }
        }
    )+};
}

everywhere! {
    by_hand,
    driver,
    facade,
}
