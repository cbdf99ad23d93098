//! When a quota has room, with `dioscuri-budget` alone and in virtual time: a minute's requests and tokens, a
//! Pacific day, and the permit that keeps count by itself.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use dioscuri_budget::{Budget, Config, Limit, NotUntil, RateBudget, Reserve, next_pacific_midnight};
use dioscuri_vocab::{Cost, EndpointId, Now, Outcome, Served, Tick, Timing, UnixTime};
use std::{error::Error, time::Duration};

/// Noon in California, 2026-11-21.
const NOON: Now = Now::new(Tick::ZERO, UnixTime::from_secs(1_795_291_200));

/// Quotas that are known to bear their whole limit at once. By default a new one goes in tenths of itself, until the
/// server has shown that it bears more.
fn known_well() -> Config {
    Config::default().with_burst_share(1.0)
}

fn main() -> Result<(), Box<dyn Error>> {
    requests_of_a_minute()?;
    tokens_of_a_minute()?;
    requests_of_a_day()
}

/// What an engine does: reserve, send, settle.
fn requests_of_a_minute() -> Result<(), Box<dyn Error>> {
    let (budget, flash) = (Budget::new(known_well()), EndpointId(0));
    budget.attach(flash, &[Limit::rpm(60), Limit::tpm(250_000)]);
    let cost = Cost::tokens(1_000);

    let mut granted = 0;
    let opens = loop {
        match budget.reserve(flash, &cost, NOON) {
            Reserve::Granted(reservation) => {
                granted += 1;
                let answered = Outcome::Success(Served::new().with_used(Cost::tokens(900)));
                let timing = Timing::new().with_sent(NOON.tick);
                budget.settle(reservation, &answered, &timing, NOON);
            }
            Reserve::NotUntil { at, .. } => break at.ok_or("a minute ends")?,
            never @ Reserve::Never { .. } => return Err(format!("{never:?}").into()),
        }
    };
    println!(
        "60 RPM: {granted} at once, number {} not until {opens}",
        granted + 1
    );
    assert_eq!(granted, 60);
    assert!(opens >= NOON.tick.after(Duration::from_secs(60)));

    let now = NOON.after(opens.since(NOON.tick));
    let reserved = budget.reserve(flash, &cost, now);
    println!(
        "  asked again then: {}",
        if is_granted(&reserved) {
            "granted"
        } else {
            "refused"
        }
    );
    assert!(is_granted(&reserved));
    Ok(())
}

/// What a program without an engine does: the permit settles itself, even when it is dropped.
fn tokens_of_a_minute() -> Result<(), Box<dyn Error>> {
    let (budget, flash) = (Budget::new(known_well()), EndpointId(0));
    budget.attach(flash, &[Limit::rpm(60), Limit::tpm(100_000)]);
    let large = Cost::tokens(60_000);

    let mut permit = budget.try_acquire(flash, &large, NOON)?;
    permit.sent(NOON);
    let refused = refusal(&budget, flash, &large, NOON)?;
    println!("100000 TPM, 60000 on their way: {refused}");

    let now = NOON.after(Duration::from_secs(2));
    permit.settle(Cost::tokens(30_000), now);
    println!(
        "  the answer says it used 30000: {} used",
        used_tokens(&budget, now)
    );
    assert_eq!(used_tokens(&budget, now), 30_000);

    // Room is kept now for what estimates may be off, since this one was.
    let unsent = budget.try_acquire(flash, &Cost::tokens(20_000), now)?;
    println!("  20000 more fit at once: {} used", used_tokens(&budget, now));
    drop(unsent);
    println!("  dropped before it was sent: {} used", used_tokens(&budget, now));
    assert_eq!(used_tokens(&budget, now), 30_000);
    Ok(())
}

fn requests_of_a_day() -> Result<(), Box<dyn Error>> {
    let (budget, flash) = (Budget::new(known_well()), EndpointId(0));
    budget.attach(flash, &[Limit::rpd(2)]);
    let cost = Cost::tokens(1_000);
    for _ in 0..2 {
        budget.try_acquire(flash, &cost, NOON)?.sent(NOON);
    }
    let opens = refusal(&budget, flash, &cost, NOON)?.at().ok_or("a day ends")?;
    let hours = opens.since(NOON.tick).as_secs() / 3600;
    println!("2 RPD at noon in California: number 3 in {hours} h");

    let midnight = next_pacific_midnight(NOON.unix);
    assert_eq!(opens, NOON.tick_at(midnight));
    let now = NOON.after(midnight.since(NOON.unix));
    budget.try_acquire(flash, &cost, now)?.sent(now);
    println!("  at midnight Pacific: granted");
    Ok(())
}

fn refusal(budget: &Budget, at: EndpointId, cost: &Cost, now: Now) -> Result<NotUntil, Box<dyn Error>> {
    match budget.try_acquire(at, cost, now) {
        Err(refused) => Ok(refused),
        Ok(_) => Err("granted, although the quota is used up".into()),
    }
}

const fn is_granted(reserve: &Reserve) -> bool {
    matches!(reserve, Reserve::Granted(_))
}

/// Of the quotas that were attached, the tokens are the second.
fn used_tokens(budget: &Budget, now: Now) -> u64 {
    budget.snapshot(now)[1].used
}
