//! No clock, randomness, runtime, environment, file, terminal or socket in the pure crates.

use super::{File, source};
use std::path::Path;

/// The crates below the line.
pub(super) const PURE: &[&str] = &[
    "dioscuri-vocab",
    "dioscuri-errors",
    "dioscuri-retry",
    "dioscuri-budget",
    "dioscuri-pool",
    "dioscuri-engine",
    "dioscuri-scenarios",
    "dioscuri-sim",
];

/// The ways out, each behind a feature: the simulator's world over HTTP, the budget's line on tokio, its file, and the
/// clock that retry loops of other people get if they bring none.
/// What they rest on beside them, in folders of the same name, is pure again. And the program of the scenarios,
/// which speaks to a terminal, writes two files and uses every core; the worlds and their judges are pure.
const DOORS: &[&str] = &[
    "crates/dioscuri-budget/src/acquire.rs",
    "crates/dioscuri-budget/src/store.rs",
    "crates/dioscuri-retry/src/adapters/process.rs",
    "crates/dioscuri-scenarios/src/main.rs",
    "crates/dioscuri-scenarios/src/page/documents.rs",
    "crates/dioscuri-scenarios/src/run.rs",
    "crates/dioscuri-sim/src/http.rs",
    "crates/dioscuri-sim/src/http/",
];

/// What pure code does not name, and what it would be.
const FORBIDDEN: &[(&str, &str)] = &[
    ("Instant", "a clock: `now` is an argument"),
    ("SystemTime::now", "a clock: `now` is an argument"),
    ("Timestamp::now", "a clock: `now` is an argument"),
    ("Zoned::now", "a clock: `now` is an argument"),
    ("std::thread", "a thread: return an order instead"),
    ("thread::sleep", "a wait: return an order instead"),
    ("tokio", "a runtime"),
    ("hyper", "a socket's other end"),
    ("reqwest", "a socket's other end"),
    ("std::net", "a socket"),
    ("std::fs", "a file"),
    ("std::env", "the environment: configuration is an argument"),
    ("std::process", "a process"),
    ("rand", "randomness: `rng` is an argument"),
    ("getrandom", "randomness: `rng` is an argument"),
    ("fastrand", "randomness: `rng` is an argument"),
    ("RandomState::new", "randomness: `rng` is an argument"),
    ("print!", "a terminal"),
    ("println!", "a terminal"),
    ("eprint!", "a terminal"),
    ("eprintln!", "a terminal"),
];

pub(super) fn faults(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| is_pure(&file.path))
        .flat_map(in_file)
        .collect()
}

fn is_pure(path: &Path) -> bool {
    let path = path.to_string_lossy();
    let in_crate = PURE
        .iter()
        .any(|name| path.starts_with(&format!("crates/{name}/src/")));
    in_crate
        && path.ends_with(".rs")
        && !path.ends_with("/tests.rs")
        && !path.contains("/tests/")
        && !DOORS.iter().any(|door| path.starts_with(door))
}

fn in_file(file: &File) -> Vec<String> {
    let code = source::without_tests(&source::code(&file.text));
    let mut faults = Vec::new();
    for (number, line) in spelled_out(&code).lines().enumerate() {
        for (name, what) in FORBIDDEN.iter().filter(|(name, _)| names(line, name)) {
            faults.push(format!(
                "{}:{}: `{name}` is {what}",
                file.path.display(),
                number + 1
            ));
        }
    }
    faults
}

/// `code` with `std::{fs, time::Duration}` as `std::{std::fs, std::time::Duration}`. Lines stay where they are.
fn spelled_out(code: &str) -> String {
    const GROUP: &str = "std::{";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(GROUP) {
        let (before, group) = rest.split_at(start + GROUP.len());
        out.push_str(before);
        let end = group.find(';').unwrap_or(group.len());
        for part in group[..end].split_inclusive(',') {
            let name = part.trim_start();
            out.push_str(&part[..part.len() - name.len()]);
            out.push_str("std::");
            out.push_str(name);
        }
        rest = &group[end..];
    }
    out.push_str(rest);
    out
}

/// Whether `line` holds `name` as whole words.
fn names(line: &str, name: &str) -> bool {
    let of_a_word = |c: char| c == '_' || c.is_alphanumeric();
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(of_a_word) && !after.is_some_and(of_a_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: usize) {
        let faults = faults(&[File::new(path, text)]);
        assert_eq!(faults.len(), expected, "{faults:?}");
    }

    #[test]
    fn a_pure_crate_reads_no_clock() {
        check(
            "crates/dioscuri-pool/src/pool.rs",
            "let now = std::time::Instant::now();",
            1,
        );
        check(
            "crates/dioscuri-pool/src/pool.rs",
            "use std::time::{Duration, Instant};",
            1,
        );
    }

    #[test]
    fn a_pure_crate_draws_nothing_and_runs_nothing() {
        check("crates/dioscuri-retry/src/a.rs", "rand::random()", 1);
        check("crates/dioscuri-engine/src/a.rs", "use tokio::time;", 1);
        check("crates/dioscuri-errors/src/a.rs", "println!()", 1);
        check("crates/dioscuri-vocab/src/a.rs", "std::env::var(name)", 1);
        check("crates/dioscuri-budget/src/a.rs", "use std::fs;", 1);
        check(
            "crates/dioscuri-budget/src/a.rs",
            "use std::{\n    env,\n    fmt, fs,\n};\nfn f() {}",
            2,
        );
    }

    #[test]
    fn words_that_only_contain_a_name_are_free() {
        check(
            "crates/dioscuri-retry/src/a.rs",
            "let operand = brand::new(instantly);",
            0,
        );
    }

    #[test]
    fn comments_and_tests_are_free() {
        check(
            "crates/dioscuri-pool/src/a.rs",
            "/// As tokio does.\nfn f() {}",
            0,
        );
        check(
            "crates/dioscuri-pool/src/a.rs",
            "#[cfg(test)] mod tests { use std::fs; }",
            0,
        );
        check("crates/dioscuri-pool/src/a/tests.rs", "use std::fs;", 0);
        check("crates/dioscuri-pool/tests/it/main.rs", "use std::fs;", 0);
    }

    #[test]
    fn the_simulator_has_one_door() {
        check("crates/dioscuri-sim/src/http.rs", "use tokio::net;", 0);
        check("crates/dioscuri-sim/src/http/serve.rs", "use tokio::net;", 0);
        check("crates/dioscuri-sim/src/world.rs", "use tokio::net;", 1);
    }

    #[test]
    fn the_budget_has_a_door_to_a_runtime_and_one_to_a_file() {
        check("crates/dioscuri-budget/src/acquire.rs", "use tokio::time;", 0);
        check("crates/dioscuri-budget/src/store.rs", "use std::fs;", 0);
        check(
            "crates/dioscuri-budget/src/acquire/lines.rs",
            "use tokio::time;",
            1,
        );
    }

    #[test]
    fn the_adapters_of_the_retry_crate_have_one_door() {
        check(
            "crates/dioscuri-retry/src/adapters/process.rs",
            "Instant::now()",
            0,
        );
        check("crates/dioscuri-retry/src/adapters/call.rs", "Instant::now()", 1);
    }

    #[test]
    fn the_program_of_the_scenarios_is_one_and_its_worlds_are_not() {
        check("crates/dioscuri-scenarios/src/run.rs", "use std::thread;", 0);
        check("crates/dioscuri-scenarios/src/arena.rs", "use std::thread;", 1);
        check("crates/dioscuri-scenarios/src/table/base.rs", "use std::fs;", 1);
    }

    #[test]
    fn drivers_may_do_all_of_it() {
        check(
            "crates/dioscuri-transport/src/driver.rs",
            "tokio::time::Instant::now()",
            0,
        );
    }
}
