//! What a pool is told of an endpoint: numbers only; what stands behind them its user knows.

use crate::Tier;
use dioscuri_vocab::{CredentialId, EndpointId, GroupId};
use std::{collections::HashSet, error::Error, fmt, num::NonZeroU32};

/// One billing account, with every project that it pays for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct AccountId(pub u32);

/// One location × model: what shares capacity, whoever pays for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct PlaceId(pub u32);

/// Where data may be processed: the United States, the European Union, anywhere. What a number means its user says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a number will stay one")]
pub struct JurisdictionId(pub u32);

/// One endpoint, as it is added to a pool.
///
/// ```
/// use dioscuri_pool::{AccountId, EndpointSpec, PlaceId};
/// use dioscuri_vocab::{CredentialId, EndpointId, GroupId};
///
/// let spec = EndpointSpec::new(EndpointId(0), [CredentialId(0), CredentialId(1)])
///     .with_group(GroupId(7))
///     .with_account(AccountId(1))
///     .with_place(PlaceId(3));
/// assert_eq!(spec.credentials.len(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EndpointSpec {
    /// Which endpoint; unique in its pool.
    pub id: EndpointId,
    /// The link of the model chain it belongs to, from 0.
    pub link: u8,
    /// Its project.
    pub group: GroupId,
    /// Who pays for it.
    pub account: AccountId,
    /// With whom it shares capacity.
    pub place: PlaceId,
    /// What opens it; at least one, none twice. Endpoints may share credentials.
    pub credentials: Vec<CredentialId>,
    /// How much it takes beside its peers: at weight 3, three attempts in flight load it like one.
    pub weight: NonZeroU32,
    /// The service that it sells.
    pub tier: Tier,
    /// What it costs, in millionths of a US dollar per million input tokens; `None`: not known.
    pub price: Option<u64>,
    /// Where it processes what it is sent; `None`: not known.
    pub jurisdiction: Option<JurisdictionId>,
}

impl EndpointSpec {
    /// An endpoint of the first link, the standard tier and weight 1, in group, account and place 0, its price and
    /// jurisdiction unknown.
    #[must_use]
    pub fn new(id: EndpointId, credentials: impl IntoIterator<Item = CredentialId>) -> Self {
        Self {
            id,
            link: 0,
            group: GroupId(0),
            account: AccountId(0),
            place: PlaceId(0),
            credentials: credentials.into_iter().collect(),
            weight: NonZeroU32::MIN,
            tier: Tier::Standard,
            price: None,
            jurisdiction: None,
        }
    }

    /// The same endpoint, at link `link` of the model chain.
    #[must_use]
    pub const fn with_link(mut self, link: u8) -> Self {
        self.link = link;
        self
    }

    /// The same endpoint, of project `group`.
    #[must_use]
    pub const fn with_group(mut self, group: GroupId) -> Self {
        self.group = group;
        self
    }

    /// The same endpoint, paid for by `account`.
    #[must_use]
    pub const fn with_account(mut self, account: AccountId) -> Self {
        self.account = account;
        self
    }

    /// The same endpoint, with the capacity of `place`.
    #[must_use]
    pub const fn with_place(mut self, place: PlaceId) -> Self {
        self.place = place;
        self
    }

    /// The same endpoint with `weight`.
    #[must_use]
    pub const fn with_weight(mut self, weight: NonZeroU32) -> Self {
        self.weight = weight;
        self
    }

    /// The same endpoint, of `tier`.
    #[must_use]
    pub const fn with_tier(mut self, tier: Tier) -> Self {
        self.tier = tier;
        self
    }

    /// The same endpoint, at `micro_usd` per million input tokens.
    #[must_use]
    pub const fn with_price(mut self, micro_usd: u64) -> Self {
        self.price = Some(micro_usd);
        self
    }

    /// The same endpoint, in `jurisdiction`.
    #[must_use]
    pub const fn with_jurisdiction(mut self, jurisdiction: JurisdictionId) -> Self {
        self.jurisdiction = Some(jurisdiction);
        self
    }

    pub(crate) fn check(&self) -> Result<(), InvalidSpec> {
        let mut seen = HashSet::new();
        let twice = self.credentials.iter().find(|id| !seen.insert(**id));
        match (self.credentials.is_empty(), twice) {
            (true, _) => Err(InvalidSpec::new(self.id, Kind::NoCredential)),
            (_, Some(id)) => Err(InvalidSpec::new(self.id, Kind::CredentialTwice(*id))),
            _ => Ok(()),
        }
    }
}

/// An endpoint that a pool cannot take; the pool is unchanged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidSpec {
    endpoint: EndpointId,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    NoCredential,
    CredentialTwice(CredentialId),
    EndpointTwice,
}

impl InvalidSpec {
    pub(crate) const fn new(endpoint: EndpointId, kind: Kind) -> Self {
        Self { endpoint, kind }
    }

    /// Whether the pool has an endpoint of this number: remove that one first, or choose another number.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        matches!(self.kind, Kind::EndpointTwice)
    }
}

impl fmt::Display for InvalidSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.0;
        match self.kind {
            Kind::NoCredential => write!(f, "endpoint {endpoint} has no credential"),
            Kind::CredentialTwice(id) => write!(f, "endpoint {endpoint} has credential {} twice", id.0),
            Kind::EndpointTwice => write!(f, "endpoint {endpoint} is in the pool already"),
        }
    }
}

impl Error for InvalidSpec {}
