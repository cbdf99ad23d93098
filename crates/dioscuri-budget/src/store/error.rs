//! What can go wrong with the file.

use std::{
    error::Error,
    fmt,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

/// The file of a [`Store`](crate::Store) cannot be used. What it held before is still there.
#[derive(Debug)]
pub struct StoreError {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Io { verb: &'static str, source: io::Error },
    Later { version: u64 },
}

impl StoreError {
    /// For `map_err`: what could not be done with `path`.
    pub(super) fn io(verb: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self {
            path: path.to_owned(),
            kind: Kind::Io { verb, source },
        }
    }

    pub(super) fn later(version: u64, path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            kind: Kind::Later { version },
        }
    }

    /// The file it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a later version of this crate wrote the file: update, or use another file.
    #[must_use]
    pub const fn is_later_version(&self) -> bool {
        matches!(self.kind, Kind::Later { .. })
    }

    /// Whether there is no space left: free some, and save again.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let full = [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::FileTooLarge,
        ];
        self.io_kind().is_some_and(|kind| full.contains(&kind))
    }

    /// Whether it may not be written there: use another file.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        let denied = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem];
        self.io_kind().is_some_and(|kind| denied.contains(&kind))
    }

    fn io_kind(&self) -> Option<ErrorKind> {
        match &self.kind {
            Kind::Io { source, .. } => Some(source.kind()),
            Kind::Later { .. } => None,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.kind {
            Kind::Io { verb, .. } => write!(f, "cannot {verb} {path}"),
            Kind::Later { version } => write!(
                f,
                "{path} has format version {version}, this program knows {} at most",
                super::form::VERSION
            ),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            Kind::Io { source, .. } => Some(source),
            Kind::Later { .. } => None,
        }
    }
}
