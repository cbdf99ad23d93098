//! Who pays: prepaid credits, the limit of ten minutes, the state of an account.

use std::time::Duration;

use dioscuri_vocab::Tick;

use super::{Denied, counter::Sliding, load::floor, stats::AccountStats};
use crate::scenario::{AccountState, BillingAccount};

/// Money is counted in billionths of a US dollar: a token may cost 75 of them.
const NANOS_PER_USD: f64 = 1e9;
const NANOS_PER_MICRO: u64 = 1_000;

/// Minutes of the window over which spending is limited (reference §5.3).
const SPEND_MINUTES: u64 = 10;

/// One billing account. All amounts are in billionths of a US dollar.
#[derive(Clone, Debug)]
pub(super) struct Account {
    id: String,
    state: AccountState,
    prepaid_status: u16,
    prepaid: Option<u64>,
    limit: Option<SpendLimit>,
    spent: u64,
    refused: u64,
}

#[derive(Clone, Debug)]
struct SpendLimit {
    limit: u64,
    /// In nanoseconds.
    window: u64,
    spent: Sliding,
    peak: u64,
}

impl Account {
    pub(super) fn new(account: &BillingAccount, minute: u64) -> Self {
        let window = minute.saturating_mul(SPEND_MINUTES);
        Self {
            id: account.id.clone(),
            state: account.state,
            prepaid_status: account.prepaid_status,
            prepaid: account.prepaid.map(nano_usd),
            limit: account.spend_limit.map(|usd| SpendLimit {
                limit: nano_usd(usd),
                window,
                spent: Sliding::new(window),
                peak: 0,
            }),
            spent: 0,
            refused: 0,
        }
    }

    /// Whether the account pays for anything at all.
    ///
    /// The order of these checks, and of [`check_spending`](Self::check_spending) after them, is a guess.
    pub(super) const fn check_state(&mut self) -> Result<(), Denied> {
        let denied = match (self.state, self.prepaid) {
            (AccountState::Closed, _) => Denied::BillingClosed,
            (AccountState::Capped, _) => Denied::SpendingCap,
            (AccountState::Open, Some(0)) => Denied::Prepaid {
                status: self.prepaid_status,
            },
            (AccountState::Open, _) => return Ok(()),
        };
        self.refused = self.refused.saturating_add(1);
        Err(denied)
    }

    /// Whether the last ten minutes leave anything to spend. What a request will cost is not known when it
    /// comes, so it passes if there is any room; a guess.
    pub(super) fn check_spending(&mut self, tick: Tick) -> Result<(), Denied> {
        let Some(spend) = &mut self.limit else {
            return Ok(());
        };
        spend.spent.renew(tick);
        if spend.spent.held() < spend.limit {
            return Ok(());
        }
        self.refused = self.refused.saturating_add(1);
        let wait = spend.spent.wait(1, spend.limit, tick).unwrap_or(spend.window);
        Err(Denied::SpendLimit {
            wait: Duration::from_nanos(wait),
        })
    }

    /// How long until the last ten minutes leave something to spend; `None`: it pays for nothing any more.
    pub(super) fn wait(&self, tick: Tick) -> Option<Duration> {
        if self.state != AccountState::Open || self.prepaid == Some(0) {
            return None;
        }
        let Some(spend) = &self.limit else {
            return Some(Duration::ZERO);
        };
        let nanos = spend.spent.wait_at(1, spend.limit, tick)?;
        Some(Duration::from_nanos(nanos))
    }

    pub(super) fn bill(&mut self, usd: f64, tick: Tick) {
        let cost = nano_usd(usd);
        self.spent = self.spent.saturating_add(cost);
        self.prepaid = self.prepaid.map(|left| left.saturating_sub(cost));
        if let Some(spend) = &mut self.limit {
            spend.spent.renew(tick);
            spend.spent.add(cost, tick);
            spend.peak = spend.peak.max(spend.spent.held());
        }
    }

    pub(super) fn stats(&self) -> AccountStats {
        AccountStats {
            account: self.id.clone(),
            spent_micro_usd: self.spent / NANOS_PER_MICRO,
            spend_limit_micro_usd: self.limit.as_ref().map(|spend| spend.limit / NANOS_PER_MICRO),
            spend_peak_micro_usd: self.limit.as_ref().map(|spend| spend.peak / NANOS_PER_MICRO),
            prepaid_micro_usd: self.prepaid.map(|left| left / NANOS_PER_MICRO),
            refused: self.refused,
        }
    }
}

/// What is negative or no number is nothing.
fn nano_usd(usd: f64) -> u64 {
    floor((usd * NANOS_PER_USD).round())
}
