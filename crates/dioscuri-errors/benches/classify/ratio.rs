//! Two ways to read the same bytes, measured by turns.

use std::time::{Duration, Instant};

/// Rounds; of each side the fastest counts, because noise only ever adds.
const ROUNDS: u32 = 41;

/// How long one side works in a round.
const ROUND: Duration = Duration::from_millis(15);

/// One way.
pub(crate) struct Side<'a> {
    name: &'a str,
    bytes: usize,
    work: &'a dyn Fn(),
}

impl<'a> Side<'a> {
    pub(crate) fn new(name: &'a str, bytes: usize, work: &'a dyn Fn()) -> Self {
        Self { name, bytes, work }
    }

    #[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
    fn time(&self, times: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..times {
            (self.work)();
        }
        start.elapsed() / times
    }

    /// How often the work fits into a round, at least once.
    fn times(&self) -> u32 {
        let once = self.time(1).max(Duration::from_nanos(1));
        u32::try_from(ROUND.as_nanos() / once.as_nanos())
            .unwrap_or(1)
            .max(1)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "sizes are far below the 2^53 bytes that a float counts exactly"
    )]
    fn told(&self, took: Duration) -> String {
        let speed = self.bytes as f64 / took.as_secs_f64() / 1e6;
        format!("{}: {took:?} ({speed:.0} MB/s)", self.name)
    }
}

/// Prints both and how much longer the first takes.
#[expect(clippy::print_stdout, reason = "a bench tells its figures")]
pub(crate) fn print(ours: &Side<'_>, theirs: &Side<'_>) {
    let times = (ours.times(), theirs.times());
    let rounds = (0..ROUNDS).map(|_| (ours.time(times.0), theirs.time(times.1)));
    let (took, base) = rounds.fold((Duration::MAX, Duration::MAX), |(a, b), (x, y)| {
        (a.min(x), b.min(y))
    });
    let ratio = took.as_secs_f64() / base.as_secs_f64();
    println!("{}, {}: ratio {ratio:.2}x", ours.told(took), theirs.told(base));
}
