//! A folder with an input and an output, and the binary to run on them.

use serde_json::Value;
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// A world whose minute is short enough to wait for and long enough to be seen.
pub(crate) const SCENARIO: &str = r#"
about = "one project"
minute = "2s"
latency = { min = "20ms", max = "40ms" }
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "AQ.castor" }]
quota = [{ model = "gemini-3.8-flash", rpm = 100, tpm = 100000 }]
"#;

pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    /// A bench with `requests` good requests and the scenario beside them.
    pub(crate) fn with_requests(requests: usize) -> Self {
        let mut lines = String::new();
        for number in 0..requests {
            let text = format!("prompt number {number}");
            let request = format!(r#"{{"contents":[{{"role":"user","parts":[{{"text":"{text}"}}]}}]}}"#);
            writeln!(lines, r#"{{"key":"k{number}","request":{request}}}"#).unwrap();
        }
        Self::with_input(&lines)
    }

    pub(crate) fn with_input(lines: impl AsRef<[u8]>) -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::write(bench.path("in.jsonl"), lines).unwrap();
        fs::write(bench.path("world.toml"), SCENARIO).unwrap();
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `dioscuri run in.jsonl -o out.jsonl` with `args`, in the folder, without any key in the environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_to(Path::new("out.jsonl"), args)
    }

    pub(crate) fn command_to(&self, output: &Path, args: &[&str]) -> Command {
        let mut command = dioscuri();
        command
            .current_dir(self.folder.path())
            .env("XDG_STATE_HOME", self.path("state"))
            .args(["run", "in.jsonl", "-o"]);
        command.arg(output).args(args);
        command
    }

    /// A run against the simulator; the last line of what it says is the summary.
    pub(crate) fn simulate(&self, args: &[&str]) -> (i32, Value) {
        let mut all = vec!["--sim=world.toml", "--progress", "json"];
        all.extend(args);
        let ended = self.command(&all).output().unwrap();
        (ended.status.code().unwrap(), summary(&ended))
    }

    /// The lines of the output.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("out.jsonl")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(crate) fn dioscuri() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dioscuri"));
    command.env_remove("GEMINI_API_KEY").env_remove("GOOGLE_API_KEY");
    command.stdin(Stdio::null());
    command
}

/// The last line on standard error.
#[track_caller]
pub(crate) fn summary(ended: &Output) -> Value {
    let said = said(ended);
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| panic!("no summary at the end of:\n{said}"))
}

pub(crate) fn said(ended: &Output) -> String {
    String::from_utf8(ended.stderr.clone()).unwrap()
}

/// Runs `command` and checks its code and some words of what it says.
#[track_caller]
pub(crate) fn check(mut command: Command, code: i32, words: &[&str]) {
    let ended = command.output().unwrap();
    let said = said(&ended);
    assert_eq!(ended.status.code(), Some(code), "{said}");
    for words in words {
        assert!(said.contains(words), "`{words}` is not in:\n{said}");
    }
}
