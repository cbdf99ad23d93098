//! A line of a text, short enough to recognise it by, without anybody's keys.

/// How much of a text is shown, in characters.
const LENGTH: usize = 100;

/// How Google's credentials begin: keys of both kinds, and access tokens.
const SECRETS: &[&str] = &["AIza", "AQ.", "ya29."];

/// The first characters of `text` on one line.
pub(super) fn of(text: &str) -> String {
    let mut short = String::new();
    for c in masked(text).chars().take(LENGTH) {
        match c {
            '\n' => short.push('⏎'),
            c if c.is_control() => short.push(' '),
            c => short.push(c),
        }
    }
    short
}

/// `text` with what follows the beginning of a credential left out.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, prefix)) = first_secret(rest) {
        let (before, secret) = rest.split_at(at + prefix.len());
        out.push_str(before);
        out.push('…');
        rest = secret.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
    }
    out.push_str(rest);
    out
}

fn first_secret(text: &str) -> Option<(usize, &'static str)> {
    let found = SECRETS
        .iter()
        .filter_map(|&prefix| Some((text.find(prefix)?, prefix)));
    found.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_short_line() {
        assert_eq!(of("{\n\t\"a\": 1\r\n}"), "{⏎ \"a\": 1 ⏎}");
        assert_eq!(of(&"é".repeat(500)).chars().count(), LENGTH);
    }

    #[test]
    fn keys_and_tokens_are_masked() {
        let text = format!("key={}{}&x=1, Bearer ya29.a0_b-c.d!", SECRETS[0], "b".repeat(35));
        assert_eq!(of(&text), "key=AIza…&x=1, Bearer ya29.…!");
    }
}
