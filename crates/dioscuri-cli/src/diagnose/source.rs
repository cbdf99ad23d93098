//! The text to diagnose: a file or standard input, read ahead while it is being looked at.

use crate::args::STANDARD_INPUT;
use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, IsTerminal as _, Read},
    path::{Path, PathBuf},
};
use tokio::{sync::mpsc, task::spawn_blocking};

/// Bytes read at once: enough that a pipe is drained at its own speed, little enough to wait for.
const PIECE: usize = 1 << 18;

/// Pieces read ahead.
const AHEAD: usize = 4;

/// A text that is read line by line.
pub(super) type Reader = BufReader<Box<dyn Read + Send>>;

/// A text that is open and has not been read.
pub(super) struct Source {
    path: PathBuf,
    reader: Box<dyn Read + Send>,
    /// Somebody types.
    pub(super) is_terminal: bool,
}

impl Source {
    /// Opens `path`; `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self, Unreadable> {
        if path == Path::new(STANDARD_INPUT) {
            return Ok(Self {
                path: PathBuf::from("standard input"),
                reader: Box::new(io::stdin()),
                is_terminal: io::stdin().is_terminal(),
            });
        }
        let io = |error| Unreadable::io(path, error);
        let file = File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.is_dir() {
            return Err(Unreadable::Folder {
                path: path.to_owned(),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            reader: Box::new(file),
            is_terminal: false,
        })
    }

    /// Reads on another thread, since standard input may be silent for hours while somebody wants to end us.
    pub(super) fn pieces(mut self) -> mpsc::Receiver<Result<Vec<u8>, Unreadable>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        spawn_blocking(move || {
            let mut is_first = true;
            while let Some(piece) = self.piece(is_first).transpose() {
                is_first = false;
                let is_last = piece.is_err();
                if sender.blocking_send(piece).is_err() || is_last {
                    return;
                }
            }
        });
        receiver
    }

    fn piece(&mut self, is_first: bool) -> Result<Option<Vec<u8>>, Unreadable> {
        let mut piece = vec![0; PIECE];
        let length = loop {
            match self.reader.read(&mut piece) {
                Ok(length) => break length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Unreadable::io(&self.path, error)),
            }
        };
        piece.truncate(length);
        if is_first {
            refuse_foreign(&self.path, &piece)?;
        }
        Ok((length > 0).then_some(piece))
    }

    /// The text as a whole, for whoever reads it line by line, and how it is called.
    pub(super) fn into_reader(self) -> Result<(PathBuf, Reader), Unreadable> {
        let mut reader = BufReader::new(self.reader);
        let start = reader
            .fill_buf()
            .map_err(|error| Unreadable::io(&self.path, error))?;
        refuse_foreign(&self.path, start)?;
        Ok((self.path, reader))
    }
}

/// Beginnings of what is text only after a step that the user knows better how to take.
const FOREIGN: &[(&[u8], Foreign)] = &[
    (b"\xFF\xFE", Foreign::Utf16),
    (b"\xFE\xFF", Foreign::Utf16),
    (b"\x1F\x8B", Foreign::Gzip),
    (b"\x28\xB5\x2F\xFD", Foreign::Zstandard),
];

fn refuse_foreign(path: &Path, start: &[u8]) -> Result<(), Unreadable> {
    let found = FOREIGN.iter().find(|(mark, _)| start.starts_with(mark));
    found.map_or(Ok(()), |(_, kind)| {
        Err(Unreadable::Foreign {
            path: path.to_owned(),
            kind: *kind,
        })
    })
}

/// What a text is instead of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Foreign {
    Utf16,
    Gzip,
    Zstandard,
}

/// A text that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("there is no file `{}`; check the path, or give the text on standard input", path.display())]
    Missing { path: PathBuf },
    #[error("`{}` is a folder; name a file", path.display())]
    Folder { path: PathBuf },
    #[error("`{}` {}", path.display(), advice(*kind))]
    Foreign { path: PathBuf, kind: Foreign },
    #[error("cannot read `{}`", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl Unreadable {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::IsADirectory => Self::Folder { path },
            _ => Self::Io { path, source },
        }
    }
}

const fn advice(kind: Foreign) -> &'static str {
    match kind {
        Foreign::Utf16 => "is UTF-16; save it as UTF-8",
        Foreign::Gzip => "is compressed; try `zcat FILE | dioscuri diagnose`",
        Foreign::Zstandard => "is compressed; try `zstdcat FILE | dioscuri diagnose`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(start: &[u8], expected: &str) {
        let told = refuse_foreign(Path::new("a.log"), start)
            .map_or_else(|error| error.to_string(), |()| String::new());
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{told}"
        );
    }

    #[test]
    fn what_is_text_only_after_a_step_is_refused_with_that_step() {
        check(b"\xFF\xFEE\0r\0", "save it as UTF-8");
        check(b"\x1F\x8B\x08\0", "zcat");
        check(b"\x28\xB5\x2F\xFD\x04", "zstdcat");
    }

    #[test]
    fn other_bytes_are_taken_as_they_come() {
        check(b"{\"error\": {}}", "");
        check(b"\xEF\xBB\xBF{}", "");
        check(b"\x80\0\xFF", "");
        check(b"", "");
    }
}
