//! What the domains of one kind have in common: they are enforced alike, and reached over the same network.

use crate::{Config, burst::Burst, counting::Counting, estimates::Estimates, guard::Guard};
use dioscuri_vocab::{Unit, Window};

mod keep;

/// What was learned of all domains that count the same unit over the same window with the same configured limit.
///
/// How a limit is enforced is a matter of the service, not of a project: what one domain has found out at the price of
/// a refusal, its siblings need not find out again. Domains of one limit are mostly one model in several projects.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) unit: Option<Unit>,
    pub(crate) window: Option<Window>,
    pub(crate) configured: Option<u64>,
    /// What is added to the period.
    pub(crate) guard: Guard,
    /// The burst that the server bears.
    pub(crate) burst: Burst,
    /// What is added to the short window that keeps to the burst.
    pub(crate) short_guard: Guard,
    /// The share of the limit that is kept free, since tokens are estimated.
    pub(crate) headroom: Headroom,
    /// How good estimates of tokens are.
    pub(crate) estimates: Estimates,
    /// Whether refused requests count.
    pub(crate) counting: Counting,
    /// The limit that was last learned of one of them.
    pub(crate) learned: Option<u64>,
}

impl Kind {
    pub(crate) fn new(
        unit: Option<Unit>,
        window: Option<Window>,
        configured: Option<u64>,
        config: &Config,
    ) -> Self {
        Self {
            unit,
            window,
            configured,
            guard: Guard::new(config.guard()),
            burst: Burst::new(config.burst_share().max(shortest(window, config))),
            short_guard: Guard::new(config.guard()),
            headroom: Headroom::default(),
            estimates: Estimates::default(),
            counting: Counting::default(),
            learned: None,
        }
    }
}

/// The smallest share whose short window is worth its guard: below that the guard costs more than the pacing, and no
/// probe can follow a whole burst closely enough to show anything. Of a minute that is 3 %, less than is dared anyway;
/// of a second all.
fn shortest(window: Option<Window>, config: &Config) -> f64 {
    let period = match window {
        Some(Window::Second) => config.minute() / 60,
        _ => config.minute(),
    };
    config.guard().saturating_mul(GUARDS).as_secs_f64() / period.as_secs_f64()
}

/// A short window is at least so many guards long: a quarter of its throughput is lost then, for two round trips.
const GUARDS: u32 = 4;

/// The share of a limit of tokens that is kept free, learned from refusals of what seemed to fit.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Headroom(f64);

impl Headroom {
    /// What is left of `limit`.
    pub(crate) fn of(self, limit: u64) -> u64 {
        if self.0 == 0.0 || limit == u64::MAX {
            return limit;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a share of a limit, not above it"
        )]
        let left = (limit as f64 * (1.0 - self.0)) as u64;
        left.max(1)
    }

    /// A refusal of what seemed to fit.
    pub(crate) fn widen(&mut self) {
        self.0 = (self.0 + STEP).min(MOST);
    }

    /// A request that was tight was let through.
    pub(crate) fn ease(&mut self) {
        self.0 = (self.0 - EASE).max(0.0);
    }
}

/// Half a percent: the sum of two hundred estimates, each off by a third, is off by about two percent.
const STEP: f64 = 0.005;

/// A two-thousandth of a step, as for the guard.
const EASE: f64 = STEP / 2_000.0;

/// Estimates that are off by more in the sum are corrected, not provided for.
const MOST: f64 = 0.1;
