//! What holds for every failure, at every attempt, whatever the server hints.

use dioscuri_retry::{Context, GivenWaits, Profile, Retry, RetryPolicy, Table, Verdict, When};
use dioscuri_vocab::{Class, Failure, Hint, HintSource, SplitMix64, Tick};
use proptest::prelude::*;
use std::time::Duration;

fn failures() -> impl Strategy<Value = Failure> {
    let hint = proptest::option::of(0_u64..200_000);
    (proptest::sample::select(Class::ALL), hint).prop_map(|(class, hint)| {
        let mut failure = Failure::new(class);
        failure.retry_after = hint.map(|ms| Hint::new(Duration::from_millis(ms), HintSource::Header));
        failure
    })
}

fn profiles() -> impl Strategy<Value = Profile> {
    proptest::sample::select(Profile::ALL)
}

fn waits(verdict: &Verdict, now: Tick) -> Vec<Duration> {
    match *verdict {
        Verdict::Retry(retry) => [retry.here, retry.elsewhere, retry.fallback]
            .into_iter()
            .flatten()
            .map(|at| at.since(now))
            .collect(),
        _ => Vec::new(),
    }
}

/// The longest backoff and the widest jitter of a profile.
fn bounds(profile: Profile) -> (Duration, Duration) {
    let longest = match profile {
        Profile::Interactive => 10,
        Profile::Batch => 120,
        _ => 60,
    };
    (Duration::from_secs(longest), Duration::from_secs(1))
}

proptest! {
    #[test]
    fn a_wait_never_exceeds_hint_or_ceiling_and_jitter(
        failure in failures(), profile in profiles(), attempt in 1_u32..20, seed: u64,
    ) {
        let cx = Context::new(Tick::ZERO).at_attempt(attempt);
        let now = Tick(5);
        let verdict = profile.policy().on_failure(&cx, &failure, now, &mut SplitMix64::new(seed));
        let (longest, jitter) = bounds(profile);
        for wait in waits(&verdict, now) {
            prop_assert!(wait <= failure.hint().unwrap_or_default().max(longest) + jitter);
        }
    }

    #[test]
    fn nobody_returns_before_the_hint(
        failure in failures(), profile in profiles(), attempt in 1_u32..20, seed: u64,
    ) {
        let cx = Context::new(Tick::ZERO).at_attempt(attempt);
        let verdict = profile.policy().on_failure(&cx, &failure, Tick(5), &mut SplitMix64::new(seed));
        if let Verdict::Retry(Retry { here: Some(here), .. }) = verdict {
            let other_key = Table::standard().of(failure.class).here == When::OtherKey;
            prop_assert!(other_key || here.since(Tick(5)) >= failure.hint().unwrap_or_default());
        }
    }

    #[test]
    fn the_deadline_is_never_overshot(
        failure in failures(), profile in profiles(), attempt in 1_u32..20,
        left_ms in 0_u64..100_000, seed: u64,
    ) {
        let left = Duration::from_millis(left_ms);
        let cx = Context::new(Tick::ZERO).at_attempt(attempt).with_deadline(Tick(5).after(left));
        let verdict = profile.policy().on_failure(&cx, &failure, Tick(5), &mut SplitMix64::new(seed));
        for wait in waits(&verdict, Tick(5)) {
            prop_assert!(wait < left);
        }
    }

    #[test]
    fn a_verdict_to_retry_names_a_place(
        failure in failures(), profile in profiles(), attempt in 1_u32..20, seed: u64,
    ) {
        let cx = Context::new(Tick::ZERO).at_attempt(attempt);
        let verdict = profile.policy().on_failure(&cx, &failure, Tick(5), &mut SplitMix64::new(seed));
        if matches!(verdict, Verdict::Retry(_)) {
            prop_assert!(!waits(&verdict, Tick(5)).is_empty());
        }
    }

    #[test]
    fn what_is_permanent_here_is_never_tried_here(
        failure in failures(), profile in profiles(), seed: u64,
    ) {
        prop_assume!(Table::standard().of(failure.class).here == When::Never);
        let cx = Context::new(Tick::ZERO);
        let verdict = profile.policy().on_failure(&cx, &failure, Tick(5), &mut SplitMix64::new(seed));
        let tried_here = matches!(verdict, Verdict::Retry(Retry { here: Some(_), .. }));
        prop_assert!(!tried_here);
    }

    #[test]
    fn equal_seeds_give_equal_verdicts(failure in failures(), profile in profiles(), seed: u64) {
        let ask = || {
            let cx = Context::new(Tick::ZERO);
            profile.policy().on_failure(&cx, &failure, Tick(5), &mut SplitMix64::new(seed))
        };
        prop_assert_eq!(ask(), ask());
    }

    #[test]
    fn given_waits_keep_to_hint_and_deadline(
        failure in failures(), tries in 1_u32..80, given in 0_u64..100_000, deadline in prop::option::of(1_u64..100_000),
        seed: u64,
    ) {
        let (given, now) = (Duration::from_millis(given), Tick(5));
        let mut cx = Context::new(Tick::ZERO).at_attempt(1).here_only();
        cx.tries = tries;
        cx.deadline = deadline.map(|ms| Tick::ZERO.after(Duration::from_millis(ms)));
        let policy = GivenWaits::new(move |_, _| Some(given));
        match policy.on_failure(&cx, &failure, now, &mut SplitMix64::new(seed)) {
            Verdict::Retry(retry) => {
                prop_assert_eq!((retry.elsewhere, retry.fallback), (None, None));
                let at = retry.here.unwrap();
                prop_assert!(at >= now.after(given.max(failure.hint().unwrap_or_default())));
                prop_assert!(cx.deadline.is_none_or(|deadline| at < deadline));
                prop_assert!(tries < 80);
            }
            Verdict::Permanent => {
                let row = Table::standard().row(&failure, cx.phase);
                prop_assert!(matches!(row.here, When::Never | When::OtherKey | When::Hinted));
            }
            Verdict::Exhausted(_) => {
                let latest = now.after(given.max(failure.hint().unwrap_or_default()) + Duration::from_secs(1));
                prop_assert!(tries >= 80 || cx.deadline.is_some_and(|deadline| latest >= deadline));
            }
        }
    }
}
