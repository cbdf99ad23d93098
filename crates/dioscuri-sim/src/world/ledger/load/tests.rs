//! Other users come as often as the scenario says.

use super::*;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;

fn load(rpm: (u64, u64), change_every: u64, period: Period) -> Load {
    Load {
        insists: false,
        model: "m".to_owned(),
        location: None,
        project: None,
        rpm,
        tokens: (10, 20),
        change_every: Duration::from_nanos(change_every),
        period,
    }
}

/// All that comes up to `end`.
fn all(mut arrivals: Arrivals, end: u64) -> Vec<Arrival> {
    let mut all = Vec::new();
    while arrivals.due().is_some_and(|due| due.0 < end) {
        all.extend(arrivals.take());
    }
    all
}

fn requests(arrivals: &[Arrival]) -> u64 {
    arrivals.iter().map(|arrival| arrival.requests).sum()
}

/// Whether `count` is within five standard deviations of a Poisson process of that mean.
#[track_caller]
fn assert_near(count: u64, mean: f64, batch: f64) {
    let count = to_f64(count);
    assert!(
        (count - mean).abs() < 5.0 * (mean * batch).sqrt(),
        "{count}, not {mean}"
    );
}

#[test]
fn the_mean_rate_is_kept() {
    for rate in [1, 60, 5_000] {
        let load = load((rate, rate), 5 * MINUTE, Period::default());
        let all = all(Arrivals::new(&load, 1, MINUTE), 100 * MINUTE);
        assert_near(requests(&all), 100.0 * to_f64(rate), 1.0);
        assert!(all.iter().all(|arrival| (10..=20).contains(&arrival.tokens)));
        assert!(all.is_sorted_by_key(|arrival| arrival.at));
    }
}

#[test]
fn the_gaps_are_those_of_a_poisson_process() {
    let load = load((60, 60), 5 * MINUTE, Period::default());
    let all = all(Arrivals::new(&load, 2, MINUTE), 1_000 * MINUTE);
    let gaps = all.windows(2).map(|pair| pair[1].at.0 - pair[0].at.0);
    // A gap is longer than its mean in e^-1 = 36.8 % of cases, longer than three in 5.0 %.
    let longer = |than: u64| to_f64(gaps.clone().filter(|gap| *gap > than).count() as u64) / 60_000.0;
    assert!((longer(SECOND) - 0.368).abs() < 0.01, "{}", longer(SECOND));
    assert!(
        (longer(3 * SECOND) - 0.050).abs() < 0.005,
        "{}",
        longer(3 * SECOND)
    );
}

#[test]
fn a_high_rate_comes_in_batches() {
    let load = load((1_000_000, 1_000_000), 5 * MINUTE, Period::default());
    let all = all(Arrivals::new(&load, 1, MINUTE), 10 * MINUTE);
    assert!(all.len() < 101_000, "{}", all.len());
    assert_near(requests(&all), 10_000_000.0, 100.0);
}

#[test]
fn the_rate_is_drawn_anew_and_lasts() {
    let load = load((0, 1_000), 10 * MINUTE, Period::default());
    let all = all(Arrivals::new(&load, 5, MINUTE), 400 * MINUTE);
    let in_slot = |slot: u64| {
        let slot = slot * 10 * MINUTE..(slot + 1) * 10 * MINUTE;
        all.iter().filter(|arrival| slot.contains(&arrival.at.0)).count()
    };
    let counts: Vec<_> = (0..40).map(in_slot).collect();
    assert!(counts.iter().any(|count| *count < 2_000), "{counts:?}");
    assert!(counts.iter().any(|count| *count > 8_000), "{counts:?}");
    // The mean of forty uniform rates: 5 000 in a slot, give or take five times 456.
    let mean = counts.iter().sum::<usize>() / 40;
    assert!((2_700..7_300).contains(&mean), "{mean}");
}

#[test]
fn nothing_comes_outside_of_the_period() {
    let period = Period {
        every: Some(Duration::from_secs(600)),
        ..Period::new(Duration::from_secs(90), Duration::from_secs(45))
    };
    let load = load((600, 600), 5 * MINUTE, period);
    let all = all(Arrivals::new(&load, 3, MINUTE), 1_000 * MINUTE);
    assert!(
        all.iter()
            .all(|arrival| period.holds(Duration::from_nanos(arrival.at.0)))
    );
    assert_near(requests(&all), 100.0 * 450.0, 1.0);
}

#[test]
fn a_period_that_ends_is_over() {
    let load = load(
        (600, 600),
        MINUTE,
        Period::new(Duration::ZERO, Duration::from_secs(10)),
    );
    let mut arrivals = Arrivals::new(&load, 3, MINUTE);
    let mut steps = 0;
    while arrivals.due().is_some() {
        arrivals.take();
        steps += 1;
    }
    assert!((50..200).contains(&steps), "{steps}");
    assert_eq!(arrivals.take(), None);
}

#[test]
fn who_passes_over_sees_the_same_afterwards() {
    for change_every in [7 * SECOND, MINUTE, 7 * MINUTE] {
        let load = load((10, 100), change_every, Period::default());
        let whole = all(Arrivals::new(&load, 4, MINUTE), 200 * MINUTE);
        let mut arrivals = Arrivals::new(&load, 4, MINUTE);
        let (from, to) = arrivals.pass_over(Tick(150 * MINUTE)).unwrap();
        assert_eq!(from, Tick(0));
        assert!(to.0 <= 150 * MINUTE && to.0 > 148 * MINUTE);
        let rest: Vec<_> = whole.into_iter().filter(|arrival| arrival.at >= to).collect();
        assert_eq!(all(arrivals, 200 * MINUTE), rest);
    }
}

#[test]
fn the_time_that_a_load_is_on_is_known_without_looking() {
    #[track_caller]
    fn check(period: Period, from: u64, to: u64, minutes: f64) {
        let arrivals = Arrivals::new(&load((1, 1), MINUTE, period), 1, MINUTE);
        let on = arrivals.minutes_on(Tick(from * SECOND), Tick(to * SECOND));
        assert!((on - minutes).abs() < 1e-9, "{on}");
    }
    let period = Period {
        every: Some(Duration::from_secs(600)),
        ..Period::new(Duration::from_secs(60), Duration::from_secs(120))
    };
    check(period, 0, 60, 0.0);
    check(period, 0, 120, 1.0);
    check(period, 0, 600, 2.0);
    check(period, 120, 6_120, 20.0);
    check(Period::default(), 0, 600, 10.0);
    check(Period::new(Duration::ZERO, Duration::from_secs(60)), 30, 600, 0.5);
}

#[test]
fn equal_seeds_give_equal_arrivals_and_others_others() {
    let load = load((10, 100), MINUTE, Period::default());
    let of = |seed| all(Arrivals::new(&load, seed, MINUTE), 10 * MINUTE);
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn the_work_for_a_minute_is_bounded_whatever_the_file_says() {
    let nothing = Period {
        every: Some(Duration::from_nanos(1)),
        ..Period::new(Duration::ZERO, Duration::ZERO)
    };
    for rpm in [(0, 0), (1, 1), (u64::MAX, u64::MAX), (0, u64::MAX)] {
        for change_every in [0, 1, u64::MAX] {
            for minute in [1, MINUTE, u64::MAX] {
                for period in [
                    Period::default(),
                    nothing,
                    Period::new(Duration::MAX, Duration::MAX),
                ] {
                    let load = load(rpm, change_every, period);
                    let mut arrivals = Arrivals::new(&load, 1, minute);
                    let mut steps = 0;
                    while arrivals.due().is_some_and(|due| due.0 < minute) {
                        arrivals.take();
                        steps += 1;
                    }
                    // The mean, a hundred cells, and ten standard deviations.
                    assert!(steps < 11_100, "{steps} for {load:?} of {minute}");
                    arrivals.pass_over(Tick::MAX);
                    for _ in 0..100 {
                        arrivals.take();
                    }
                }
            }
        }
    }
}
