//! Running other programs: shown before they start, bounded in time, timed.

use anyhow::{Context as _, bail};
use std::{
    env,
    fmt::{self, Display, Formatter},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// How often a running program is looked at. Short against every bound that is used here.
const GLANCE: Duration = Duration::from_millis(20);

/// A program with its arguments, as one would type it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    words: Vec<String>,
    env: Vec<(&'static str, &'static str)>,
}

impl Line {
    /// The words of `text`, separated by spaces. An argument with a space in it is added with [`Self::arg`].
    pub(crate) fn new(text: &str) -> Self {
        Self {
            words: text.split_whitespace().map(str::to_owned).collect(),
            env: Vec::new(),
        }
    }

    pub(crate) fn arg(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }

    /// The command, to be started in `dir`.
    ///
    /// Without the variables that Cargo sets for us: to a build script they look like a change, and it would
    /// run again.
    pub(crate) fn command(&self, dir: &Path) -> Command {
        let mut command = Command::new(self.words.first().map_or("true", String::as_str));
        command
            .args(self.words.iter().skip(1))
            .current_dir(dir)
            .stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            let inherited = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            if inherited
                .iter()
                .any(|prefix| name.to_string_lossy().starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        command.envs(self.env.iter().copied());
        command
    }

    /// Shows the line, runs it with its output on this terminal, and fails if it does.
    pub(crate) fn run(&self, dir: &Path) -> anyhow::Result<()> {
        println!("$ {self}");
        let status = self
            .command(dir)
            .status()
            .with_context(|| format!("cannot start `{self}`"))?;
        if !status.success() {
            bail!("`{self}` ended with {status}");
        }
        Ok(())
    }

    /// Shows the line and becomes it, so that Ctrl-C and exit codes are the program's own; returns only if that fails.
    #[cfg(unix)]
    pub(crate) fn become_it(&self, dir: &Path) -> anyhow::Result<()> {
        use std::os::unix::process::CommandExt as _;

        println!("$ {self}");
        Err(self.command(dir).exec()).with_context(|| format!("cannot start `{self}`"))
    }

    /// Shows the line and runs it: nothing here can become another program.
    #[cfg(not(unix))]
    pub(crate) fn become_it(&self, dir: &Path) -> anyhow::Result<()> {
        self.run(dir)
    }

    /// Runs the line silently; its standard output.
    pub(crate) fn read(&self, dir: &Path) -> anyhow::Result<String> {
        let output = self
            .command(dir)
            .output()
            .with_context(|| format!("cannot start `{self}`"))?;
        if !output.status.success() {
            bail!(
                "`{self}` ended with {}:\n{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        String::from_utf8(output.stdout).with_context(|| format!("`{self}` does not write UTF-8"))
    }

    /// Whether the line can be run at all and succeeds.
    pub(crate) fn works(&self, dir: &Path) -> bool {
        let mut command = self.command(dir);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Display for Line {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(
            &self
                .words
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(" "),
        )
    }
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) {
        format!("\"{word}\"")
    } else {
        word.to_owned()
    }
}

/// A clock for the time that steps take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "automation measures real time")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Waits for `child`; kills it, and fails, once `bound` has passed.
pub(crate) fn wait(child: &mut Child, bound: Duration) -> anyhow::Result<ExitStatus> {
    if let Some(status) = watch(child, bound, || false)? {
        return Ok(status);
    }
    kill(child)?;
    bail!("still running after {}", human(bound))
}

/// Waits until `child` has ended (`Some`), or until `seen` says yes or `bound` has passed (`None`).
#[expect(clippy::disallowed_methods, reason = "there is no runtime here to wait on")]
pub(crate) fn watch(
    child: &mut Child,
    bound: Duration,
    mut seen: impl FnMut() -> bool,
) -> anyhow::Result<Option<ExitStatus>> {
    let watch = Stopwatch::start();
    while watch.elapsed() < bound {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if seen() {
            return Ok(None);
        }
        std::thread::sleep(GLANCE);
    }
    Ok(None)
}

/// Ends `child` without a warning (SIGKILL), and buries it.
pub(crate) fn kill(child: &mut Child) -> anyhow::Result<()> {
    child.kill().context("cannot kill the program")?;
    child.wait().context("cannot wait for the killed program")?;
    Ok(())
}

/// `7m 12s`, `48s`, `0.3s`.
pub(crate) fn human(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", time.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        _ => format!("{}m {:02}s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_as_one_would_type_it() {
        let line = Line::new("cargo doc  --no-deps")
            .arg("a b")
            .env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            line.to_string(),
            r#"RUSTDOCFLAGS="-D warnings" cargo doc --no-deps "a b""#
        );
    }

    #[test]
    fn times_are_short() {
        assert_eq!(human(Duration::from_millis(340)), "0.3s");
        assert_eq!(human(Duration::from_secs(48)), "48s");
        assert_eq!(human(Duration::from_secs(432)), "7m 12s");
    }

    #[test]
    fn a_program_that_fails_is_an_error_with_its_line() {
        let error = Line::new("git no-such-command").read(Path::new(".")).unwrap_err();
        assert!(
            error.to_string().starts_with("`git no-such-command` ended with"),
            "{error}"
        );
    }
}
