//! The file of prompts: read and judged whole before anything is sent.
//!
//! Only the place, the key and the fingerprint of each request stay in memory. The body is read again when
//! its turn comes, so that a file of gigabytes costs megabytes.

mod bad_line;
mod fingerprint;
mod lines;
mod parse;

pub(crate) use bad_line::{BadLine, Trouble};
pub(crate) use fingerprint::Fingerprint;
pub(crate) use lines::{Line, Lines};

use lines::BYTE_ORDER_MARK;
use parse::{Bad, Form};
use serde::de::IgnoredAny;
use std::{
    collections::HashMap,
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// The longest line that is taken, in bytes without its end: what the API takes as one request.
///
/// Source: the limit of inline requests, 20 MB, in the Gemini API's documentation of file input.
pub(crate) const MAX_LINE: u64 = 20_000_000;

/// Bytes read at once. Any power of two from the page up does; a line rarely has more.
const BUFFER: usize = 1 << 16;

/// One good line of the input.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The key under which its answer is written.
    pub(crate) key: Arc<str>,
    /// The fingerprint of its request.
    pub(crate) fingerprint: Fingerprint,
    /// Its line, counted from 1.
    pub(crate) line: u64,
    offset: u64,
    /// Length in bytes, without the end of the line.
    pub(crate) length: u64,
}

#[cfg(test)]
impl Item {
    /// An item that belongs to no file.
    pub(crate) fn at_line(line: u64, key: &str, fingerprint: Fingerprint) -> Self {
        Self {
            key: key.into(),
            fingerprint,
            line,
            offset: 0,
            length: 0,
        }
    }
}

/// A whole input: what is good in it, and what is not.
#[derive(Debug)]
pub(crate) struct Input {
    path: PathBuf,
    form: Form,
    file: Mutex<File>,
    /// The good lines, in their order.
    pub(crate) items: Vec<Item>,
    /// The bad lines, in their order.
    pub(crate) bad_lines: Vec<BadLine>,
}

impl Input {
    /// Reads `path` once from end to end.
    ///
    /// Bad lines are no error here: they are collected in [`bad_lines`](Self::bad_lines).
    ///
    /// # Errors
    ///
    /// If the file is missing, is no regular file, cannot be read, is UTF-16, is one JSON document instead of
    /// lines, or holds no line at all.
    pub(crate) fn read(path: &Path) -> Result<Self, Unreadable> {
        let unreadable = |why| Unreadable {
            path: path.to_owned(),
            why,
        };
        let file = File::open(path).map_err(|error| unreadable(Why::Io(error)))?;
        let kind = file.metadata().map_err(|error| unreadable(Why::Io(error)))?;
        if !kind.is_file() {
            return Err(unreadable(if kind.is_dir() {
                Why::Folder
            } else {
                Why::NotAFile
            }));
        }
        let mut input = Self {
            path: path.to_owned(),
            form: Form::of(path),
            file: Mutex::new(file.try_clone().map_err(|error| unreadable(Why::Io(error)))?),
            items: Vec::new(),
            bad_lines: Vec::new(),
        };
        let mut source = BufReader::with_capacity(BUFFER, file);
        if is_utf16(source.fill_buf().map_err(|error| unreadable(Why::Io(error)))?) {
            return Err(unreadable(Why::Utf16));
        }
        input.scan(source).map_err(|error| unreadable(Why::Io(error)))?;
        if input
            .is_one_document()
            .map_err(|error| unreadable(Why::Io(error)))?
        {
            return Err(unreadable(Why::OneDocument));
        }
        if input.items.is_empty() && input.bad_lines.is_empty() {
            return Err(unreadable(Why::Empty));
        }
        Ok(input)
    }

    fn scan(&mut self, source: impl BufRead) -> io::Result<()> {
        let mut keys: HashMap<Arc<str>, u64> = HashMap::new();
        let mut bad = Vec::new();
        let mut lines = Lines::new(source, MAX_LINE);
        while let Some(line) = lines.advance()? {
            match self.judge(&line, lines.text(), &mut keys) {
                Ok(None) => {}
                Ok(Some(item)) => self.items.push(item),
                Err((key, trouble)) => bad.push((line.number, key, trouble)),
            }
        }
        self.bad_lines.extend(bad.into_iter().map(|(line, key, trouble)| {
            let key = key.map(Arc::from).filter(|key| !keys.contains_key(key));
            let key = key.unwrap_or_else(|| spare_key(line, &keys));
            keys.insert(Arc::clone(&key), line);
            BadLine { line, key, trouble }
        }));
        Ok(())
    }

    /// Whether the whole file is one JSON list, or one object over many lines. Only a file with bad lines is
    /// asked; JSON lines are told from it by their second line.
    fn is_one_document(&mut self) -> io::Result<bool> {
        if self.bad_lines.is_empty() || self.form != Form::Batch {
            return Ok(false);
        }
        let many_lines = self.items.len() + self.bad_lines.len() > 1;
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.rewind()?;
        let mut source = BufReader::with_capacity(BUFFER, file);
        if source.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
            source.consume(BYTE_ORDER_MARK.len());
        }
        let is_list = source.fill_buf()?.trim_ascii_start().starts_with(b"[");
        Ok((many_lines || is_list) && serde_json::from_reader::<_, IgnoredAny>(source).is_ok())
    }

    fn judge(
        &self,
        line: &Line,
        text: &[u8],
        keys: &mut HashMap<Arc<str>, u64>,
    ) -> Result<Option<Item>, Bad> {
        if line.too_long {
            return Err((None, Trouble::TooLong { length: line.length }));
        }
        let Some(parsed) = self.form.parse(text, line.number)? else {
            return Ok(None);
        };
        let key: Arc<str> = parsed.key.into();
        if let Some(&first) = keys.get(&key) {
            return Err((None, Trouble::RepeatedKey { key, first }));
        }
        keys.insert(Arc::clone(&key), line.number);
        Ok(Some(Item {
            key,
            fingerprint: parsed.fingerprint,
            line: line.number,
            offset: line.offset,
            length: line.length,
        }))
    }

    /// The body of the request of `item`, byte for byte as the file has it.
    ///
    /// Reads the file: call it where blocking is allowed.
    ///
    /// # Errors
    ///
    /// If the file cannot be read any more, or no longer has this request at this place.
    pub(crate) fn body(&self, item: &Item) -> Result<Vec<u8>, Changed> {
        let changed = || Changed { line: item.line };
        let text = self.line_text(item).map_err(|_| changed())?;
        match self.form.parse(&text, item.line) {
            Ok(Some(parsed)) if parsed.fingerprint == item.fingerprint && *parsed.key == *item.key => {
                Ok(parsed.body.into_owned().into_bytes())
            }
            _ => Err(changed()),
        }
    }

    fn line_text(&self, item: &Item) -> io::Result<Vec<u8>> {
        let length = usize::try_from(item.length).map_err(io::Error::other)?;
        let mut text = vec![0; length];
        // A poisoned lock only says that another reader panicked; the position is set anew each time.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(item.offset))?;
        file.read_exact(&mut text)?;
        Ok(text)
    }

    /// The path, as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether a file that begins with `bytes` says of itself that it is UTF-16.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

/// A key for bad line number `line` that no other line has.
fn spare_key(line: u64, keys: &HashMap<Arc<str>, u64>) -> Arc<str> {
    let mut key = format!("line-{line}");
    while keys.contains_key(key.as_str()) {
        key.push('+');
    }
    key.into()
}

/// A request that is no longer what it was when the input was read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the input changed while the run was under way; it was not sent")]
pub(crate) struct Changed {
    line: u64,
}

/// An input that cannot be read at all.
#[derive(Debug)]
pub(crate) struct Unreadable {
    path: PathBuf,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Io(io::Error),
    Folder,
    NotAFile,
    Utf16,
    OneDocument,
    Empty,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.why {
            Why::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                write!(f, "there is no input file `{path}`; check the path")
            }
            Why::Io(error) => write!(f, "cannot read the input `{path}`: {error}"),
            Why::Folder => write!(f, "the input `{path}` is a folder; name a file of prompts"),
            Why::NotAFile => write!(
                f,
                "the input `{path}` is no regular file; save it to one, since each line is read again when it is sent"
            ),
            Why::Utf16 => write!(f, "the input `{path}` is UTF-16; save it as UTF-8"),
            Why::OneDocument => write!(
                f,
                "the input `{path}` is one JSON document, not JSON lines; write each request on a line of its own \
                 (`jq -c '.[]'` does so with a list)"
            ),
            Why::Empty => write!(
                f,
                "the input `{path}` has no requests; write one JSON object a line, \
                 {{\"key\": \"...\", \"request\": {{\"contents\": [...]}}}}"
            ),
        }
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests;
