//! What a budget knows, in a file: this file of the crate is the only one that opens files, and it reads no clock.

mod ahead;
mod error;
mod form;

pub use error::StoreError;

use crate::Saved;
use ahead::Ahead;
use dioscuri_vocab::UnixTime;
use form::Form;
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{ErrorKind, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

/// A file that keeps what a budget knows, locked for this process.
///
/// # What survives what?
///
/// The file is replaced whole: written beside, brought to the disk, renamed. Whoever is killed, or finds the disk
/// full, leaves the file as it was before. Beside it lies `<name>.lock`, which stays: whoever deletes it while a
/// process runs lets a second one in.
///
/// Counts of days are written ahead: [`Store::save`] counts the next few requests of a day as sent already (1 %
/// of the limit, 20 requests at most), and [`Store::keep`] writes again before they are used up. After a
/// crash the count is a few too high and never too low. [`Store::close`] writes the exact count.
///
/// The file is JSON, readable by its owner only, and holds names, counts and times: no keys.
///
/// ```no_run
/// use dioscuri_budget::{Opened, Saved, Store};
/// use dioscuri_vocab::{Now, UnixTime};
///
/// let now = Now::default(); // from the clock of your runtime
/// match Store::open("budget.json", now.unix)? {
///     Opened::Shared { mut store, saved, damaged } => {
///         if let Some(aside) = damaged {
///             println!("what was kept is damaged; it is in {}", aside.display());
///         }
///         // … restore the budget from `saved`; then, with each request and before it is sent:
///         store.keep(&saved)?;
///         // … and at the end:
///         store.close(&saved)?;
///     }
///     Opened::Unshared { by, .. } => println!("process {by:?} keeps count there; this one counts for itself"),
/// }
/// # Ok::<(), dioscuri_budget::StoreError>(())
/// ```
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    ahead: Ahead,
    /// Locked until it is dropped, or the process ends, however it ends.
    _lock: File,
}

/// What became of [`Store::open`].
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever opens it must say which it was")]
pub enum Opened {
    /// The file is this process's.
    Shared {
        /// To save with.
        store: Store,
        /// What was kept; nothing, if there was no file.
        saved: Saved,
        /// Where the file was put if it could not be read. Say so: what was learned is gone, and so are the
        /// counts of the day.
        damaged: Option<PathBuf>,
    },
    /// Another process has it. This one runs without: say so, since both together may send twice the quota.
    Unshared {
        /// The number of the other process, where it can be read.
        by: Option<u32>,
        /// What the other process has kept last, to begin with; nothing, if it cannot be read.
        saved: Saved,
    },
}

impl Store {
    /// Opens the file at `path`, or begins one. `now` stands in the name of a damaged file.
    ///
    /// Folders that are missing are made.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the file cannot be read or locked, or a later version of this crate wrote it. Nothing
    /// was changed.
    pub fn open(path: impl AsRef<Path>, now: UnixTime) -> Result<Opened, StoreError> {
        // Of a symbolic link the file behind it is replaced, not the link.
        let path = fs::canonicalize(&path).unwrap_or_else(|_| path.as_ref().to_owned());
        let folder = folder(&path);
        fs::create_dir_all(folder).map_err(StoreError::io("make the folder", folder))?;
        let Some(lock) = lock(&beside(&path, ".lock"))? else {
            return Ok(Opened::Unshared {
                by: holder(&beside(&path, ".lock")),
                saved: match read(&path)? {
                    Form::Whole(saved) => *saved,
                    Form::None | Form::Damaged => Saved::default(),
                },
            });
        };
        let (saved, damaged) = match read(&path)? {
            Form::Whole(saved) => (*saved, None),
            Form::None => (Saved::default(), None),
            Form::Damaged => (Saved::default(), Some(set_aside(&path, now)?)),
        };
        let store = Self {
            ahead: Ahead::of(&saved),
            path,
            _lock: lock,
        };
        Ok(Opened::Shared {
            store,
            saved,
            damaged,
        })
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a day has used up what the file counts ahead: [`Store::save`] before the next request is sent.
    #[must_use]
    pub fn is_due(&self, saved: &Saved) -> bool {
        self.ahead.is_used_up(saved)
    }

    /// Saves if it [is due](Store::is_due). Says whether it was.
    ///
    /// To be called between the reservation and the sending of each request that counts against a day.
    ///
    /// # Errors
    ///
    /// As [`Store::save`].
    pub fn keep(&mut self, saved: &Saved) -> Result<bool, StoreError> {
        let is_due = self.is_due(saved);
        if is_due {
            self.save(saved)?;
        }
        Ok(is_due)
    }

    /// Writes `saved`, with a few requests of each day counted ahead.
    ///
    /// # Errors
    ///
    /// [`StoreError`], if the file cannot be written. It is as it was before; try again later.
    pub fn save(&mut self, saved: &Saved) -> Result<(), StoreError> {
        let saved = ahead::raised(saved);
        self.write(&saved)?;
        self.ahead = Ahead::of(&saved);
        Ok(())
    }

    /// Writes `saved` as it is, and gives the file free.
    ///
    /// # Errors
    ///
    /// As [`Store::save`]; then the file counts a few requests too many.
    pub fn close(self, saved: &Saved) -> Result<(), StoreError> {
        self.write(saved)
    }

    fn write(&self, saved: &Saved) -> Result<(), StoreError> {
        let text = form::text(saved).map_err(StoreError::io("put into words", &self.path))?;
        let beside = beside(&self.path, ".new");
        let written = write_new(&beside, &text).and_then(|()| {
            fs::rename(&beside, &self.path).map_err(StoreError::io("replace", &self.path))?;
            // Without this the new name may be lost with the power, but never both files.
            sync_folder(folder(&self.path))
        });
        if written.is_err() {
            // What was begun is of no use; where even this fails it is overwritten next time.
            drop(fs::remove_file(&beside));
        }
        written
    }
}

/// The file's own name with `suffix`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(suffix);
    path.with_file_name(name)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// `None` if another process has it.
fn lock(path: &Path) -> Result<Option<File>, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = for_owner(&mut options)
        .open(path)
        .map_err(StoreError::io("open the lock", path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", path)(error)),
    }
    // Only to be shown: where it cannot be written, the lock holds all the same.
    let number = std::process::id().to_string();
    let noted = file.set_len(0).and_then(|()| file.rewind());
    drop(noted.and_then(|()| file.write_all(number.as_bytes())));
    Ok(Some(file))
}

fn holder(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn read(path: &Path) -> Result<Form, StoreError> {
    let mut text = Vec::new();
    match File::open(path).and_then(|mut file| file.read_to_end(&mut text)) {
        Ok(_) => form::parse(&text).map_err(|version| StoreError::later(version, path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Form::None),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}

/// Renames the file, so that nothing of it is lost.
fn set_aside(path: &Path, now: UnixTime) -> Result<PathBuf, StoreError> {
    let name = format!(".damaged-{}", now.as_secs());
    let mut aside = beside(path, &name);
    let mut count = 1_u32;
    while aside.exists() {
        aside = beside(path, &format!("{name}-{count}"));
        count += 1;
    }
    fs::rename(path, &aside).map_err(StoreError::io("set aside", path))?;
    Ok(aside)
}

fn write_new(path: &Path, text: &[u8]) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let mut file = for_owner(&mut options)
        .open(path)
        .map_err(StoreError::io("begin", path))?;
    file.write_all(text).map_err(StoreError::io("write", path))?;
    file.sync_all().map_err(StoreError::io("bring to the disk", path))
}

#[cfg(unix)]
fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(StoreError::io("bring to the disk", folder))
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), StoreError> {
    // A folder cannot be opened as a file there; the rename is journalled.
    Ok(())
}
