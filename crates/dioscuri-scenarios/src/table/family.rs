//! The families of scenarios, in the order of the page.

use super::{Case, account, base, day, interactive, limits, neighbour, outage, shift, tokens};

/// Scenarios that are set up alike.
pub(crate) struct Family {
    /// Their name, or what their names begin with.
    pub(crate) name: &'static str,
    /// How they are set up and what is asked of them, as a paragraph of the page.
    pub(crate) about: &'static str,
    pub(super) cases: fn() -> Vec<Case>,
}

impl Family {
    pub(super) fn cases(&self) -> Vec<Case> {
        (self.cases)()
    }
}

/// All of them.
pub(crate) const FAMILIES: &[Family] = &[
    Family {
        name: "one-key",
        about: base::ONE_KEY,
        cases: base::one_key,
    },
    Family {
        name: "pool-4x",
        about: base::POOL_4X,
        cases: base::pool_4x,
    },
    Family {
        name: "pool-1.2x",
        about: base::POOL_1_2X,
        cases: base::pool_1_2x,
    },
    Family {
        name: "free-tier",
        about: base::FREE_TIER,
        cases: base::free_tier,
    },
    Family {
        name: "short-job",
        about: base::SHORT_JOB,
        cases: base::short_job,
    },
    Family {
        name: "learned",
        about: limits::LEARNED,
        cases: limits::learned,
    },
    Family {
        name: "unstated",
        about: limits::UNSTATED,
        cases: limits::unstated,
    },
    Family {
        name: "tokens",
        about: tokens::ABOUT,
        cases: tokens::cases,
    },
    Family {
        name: "neighbour",
        about: neighbour::ABOUT,
        cases: neighbour::cases,
    },
    Family {
        name: "midnight",
        about: day::MIDNIGHT,
        cases: day::midnight,
    },
    Family {
        name: "lying-day",
        about: day::LYING,
        cases: day::lying,
    },
    Family {
        name: "halved",
        about: shift::HALVED,
        cases: shift::halved,
    },
    Family {
        name: "spurious",
        about: shift::SPURIOUS,
        cases: shift::spurious,
    },
    Family {
        name: "region-down",
        about: outage::REGION_DOWN,
        cases: outage::region_down,
    },
    Family {
        name: "all-down",
        about: outage::ALL_DOWN,
        cases: outage::all_down,
    },
    Family {
        name: "closed-account",
        about: account::CLOSED_ACCOUNT,
        cases: account::closed_account,
    },
    Family {
        name: "leaked-key",
        about: account::LEAKED_KEY,
        cases: account::leaked_key,
    },
    Family {
        name: "interactive",
        about: interactive::ABOUT,
        cases: interactive::cases,
    },
];
