//! Where the calls of a load come from.

use crate::{
    Setup,
    load::{Arrivals, Load, Moments},
};
use dioscuri_vocab::{Rng, SplitMix64, Tick};

/// Numbers of the streams of draws, apart from those of the world.
const PROMPTS: u64 = 0x7072_6f6d_7074;
const MOMENTS: u64 = 0x6d6f_6d65_6e74;

/// A load in action.
pub(super) struct Source {
    pub(super) load: Load,
    /// For its prompts.
    pub(super) rng: SplitMix64,
    /// Calls that came.
    pub(super) came: usize,
    form: Form,
}

enum Form {
    /// So many calls have not come yet.
    Closed { left: usize },
    /// When the next ones come.
    Open(Moments),
}

impl Source {
    /// Load number `number` of `setup`, and when its first calls come.
    pub(super) fn open(setup: &Setup, number: u16, load: &Load) -> (Self, Vec<Tick>) {
        let stream = |of: u64| SplitMix64::split(setup.seed, of.wrapping_add(u64::from(number))).next_u64();
        let begins = Tick::ZERO.after(load.begins);
        let (form, first) = match load.arrivals {
            Arrivals::Closed { calls, workers } => {
                let workers = workers.unwrap_or_else(|| setup.usual_workers());
                (Form::Closed { left: calls }, vec![begins; workers.min(calls)])
            }
            Arrivals::Open {
                per_second,
                lasts,
                even,
            } => {
                let mut moments = Moments::new(load.begins, per_second, lasts, even, stream(MOMENTS));
                let first = moments.next().into_iter().collect();
                (Form::Open(moments), first)
            }
        };
        let source = Self {
            load: load.clone(),
            rng: SplitMix64::new(stream(PROMPTS)),
            came: 0,
            form,
        };
        (source, first)
    }

    /// Whether a call comes now; and when the next one does, if that is known.
    pub(super) fn advance(&mut self) -> (bool, Option<Tick>) {
        let (comes, next) = match &mut self.form {
            Form::Closed { left: 0 } => (false, None),
            Form::Closed { left } => {
                *left -= 1;
                (true, None)
            }
            Form::Open(moments) => (true, moments.next()),
        };
        self.came += usize::from(comes);
        (comes, next)
    }

    /// Whether the end of a call lets the next one come.
    pub(super) const fn is_closed(&self) -> bool {
        matches!(self.form, Form::Closed { .. })
    }

    /// Nothing comes any more.
    pub(super) fn stop(&mut self) {
        self.form = Form::Closed { left: 0 };
    }
}
