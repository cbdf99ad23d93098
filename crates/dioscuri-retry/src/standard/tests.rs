//! The verdicts of the default profile, failure by failure.

use super::*;
use crate::Profile;
use dioscuri_vocab::{Class, Hint, HintSource, Phase};

/// Draws the middle of every range.
struct Half;

impl Rng for Half {
    fn next_u64(&mut self) -> u64 {
        1 << 63
    }
}

const NOW: Tick = Tick(1_000_000_000);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn hinted(class: Class, seconds: u64) -> Failure {
    let mut failure = Failure::new(class);
    failure.retry_after = Some(Hint::new(secs(seconds), HintSource::RetryInfo));
    failure
}

/// Milliseconds from now, for each place.
#[track_caller]
fn check(cx: &Context, failure: &Failure, places: [Option<u64>; 3]) {
    let ticks = places.map(|place| place.map(|ms| NOW.after(Duration::from_millis(ms))));
    let verdict = Profile::Default.policy().on_failure(cx, failure, NOW, &mut Half);
    let [here, elsewhere, fallback] = ticks;
    let expected = Verdict::Retry(Retry {
        here,
        elsewhere,
        fallback,
    });
    assert_eq!(verdict, expected);
}

#[track_caller]
fn ends(cx: &Context, failure: &Failure, expected: Verdict) {
    let verdict = Profile::Default.policy().on_failure(cx, failure, NOW, &mut Half);
    assert_eq!(verdict, expected);
}

fn first() -> Context {
    Context::new(Tick::ZERO)
}

#[test]
fn a_quota_is_waited_for_here_and_avoided_elsewhere() {
    check(
        &first(),
        &hinted(Class::QuotaMinute, 26),
        [Some(26_500), Some(0), None],
    );
    check(
        &first(),
        &hinted(Class::QuotaDay, 40),
        [Some(40_500), Some(0), Some(0)],
    );
}

#[test]
fn an_unhinted_refusal_backs_off_by_tries_since_it_is_no_attempt() {
    let mut cx = first();
    cx.tries = 4;
    check(
        &cx,
        &Failure::new(Class::QuotaMinute),
        [Some(4_000), Some(0), None],
    );
}

#[test]
fn the_next_model_is_asked_after_three_overloads() {
    let overloaded = Failure::new(Class::Capacity);
    check(&first(), &overloaded, [Some(500), Some(0), None]);
    check(
        &first().at_attempt(3),
        &overloaded,
        [Some(2_000), Some(0), Some(0)],
    );
}

#[test]
fn a_fault_is_tried_twice_more_on_one_endpoint() {
    let fault = Failure::new(Class::Internal);
    check(&first(), &fault, [Some(50), Some(50), None]);
    check(&first().at_attempt(3), &fault, [None, Some(200), None]);
}

#[test]
fn another_key_may_serve_where_one_is_invalid() {
    check(
        &first(),
        &Failure::new(Class::AuthInvalidKey),
        [Some(0), Some(0), Some(0)],
    );
    let mut denied = Failure::new(Class::PermissionDenied);
    denied.scope = Scope::Endpoint;
    check(&first(), &denied, [None, Some(0), Some(0)]);
}

#[test]
fn a_spend_limit_is_waited_for_and_spent_credits_are_not() {
    check(
        &first(),
        &hinted(Class::Billing, 60),
        [Some(60_500), Some(0), Some(0)],
    );
    check(&first(), &Failure::new(Class::Billing), [None, Some(0), Some(0)]);
}

#[test]
fn a_precondition_is_waited_for_only_where_the_server_says_that_it_passes() {
    check(
        &first(),
        &hinted(Class::FailedPrecondition, 120),
        [Some(120_500), None, None],
    );
    ends(
        &first(),
        &Failure::new(Class::FailedPrecondition),
        Verdict::Permanent,
    );
    let mut soon = Failure::new(Class::FailedPrecondition);
    soon.transient = true;
    check(&first(), &soon, [Some(500), None, None]);
}

#[test]
fn what_was_not_sent_goes_elsewhere_at_once() {
    let mut cx = first();
    cx.phase = Phase::NotSent;
    check(&cx, &Failure::new(Class::Connection), [Some(50), Some(0), None]);
}

#[test]
fn what_was_seen_is_not_repeated() {
    let mut cx = first();
    cx.phase = Phase::Committed;
    ends(&cx, &Failure::new(Class::Unavailable), Verdict::Permanent);
}

#[test]
fn the_last_attempt_exhausts_the_call_but_a_refusal_is_none() {
    let cx = first().at_attempt(5);
    ends(
        &cx,
        &Failure::new(Class::Capacity),
        Verdict::Exhausted(Limit::Attempts),
    );
    let mut on_another = cx;
    on_another.attempt_here = 1;
    check(
        &on_another,
        &hinted(Class::QuotaMinute, 20),
        [Some(20_500), Some(0), None],
    );
}

#[test]
fn endless_refusals_end() {
    let mut cx = first();
    cx.tries = 80;
    ends(
        &cx,
        &hinted(Class::QuotaMinute, 1),
        Verdict::Exhausted(Limit::Attempts),
    );
}

#[test]
fn a_wait_past_the_deadline_closes_the_place() {
    let cx = first().with_deadline(NOW.after(secs(26)));
    check(&cx, &hinted(Class::QuotaMinute, 26), [None, Some(0), None]);
    let cx = first().with_deadline(NOW.after(Duration::from_millis(50)));
    ends(
        &cx,
        &Failure::new(Class::Internal),
        Verdict::Exhausted(Limit::Deadline),
    );
}

#[test]
fn a_hint_beyond_a_day_is_not_waited_for() {
    let absurd = hinted(Class::QuotaMinute, u64::MAX);
    check(&first(), &absurd, [None, Some(0), None]);
}

#[test]
fn a_row_of_the_user_holds() {
    let row = Row::PERMANENT.with_here(When::Now);
    let policy = Standard::default().with_table(Table::standard().with(Class::BlockedPrompt, row));
    let verdict = policy.on_failure(&first(), &Failure::new(Class::BlockedPrompt), NOW, &mut Half);
    assert!(matches!(verdict, Verdict::Retry(Retry { here: Some(NOW), .. })));
    assert_eq!(policy.table().of(Class::BlockedPrompt), row);
}

#[test]
fn a_probe_that_meets_the_outage_again_uses_up_nothing() {
    let scout = first().at_attempt(500).as_probe();
    check(
        &scout,
        &Failure::new(Class::Capacity),
        [Some(500), Some(0), Some(0)],
    );
    check(&scout, &Failure::new(Class::Internal), [Some(50), Some(50), None]);
}

#[test]
fn a_probe_keeps_away_as_long_as_the_server_says() {
    check(
        &first().as_probe(),
        &hinted(Class::Capacity, 30),
        [Some(30_500), Some(0), None],
    );
}

#[test]
fn a_probe_that_fails_by_the_request_ends_the_call() {
    ends(
        &first().as_probe(),
        &Failure::new(Class::InvalidRequest),
        Verdict::Permanent,
    );
}

#[test]
fn where_all_remember_a_backoff_only_spreads() {
    let alone = first().at_attempt(4);
    let together = alone.while_remembered();
    let policy = Profile::Batch.policy();
    let wait = |cx: &Context| match policy.on_failure(cx, &Failure::new(Class::Capacity), NOW, &mut Half) {
        Verdict::Retry(retry) => retry.here.map(|at| at.since(NOW)),
        _ => None,
    };
    assert_eq!(wait(&alone), Some(secs(4)));
    assert_eq!(wait(&together), Some(secs(2)));
}

#[test]
fn each_profile_gives_up_after_its_attempts() {
    for (profile, most) in [
        (Profile::Interactive, 3),
        (Profile::Default, 5),
        (Profile::Batch, 10),
    ] {
        let fails = |attempt| {
            let cx = first().at_attempt(attempt);
            profile
                .policy()
                .on_failure(&cx, &Failure::new(Class::Capacity), NOW, &mut Half)
        };
        assert!(matches!(fails(most - 1), Verdict::Retry(_)));
        assert_eq!(fails(most), Verdict::Exhausted(Limit::Attempts));
    }
}
