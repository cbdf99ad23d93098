//! The counters against a plain list of all that they counted.

use dioscuri_vocab::{Now, UnixTime};
use proptest::prelude::*;

use super::*;

/// Short enough that single nanoseconds matter, and ten tenths.
const MINUTE: u64 = 600;

fn clock() -> Clock {
    let mut clock = Clock::new(MINUTE);
    clock.read(Now::default());
    clock
}

/// Charges 1 at each of `at`; admitted, or the wait.
#[track_caller]
fn check(enforcement: Enforcement, limit: u64, steps: &[(u64, Result<(), Option<u64>>)]) {
    let mut counter = Counter::per_minute(limit, enforcement, MINUTE);
    let mut clock = clock();
    for &(at, expected) in steps {
        let tick = Tick(at);
        let got = if counter.fits(1, &mut clock, tick) {
            counter.admit(1, tick);
            Ok(())
        } else {
            Err(counter.wait(1, tick).map(nanos))
        };
        assert_eq!(got, expected, "at {at}");
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap()
}

#[test]
fn a_sliding_window_frees_a_place_a_minute_after_it_was_taken() {
    check(
        Enforcement::Sliding,
        2,
        &[
            (0, Ok(())),
            (100, Ok(())),
            (599, Err(Some(1))),
            (600, Ok(())),
            (601, Err(Some(99))),
            (700, Ok(())),
        ],
    );
}

#[test]
fn a_fixed_window_frees_all_places_at_the_next_minute_of_the_clock() {
    check(
        Enforcement::Fixed,
        2,
        &[
            (598, Ok(())),
            (599, Ok(())),
            (599, Err(Some(1))),
            (600, Ok(())),
            (600, Ok(())),
            (601, Err(Some(599))),
            (1_200, Ok(())),
        ],
    );
}

#[test]
fn a_bucket_is_full_at_first_and_refills_evenly() {
    check(
        Enforcement::Bucket { burst: 1.0 },
        3,
        &[
            (0, Ok(())),
            (0, Ok(())),
            (0, Ok(())),
            (0, Err(Some(200))),
            (199, Err(Some(1))),
            (200, Ok(())),
            (200, Err(Some(200))),
            (800, Ok(())),
            (800, Ok(())),
            (800, Ok(())),
            (800, Err(Some(200))),
        ],
    );
}

#[test]
fn a_small_bucket_holds_one_and_a_large_one_more_than_a_minute() {
    check(
        Enforcement::Bucket { burst: 0.1 },
        3,
        &[
            (0, Ok(())),
            (0, Err(Some(200))),
            (200, Ok(())),
            (399, Err(Some(1))),
        ],
    );
    check(
        Enforcement::Bucket { burst: 2.0 },
        2,
        &[
            (0, Ok(())),
            (0, Ok(())),
            (0, Ok(())),
            (0, Ok(())),
            (0, Err(Some(300))),
        ],
    );
}

#[test]
fn smoothing_admits_a_tenth_in_a_tenth() {
    check(
        Enforcement::Smoothed,
        11,
        &[
            (0, Ok(())),
            (1, Ok(())),
            (2, Err(Some(58))),
            (60, Ok(())),
            (60, Err(Some(1))),
        ],
    );
    // A limit below ten is one in a tenth, and the limit in the minute.
    check(
        Enforcement::Smoothed,
        2,
        &[
            (0, Ok(())),
            (0, Err(Some(60))),
            (60, Ok(())),
            (120, Err(Some(480))),
            (600, Ok(())),
        ],
    );
}

#[test]
fn a_limit_of_zero_never_has_room() {
    for enforcement in ENFORCEMENTS {
        check(enforcement, 0, &[(0, Err(None)), (6_000, Err(None))]);
        let mut counter = Counter::per_minute(0, enforcement, MINUTE);
        assert!(!counter.fits(0, &mut clock(), Tick(0)), "not even for nothing");
    }
}

#[test]
fn refusals_that_count_keep_a_window_closed() {
    let mut clock = clock();
    let mut hammer = |enforcement| {
        let mut counter = Counter::per_minute(2, enforcement, MINUTE);
        let mut admitted = 0;
        for at in (0..60_000).step_by(100) {
            if counter.fits(1, &mut clock, Tick(at)) {
                counter.admit(1, Tick(at));
                admitted += 1;
            } else {
                counter.charge_refused(1, Tick(at));
            }
        }
        admitted
    };
    assert_eq!(hammer(Enforcement::Sliding), 2);
    assert_eq!(hammer(Enforcement::Smoothed), 2);
    // Of a bucket they take what is there, though it is less than one.
    assert_eq!(hammer(Enforcement::Bucket { burst: 1.0 }), 2);
    // The clock's next minute forgets them.
    assert_eq!(hammer(Enforcement::Fixed), 200);
}

#[test]
fn a_new_limit_keeps_what_was_counted() {
    for enforcement in ENFORCEMENTS {
        let mut clock = clock();
        let mut counter = Counter::per_minute(100, enforcement, MINUTE);
        assert!(counter.fits(8, &mut clock, Tick(0)));
        counter.admit(8, Tick(0));
        counter.set_limit(10, &mut clock, Tick(0));
        assert!(!counter.fits(3, &mut clock, Tick(0)), "{enforcement:?}");
        counter.set_limit(200, &mut clock, Tick(0));
        assert!(counter.fits(3, &mut clock, Tick(0)), "{enforcement:?}");
    }
}

#[test]
fn the_greatest_numbers_are_no_panic() {
    for enforcement in ENFORCEMENTS.into_iter().chain([
        Enforcement::Bucket { burst: f64::MAX },
        Enforcement::Bucket { burst: f64::NAN },
    ]) {
        for minute in [1, 9, MINUTE, u64::MAX] {
            for limit in [1, 2, u64::MAX - 1, u64::MAX] {
                let mut clock = Clock::new(minute);
                let mut counter = Counter::per_minute(limit, enforcement, minute);
                for tick in [0, 0, 1, 2, u64::MAX - 1, u64::MAX, u64::MAX].map(Tick) {
                    for cost in [0, 1, u64::MAX] {
                        if counter.fits(cost, &mut clock, tick) {
                            counter.admit(cost, tick);
                        } else {
                            let _ = counter.wait(cost, tick);
                            counter.charge_refused(cost, tick);
                        }
                        let _ = (counter.room(&mut clock, tick), counter.peak());
                    }
                    counter.set_limit(limit, &mut clock, tick);
                }
            }
        }
    }
}

const ENFORCEMENTS: [Enforcement; 4] = [
    Enforcement::Sliding,
    Enforcement::Fixed,
    Enforcement::Bucket { burst: 1.0 },
    Enforcement::Smoothed,
];

/// The rules word by word, over everything that was ever charged.
struct Model {
    enforcement: Enforcement,
    limit: u64,
    charged: Vec<(u64, u64)>,
}

impl Model {
    fn fits(&self, cost: u64, at: u64) -> bool {
        self.limit > 0
            && match self.enforcement {
                Enforcement::Sliding => self.window_fits(cost, self.limit, MINUTE, at),
                Enforcement::Fixed => {
                    let minute = |at: u64| at / MINUTE;
                    self.sum(|then| minute(then) == minute(at)) + cost <= self.limit
                }
                Enforcement::Smoothed => {
                    self.window_fits(cost, self.limit, MINUTE, at)
                        && self.window_fits(cost, self.limit.div_ceil(10), MINUTE / 10, at)
                }
                // No stretch of time holds more than a full bucket and what it brings.
                Enforcement::Bucket { burst } => {
                    let full = if burst < 1.0 {
                        (self.limit / 2).max(1)
                    } else {
                        self.limit * 2
                    };
                    let starts = self.charged.iter().map(|(then, _)| *then).chain([at]);
                    starts.into_iter().all(|start| {
                        let taken = self.sum(|then| then >= start) + cost;
                        taken * MINUTE <= full * MINUTE + self.limit * (at - start)
                    })
                }
            }
    }

    fn window_fits(&self, cost: u64, limit: u64, window: u64, at: u64) -> bool {
        self.sum(|then| at - then < window) + cost <= limit
    }

    fn sum(&self, counts: impl Fn(u64) -> bool) -> u64 {
        let counted = self.charged.iter().filter(|(then, _)| counts(*then));
        counted.map(|(_, cost)| cost).sum()
    }

    /// The first moment from `at` on at which `cost` fits, looking at each.
    fn first_fit(&self, cost: u64, at: u64) -> Option<u64> {
        (at..at + 3 * MINUTE).find(|then| self.fits(cost, *then))
    }
}

fn any_enforcement() -> impl Strategy<Value = Enforcement> {
    prop_oneof![
        Just(Enforcement::Sliding),
        Just(Enforcement::Fixed),
        Just(Enforcement::Smoothed),
        Just(Enforcement::Bucket { burst: 0.5 }),
        Just(Enforcement::Bucket { burst: 2.0 }),
    ]
}

proptest! {
    #[test]
    fn a_counter_does_what_the_rules_say(
        enforcement in any_enforcement(),
        half in 0_u64..30,
        count_refused in any::<bool>(),
        steps in prop::collection::vec((0_u64..200, 0_u64..12), 1..60),
    ) {
        let limit = half * 2;
        // What a bucket loses by refusals is not a sum over stretches; it has a test of its own.
        let count_refused = count_refused && !matches!(enforcement, Enforcement::Bucket { .. });
        let mut counter = Counter::per_minute(limit, enforcement, MINUTE);
        let mut model = Model { enforcement, limit, charged: Vec::new() };
        let mut clock = clock();
        let mut at = 0;
        for (gap, cost) in steps {
            at += gap;
            let fits = counter.fits(cost, &mut clock, Tick(at));
            prop_assert_eq!(fits, model.fits(cost, at));
            prop_assert_eq!(counter.room(&mut clock, Tick(at)) >= cost.max(1), model.fits(cost.max(1), at));
            if fits {
                counter.admit(cost, Tick(at));
                model.charged.push((at, cost));
                continue;
            }
            if count_refused {
                counter.charge_refused(cost, Tick(at));
                model.charged.push((at, cost));
            }
            let wait = counter.wait(cost, Tick(at)).map(|wait| at + nanos(wait));
            prop_assert_eq!(wait, model.first_fit(cost, at));
        }
    }

    #[test]
    fn the_wait_for_a_day_ends_at_midnight_to_the_nanosecond(
        start in 1_790_000_000_000_i64..1_800_000_000_000,
        into in 0_u64..200_000_000_000_000,
    ) {
        let start = Now::new(Tick(0), UnixTime(start));
        let mut clock = Clock::new(MINUTE);
        clock.read(start);
        let mut counter = Counter::per_day(1, 0);
        let tick = clock.read(start.after(Duration::from_nanos(into)));
        prop_assert!(counter.fits(1, &mut clock, tick));
        counter.admit(1, tick);
        let wait = counter.wait(1, tick).unwrap();
        prop_assert!(wait <= Duration::from_secs(25 * 3600));
        let opens = tick.after(wait);
        prop_assert!(!counter.fits(1, &mut clock, Tick(opens.0 - 1)));
        prop_assert!(counter.fits(1, &mut clock, opens));
    }
}
