//! What the engine knows of a call: everything but its bytes.

use crate::{CallId, Cost, GroupId, Tick};

/// What the engine knows of a call: everything but its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CallMeta {
    /// Which call.
    pub id: CallId,
    /// Higher goes first. 0 is the default, 255 the highest.
    pub priority: u8,
    /// Who asks: tenants of equal priority share alike.
    pub tenant: u32,
    /// What it is estimated to cost.
    pub cost: Cost,
    /// The tick by which it must have ended: queue, attempts, waits and fallbacks together.
    pub deadline: Option<Tick>,
    /// Only endpoints of this group may answer: the project that owns a cached content or a file.
    pub affinity: Option<GroupId>,
}

impl CallMeta {
    /// A call of usual priority without a deadline.
    #[must_use]
    pub const fn new(id: CallId, cost: Cost) -> Self {
        Self {
            id,
            priority: 0,
            tenant: 0,
            cost,
            deadline: None,
            affinity: None,
        }
    }

    /// The same call, to end by `deadline`.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Tick) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same call with `priority`; higher goes first.
    #[must_use]
    pub const fn with_priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    /// The same call for `tenant`.
    #[must_use]
    pub const fn with_tenant(mut self, tenant: u32) -> Self {
        self.tenant = tenant;
        self
    }

    /// The same call, bound to the endpoints of `group`.
    #[must_use]
    pub const fn with_affinity(mut self, group: GroupId) -> Self {
        self.affinity = Some(group);
        self
    }
}
