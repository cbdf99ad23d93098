//! From a figure to its place on a line.

/// A scale and its ticks; the first tick is the best that can be reached.
pub(super) struct Scale {
    curve: Curve,
    /// Values and what is written beside them, from the left to the right end.
    pub(super) ticks: &'static [(f64, &'static str)],
}

enum Curve {
    Linear,
    Log,
    /// Zero has a place of its own; above the second tick the scale is logarithmic.
    ZeroThenLog,
}

impl Scale {
    pub(super) const SHARE: Self = Self {
        curve: Curve::Linear,
        ticks: &[
            (0.0, "0 %"),
            (0.25, "25 %"),
            (0.5, "50 %"),
            (0.75, "75 %"),
            (1.0, "100 %"),
        ],
    };
    pub(super) const TIME: Self = Self {
        curve: Curve::Log,
        ticks: &[
            (1.0, "1"),
            (1.2, "1.2"),
            (1.5, "1.5"),
            (2.0, "2"),
            (3.0, "3"),
            (5.0, "5"),
        ],
    };
    pub(super) const REFUSALS: Self = Self {
        curve: Curve::ZeroThenLog,
        ticks: &[
            (0.0, "0"),
            (0.001, ".001"),
            (0.01, ".01"),
            (0.1, "0.1"),
            (1.0, "1"),
            (10.0, "10"),
            (100.0, "100"),
            (1_000.0, "1000"),
        ],
    };

    /// Where `figure` lies, `0.0..=1.0`; what is beyond an end lies on it.
    pub(super) fn place(&self, figure: f64) -> f64 {
        let (first, last) = (self.ticks[0].0, self.ticks[self.ticks.len() - 1].0);
        let log = |from: f64, figure: f64| (figure / from).ln() / (last / from).ln();
        let place = match self.curve {
            Curve::Linear => (figure - first) / (last - first),
            Curve::Log => log(first, figure),
            Curve::ZeroThenLog => {
                // The first step is as wide as each of the others.
                #[expect(clippy::cast_precision_loss, reason = "a scale has few ticks")]
                let step = 1.0 / (self.ticks.len() - 1) as f64;
                let second = self.ticks[1].0;
                if figure < second {
                    step * figure / second
                } else {
                    step + (1.0 - step) * log(second, figure)
                }
            }
        };
        place.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scale: &Scale, figure: f64, place: f64) {
        let reached = scale.place(figure);
        assert!((reached - place).abs() < 1e-9, "{figure} lies at {reached}");
    }

    #[test]
    fn the_ends_of_a_scale_are_its_first_and_last_tick() {
        for scale in [Scale::SHARE, Scale::TIME, Scale::REFUSALS] {
            check(&scale, scale.ticks[0].0, 0.0);
            check(&scale, scale.ticks[scale.ticks.len() - 1].0, 1.0);
        }
    }

    #[test]
    fn what_is_beyond_an_end_lies_on_it() {
        check(&Scale::TIME, 0.9, 0.0);
        check(&Scale::TIME, 80.0, 1.0);
        check(&Scale::REFUSALS, 1e6, 1.0);
    }

    #[test]
    fn each_power_of_ten_is_as_wide_as_zero() {
        check(&Scale::REFUSALS, 0.001, 1.0 / 7.0);
        check(&Scale::REFUSALS, 0.0005, 0.5 / 7.0);
        check(&Scale::REFUSALS, 1.0, 4.0 / 7.0);
    }
}
