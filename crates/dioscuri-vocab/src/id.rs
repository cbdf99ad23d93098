//! Numbers that stand for things. They mean what their user says; nothing here looks behind them.

/// One logical request of our caller, however many attempts it takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct CallId(pub u64);

/// One try of a call on one endpoint. `no` counts every try from 1, refused ones too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a call and a number will stay so")]
pub struct AttemptId {
    /// The call it belongs to.
    pub call: CallId,
    /// Which try of the call, from 1.
    pub no: u32,
}

/// One (project, location, model) that can be sent to: the unit of health.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct EndpointId(pub u32);

/// One credential: an API key, or a source of bearer tokens. Several may open one endpoint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct CredentialId(pub u32);

/// Endpoints that belong together, by project: cached contents and files can be read only there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct GroupId(pub u32);
