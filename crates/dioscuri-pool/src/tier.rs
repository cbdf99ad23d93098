//! Service tiers, and which of them is preferred.

/// What kind of service an endpoint sells: the same model, sooner or cheaper.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Tier {
    /// Provisioned throughput: paid for whether it is used or not.
    Provisioned,
    /// Pay as you go.
    #[default]
    Standard,
    /// Cheaper, and served when there is room.
    Flex,
    /// Dearer, and served before the others.
    Priority,
}

impl Tier {
    /// Every tier, in the usual order of preference.
    pub const ALL: &'static [Self] = &[Self::Provisioned, Self::Standard, Self::Flex, Self::Priority];

    /// The name in JSON, metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provisioned => "provisioned",
            Self::Standard => "standard",
            Self::Flex => "flex",
            Self::Priority => "priority",
        }
    }

    /// The tier that an answer names, in the words of either surface (`serviceTier`, `trafficType`), in any case.
    ///
    /// ```
    /// use dioscuri_pool::Tier;
    ///
    /// assert_eq!(Tier::of_word("ON_DEMAND_PRIORITY"), Some(Tier::Priority));
    /// assert_eq!(Tier::of_word("standard"), Some(Tier::Standard));
    /// assert_eq!(Tier::of_word("golden"), None);
    /// ```
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let is = |known: &&(&str, Self)| known.0.eq_ignore_ascii_case(word);
        WORDS.iter().find(is).map(|(_, tier)| *tier)
    }
}

/// What the servers call them.
const WORDS: &[(&str, Tier)] = &[
    ("standard", Tier::Standard),
    ("on_demand", Tier::Standard),
    ("priority", Tier::Priority),
    ("on_demand_priority", Tier::Priority),
    ("flex", Tier::Flex),
    ("on_demand_flex", Tier::Flex),
    ("provisioned", Tier::Provisioned),
    ("provisioned_throughput", Tier::Provisioned),
];

/// The rank of every tier, 0 the most preferred.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TierOrder([u8; Tier::ALL.len()]);

impl TierOrder {
    /// The usual order.
    pub(crate) const fn new() -> Self {
        Self([0, 1, 2, 3])
    }

    /// Those of `order` first, then the others.
    pub(crate) fn of(order: impl IntoIterator<Item = Tier>) -> Self {
        let mut ranks = [None; Tier::ALL.len()];
        let all = order.into_iter().chain(Tier::ALL.iter().copied());
        let mut next = 0;
        for tier in all {
            let rank = &mut ranks[tier as usize];
            if rank.is_none() {
                *rank = Some(next);
                next += 1;
            }
        }
        Self(ranks.map(|rank| rank.unwrap_or(next)))
    }

    pub(crate) const fn rank(self, tier: Tier) -> u8 {
        self.0[tier as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_comes_last_and_twice_is_once() {
        let order = TierOrder::of([Tier::Flex, Tier::Standard, Tier::Flex]);
        let ranks: Vec<_> = Tier::ALL.iter().map(|tier| order.rank(*tier)).collect();
        assert_eq!(ranks, [2, 1, 0, 3]);
        assert_eq!(TierOrder::of([]), TierOrder::new());
    }

    #[test]
    fn every_tier_has_its_name_as_a_word() {
        for tier in Tier::ALL {
            assert_eq!(Tier::of_word(tier.name()), Some(*tier));
        }
    }
}
