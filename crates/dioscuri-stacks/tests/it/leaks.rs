//! What a call leaves behind: nothing.

use dioscuri_stacks::Tap;
use std::time::Duration;
use tokio::runtime::Handle;

/// The tasks of this runtime.
pub(crate) fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Waits until `is_so`; a test that goes wrong ends, too.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(20), wait).await;
    assert!(came.is_ok(), "{what} never comes");
}

/// Waits until the client has left nothing: no task but the `before` that there were, and no open connection.
pub(crate) async fn nothing(before: usize, tap: Option<&Tap>) {
    until("the end of the tasks", || tasks() <= before).await;
    if let Some(tap) = tap {
        until("the end of the connections", || tap.open() == 0).await;
    }
}
