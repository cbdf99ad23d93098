//! What a request wants of its quotas.

use dioscuri_vocab::{Cost, EndpointId};

/// What a request wants of its quotas: which endpoint it counts against, how much, and who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Claim {
    /// The endpoint whose quotas it counts against.
    pub endpoint: EndpointId,
    /// What it is likely to cost; settled when it has ended.
    pub cost: Cost,
    /// Higher goes first. Default: 0.
    pub priority: u8,
    /// Tenants have equal shares of what a priority gets. Default: 0.
    pub tenant: u32,
}

impl Claim {
    /// A request to `endpoint` that is likely to cost `cost`.
    #[must_use]
    pub const fn new(endpoint: EndpointId, cost: Cost) -> Self {
        Self {
            endpoint,
            cost,
            priority: 0,
            tenant: 0,
        }
    }

    /// A request to `endpoint` whose body has `bytes`: a quarter of a token a byte, which is what plain text has.
    ///
    /// Inline images and sound have far fewer tokens than that. Whoever sends them knows better.
    #[must_use]
    pub const fn estimated(endpoint: EndpointId, bytes: u64) -> Self {
        Self::new(endpoint, Cost::tokens(bytes.div_ceil(BYTES_PER_TOKEN)))
    }

    /// The same with `priority`: a higher one goes first.
    #[must_use]
    pub const fn with_priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    /// The same for `tenant`.
    #[must_use]
    pub const fn with_tenant(mut self, tenant: u32) -> Self {
        self.tenant = tenant;
        self
    }
}

/// Bytes of a request a token: Google's own rule of thumb is four characters.
const BYTES_PER_TOKEN: u64 = 4;
