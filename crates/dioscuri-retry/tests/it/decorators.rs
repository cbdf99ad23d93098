//! What the decorators add to any policy, a stranger's included.

use dioscuri_retry::{Context, Limit, OnEmpty, RetryBudget, RetryPolicy, RetryPolicyExt, Verdict};
use dioscuri_vocab::{Class, Failure, Phase, Rng, SplitMix64, Tick};
use std::{num::NonZeroU32, sync::Arc, time::Duration};

/// A policy of somebody else: always, at once, anywhere.
struct Stubborn;

impl RetryPolicy for Stubborn {
    fn on_failure(&self, _: &Context, _: &Failure, now: Tick, _: &mut dyn Rng) -> Verdict {
        Verdict::retry_at(now)
    }
}

fn ask(policy: &dyn RetryPolicy, cx: &Context, class: Class) -> Verdict {
    policy.on_failure(cx, &Failure::new(class), Tick::ZERO, &mut SplitMix64::new(1))
}

fn first() -> Context {
    Context::new(Tick::ZERO)
}

fn after(seconds: u64) -> Tick {
    Tick::ZERO.after(Duration::from_secs(seconds))
}

#[test]
fn a_limit_ends_a_strangers_policy() {
    let policy = Stubborn.limit_attempts(NonZeroU32::new(2).unwrap());
    assert_eq!(
        ask(&policy, &first(), Class::Internal),
        Verdict::retry_at(Tick::ZERO)
    );
    assert_eq!(
        ask(&policy, &first().at_attempt(2), Class::Internal),
        Verdict::Exhausted(Limit::Attempts)
    );
}

#[test]
fn an_empty_budget_postpones_every_place() {
    let budget = Arc::new(RetryBudget::with_capacity(0));
    let policy = Stubborn.within_budget(budget, OnEmpty::Postpone);
    assert_eq!(
        ask(&policy, &first(), Class::Internal),
        Verdict::retry_at(after(14))
    );
    assert_eq!(
        ask(&policy, &first(), Class::Capacity),
        Verdict::retry_at(after(19))
    );
}

#[test]
fn a_postponement_past_the_deadline_exhausts_and_takes_nothing() {
    let budget = Arc::new(RetryBudget::with_capacity(0));
    let policy = Stubborn.within_budget(budget, OnEmpty::Postpone);
    let hurried = first().with_deadline(after(14));
    assert_eq!(
        ask(&policy, &hurried, Class::Internal),
        Verdict::Exhausted(Limit::RetryBudget)
    );
    assert_eq!(
        ask(&policy, &first(), Class::Internal),
        Verdict::retry_at(after(14))
    );
}

#[test]
fn a_postponement_comes_on_top_of_the_backoff() {
    let backoff = Duration::from_secs(10);
    let patient =
        move |_: &Context, _: &Failure, now: Tick, _: &mut dyn Rng| Verdict::retry_at(now.after(backoff));
    let policy = patient.within_budget(Arc::new(RetryBudget::with_capacity(0)), OnEmpty::Postpone);
    let hurried = first().with_deadline(after(24));
    assert_eq!(
        ask(&policy, &hurried, Class::Internal),
        Verdict::Exhausted(Limit::RetryBudget)
    );
    assert_eq!(
        ask(&policy, &first(), Class::Internal),
        Verdict::retry_at(after(24))
    );
}

#[test]
fn where_a_person_waits_an_empty_budget_ends_the_call() {
    let policy = Stubborn.within_budget(Arc::new(RetryBudget::with_capacity(0)), OnEmpty::Exhaust);
    assert_eq!(
        ask(&policy, &first(), Class::Internal),
        Verdict::Exhausted(Limit::RetryBudget)
    );
}

#[test]
fn refusals_by_quota_and_unsent_attempts_cost_nothing() {
    let policy = Stubborn.within_budget(Arc::new(RetryBudget::with_capacity(0)), OnEmpty::Exhaust);
    let mut unsent = first();
    unsent.phase = Phase::NotSent;
    assert_eq!(
        ask(&policy, &first(), Class::QuotaMinute),
        Verdict::retry_at(Tick::ZERO)
    );
    assert_eq!(
        ask(&policy, &unsent, Class::Connection),
        Verdict::retry_at(Tick::ZERO)
    );
}

#[test]
fn successes_pay_for_retries() {
    let budget = Arc::new(RetryBudget::with_capacity(14));
    let policy = Stubborn.within_budget(Arc::clone(&budget), OnEmpty::Exhaust);
    assert_eq!(
        ask(&policy, &first(), Class::Internal),
        Verdict::retry_at(Tick::ZERO)
    );
    for _ in 0..14 {
        policy.on_success(&first(), Tick::ZERO);
    }
    assert_eq!(
        ask(&policy, &first(), Class::Internal),
        Verdict::retry_at(Tick::ZERO)
    );
    assert_eq!(budget.tokens(Tick::ZERO), 0);
}

#[test]
fn a_probe_that_meets_the_outage_again_is_free() {
    let budget = Arc::new(RetryBudget::with_capacity(14));
    let policy = Stubborn.within_budget(Arc::clone(&budget), OnEmpty::Exhaust);
    for class in [Class::Capacity, Class::Internal, Class::Unavailable] {
        let verdict = ask(&policy, &first().as_probe(), class);
        assert_eq!(verdict, Verdict::retry_at(Tick::ZERO));
    }
    assert_eq!(budget.tokens(Tick::ZERO), 14);
}

#[test]
fn a_hedge_is_paid_for_and_never_on_credit() {
    let budget = Arc::new(RetryBudget::with_capacity(14));
    let policy = Stubborn.within_budget(Arc::clone(&budget), OnEmpty::Postpone);
    assert!(policy.may_hedge(&first(), Tick::ZERO));
    assert!(!policy.may_hedge(&first(), Tick::ZERO));
    assert_eq!(budget.tokens(Tick::ZERO), 0);
}

#[test]
fn a_hedge_is_an_attempt_of_the_limit() {
    let policy = Stubborn.limit_attempts(NonZeroU32::new(2).unwrap());
    assert!(policy.may_hedge(&first(), Tick::ZERO));
    assert!(!policy.may_hedge(&first().at_attempt(2), Tick::ZERO));
}
