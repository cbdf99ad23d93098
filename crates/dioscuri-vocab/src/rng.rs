//! Random numbers as an argument: whoever draws the seed decides, policies only ask.

use std::time::Duration;

/// A stream of random numbers.
///
/// Policies take it as their last argument. Drivers seed one [`SplitMix64`] per call, so that the draws of
/// one call never change those of another; tests pass a constant.
///
/// ```
/// use dioscuri_vocab::Rng;
///
/// struct Four;
/// impl Rng for Four {
///     fn next_u64(&mut self) -> u64 {
///         4
///     }
/// }
/// assert_eq!(Four.next_u64(), 4);
/// ```
pub trait Rng {
    /// The next 64 random bits.
    fn next_u64(&mut self) -> u64;

    /// A number in `0.0..1.0`, uniform.
    fn next_f64(&mut self) -> f64 {
        // 53 bits fill the mantissa: every value is equally likely and 1.0 never appears.
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in an f64")]
        let bits = (self.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// A duration in `0..=ceiling`, uniform: full jitter.
    fn up_to(&mut self, ceiling: Duration) -> Duration {
        ceiling.mul_f64(self.next_f64())
    }

    /// An index in `0..len`; 0 if `len` is 0.
    fn index(&mut self, len: usize) -> usize {
        // Multiply-shift: the bias is below 2^-32 for any length met here.
        let wide = u128::from(self.next_u64()) * (len as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }
}

impl<R: Rng + ?Sized> Rng for &mut R {
    fn next_u64(&mut self) -> u64 {
        (**self).next_u64()
    }
}

/// A small, fast, seedable generator; not for secrets.
///
/// Equal seeds give equal sequences on every machine.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
///
/// ```
/// use dioscuri_vocab::{Rng, SplitMix64};
///
/// let (mut a, mut b) = (SplitMix64::new(1), SplitMix64::new(1));
/// assert_eq!(a.next_u64(), b.next_u64());
/// ```
#[derive(Clone, Debug)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// A generator whose whole sequence is fixed by `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A generator of its own for stream number `stream` of `seed`: one per call, one per endpoint.
    #[must_use]
    pub fn split(seed: u64, stream: u64) -> Self {
        let mut mixed = Self::new(seed ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03));
        Self::new(mixed.next_u64())
    }
}

impl Rng for SplitMix64 {
    fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_stay_below_one() {
        struct Max;
        impl Rng for Max {
            fn next_u64(&mut self) -> u64 {
                u64::MAX
            }
        }
        assert!(Max.next_f64() < 1.0);
        assert_eq!(Max.index(3), 2);
        assert_eq!(Max.index(0), 0);
    }

    #[test]
    fn streams_of_one_seed_differ() {
        let draws: std::collections::HashSet<u64> = (0..100)
            .map(|stream| SplitMix64::split(7, stream).next_u64())
            .collect();
        assert_eq!(draws.len(), 100);
    }

    #[test]
    fn the_first_draws_are_those_of_the_paper() {
        let mut rng = SplitMix64::new(1_234_567);
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }
}
