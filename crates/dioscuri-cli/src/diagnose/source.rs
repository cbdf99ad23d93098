//! The text to diagnose: a file or standard input, read ahead while it is being looked at.

mod utf16;

use crate::args::STANDARD_INPUT;
use std::{
    fs::File,
    io::{self, BufReader, Cursor, IsTerminal as _, Read},
    path::{Path, PathBuf},
};
use tokio::{sync::mpsc, task::spawn_blocking};
use utf16::{Order, Utf16};

/// Bytes read at once: enough that a pipe is drained at its own speed, little enough to wait for.
const PIECE: usize = 1 << 18;

/// Bytes by which it is told what a text is.
const START: usize = 512;

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
    pub(super) fn pieces(self) -> mpsc::Receiver<Result<Vec<u8>, Unreadable>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        spawn_blocking(move || {
            let mut text = match readable(&self.path, self.reader) {
                Ok(text) => text,
                Err(error) => {
                    // Nobody listens: nobody wants to know.
                    let _ = sender.blocking_send(Err(error));
                    return;
                }
            };
            while let Some(piece) = piece(&mut text).transpose() {
                let is_last = piece.is_err();
                let piece = piece.map_err(|error| Unreadable::io(&self.path, error));
                if sender.blocking_send(piece).is_err() || is_last {
                    return;
                }
            }
        });
        receiver
    }

    /// The text as a whole, for whoever reads it line by line, and how it is called.
    pub(super) fn into_reader(self) -> Result<(PathBuf, Reader), Unreadable> {
        let text = readable(&self.path, self.reader)?;
        Ok((self.path, BufReader::new(text)))
    }
}

/// The next piece; `None` at the end.
fn piece(text: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut piece = vec![0; PIECE];
    let length = patient_read(text, &mut piece)?;
    piece.truncate(length);
    Ok((length > 0).then_some(piece))
}

fn patient_read(text: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match text.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// `reader` as UTF-8, if it can be read at all.
fn readable(path: &Path, mut reader: Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>, Unreadable> {
    let start = start(&mut reader).map_err(|error| Unreadable::io(path, error))?;
    if let Some(order) = Order::of(&start) {
        let text = Cursor::new(start[utf16::MARK..].to_vec()).chain(reader);
        return Ok(Box::new(Utf16::new(text, order)));
    }
    refuse_foreign(path, &start)?;
    Ok(Box::new(Cursor::new(start).chain(reader)))
}

/// What comes first, no more than is there, but enough to tell what it is: a pipe may bring it byte by byte.
fn start(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = vec![0; START];
    let mut length = 0;
    loop {
        let read = patient_read(reader, &mut start[length..])?;
        length += read;
        let so_far = &start[..length];
        let mut marks = FOREIGN
            .iter()
            .map(|(mark, _)| *mark)
            .chain([UTF_16_LITTLE, UTF_16_BIG]);
        let is_open = marks.any(|mark| mark.len() > length && mark.starts_with(so_far));
        if read == 0 || !is_open {
            start.truncate(length);
            return Ok(start);
        }
    }
}

const UTF_16_LITTLE: &[u8] = b"\xFF\xFE";
const UTF_16_BIG: &[u8] = b"\xFE\xFF";

/// Beginnings of what is text only after a step that the user knows better how to take.
const FOREIGN: &[(&[u8], Foreign)] = &[
    (b"\x1F\x8B", Foreign::Gzip),
    (b"\x28\xB5\x2F\xFD", Foreign::Zstandard),
    (b"\xFD7zXZ\0", Foreign::Xz),
    (b"PK\x03\x04", Foreign::Zip),
];

fn refuse_foreign(path: &Path, start: &[u8]) -> Result<(), Unreadable> {
    let found = FOREIGN.iter().find(|(mark, _)| start.starts_with(mark));
    let found = found.map(|(_, kind)| *kind);
    let kind = found.or_else(|| utf16::is_likely(start).then_some(Foreign::Utf16));
    kind.map_or(Ok(()), |kind| {
        Err(Unreadable::Foreign {
            path: path.to_owned(),
            kind,
        })
    })
}

/// What a text is instead of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Foreign {
    /// Without its mark.
    Utf16,
    Gzip,
    Zstandard,
    Xz,
    Zip,
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
        Foreign::Utf16 => "looks like UTF-16 without a byte order mark; save it as UTF-8",
        Foreign::Gzip => "is compressed; try `zcat FILE | dioscuri diagnose`",
        Foreign::Zstandard => "is compressed; try `zstdcat FILE | dioscuri diagnose`",
        Foreign::Xz => "is compressed; try `xzcat FILE | dioscuri diagnose`",
        Foreign::Zip => "is an archive; try `unzip -p FILE | dioscuri diagnose`",
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
        check(b"E\0r\0r\0o\0r\0", "save it as UTF-8");
        check(b"\x1F\x8B\x08\0", "zcat");
        check(b"\x28\xB5\x2F\xFD\x04", "zstdcat");
        check(b"\xFD7zXZ\0\0\x04", "xzcat");
        check(b"PK\x03\x04\x14", "unzip -p");
    }

    #[test]
    fn a_text_is_read_whole_whatever_it_begins_with() {
        for text in [&b"\xFF\xFEE\0r\0"[..], b"\xFE\xFF\0E\0r"] {
            let mut read = String::new();
            let reader = Box::new(Cursor::new(text.to_vec()));
            let mut text = readable(Path::new("a.log"), reader).unwrap();
            text.read_to_string(&mut read).unwrap();
            assert_eq!(read, "Er");
        }
        for text in [&b""[..], b"P", b"PK", b"\xFF", b"{}", &[b'x'; 3000]] {
            let mut read = Vec::new();
            let reader = Box::new(Cursor::new(text.to_vec()));
            readable(Path::new("a.log"), reader)
                .unwrap()
                .read_to_end(&mut read)
                .unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn other_bytes_are_taken_as_they_come() {
        check(b"{\"error\": {}}", "");
        check(b"\xEF\xBB\xBF{}", "");
        check(b"\x80\0\xFF", "");
        check(b"", "");
    }
}
