//! A bucket that refills evenly: the generic cell rate algorithm, in whole numbers.

use dioscuri_vocab::Tick;

/// A level in shares of a unit: one unit is as many as a minute has nanoseconds, so that `limit` in a minute
/// is `limit` shares in a nanosecond, and nothing is rounded.
type Shares = u128;

/// What is left in the bucket, full at first.
#[derive(Clone, Debug)]
pub(in crate::world::ledger) struct Bucket {
    /// In nanoseconds.
    minute: u64,
    /// What it holds, as a share of the limit.
    burst: f64,
    limit: u64,
    capacity: Shares,
    missing: Shares,
    /// The most that was ever missing after an admission.
    most: Shares,
    latest: Tick,
}

impl Bucket {
    pub(in crate::world::ledger) fn new(limit: u64, burst: f64, minute: u64) -> Self {
        Self {
            minute,
            burst,
            limit,
            capacity: capacity(limit, burst, minute),
            missing: 0,
            most: 0,
            latest: Tick::ZERO,
        }
    }

    /// Refills by what the time since the last renewal brings.
    pub(in crate::world::ledger) fn renew(&mut self, tick: Tick) {
        if self.missing > 0 {
            let refill = Shares::from(tick.0.saturating_sub(self.latest.0)) * Shares::from(self.limit);
            self.missing = self.missing.saturating_sub(refill);
        }
        self.latest = tick;
    }

    pub(in crate::world::ledger) fn fits(&self, cost: u64) -> bool {
        self.shares(cost) <= self.capacity - self.missing
    }

    /// Takes `cost`, or what is left.
    pub(in crate::world::ledger) fn add(&mut self, cost: u64) {
        self.missing = self.missing.saturating_add(self.shares(cost)).min(self.capacity);
    }

    /// Remembers how empty it is after an admission.
    pub(in crate::world::ledger) fn note(&mut self) {
        self.most = self.most.max(self.missing);
    }

    /// The most that was ever missing, in units, rounded up.
    pub(in crate::world::ledger) fn peak(&self) -> u64 {
        whole(self.most.div_ceil(Shares::from(self.minute)))
    }

    /// How many units it has.
    pub(in crate::world::ledger) fn room(&self) -> u64 {
        whole((self.capacity - self.missing) / Shares::from(self.minute))
    }

    /// The nanoseconds until `cost` is there; `None` if the bucket never holds so much.
    pub(in crate::world::ledger) fn wait(&self, cost: u64) -> Option<u64> {
        let free = self.capacity.checked_sub(self.shares(cost))?;
        let short = self.missing.saturating_sub(free);
        // Without a limit there is no capacity, and no cost of more than zero got here.
        Some(whole(short.div_ceil(Shares::from(self.limit.max(1)))))
    }

    /// The same from `tick` on, which may be to come.
    pub(in crate::world::ledger) fn wait_at(&self, cost: u64, tick: Tick) -> Option<u64> {
        let mut then = self.clone();
        then.renew(tick);
        then.wait(cost)
    }

    /// The same bucket under another limit: what is missing stays missing, as far as it can.
    pub(in crate::world::ledger) fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
        self.capacity = capacity(limit, self.burst, self.minute);
        self.missing = self.missing.min(self.capacity);
    }

    fn shares(&self, cost: u64) -> Shares {
        Shares::from(cost) * Shares::from(self.minute)
    }
}

/// `burst` times `limit`, at least one unit, at most what a sum of two still leaves room for.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "floats saturate; limits beyond 2^53 are no more than an order of magnitude"
)]
fn capacity(limit: u64, burst: f64, minute: u64) -> Shares {
    if limit == 0 {
        return 0;
    }
    // The whole and the broken units apart: their product with a minute has more digits than a float.
    let units = (limit as f64 * burst).max(1.0);
    let shares = (units.trunc() as Shares).saturating_mul(Shares::from(minute));
    let broken = (units.fract() * minute as f64) as Shares;
    shares.saturating_add(broken).min(Shares::MAX / 2)
}

fn whole(shares: Shares) -> u64 {
    u64::try_from(shares).unwrap_or(u64::MAX)
}
