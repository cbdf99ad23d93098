//! What a call leaves behind: nothing.

use dioscuri_budget::Budget;
use dioscuri_stacks::Tap;
use dioscuri_vocab::Now;
use std::{future::Future, time::Duration};
use tokio::runtime::Handle;

/// The tasks of this runtime.
pub(crate) fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// The requests that `budget` holds to be in flight; its endpoints need such a limit.
pub(crate) fn in_flight(budget: &Budget, now: Now) -> usize {
    let domains = budget.snapshot(now);
    let used = domains
        .iter()
        .filter(|domain| domain.window.is_none())
        .map(|domain| domain.used);
    usize::try_from(used.sum::<u64>()).unwrap()
}

/// Waits until the client has left nothing: no task but the `before` that there were, and no open connection.
pub(crate) async fn nothing(before: usize, tap: Option<&Tap>) {
    if let Some(tap) = tap {
        bounded("the end of the connections", tap.all_closed()).await;
    }
    let ended = async {
        while tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    bounded("the end of the tasks", ended).await;
}

/// A test that goes wrong ends, too.
async fn bounded(what: &str, comes: impl Future<Output = ()>) {
    let came = tokio::time::timeout(Duration::from_secs(30), comes).await;
    assert!(came.is_ok(), "{what} never comes");
}
