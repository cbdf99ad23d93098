//! The retry budget: what all calls together may spend on retries.

use crate::Charge;
use dioscuri_vocab::Tick;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Tokens when full, and at the start: 35 retries after faults, or 100 after throttling, in a burst.
///
/// Source: AWS smithy's standard retry strategy.
const CAPACITY: u32 = 500;

/// Price of a retry after a fault: a server worked for nothing.
///
/// Source: AWS "Retry Behavior 2.1".
const TRANSIENT: u32 = 14;

/// Price of a retry after a refusal for lack of capacity, which is cheap to the server.
///
/// Source: AWS "Retry Behavior 2.1".
const THROTTLED: u32 = 5;

/// Tokens that a success brings: 14 successes pay for one retry, so that in the long run at most 7 % of
/// the load of a healthy server is retries after faults.
const DEPOSIT: u32 = 1;

/// Tokens that a second brings, so that an empty budget is not stuck: without traffic there are no
/// deposits (aws-sdk-go-v2#3550).
const REFILL: u32 = 1;

/// The furthest that a retry is postponed. Later ones are not put further off, since a wait once given
/// cannot be shortened, and the calls must be back soon after an outage has ended.
const LONGEST_POSTPONEMENT: Duration = Duration::from_secs(60);

/// One token in the unit of the account: as many as a second has nanoseconds, so that the refill is exact.
const TOKEN: i128 = 1_000_000_000;

/// Tokens shared by all calls: retries take some, successes and time bring some.
///
/// Pure but for its lock: `now` is an argument and may repeat; an earlier one counts as the latest seen.
///
/// ```
/// use dioscuri_retry::{Charge, RetryBudget};
/// use dioscuri_vocab::Tick;
/// use std::time::Duration;
///
/// let budget = RetryBudget::with_capacity(14);
/// let now = Tick::ZERO;
/// assert_eq!(budget.withdraw(Charge::Transient, now), Ok(()));
/// assert_eq!(budget.withdraw(Charge::Transient, now), Err(now.after(Duration::from_secs(14))));
/// ```
#[derive(Debug)]
pub struct RetryBudget {
    capacity: i128,
    account: Mutex<Account>,
}

#[derive(Clone, Copy, Debug)]
struct Account {
    /// In billionths of a token; below zero where retries were postponed.
    balance: i128,
    /// Up to when the refill is in the balance.
    at: Tick,
}

impl RetryBudget {
    /// A full budget of 500 tokens.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// A full budget of `capacity` tokens. One of 0 lets every retry wait for the refill.
    #[must_use]
    pub const fn with_capacity(capacity: u32) -> Self {
        let full = capacity as i128 * TOKEN;
        Self {
            capacity: full,
            account: Mutex::new(Account {
                balance: full,
                at: Tick::ZERO,
            }),
        }
    }

    /// Takes what `charge` costs.
    ///
    /// # Errors
    ///
    /// If there is too little; nothing is taken, and the error is the tick at which time alone will have
    /// refilled it.
    pub fn withdraw(&self, charge: Charge, now: Tick) -> Result<(), Tick> {
        let mut account = self.refilled(now);
        let price = price(charge);
        if price > 0 && account.balance < price {
            return Err(now.after(missing(price - account.balance)));
        }
        account.balance -= price;
        Ok(())
    }

    /// Takes what `charge` costs, on credit if need be, and says how long the retry must be put off.
    ///
    /// Retries that come to an empty budget queue up behind each other at the rate of the refill, up to
    /// 60 s. One that cannot be put off by less than `longest` takes nothing.
    ///
    /// # Errors
    ///
    /// If it would have to be put off by `longest` or more; the error is for how long.
    pub fn postpone(&self, charge: Charge, longest: Duration, now: Tick) -> Result<Duration, Duration> {
        let mut account = self.refilled(now);
        let price = price(charge);
        if price == 0 {
            return Ok(Duration::ZERO);
        }
        let wait = missing(price - account.balance).min(LONGEST_POSTPONEMENT);
        if !wait.is_zero() && wait >= longest {
            return Err(wait);
        }
        let floor = -(i128::from(REFILL) * TOKEN * i128::from(LONGEST_POSTPONEMENT.as_secs()));
        account.balance = (account.balance - price).max(floor);
        Ok(wait)
    }

    /// A success at `now` brings one token.
    pub fn deposit(&self, now: Tick) {
        let mut account = self.refilled(now);
        account.balance = (account.balance + i128::from(DEPOSIT) * TOKEN).min(self.capacity);
    }

    /// Whole tokens at `now`; 0 while retries are being postponed.
    #[must_use]
    pub fn tokens(&self, now: Tick) -> u32 {
        u32::try_from(self.refilled(now).balance / TOKEN).unwrap_or(0)
    }

    fn refilled(&self, now: Tick) -> MutexGuard<'_, Account> {
        // Every change below is one assignment, so a panic elsewhere leaves no half-done account.
        let mut account = self.account.lock().unwrap_or_else(PoisonError::into_inner);
        let gain = i128::from(now.0.saturating_sub(account.at.0)) * i128::from(REFILL);
        account.balance = (account.balance + gain).min(self.capacity);
        account.at = account.at.max(now);
        account
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

fn price(charge: Charge) -> i128 {
    i128::from(match charge {
        Charge::Free => 0,
        Charge::Throttled => THROTTLED,
        Charge::Transient => TRANSIENT,
    }) * TOKEN
}

/// How long the refill takes to bring `amount`; zero if it is not above zero.
fn missing(amount: i128) -> Duration {
    let nanos = amount.max(0).div_euclid(i128::from(REFILL));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[track_caller]
    fn check(budget: &RetryBudget, at_secs: u64, tokens: u32) {
        assert_eq!(
            budget.tokens(Tick::ZERO.after(SECOND * u32::try_from(at_secs).unwrap())),
            tokens
        );
    }

    #[test]
    fn it_starts_full_and_never_overflows() {
        let budget = RetryBudget::new();
        check(&budget, 0, 500);
        budget.deposit(Tick::ZERO);
        check(&budget, 3600, 500);
    }

    #[test]
    fn retries_take_and_successes_and_seconds_bring() {
        let budget = RetryBudget::with_capacity(20);
        budget.withdraw(Charge::Transient, Tick::ZERO).unwrap();
        budget.withdraw(Charge::Throttled, Tick::ZERO).unwrap();
        check(&budget, 0, 1);
        budget.deposit(Tick::ZERO);
        check(&budget, 0, 2);
        check(&budget, 3, 5);
    }

    #[test]
    fn what_is_free_passes_an_empty_budget() {
        let budget = RetryBudget::with_capacity(0);
        assert_eq!(budget.withdraw(Charge::Free, Tick::ZERO), Ok(()));
        assert_eq!(
            budget.postpone(Charge::Free, Duration::ZERO, Tick::ZERO),
            Ok(Duration::ZERO)
        );
    }

    #[test]
    fn postponed_retries_queue_up_at_the_rate_of_the_refill() {
        let budget = RetryBudget::with_capacity(0);
        let mut waits = [5, 10, 15].map(|secs| SECOND * secs).into_iter();
        for wait in waits.by_ref() {
            assert_eq!(
                budget.postpone(Charge::Throttled, Duration::MAX, Tick::ZERO),
                Ok(wait)
            );
        }
        assert_eq!(
            budget.postpone(Charge::Throttled, SECOND, Tick::ZERO),
            Err(SECOND * 20)
        );
    }

    #[test]
    fn nobody_is_postponed_by_more_than_a_minute() {
        let budget = RetryBudget::with_capacity(0);
        for _ in 0..100 {
            let wait = budget
                .postpone(Charge::Transient, Duration::MAX, Tick::ZERO)
                .unwrap();
            assert!(wait <= SECOND * 60);
        }
        check(&budget, 61, 0);
        let last = Tick::ZERO.after(SECOND * 74);
        assert_eq!(
            budget.withdraw(Charge::Transient, last),
            Err(last.after(SECOND * 14))
        );
    }

    #[test]
    fn a_clock_that_stands_still_brings_nothing() {
        let budget = RetryBudget::with_capacity(5);
        let later = Tick::ZERO.after(SECOND * 10);
        budget.withdraw(Charge::Throttled, later).unwrap();
        assert_eq!(budget.tokens(Tick::ZERO), 0);
        assert_eq!(budget.tokens(later), 0);
    }
}
