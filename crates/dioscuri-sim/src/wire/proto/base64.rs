//! Whether a text is base64, in one of its two alphabets.

/// Whether `text` decodes. Padding may be missing; trailing bits that mean nothing must be zero, as reported of
/// thought signatures that Google refused.
pub(super) fn is_valid(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || (digits.len() < text.len() && !text.len().is_multiple_of(4)) {
        return false;
    }
    let spare_bits = match digits.len() % 4 {
        0 => 0,
        2 => 0b1111,
        3 => 0b11,
        _ => return false,
    };
    let mut last = 0;
    digits.bytes().all(|digit| {
        last = VALUES[usize::from(digit)];
        last < 64
    }) && last & spare_bits == 0
}

/// The value of each digit; 64 for what is none.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let mut value = 0_u8;
    while value < 26 {
        values[(b'A' + value) as usize] = value;
        values[(b'a' + value) as usize] = value + 26;
        if value < 10 {
            values[(b'0' + value) as usize] = value + 52;
        }
        value += 1;
    }
    values[b'+' as usize] = 62;
    values[b'-' as usize] = 62;
    values[b'/' as usize] = 63;
    values[b'_' as usize] = 63;
    values
};

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn both_alphabets_are_read_with_and_without_padding() {
        for text in ["", "AAAA", "AA==", "AA", "AAA=", "AAA", "+/-_", "aGk="] {
            assert!(is_valid(text), "{text}");
        }
        for text in [
            "A",
            "A===",
            "AAAAA",
            "default_signature!",
            "AB==",
            "AAB=",
            "AA=",
            "data:image/png;base64,AAAA",
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
