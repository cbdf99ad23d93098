//! A number that stands for bytes: FNV-1a, 64 bits. Equal bytes have equal numbers on every machine.

/// A hash in the making.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fnv(u64);

impl Fnv {
    const PRIME: u64 = 0x0100_0000_01B3;

    pub(super) const fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    /// The same with one more number, which counts as a single byte of many bits.
    pub(super) const fn with(self, number: u64) -> Self {
        Self((self.0 ^ number).wrapping_mul(Self::PRIME))
    }

    /// The same with these bytes.
    pub(super) fn with_bytes<'b>(self, bytes: impl IntoIterator<Item = &'b u8>) -> Self {
        bytes
            .into_iter()
            .fold(self, |hash, byte| hash.with(u64::from(*byte)))
    }

    pub(super) const fn value(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the algorithm's published test vectors.
    #[test]
    fn it_is_the_known_one() {
        assert_eq!(Fnv::new().value(), 0xCBF2_9CE4_8422_2325);
        assert_eq!(Fnv::new().with_bytes(b"a").value(), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(Fnv::new().with_bytes(b"foobar").value(), 0x8594_4171_F739_67E8);
    }
}
