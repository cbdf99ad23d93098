//! Who must stop when something fails, with `dioscuri-pool` alone: two projects in two locations, and for each
//! scope one failure of the endpoint `castor/us`.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use dioscuri_pool::{
    AccountId, Config, EndpointSpec, InvalidSpec, PlaceId, Pool as _, RegionPool, Report, Snapshot,
};
use dioscuri_vocab::{
    AttemptId, CallId, Class, CredentialId, EndpointId, Failure, GroupId, Hint, HintSource, Now, Outcome,
    Phase, Tick, Timing,
};
use std::time::Duration;

/// Project, location; their indices are the endpoints' numbers.
const ENDPOINTS: [&str; 4] = ["castor/us", "castor/eu", "pollux/us", "pollux/eu"];

fn main() -> Result<(), InvalidSpec> {
    // The class says the scope; the last column is how many endpoints stay open.
    for (class, hint, open) in [
        (Class::InvalidRequest, None, 4),
        (Class::AuthInvalidKey, None, 2),
        (Class::QuotaMinute, Some(26), 4),
        (Class::Billing, None, 0),
        (Class::Capacity, Some(30), 2),
        (Class::NotFound, None, 3),
    ] {
        let pool = two_by_two()?;
        let now = fail(&pool, class, hint);
        let after = pool.snapshot(now.tick);
        show(class, &after, now.tick);
        let is_open = |at: Option<Tick>| at.is_some_and(|at| at <= now.tick);
        let opened = after
            .endpoints
            .iter()
            .filter(|state| is_open(state.open_at))
            .count();
        assert_eq!(opened, open, "{class}");
    }
    Ok(())
}

/// Each project has a key of its own, one account pays for both, and a location is shared by both.
fn two_by_two() -> Result<RegionPool, InvalidSpec> {
    let pool = RegionPool::new(Config::new());
    for number in 0..4 {
        let (project, location) = (number / 2, number % 2);
        pool.add(
            EndpointSpec::new(EndpointId(number), [CredentialId(project)])
                .with_group(GroupId(project))
                .with_account(AccountId(0))
                .with_place(PlaceId(location)),
        )?;
    }
    Ok(pool)
}

/// One attempt on `castor/us` that fails after a second. Returns the moment of the failure.
fn fail(pool: &RegionPool, class: Class, hint: Option<u64>) -> Now {
    let (us, begun) = (EndpointId(0), Now::default());
    let attempt = AttemptId {
        call: CallId(1),
        no: 1,
    };
    let key = pool.begin(us, attempt, begun).expect("a new endpoint is open");
    let mut failure = Failure::new(class);
    failure.retry_after = hint.map(|secs| Hint::new(Duration::from_secs(secs), HintSource::RetryInfo));
    let outcome = Outcome::Failed {
        failure,
        phase: Phase::Answered,
    };
    let timing = Timing::new().with_sent(begun.tick);
    let now = begun.after(Duration::from_secs(1));
    pool.report(&Report::new(attempt, us, key, begun.tick, &timing, &outcome), now);
    now
}

fn show(class: Class, after: &Snapshot, now: Tick) {
    println!("{class} (scope {}):", class.usual_scope());
    match after.closed.first() {
        None => println!("  closes nothing here: the request's or the rate budget's business"),
        Some(closed) => {
            let secs = closed.probe_at.since(now).as_secs();
            println!("  closes {:?}, probed in {secs} s", closed.subject);
        }
    }
    let endpoints: Vec<_> = after
        .endpoints
        .iter()
        .map(|state| {
            let name = ENDPOINTS[usize::try_from(state.endpoint.0).expect("four endpoints")];
            match state.open_at {
                Some(at) if at <= now => format!("{name} open"),
                Some(at) => format!("{name} in {} s", at.since(now).as_secs()),
                None => format!("{name} once mended"),
            }
        })
        .collect();
    println!("  {}", endpoints.join(", "));
}
