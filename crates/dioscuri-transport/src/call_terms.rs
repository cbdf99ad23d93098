//! The terms of one call, beside its request.

use dioscuri_vocab::GroupId;
use std::time::Duration;

/// The terms of one call: for the extensions of a request, where an adapter looks for them.
///
/// ```
/// use dioscuri_transport::CallTerms;
/// use std::time::Duration;
///
/// let mut request = http::Request::new("{}");
/// let terms = CallTerms::new().with_deadline(Duration::from_secs(90)).with_priority(1);
/// request.extensions_mut().insert(terms);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct CallTerms {
    /// How long it may take in all: queue, attempts, waits and fallbacks together, to the end of a unary answer or
    /// the first content of a stream. Default: that of the [`Routes`](crate::Routes), else as long as it takes.
    pub deadline: Option<Duration>,
    /// Higher goes first. Default: 0.
    pub priority: u8,
    /// Who asks; tenants of equal priority share alike. Default: 0.
    pub tenant: u32,
    /// Only the endpoints of this group may answer. Default: any.
    pub affinity: Option<GroupId>,
}

impl CallTerms {
    /// No deadline, usual priority.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, to end within `deadline`.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same with `priority`; higher goes first.
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

    /// The same, to be answered by the endpoints of `group` only.
    #[must_use]
    pub const fn with_affinity(mut self, group: GroupId) -> Self {
        self.affinity = Some(group);
        self
    }
}
