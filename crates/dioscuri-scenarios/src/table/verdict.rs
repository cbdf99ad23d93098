//! A verdict: what was reached beside what is asked, figure by figure.

/// How a run is judged: every figure against its bound.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) figures: Vec<Figure>,
}

/// One figure and its bound.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    /// `None`: it could not be measured, and so the bound is missed.
    pub(crate) reached: Option<f64>,
    pub(crate) bound: Bound,
    /// Digits after the point that are shown.
    pub(crate) digits: usize,
}

/// What is asked of a figure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Verdict {
    /// Every call answered, which every scenario asks.
    pub(crate) fn all_answered(answered: u64, calls: u64) -> Self {
        Self::default().with(Figure {
            name: "answered",
            #[expect(clippy::cast_precision_loss, reason = "counts of calls lie far below 2^52")]
            reached: (calls > 0).then(|| answered as f64 / calls as f64),
            bound: Bound::AtLeast(1.0),
            digits: 4,
        })
    }

    pub(crate) fn with(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    /// And `name` is at most `bound`.
    pub(crate) fn at_most(self, name: &'static str, reached: Option<f64>, bound: f64) -> Self {
        self.with(Figure {
            name,
            reached,
            bound: Bound::AtMost(bound),
            digits: digits(bound),
        })
    }

    /// And `name` is at least `bound`.
    pub(crate) fn at_least(self, name: &'static str, reached: Option<f64>, bound: f64) -> Self {
        self.with(Figure {
            name,
            reached,
            bound: Bound::AtLeast(bound),
            digits: digits(bound),
        })
    }

    pub(crate) fn is_met(&self) -> bool {
        self.figures.iter().all(Figure::is_met)
    }

    /// What is missed, in one sentence; empty if nothing is.
    pub(crate) fn why_not(&self) -> String {
        let missed = self.figures.iter().filter(|figure| !figure.is_met());
        missed.map(Figure::sentence).collect::<Vec<_>>().join("; ")
    }
}

impl Figure {
    /// A bound is held exactly: no tolerance, and no rounding.
    pub(crate) fn is_met(&self) -> bool {
        match (self.reached, self.bound) {
            (Some(reached), Bound::AtMost(bound)) => reached <= bound,
            (Some(reached), Bound::AtLeast(bound)) => reached >= bound,
            (None, _) => false,
        }
    }

    /// How far it is from its bound, as a share of the bound; above zero is missed. The worst of several is the
    /// one with the most.
    pub(crate) fn excess(&self) -> f64 {
        let Some(reached) = self.reached else {
            return f64::INFINITY;
        };
        match self.bound {
            Bound::AtMost(bound) => reached - bound,
            Bound::AtLeast(bound) => bound - reached,
        }
    }

    /// The value that was reached, with enough digits to tell it from a bound that it misses.
    pub(crate) fn value(&self) -> String {
        let Some(reached) = self.reached else {
            return "none".to_owned();
        };
        let (Bound::AtMost(bound) | Bound::AtLeast(bound)) = self.bound;
        let shown = |digits: usize| format!("{reached:.digits$}");
        let is_lost = |digits: usize| !self.is_met() && shown(digits) == format!("{bound:.digits$}");
        let digits = (self.digits..9).find(|digits| !is_lost(*digits));
        shown(digits.unwrap_or(9))
    }

    /// The bound with its sign: `≤ 1.01`.
    pub(crate) fn asked(&self) -> String {
        match self.bound {
            Bound::AtMost(bound) => format!("≤ {bound}"),
            Bound::AtLeast(bound) => format!("≥ {bound}"),
        }
    }

    fn sentence(&self) -> String {
        format!("{} is {}, not {}", self.name, self.value(), self.asked())
    }
}

/// One digit more than the bound has, so that a figure close to it can be told from it.
fn digits(bound: f64) -> usize {
    let text = bound.to_string();
    text.split_once('.').map_or(1, |(_, after)| after.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(verdict: &Verdict, why_not: &str) {
        assert_eq!(verdict.is_met(), why_not.is_empty());
        assert_eq!(verdict.why_not(), why_not);
    }

    #[test]
    fn every_call_must_be_answered() {
        check(&Verdict::all_answered(6_000, 6_000), "");
        check(
            &Verdict::all_answered(5_999, 6_000),
            "answered is 0.9998, not ≥ 1",
        );
        check(&Verdict::all_answered(0, 0), "answered is none, not ≥ 1");
    }

    #[test]
    fn a_bound_itself_is_met() {
        let verdict = Verdict::default();
        check(&verdict.clone().at_most("makespan", Some(1.01), 1.01), "");
        check(&verdict.at_least("throughput", Some(0.97), 0.97), "");
    }

    #[test]
    fn what_is_beyond_is_missed_with_its_number() {
        let verdict = Verdict::default().at_most("makespan", Some(1.023), 1.01);
        check(&verdict, "makespan is 1.023, not ≤ 1.01");
        check(
            &verdict.at_least("throughput", Some(0.5), 0.97),
            "makespan is 1.023, not ≤ 1.01; throughput is 0.500, not ≥ 0.97",
        );
    }

    #[test]
    fn what_misses_by_little_is_not_rounded_to_the_bound() {
        check(
            &Verdict::default().at_most("makespan", Some(1.010_02), 1.01),
            "makespan is 1.01002, not ≤ 1.01",
        );
    }

    #[test]
    fn what_could_not_be_measured_is_missed() {
        check(
            &Verdict::default().at_most("makespan", None, 1.01),
            "makespan is none, not ≤ 1.01",
        );
    }
}
