//! How long endpoints rest because of their quotas.

use dioscuri_pool::Pool;
use dioscuri_vocab::{EndpointId, Tick};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Until when each endpoint rests, as far as this layer and its clones have heard. Answers arrive out of order: a weaker
/// hint shortens nothing.
#[derive(Clone, Default, Debug)]
pub(super) struct Rests(Arc<Mutex<HashMap<EndpointId, Tick>>>);

impl Rests {
    /// `endpoint` rests in `pool` until `until`, or longer if it was to.
    pub(super) fn extend(&self, pool: &dyn Pool, endpoint: EndpointId, until: Tick) {
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = rests.entry(endpoint).or_insert(until);
        *known = until.max(*known);
        // Told under the lock, so that the pool hears of the longest last.
        pool.rest(endpoint, Some(*known));
    }
}
