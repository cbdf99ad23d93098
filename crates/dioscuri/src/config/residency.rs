//! Which locations lie where.

/// Words that stand for many locations.
pub(super) const WORDS: &[&str] = &["eu", "us"];

/// Regions whose names begin like those of the European Union and that lie outside of it: London and Zürich.
///
/// Source: [locations of Google Cloud](https://cloud.google.com/about/locations).
const OUTSIDE: &[&str] = &["europe-west2", "europe-west6"];

/// Whether `word` stands for many locations.
pub(super) fn is_known(word: &str) -> bool {
    WORDS.contains(&word)
}

/// Whether `location` lies within `word`: the European Union, the United States, or the location itself. `global`, and
/// with it the Developer API, lies nowhere: its requests may be processed anywhere.
pub(super) fn holds(word: &str, location: &str) -> bool {
    match word {
        "eu" => location == "eu" || location.starts_with("europe-") && !OUTSIDE.contains(&location),
        "us" => location == "us" || location.starts_with("us-"),
        other => location == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_holds_what_lies_within() {
        for (word, inside, outside) in [
            ("eu", ["eu", "europe-west4"], ["global", "europe-west2"]),
            ("us", ["us", "us-central1"], ["global", "europe-west4"]),
            ("europe-west6", ["europe-west6"; 2], ["europe-west4", "eu"]),
        ] {
            assert!(inside.iter().all(|location| holds(word, location)), "{word}");
            assert!(!outside.iter().any(|location| holds(word, location)), "{word}");
        }
    }
}
