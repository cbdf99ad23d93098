//! What a pool remembers, to be shown to people.

use crate::{AccountId, PlaceId, Tier};
use dioscuri_vocab::{Class, CredentialId, EndpointId, Tick};

/// What a memory is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Subject {
    /// One credential.
    Key(CredentialId),
    /// One billing account.
    Account(AccountId),
    /// One location × model.
    Place(PlaceId),
    /// One endpoint.
    Endpoint(EndpointId),
}

/// Something that is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Closed {
    /// What.
    pub subject: Subject,
    /// The class of the failure that closed it or, later, of the last probe that failed.
    pub why: Class,
    /// When it closed.
    pub since: Tick,
    /// When a failure last confirmed it: at the closing, or when the last probe failed.
    pub confirmed: Tick,
    /// From when on one attempt may try whether it has recovered.
    pub probe_at: Tick,
    /// How often in a row it was found closed, from 1.
    pub rounds: u32,
    /// What it is waiting for.
    pub state: Rest,
}

/// What something closed is waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Rest {
    /// For the time of its probe.
    Waiting,
    /// For a call to be its probe.
    Due,
    /// For its probe to come back.
    Probing,
}

/// One endpoint, as it stands.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct EndpointState {
    /// Which.
    pub endpoint: EndpointId,
    /// Attempts that have begun and not ended.
    pub in_flight: u32,
    /// Whether any of its credentials has succeeded there.
    pub proven: bool,
    /// When it may be sent to as far as the pool's memories go; `None` if only an event or an operator can tell.
    pub open_at: Option<Tick>,
    /// What holds it closed, and why: of several the one that opens last.
    pub closed: Option<(Subject, Class)>,
    /// Until when the rate budget has no room there, if it has said so; [`Tick::MAX`]: until it says otherwise.
    pub rest_until: Option<Tick>,
    /// Until when it is left alone for doing worse than its peers.
    pub ejected_until: Option<Tick>,
    /// Why it is never offered.
    pub excluded: Option<Excluded>,
    /// The tier that it asks for.
    pub tier: Tier,
    /// The tier that served it instead, while that is remembered.
    pub served_tier: Option<Tier>,
    /// Its place in the order of preference; 0 is the most preferred.
    pub rank: u8,
    /// How busy and slow it is, as in [`Candidate::load`](crate::Candidate::load).
    pub load: f32,
}

/// Why an endpoint is never offered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Excluded {
    /// It lies outside of the jurisdictions that are allowed, or names none.
    Residency,
    /// It costs more than allowed.
    Price,
}

/// Every memory of a pool at one moment.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Snapshot {
    /// What is closed, ordered by subject; also what belongs to endpoints that were removed.
    pub closed: Vec<Closed>,
    /// Every endpoint, ordered by number.
    pub endpoints: Vec<EndpointState>,
}
