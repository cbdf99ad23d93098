//! Nothing of the machine it was written on, and no credential.

use super::File;
use std::path::Path;

/// Directories of somebody's machine.
const PLACES: &[&str] = &[
    concat!("/", "home/"),
    concat!("/", "Users/"),
    concat!("/", "root/"),
    concat!("/", "tmp/"),
];

/// How Google's standard keys begin, and how many characters follow.
const KEY: (&str, usize) = (concat!("AI", "za"), 35);

pub(super) fn faults(files: &[File], root: &Path) -> Vec<String> {
    let mut places: Vec<String> = PLACES.iter().map(|&place| place.to_owned()).collect();
    places.push(format!("{}/", root.display()));
    files.iter().flat_map(|file| in_file(file, &places)).collect()
}

fn in_file(file: &File, places: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let at = format!("{}:{}", file.path.display(), number + 1);
        if let Some(place) = places.iter().find(|place| holds_path(line, place)) {
            faults.push(format!("{at}: a path of somebody's machine, {place}"));
        }
        if holds_key(line) {
            faults.push(format!("{at}: what looks like an API key"));
        }
    }
    faults
}

/// Whether a path in `line` begins with `place`; a URL or a longer path that contains it does not count.
fn holds_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "./_-}".contains(c))
    })
}

fn holds_key(line: &str) -> bool {
    let (prefix, length) = KEY;
    line.match_indices(prefix).any(|(at, _)| {
        let follows = line[at + prefix.len()..].bytes();
        follows
            .take_while(|b| b.is_ascii_alphanumeric() || b"_-".contains(b))
            .count()
            >= length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: usize) {
        let faults = faults(&[File::new("a", text)], Path::new("/srv/checkout"));
        assert_eq!(faults.len(), expected, "{faults:?}");
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        check(&format!("see {}someone/notes", PLACES[0]), 1);
        check("built in /srv/checkout/crates", 1);
    }

    #[test]
    fn a_url_is_no_path_of_a_machine() {
        check(&format!("https://example.org{}page", PLACES[0]), 0);
        check("target/demo/answers.jsonl and ./examples", 0);
    }

    #[test]
    fn a_key_is_found_by_its_length() {
        check(&format!("{}{}", KEY.0, "a".repeat(KEY.1)), 1);
        check(&format!("{}{}", KEY.0, "a".repeat(KEY.1 - 1)), 0);
    }
}
