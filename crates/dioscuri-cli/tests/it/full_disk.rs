//! The output fills up in mid-run.
#![cfg(target_os = "linux")]

use crate::bench::{Bench, said, summary};
use std::{fs, path::Path};

#[test]
fn a_full_disk_stops_the_sending_and_keeps_what_was_paid_for() {
    let bench = Bench::with_requests(200);
    let mut command = bench.command_to(
        Path::new("/dev/full"),
        &["--sim=world.toml", "--progress", "json"],
    );
    // Answers that find no room go to the folder for temporary files.
    let ended = command.env("TMPDIR", bench.path("")).output().unwrap();
    assert_eq!(ended.status.code(), Some(4), "{}", said(&ended));

    let summary = summary(&ended);
    let rescued = fs::read_to_string(summary["rescued_to"].as_str().unwrap()).unwrap();
    assert_eq!(summary["answered"], rescued.lines().count());
    assert_eq!(
        summary["answered"], summary["sim"]["answered"],
        "nothing that was paid for is lost"
    );
    assert!(
        summary["sent"].as_u64().unwrap() < 200,
        "sending stopped: {summary}"
    );
    assert!(said(&ended).contains("cannot write to `/dev/full`"));
}

#[test]
fn a_full_disk_for_both_is_told_as_a_loss() {
    let bench = Bench::with_requests(5);
    let mut command = bench.command_to(
        Path::new("/dev/full"),
        &["--sim=world.toml", "--progress", "json"],
    );
    let ended = command.env("TMPDIR", bench.path("none")).output().unwrap();
    assert_eq!(ended.status.code(), Some(4));
    let summary = summary(&ended);
    assert_eq!(
        (summary["answered"].as_u64(), &summary["lost"]),
        (Some(0), &summary["sim"]["answered"])
    );
}
