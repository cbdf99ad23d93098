//! What is kept in a file, by processes that end in every way.

use dioscuri_budget::{Opened, Saved, SavedDay, SavedDomain, Store, StoreError};
use dioscuri_vocab::{Unit, UnixTime, Window};
use std::{
    error::Error as _,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};
use tempfile::TempDir;

/// 2026-07-15T12:00:00Z.
const NOW: UnixTime = UnixTime::from_secs(1_784_116_800);
const MIDNIGHT_MS: i64 = 1_784_185_200_000;
const LIMIT: u64 = 1_000;
/// A hundredth of the limit.
const AHEAD: u64 = 10;

fn saved(charged: u64) -> Saved {
    let mut domain = SavedDomain::new(
        vec!["p/global/m".to_owned()],
        Some(Unit::Requests),
        Some(Window::Day),
    );
    domain.stated = Some(LIMIT);
    domain.day = Some(SavedDay {
        charged,
        renewed_at_ms: MIDNIGHT_MS,
    });
    let mut saved = Saved::new(NOW.0);
    saved.domains.push(domain);
    saved
}

fn charged(saved: &Saved) -> u64 {
    saved
        .domains
        .first()
        .and_then(|domain| domain.day)
        .map_or(0, |day| day.charged)
}

#[track_caller]
fn shared(path: &Path) -> (Store, Saved) {
    match Store::open(path, NOW).expect("the file can be used") {
        Opened::Shared {
            store,
            saved,
            damaged: None,
        } => (store, saved),
        other => panic!("{other:?}"),
    }
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("deep/down/budget.json");
    (folder, path)
}

#[test]
fn what_is_saved_is_there_for_the_next() {
    let (_folder, path) = place();
    let (mut store, before) = shared(&path);
    assert_eq!(before, Saved::default());
    store.save(&saved(5)).unwrap();
    assert_eq!(store.path(), path);
    drop(store);
    let (store, before) = shared(&path);
    assert_eq!(charged(&before), 5 + AHEAD);
    store.close(&saved(6)).unwrap();
    assert_eq!(shared(&path).1, saved(6));
}

#[test]
fn a_day_is_written_before_what_was_counted_ahead_is_used_up() {
    let (_folder, path) = place();
    let (mut store, _) = shared(&path);
    let writes = (1..=100)
        .filter(|count| store.keep(&saved(*count)).unwrap())
        .count();
    assert_eq!(writes, 10, "one for each eleven");
}

#[test]
fn whoever_comes_second_runs_unshared_and_knows_by_whom() {
    let (_folder, path) = place();
    let (mut store, _) = shared(&path);
    store.save(&saved(5)).unwrap();
    let Opened::Unshared { by, saved: seen } = Store::open(&path, NOW).unwrap() else {
        panic!("two have the lock");
    };
    assert_eq!(by, Some(std::process::id()));
    assert_eq!(charged(&seen), 5 + AHEAD);
    drop(store);
    shared(&path);
}

#[test]
fn a_damaged_file_is_set_aside_and_said() {
    let (_folder, path) = place();
    drop(shared(&path));
    for (text, aside) in [
        ("half a fi", "budget.json.damaged-1784116800"),
        ("", "budget.json.damaged-1784116800-1"),
    ] {
        fs::write(&path, text).unwrap();
        let Opened::Shared {
            saved: seen,
            damaged: Some(found),
            ..
        } = Store::open(&path, NOW).unwrap()
        else {
            panic!("not said");
        };
        assert_eq!(seen, Saved::default());
        assert_eq!(found, path.with_file_name(aside));
        assert_eq!(fs::read_to_string(found).unwrap(), text);
        assert!(!path.exists());
    }
}

#[test]
fn a_later_version_is_refused_and_left_alone() {
    let (_folder, path) = place();
    drop(shared(&path));
    let text = r#"{"format":"dioscuri-budget","version":7,"saved":{}}"#;
    fs::write(&path, text).unwrap();
    let error = Store::open(&path, NOW).unwrap_err();
    assert!(error.is_later_version());
    let expected = format!(
        "{} has format version 7, this program knows 1 at most",
        path.display()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_it_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (_folder, path) = place();
    let (mut store, _) = shared(&path);
    store.save(&saved(5)).unwrap();
    drop(store);
    for file in [path.clone(), path.with_file_name("budget.json.lock")] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let link = path.with_file_name("link.json");
    symlink(&path, &link).unwrap();
    let (store, _) = shared(&link);
    store.close(&saved(9)).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(charged(&shared(&path).1), 9);
}

#[test]
fn a_file_that_cannot_be_written_stays_as_it_was() {
    let (_folder, path) = place();
    let (mut store, _) = shared(&path);
    store.save(&saved(5)).unwrap();
    // A folder stands where the new file is to be written: not even an administrator can.
    let new = path.with_file_name("budget.json.new");
    fs::create_dir(&new).unwrap();
    let error = store.save(&saved(50)).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot begin {}", new.display()));
    assert_eq!(error.path(), new);
    assert!(error.source().is_some());
    assert!(
        store.is_due(&saved(50)),
        "nothing was written, so it is still due"
    );
    fs::remove_dir(&new).unwrap();
    store.save(&saved(50)).unwrap();
    drop(store);
    assert_eq!(charged(&shared(&path).1), 50 + AHEAD);
}

#[test]
fn a_path_below_a_file_is_a_clear_error() {
    let (folder, _) = place();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Store::open(file.join("budget.json"), NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot make the folder {}", file.display())
    );
}

/// Where a child finds the file. Without it [`child`] does nothing.
const CHILD: &str = "DIOSCURI_STORE_TEST_CHILD";

/// Not a test of its own: what the processes do that the others start.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    match Store::open(&path, NOW).unwrap() {
        Opened::Unshared { by, .. } => println!("\nunshared {}", by.unwrap_or(0)),
        Opened::Shared {
            mut store,
            saved: before,
            damaged,
        } => {
            assert_eq!(damaged, None);
            for count in charged(&before) + 1..=LIMIT {
                if let Err(error) = store.keep(&padded(count)) {
                    println!("\nerror {} {}", error.is_full(), describe(&error));
                    return;
                }
                println!("\nsent {count}");
            }
        }
    }
}

fn describe(error: &StoreError) -> String {
    format!(
        "{error}: {}",
        error.source().map(ToString::to_string).unwrap_or_default()
    )
}

/// A file of some size, so that a death in mid-write is likely to be one.
fn padded(count: u64) -> Saved {
    let mut saved = saved(count);
    let charges = 20 * usize::try_from(count).unwrap_or(0);
    saved.domains[0].charges = vec![(NOW.0, 1); charges];
    saved
}

fn start(mut command: Command, path: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = command
        .args(["--exact", "store::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this program can be run again");
    let lines = BufReader::new(child.stdout.take().expect("a pipe"));
    (child, lines)
}

fn myself() -> Command {
    Command::new(std::env::current_exe().expect("this program has a file"))
}

/// The number behind `word`, in the next line that begins with it.
fn next(lines: &mut BufReader<ChildStdout>, word: &str) -> Option<u64> {
    lines.by_ref().lines().map_while(Result::ok).find_map(|line| {
        let rest = line.strip_prefix(word)?.trim();
        rest.split(' ').next()?.parse().ok()
    })
}

#[test]
fn processes_that_are_killed_never_count_too_little_nor_much_too_much() {
    let (_folder, path) = place();
    let mut before = 0;
    for round in 1..=8 {
        let (mut child, mut lines) = start(myself(), &path);
        let mut sent = before;
        for _ in 0..round * 5 {
            sent = next(&mut lines, "sent ").expect("the day is not over");
        }
        child.kill().unwrap();
        // What it had sent before it died, and we had not read.
        while let Some(count) = next(&mut lines, "sent ") {
            sent = count;
        }
        child.wait().unwrap();
        let (_, kept) = shared(&path);
        before = charged(&kept);
        assert!(sent <= before, "sent {sent}, kept {before}");
        assert!(before <= sent + 2 * AHEAD, "sent {sent}, kept {before}");
    }
}

#[test]
fn two_processes_at_once_know_of_each_other() {
    let (_folder, path) = place();
    let (store, _) = shared(&path);
    let (mut child, mut lines) = start(myself(), &path);
    assert_eq!(next(&mut lines, "unshared "), Some(u64::from(std::process::id())));
    child.wait().unwrap();
    drop(store);
    let (mut child, mut lines) = start(myself(), &path);
    assert!(next(&mut lines, "sent ").is_some());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_costs_nothing_that_was_there() {
    let (_folder, path) = place();
    let (store, _) = shared(&path);
    store.close(&saved(1)).unwrap();
    // No file of this process may be longer than a few blocks: writing fails in the middle, as on a full disk.
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap());
    let (mut child, lines) = start(limited, &path);
    let output: Vec<String> = lines.lines().map_while(Result::ok).collect();
    child.wait().unwrap();
    let last = |word: &str| {
        output
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix(word).map(str::to_owned))
    };
    let error = last("error ").expect("the limit was met");
    let named = format!("true cannot write {}.new: ", path.display());
    assert!(error.starts_with(&named), "{error}");
    let sent: u64 = last("sent ").expect("some were sent").parse().unwrap();
    let (_, kept) = shared(&path);
    assert!(charged(&kept) >= sent);
    assert!(!path.with_file_name("budget.json.new").exists());
}
