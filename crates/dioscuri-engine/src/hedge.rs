//! Hedging: a second attempt beside one that takes long.

use dioscuri_vocab::{CallMeta, Tick};
use std::time::Duration;

/// Decides when a call is sent a second time beside its attempt in flight; the first to deliver content, or an answer,
/// wins, and the other is cancelled.
///
/// A hedge goes to another endpoint, with a place in quota and pool of its own, and only if nobody waits for one. It is
/// paid from the retry budget ([`RetryPolicy::may_hedge`](dioscuri_retry::RetryPolicy::may_hedge)). What was sent in
/// vain stays charged: hedge where an answer is worth two requests. A closure is a hedge:
///
/// ```
/// use dioscuri_engine::Hedge;
/// use dioscuri_vocab::{CallMeta, Tick};
/// use std::time::Duration;
///
/// // Only what is urgent, and after two seconds.
/// let hedge = |call: &CallMeta, begun: Tick| (call.priority > 0).then(|| begun.after(Duration::from_secs(2)));
/// fn takes_a_hedge(_: &impl Hedge) {}
/// takes_a_hedge(&hedge);
/// ```
pub trait Hedge: Send + Sync {
    /// When `call`, whose only attempt began at `begun`, is sent a second time; `None`: never. Asked once for each
    /// attempt that begins alone.
    fn at(&self, call: &CallMeta, begun: Tick) -> Option<Tick>;
}

impl<F: Fn(&CallMeta, Tick) -> Option<Tick> + Send + Sync> Hedge for F {
    fn at(&self, call: &CallMeta, begun: Tick) -> Option<Tick> {
        self(call, begun)
    }
}

/// After a fixed time without content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct After(pub(crate) Duration);

impl Hedge for After {
    fn at(&self, _call: &CallMeta, begun: Tick) -> Option<Tick> {
        Some(begun.after(self.0))
    }
}
