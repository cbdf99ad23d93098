//! A runtime of the servers' own.

use std::future::Future;
use tokio::runtime::{Builder, Runtime};

/// A runtime of the servers' own: what a client leaves behind on the test's is not mixed with theirs.
#[derive(Debug)]
pub struct Home {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

impl Home {
    /// One thread with sockets and time.
    ///
    /// # Panics
    ///
    /// If the system has no thread to give.
    #[must_use]
    pub fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self {
            runtime: Some(runtime.expect("a thread")),
        }
    }

    /// Runs `act` there.
    ///
    /// # Panics
    ///
    /// As `act` does.
    pub async fn run<T: Send + 'static>(&self, act: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = self.runtime.as_ref().expect("it is dropped last");
        runtime
            .spawn(act)
            .await
            .expect("what runs there may panic as a test may")
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A runtime that is dropped within another one must not wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
