//! One bell per call under way: how the engine's wake-ups reach their callers.

use dioscuri_vocab::CallId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// The bells of all calls under way.
#[derive(Debug, Default)]
pub(crate) struct Bells(Mutex<HashMap<CallId, Arc<Notify>>>);

impl Bells {
    /// A bell for `call`.
    pub(crate) fn hang(&self, call: CallId) -> Arc<Notify> {
        let bell = Arc::new(Notify::new());
        self.all().insert(call, Arc::clone(&bell));
        bell
    }

    /// Rings for `call`, if it is still there. A ring before it rests is not lost.
    pub(crate) fn ring(&self, call: CallId) {
        if let Some(bell) = self.all().get(&call) {
            bell.notify_one();
        }
    }

    /// Rings for every call.
    pub(crate) fn ring_all(&self) {
        self.all().values().for_each(|bell| bell.notify_one());
    }

    /// The call is gone.
    pub(crate) fn take_down(&self, call: CallId) {
        self.all().remove(&call);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<CallId, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
