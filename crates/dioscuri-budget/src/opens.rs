//! When something opens: at a time, at an event, or never.

use dioscuri_vocab::Tick;

/// When something opens. What opens later is greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Opens {
    /// At this tick, if nothing else happens.
    At(Tick),
    /// When a request ends that is under way.
    OnEvent,
    /// The limit is zero.
    Never,
}

impl Opens {
    /// The tick, if it is known.
    pub(crate) const fn at(self) -> Option<Tick> {
        match self {
            Self::At(tick) => Some(tick),
            Self::OnEvent | Self::Never => None,
        }
    }
}
