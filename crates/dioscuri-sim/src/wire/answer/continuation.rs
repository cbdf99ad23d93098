//! Long answers in several hops (§4.6): what must be remembered from one to the next travels in the token.
//!
//! What a real token holds nobody knows; that a wrong one is a 400 is a guess.

use crate::wire::{base64, hash::Fnv};

/// Marks our tokens, and makes their length a multiple of three bytes: base64 without padding.
const MARK: u8 = 0xD1;

const FIELDS: usize = 6;

/// Where an answer stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    /// What the whole text is drawn from.
    pub(super) seed: u64,
    /// The length of the whole text in tokens, as planned.
    pub(super) length: u64,
    /// How many bytes of the text have been said.
    pub(super) at: u64,
    /// The tokens spent so far, thinking included.
    pub(super) spent: u64,
    /// The thinking still to do, in tokens.
    pub(super) thinking: u64,
    /// The text of the first prompt, in tokens.
    pub(super) prompt: u64,
}

impl Standing {
    /// Where it stands after so much thinking and so much text, in tokens.
    pub(super) const fn after(self, thoughts: u64, bytes: usize, tokens: u64) -> Self {
        Self {
            at: self.at.saturating_add(bytes as u64),
            spent: self.spent.saturating_add(thoughts).saturating_add(tokens),
            thinking: self.thinking.saturating_sub(thoughts),
            ..self
        }
    }

    /// The token that stands for it and for `model`.
    pub(super) fn token(&self, model: &str) -> String {
        let fields = [
            self.seed,
            self.length,
            self.at,
            self.spent,
            self.thinking,
            self.prompt,
        ];
        let mut bytes = vec![MARK];
        for field in fields {
            bytes.extend_from_slice(&field.to_be_bytes());
        }
        bytes.extend_from_slice(&checksum(&bytes, model).to_be_bytes());
        base64::encode(&bytes)
    }

    /// What `token` stands for; `None` if we did not make it for `model`.
    pub(super) fn of_token(token: &str, model: &str) -> Option<Self> {
        let bytes = base64::decode(token)?;
        let (head, sum) = bytes.split_last_chunk::<8>()?;
        let (mark, fields) = head.split_first()?;
        if *mark != MARK || fields.len() != 8 * FIELDS || checksum(head, model) != u64::from_be_bytes(*sum) {
            return None;
        }
        let mut fields = fields.chunks_exact(8).map(|field| {
            field
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        });
        let mut next = || fields.next();
        Some(Self {
            seed: next()?,
            length: next()?,
            at: next()?,
            spent: next()?,
            thinking: next()?,
            prompt: next()?,
        })
    }
}

fn checksum(bytes: &[u8], model: &str) -> u64 {
    Fnv::new().with_bytes(bytes).with_bytes(model.as_bytes()).value()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDING: Standing = Standing {
        seed: u64::MAX,
        length: 5,
        at: 70_000,
        spent: 3,
        thinking: 0,
        prompt: 9,
    };

    #[test]
    fn a_token_is_read_in_either_alphabet_of_base64() {
        let token = STANDING.token("m");
        assert_eq!(token.len() % 4, 0);
        assert!(!token.ends_with('='));
        assert_eq!(Standing::of_token(&token, "m"), Some(STANDING));
        let url_safe = token.replace('+', "-").replace('/', "_");
        assert_eq!(Standing::of_token(&url_safe, "m"), Some(STANDING));
    }

    #[test]
    fn no_other_token_is_read() {
        let token = STANDING.token("m");
        assert_eq!(Standing::of_token(&token, "n"), None);
        assert_eq!(Standing::of_token(&token.replacen('A', "B", 1), "m"), None);
        assert_eq!(Standing::of_token(&token[4..], "m"), None);
        assert_eq!(Standing::of_token("", "m"), None);
        assert_eq!(Standing::of_token("+/+/aGk=", "m"), None);
        assert_eq!(Standing::of_token("no base64!", "m"), None);
    }
}
