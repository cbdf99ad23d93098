//! When to try again, with `dioscuri-retry` alone: ceilings, full jitter, the server's hint as a floor, and
//! what three classes of failure call for. Nothing waits here: a verdict is a time, and time is an argument.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use dioscuri_retry::{Backoff, Context, InvalidBackoff, Profile, RetryPolicy, Verdict};
use dioscuri_vocab::{Class, Failure, Hint, HintSource, SplitMix64, Tick};
use std::time::Duration;

fn main() -> Result<(), InvalidBackoff> {
    let mut rng = SplitMix64::new(1); // equal seeds give equal draws
    let backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(20))?;

    println!("attempt  ceiling  three draws");
    for attempt in 2..=10 {
        let ceiling = backoff.ceiling(attempt);
        let draws: [Duration; 3] = std::array::from_fn(|_| backoff.draw(attempt, &mut rng));
        assert!(draws.iter().all(|draw| *draw <= ceiling));
        let [a, b, c] = draws.map(seconds);
        println!("{attempt:>7}  {:>7}  {a} {b} {c}", seconds(ceiling));
    }

    let hint = Duration::from_secs(26);
    let waits: [Duration; 3] = std::array::from_fn(|_| backoff.wait(2, Some(hint), &mut rng));
    assert!(
        waits
            .iter()
            .all(|wait| *wait >= hint && *wait <= hint + backoff.initial())
    );
    let [a, b, c] = waits.map(seconds);
    println!("the server said 26 s: {a} {b} {c}");

    let policy = Profile::Default.policy();
    let now = Tick::ZERO;
    for class in [Class::QuotaMinute, Class::Capacity, Class::InvalidRequest] {
        let mut failure = Failure::new(class);
        if class == Class::QuotaMinute {
            failure.retry_after = Some(Hint::new(hint, HintSource::RetryInfo));
        }
        let verdict = policy.on_failure(&Context::new(now), &failure, now, &mut rng);
        println!("{class}:\n{}", told(verdict));
        match (class, verdict) {
            (Class::QuotaMinute, Verdict::Retry(retry)) => assert!(retry.here >= Some(now.after(hint))),
            (Class::Capacity, Verdict::Retry(retry)) => assert_eq!(retry.elsewhere, Some(now)),
            (_, verdict) => assert_eq!(verdict, Verdict::Permanent),
        }
    }
    Ok(())
}

fn told(verdict: Verdict) -> String {
    let at = |place: Option<Tick>| place.map_or("not for this call".to_owned(), |at| format!("from {at}"));
    match verdict {
        Verdict::Retry(retry) => format!(
            "  same endpoint {}\n  other endpoints {}\n  next model {}",
            at(retry.here),
            at(retry.elsewhere),
            at(retry.fallback)
        ),
        Verdict::Permanent => "  trying again cannot help".to_owned(),
        Verdict::Exhausted(limit) => format!("  out of {}", limit.name()),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}s", duration.as_secs_f64())
}
