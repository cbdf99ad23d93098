//! Openings are the first moments, and nothing else.

use std::time::Duration;

use dioscuri_vocab::UnixTime;
use proptest::prelude::*;

use super::*;
use crate::{Admission, Scenario};

/// 2026-07-01T19:00:00Z, noon in California.
const NOON: UnixTime = UnixTime::from_secs(1_782_932_400);

fn world(quota: &str, rest: &str) -> World {
    let toml = format!(
        r#"
        minute = "1s"
        [[model]]
        name = "gemini-3.8-flash"
        [[project]]
        id = "castor"
        surface = "developer"
        key = [{{ secret = "AQ.castor" }}]
        quota = [{{ model = "gemini-3.8-flash", {quota} }}]
        {rest}
        "#
    );
    World::new(&Scenario::parse(&toml).expect("the scenario is sound"), Some(1))
}

const fn ask(tokens: u64) -> Ask<'static> {
    Ask::developer("AQ.castor", "gemini-3.8-flash", tokens)
}

fn at(nanos: u64) -> Now {
    moment(Tick(nanos))
}

fn moment(tick: Tick) -> Now {
    Now::new(tick, NOON.after(tick.since(Tick::ZERO)))
}

fn is_answered(world: &mut World, tokens: u64, tick: Tick) -> bool {
    matches!(
        world.admit(&ask(tokens), moment(tick)),
        Admission::Answered { .. }
    )
}

#[test]
fn what_is_never_admitted_has_no_opening() {
    assert_eq!(world("rpm = 0", "").opening(&ask(1), &[], at(0)), None);
    assert_eq!(world("tpm = 100", "").opening(&ask(101), &[], at(0)), None);
    let unknown = Ask::developer("AQ.pollux", "gemini-3.8-flash", 1);
    assert_eq!(world("rpm = 1", "").opening(&unknown, &[], at(0)), None);
    let always = "[[incident]]\nwhat = \"capacity\"";
    assert_eq!(world("rpm = 1", always).opening(&ask(1), &[], at(0)), None);
}

#[test]
fn a_day_opens_at_midnight_and_an_outage_at_its_end() {
    let mut day = world("rpd = 1", "");
    assert!(is_answered(&mut day, 1, Tick::ZERO));
    let midnight = Tick::ZERO.after(Duration::from_secs(12 * 3600));
    assert_eq!(day.opening(&ask(1), &[], moment(Tick(1))), Some(midnight));
    // The timetable is in minutes of the world, which last a second.
    let outage = "[[incident]]\nwhat = \"unavailable\"\nat = \"2m\"\nfor = \"3m\"";
    let world = world("rpm = 10", outage);
    let second = |secs: u64| Tick::ZERO.after(Duration::from_secs(secs));
    assert_eq!(world.opening(&ask(1), &[], moment(second(1))), Some(second(1)));
    assert_eq!(world.opening(&ask(1), &[], moment(second(2))), Some(second(5)));
}

#[test]
fn a_limit_that_is_raised_opens_sooner_and_one_that_falls_later() {
    let second = |secs: u64| Tick::ZERO.after(Duration::from_secs(secs));
    let change = |rpm: u64| {
        format!("[[change]]\nat = \"30s\"\nproject = \"castor\"\nmodel = \"gemini-3.8-flash\"\nrpm = {rpm}")
    };
    for (rpm, opens) in [(4, Tick::ZERO.after(Duration::from_millis(500))), (1, second(1))] {
        let mut world = world("rpm = 2", &change(rpm));
        assert!(is_answered(&mut world, 1, Tick::ZERO));
        assert!(is_answered(&mut world, 1, Tick::ZERO));
        assert_eq!(world.opening(&ask(1), &[], moment(Tick(1))), Some(opens), "{rpm}");
    }
}

proptest! {
    /// Whoever comes at the opening is answered, and whoever comes a moment before it is not.
    #[test]
    fn an_opening_is_the_first_moment(
        enforcement in prop::sample::select(vec!["sliding", "fixed", "smoothed", "bucket"]),
        others in any::<bool>(),
        steps in prop::collection::vec((0_u64..400_000_000, 1_u64..300), 1..60),
    ) {
        let quota = format!("rpm = 10, tpm = 1000, enforcement = \"{enforcement}\", burst = 0.5");
        let quota = if enforcement == "bucket" { quota } else { quota.replace(", burst = 0.5", "") };
        let load = "[[load]]\nproject = \"castor\"\nmodel = \"gemini-3.8-flash\"\nrpm = { min = 1, max = 8 }\ntokens = { min = 1, max = 100 }";
        let mut real = world(&quota, if others { load } else { "" });
        let mut tick = Tick::ZERO;
        for (gap, tokens) in steps {
            tick = tick.after(Duration::from_nanos(gap));
            let opens = real.opening(&ask(tokens), &[], moment(tick));
            // A smoothed limit admits a tenth at once.
            let Some(opens) = opens else {
                prop_assert!(enforcement == "smoothed" && tokens > 100);
                continue;
            };
            if opens.0 > tick.0 + 1 {
                // Refusals are not counted here.
                let before = Tick(opens.0 - 1);
                prop_assert!(!is_answered(&mut real, tokens, before), "{before} before {opens}");
            }
            prop_assert!(is_answered(&mut real, tokens, opens), "{tokens} at {opens}");
            tick = opens;
        }
    }
}
