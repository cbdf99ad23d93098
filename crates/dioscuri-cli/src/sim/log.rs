//! The file of `--log`, and what happens when it cannot be written.

use crate::{
    exit::{CannotStart, Exit},
    progress::print,
};
use anyhow::Context as _;
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A log that tells its first failure at once: the requests go on without it, and nobody looks at its end.
#[derive(Clone, Debug)]
pub(super) struct Log(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: File,
    name: String,
    failed: AtomicBool,
}

impl Log {
    /// What is there already stays: a log of an earlier world is not ours to delete.
    pub(super) fn open(path: &Path) -> Result<Self, CannotStart> {
        let name = path.display().to_string();
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .with_context(|| cannot_write(&name))
            .map_err(|error| CannotStart {
                exit: Exit::Output,
                error,
            })?;
        Ok(Self(Arc::new(Inner {
            file,
            name,
            failed: AtomicBool::new(false),
        })))
    }

    /// Whether something is missing from it.
    pub(super) fn has_failed(&self) -> bool {
        self.0.failed.load(Ordering::Relaxed)
    }

    fn told<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| {
            // An interrupted call is made again.
            let first =
                error.kind() != io::ErrorKind::Interrupted && !self.0.failed.swap(true, Ordering::Relaxed);
            if first {
                let what = cannot_write(&self.0.name);
                print(&format!(
                    "error: {what}: {error}; requests are answered without it"
                ));
            }
        })
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.told((&self.0.file).write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.told((&self.0.file).flush())
    }
}

fn cannot_write(name: &str) -> String {
    format!("cannot write the log `{name}`")
}
