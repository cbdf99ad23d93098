//! The fingerprint of a request: equal for equal requests, however they are written.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{fmt, io, str::FromStr};

/// SHA-256 over the canonical JSON of a request; `request_sha256` in the output.
///
/// Canonical means: object keys sorted by their bytes, no white space, of equal keys the last. Integers stay
/// integers and fractions take their shortest form, so that `1.0` and `1.00` are equal and `1` is another.
/// White space and the order of keys in the user's file do not count.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of `request`.
    pub(crate) fn of(request: &Value) -> Self {
        let mut digest = Digest(Sha256::new());
        // `Value` keeps its objects sorted and prints them without white space.
        serde_json::to_writer(&mut digest, request)
            .expect("a value has string keys and a digest takes all bytes");
        Self(digest.0.finalize().into())
    }
}

struct Digest(Sha256);

impl io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    /// The text is not 64 hexadecimal digits.
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| ())?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Fingerprint {
        Fingerprint::of(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn white_space_and_the_order_of_keys_do_not_count() {
        assert_eq!(
            of(r#"{"b":[1, 2],"a":{"d":1,"c":2}}"#),
            of(r#" { "a" : {"c":2,"d":1}, "b":[1,2] } "#)
        );
    }

    #[test]
    fn everything_else_counts() {
        assert_ne!(of(r#"{"a":"x"}"#), of(r#"{"a":"x "}"#));
        assert_ne!(of(r#"{"a":[1,2]}"#), of(r#"{"a":[2,1]}"#));
        assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":1.0}"#));
    }

    #[test]
    fn it_is_the_hash_of_the_compact_text() {
        // printf '{"a":1}' | sha256sum
        let known = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
        assert_eq!(of(r#"{ "a": 1 }"#).to_string(), known);
    }

    #[test]
    fn it_is_read_back_as_it_was_written() {
        let print = of("{}");
        assert_eq!(print.to_string().parse(), Ok(print));
        assert_eq!("".parse::<Fingerprint>(), Err(()));
        assert_eq!("é".repeat(32).parse::<Fingerprint>(), Err(()));
    }
}
