//! How much of an error body is read, and for how long.

use std::time::Duration;

/// How much of an error body is read, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Bounds {
    /// At most so many bytes are held. Default: 1 MiB; Google's error bodies are below 10 kB, pages of proxies
    /// below 100 kB.
    pub cap: usize,
    /// How long the body may take after its head. Default: 5 s; then what has come is read.
    pub patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            cap: 1 << 20,
            patience: Duration::from_secs(5),
        }
    }
}

impl Bounds {
    /// The same with at most `cap` bytes held.
    #[must_use]
    pub const fn with_cap(mut self, cap: usize) -> Self {
        self.cap = cap;
        self
    }

    /// The same with `patience` for the body.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}
