//! What an output bears: torn lines, foreign lines, a second run, a full disk.

use super::*;
use crate::{
    input::Fingerprint,
    output::{LineReceipt, Problem, answered, compact, failed},
};
use tempfile::TempDir;

fn print() -> Fingerprint {
    Fingerprint::of(&serde_json::json!({}))
}

fn answer(key: &str) -> String {
    let line = answered(key, print(), &compact(b"{}").unwrap(), &LineReceipt::unsent());
    String::from_utf8(line).unwrap()
}

fn error(key: &str) -> String {
    let problem = Problem {
        class: "capacity",
        status: None,
        message: "",
    };
    String::from_utf8(failed(key, Some(print()), problem, &LineReceipt::unsent())).unwrap()
}

/// An output that already holds `content`.
struct Output {
    folder: TempDir,
}

impl Output {
    fn holding(content: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("out.jsonl"), content).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("out.jsonl")
    }

    fn open(&self) -> Result<(Journal, LastLines, Vec<Note>), OpenError> {
        Journal::open(&self.path(), &self.folder.path().join("in.jsonl"))
    }

    fn content(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    #[track_caller]
    fn check_refused(&self, words: &str) {
        let before = self.content();
        let told = self.open().unwrap_err().to_string();
        assert!(told.contains(words), "{told}");
        assert_eq!(self.content(), before, "a refused output is left as it was");
    }
}

#[test]
fn the_last_line_of_a_key_wins() {
    let output = Output::holding(&[error("a"), answer("b"), answer("a"), error("b")].concat());
    let (_, last_lines, notes) = output.open().unwrap();
    assert_eq!(last_lines["a"].error, None);
    assert_eq!(last_lines["b"].error.as_deref(), Some("capacity"));
    assert_eq!(last_lines["a"].fingerprint, Some(print()));
    assert_eq!(notes, []);
}

#[test]
fn a_torn_last_line_is_cut_off_and_told() {
    let torn = &answer("b")[..20];
    let output = Output::holding(&(answer("a") + torn));
    let (mut journal, last_lines, notes) = output.open().unwrap();
    assert_eq!(last_lines.len(), 1);
    assert_eq!(notes, [Note::CutTornLine { bytes: 20 }]);
    journal.append(answer("c").as_bytes()).unwrap();
    assert_eq!(output.content(), answer("a") + &answer("c"));
}

#[test]
fn a_last_line_that_lacks_only_its_end_is_kept() {
    let output = Output::holding(answer("a").trim_end());
    let (_journal, last_lines, notes) = output.open().unwrap();
    assert_eq!((last_lines.len(), notes), (1, vec![]));
    assert_eq!(output.content(), answer("a"));
}

#[test]
fn foreign_lines_are_refused_wherever_they_stand() {
    Output::holding("hello\n").check_refused("line 1 of the output");
    Output::holding("hello").check_refused("line 1 of the output");
    Output::holding(&(answer("a") + "{\"key\":\"b\",\"request\":{}}\n"))
        .check_refused("line 2 of the output");
    // Torn in the middle of the file: no run of ours leaves this behind.
    Output::holding(&format!("{}\n{}", &answer("a")[..20], answer("b")))
        .check_refused("line 1 of the output");
}

#[test]
fn a_second_run_on_the_same_output_is_refused() {
    let output = Output::holding("");
    let _first = output.open().unwrap();
    output.check_refused("another run is writing");
}

#[test]
fn the_input_is_no_output() {
    let output = Output::holding("");
    let told = Journal::open(&output.path(), &output.path()).unwrap_err();
    assert!(matches!(told.trouble, OpenTrouble::IsTheInput) && !told.is_unwritable());
}

#[test]
fn folders_and_places_that_do_not_exist_are_unwritable() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("none/out.jsonl")] {
        let told = Journal::open(&path, Path::new("in.jsonl")).unwrap_err();
        assert!(told.is_unwritable(), "{told}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_says_so_and_is_never_read_back() {
    let (mut journal, last_lines, _) = Journal::open(Path::new("/dev/full"), Path::new("in.jsonl")).unwrap();
    assert!(last_lines.is_empty());
    let told = journal.append(b"{}\n").unwrap_err();
    assert_eq!(told.source.kind(), io::ErrorKind::StorageFull);
}
