//! The one timer of an engine: a task that looks when its time has come.

use dioscuri_vocab::Tick;
use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// What the keeper keeps the time for.
pub(crate) trait Kept: Send + Sync + 'static {
    /// Its keeper.
    fn keeper(&self) -> &Keeper;

    /// Does what is due, and says when to look again.
    fn look(&self) -> Option<Tick>;

    /// The runtime's instant of `tick`.
    fn instant(&self, tick: Tick) -> Instant;

    /// The keeper is gone, with its runtime: whoever waits elsewhere must find another.
    fn on_keeper_gone(&self);
}

/// Keeps the time for all who wait: a task, spawned by the first of them.
#[derive(Debug)]
pub(crate) struct Keeper {
    is_there: AtomicBool,
    /// The tick it sleeps until; later than everything while it has nothing to wait for.
    target: AtomicU64,
    changed: Arc<Notify>,
}

impl Keeper {
    pub(crate) fn new() -> Self {
        Self {
            is_there: AtomicBool::new(false),
            target: AtomicU64::new(u64::MAX),
            changed: Arc::new(Notify::new()),
        }
    }

    /// Sees to it that somebody keeps the time for `kept`.
    pub(crate) fn ensure(&self, kept: &Arc<impl Kept>) {
        if !self.is_there.swap(true, Ordering::AcqRel) {
            let watch = Watch(Arc::downgrade(kept));
            tokio::spawn(keep(watch, Arc::clone(&self.changed)));
        }
    }

    /// The next look is due at `next`: the keeper is told if that is sooner than it thinks.
    pub(crate) fn next_look(&self, next: Option<Tick>) {
        if next.is_some_and(|next| next.0 < self.target.load(Ordering::Acquire)) {
            self.changed.notify_one();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

/// Tells those who wait if the keeper's task ends before them.
struct Watch<K: Kept>(Weak<K>);

impl<K: Kept> Drop for Watch<K> {
    fn drop(&mut self) {
        if let Some(kept) = self.0.upgrade() {
            kept.keeper().is_there.store(false, Ordering::Release);
            kept.on_keeper_gone();
        }
    }
}

/// Ends when what it keeps the time for is gone, of which it holds no share while it sleeps.
async fn keep<K: Kept>(watch: Watch<K>, changed: Arc<Notify>) {
    while let Some(kept) = watch.0.upgrade() {
        let next = kept.look();
        kept.keeper()
            .target
            .store(next.map_or(u64::MAX, |tick| tick.0), Ordering::Release);
        // What has changed between the look and the store has not been told: look once more.
        let next = kept.look().into_iter().chain(next).min();
        let until = next.map(|tick| kept.instant(tick));
        drop(kept);
        match until {
            Some(until) => tokio::select! {
                () = sleep_until(until) => {}
                () = changed.notified() => {}
            },
            None => changed.notified().await,
        }
    }
}
