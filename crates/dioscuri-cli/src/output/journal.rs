//! The output file: opened for us alone, read back, and appended to one whole line at a time.

use super::{
    LastLines,
    line::{Kind, judge},
};
use crate::input::Lines;
use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufReader, Write as _},
    path::{Path, PathBuf},
};

/// The longest line that is read back, in bytes. Longer than any answer: the client takes none of that size.
const MAX_LINE: u64 = 1 << 30;

/// The output, ready for the next line.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    /// Where the next line begins, in bytes; unused where `seekable` is false.
    end: u64,
    /// A file that can be cut; a pipe or a device cannot.
    seekable: bool,
}

/// Something that happened to an output while it was opened, for the user to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Note {
    /// An earlier run died in the middle of its last line, which was cut off; in bytes.
    CutTornLine { bytes: u64 },
    /// The file system knows no locks: nothing keeps a second run away.
    NotLocked,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutTornLine { bytes } => write!(
                f,
                "an earlier run ended in the middle of a line; cut off its {bytes} bytes, the request is sent again"
            ),
            Self::NotLocked => {
                f.write_str("the output cannot be locked here; do not start a second run on it")
            }
        }
    }
}

impl Journal {
    /// Opens `path`, or makes it, and reads back what earlier runs of `input` have left there.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, is the input itself, is in use by another run, or has lines that are
    /// not ours. It is left as it was.
    pub(crate) fn open(path: &Path, input: &Path) -> Result<(Self, LastLines, Vec<Note>), OpenError> {
        let refuse = |trouble| OpenError {
            path: path.to_owned(),
            trouble,
        };
        if path.is_dir() {
            return Err(refuse(OpenTrouble::Folder));
        }
        if is_same(path, input) {
            return Err(refuse(OpenTrouble::IsTheInput));
        }
        let mut notes = Vec::new();
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = file.map_err(|error| refuse(OpenTrouble::Io(error)))?;
        let seekable = file.metadata().is_ok_and(|kind| kind.is_file());
        // A device is shared by nature: whoever writes to `/dev/null` keeps nobody else from it.
        if seekable {
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(refuse(OpenTrouble::InUse)),
                Err(TryLockError::Error(_)) => notes.push(Note::NotLocked),
            }
        }
        let mut journal = Self {
            file,
            path: path.to_owned(),
            end: 0,
            seekable,
        };
        let last_lines = if seekable {
            journal.read_back(&mut notes).map_err(refuse)?
        } else {
            LastLines::new()
        };
        Ok((journal, last_lines, notes))
    }

    fn read_back(&mut self, notes: &mut Vec<Note>) -> Result<LastLines, OpenTrouble> {
        let mut last_lines = LastLines::new();
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, &self.file), MAX_LINE);
        let (mut end, mut unended) = (0, false);
        while let Some(line) = lines.advance().map_err(OpenTrouble::Io)? {
            match judge(lines.text()) {
                Kind::Ours(past) => {
                    last_lines.insert(past.key.clone(), past.into());
                }
                Kind::Torn if !line.ended => {
                    notes.push(Note::CutTornLine { bytes: line.length });
                    self.file.set_len(line.offset).map_err(OpenTrouble::Io)?;
                    end = line.offset;
                    break;
                }
                _ if lines.text().trim_ascii().is_empty() => {}
                _ => return Err(OpenTrouble::Foreign { line: line.number }),
            }
            end = line.offset + line.length + u64::from(line.ended);
            unended = !line.ended;
        }
        self.end = end;
        if unended {
            // Only the end of the last line is missing: the line itself is whole.
            self.append(b"\n")
                .map_err(|error| OpenTrouble::Io(error.source))?;
        }
        Ok(last_lines)
    }

    /// Writes one whole line, its end included, and hands it to the operating system at once.
    ///
    /// # Errors
    ///
    /// If it cannot be written whole. What had been written of it is cut off again.
    pub(crate) fn append(&mut self, line: &[u8]) -> Result<(), WriteError> {
        match self.file.write_all(line) {
            Ok(()) => {
                self.end += line.len() as u64;
                Ok(())
            }
            Err(source) => {
                if self.seekable {
                    // If even this fails, the next run finds a torn line and cuts it off.
                    let _ = self.file.set_len(self.end);
                }
                Err(WriteError {
                    path: self.path.clone(),
                    source,
                })
            }
        }
    }

    /// Waits until what was appended is on the disk, so that it outlives a power cut.
    ///
    /// # Errors
    ///
    /// If the disk says that something was lost.
    pub(crate) fn sync(&self) -> Result<(), WriteError> {
        if !self.seekable {
            return Ok(());
        }
        self.file.sync_data().map_err(|source| WriteError {
            path: self.path.clone(),
            source,
        })
    }

    /// A new file in the folder for temporary files, for answers that the output has no room for.
    ///
    /// # Errors
    ///
    /// If that folder cannot be written either.
    pub(crate) fn rescue() -> Result<Self, WriteError> {
        let path = std::env::temp_dir().join(format!("dioscuri-rescued-{}.jsonl", std::process::id()));
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        match file {
            Ok(file) => Ok(Self {
                file,
                path,
                end: 0,
                seekable: true,
            }),
            Err(source) => Err(WriteError { path, source }),
        }
    }

    /// The path, as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn is_same(output: &Path, input: &Path) -> bool {
    matches!((fs::canonicalize(output), fs::canonicalize(input)), (Ok(output), Ok(input)) if output == input)
}

/// An output that cannot be opened.
#[derive(Debug)]
pub(crate) struct OpenError {
    path: PathBuf,
    /// Why.
    pub(crate) trouble: OpenTrouble,
}

/// Why an output cannot be opened.
#[derive(Debug)]
pub(crate) enum OpenTrouble {
    /// The system says no.
    Io(io::Error),
    /// It is a folder.
    Folder,
    /// It is the input.
    IsTheInput,
    /// Another run holds its lock.
    InUse,
    /// It has a line that is not ours.
    Foreign {
        /// The first one, counted from 1.
        line: u64,
    },
}

impl OpenError {
    /// Whether the place itself takes no answers, rather than holding what must not be touched.
    pub(crate) const fn is_unwritable(&self) -> bool {
        matches!(self.trouble, OpenTrouble::Io(_) | OpenTrouble::Folder)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.trouble {
            OpenTrouble::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                write!(
                    f,
                    "cannot make the output `{path}`: its folder does not exist; create it first"
                )
            }
            OpenTrouble::Io(error) => {
                write!(f, "cannot write the output `{path}`: {error}; nothing was sent")
            }
            OpenTrouble::Folder => write!(f, "the output `{path}` is a folder; name a file in it"),
            OpenTrouble::IsTheInput => write!(f, "the output `{path}` is the input; name another file"),
            OpenTrouble::InUse => write!(
                f,
                "another run is writing to `{path}`; wait for it, or name another output"
            ),
            OpenTrouble::Foreign { line } => write!(
                f,
                "line {line} of the output `{path}` was not written by `dioscuri run`; \
                 name another file, nothing was changed or sent"
            ),
        }
    }
}

impl std::error::Error for OpenError {}

/// A line that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to `{}`", path.display())]
pub(crate) struct WriteError {
    path: PathBuf,
    source: io::Error,
}

impl WriteError {
    /// The sentence with its cause, for people.
    pub(crate) fn with_cause(&self) -> String {
        format!("{self}: {}", self.source)
    }
}

#[cfg(test)]
mod tests;
