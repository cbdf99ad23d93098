//! Draws that the way of a request and other users have in common.

use dioscuri_vocab::{Rng, SplitMix64};

/// A number in `min..=max`, uniform; `min` if that is the greater one.
pub(super) fn between((min, max): (u64, u64), rng: &mut SplitMix64) -> u64 {
    let span = max.saturating_sub(min).saturating_add(1);
    min.saturating_add(rng.index(usize::try_from(span).unwrap_or(usize::MAX)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_drawn_and_nothing_beyond() {
        let mut rng = SplitMix64::new(1);
        let drawn: Vec<u64> = (0..100).map(|_| between((3, 5), &mut rng)).collect();
        assert!((3..=5).all(|number| drawn.contains(&number)), "{drawn:?}");
        assert!(drawn.iter().all(|number| (3..=5).contains(number)), "{drawn:?}");
        assert_eq!(between((7, 2), &mut rng), 7);
        between((0, u64::MAX), &mut rng);
    }
}
