//! What outlives a client: counts of the day, learned limits and pauses, in a file.

use crate::ConfigError;
use dioscuri_budget::{Budget, Opened, Rules, Saved, Store, StoreError};
use dioscuri_engine::{Observer, Record};
use dioscuri_transport::Clock;
use dioscuri_vocab::{EndpointId, Now, Tick};
use std::{
    error::Error as _,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often limits, guards and windows are written while calls go out: what a killed process forgets of them. Counts
/// of the day are written before they are used.
const EVERY: Duration = Duration::from_secs(30);

/// The file that keeps a client's state.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct StateFile {
    /// Where it is.
    pub path: PathBuf,
    /// What an operator should know of how it was opened.
    pub note: Option<StateNote>,
    /// Why it could not be written last, if so. Calls go on without it; a crash then forgets what was counted since.
    pub error: Option<String>,
}

/// What an operator should know of how a state file was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StateNote {
    /// Another process keeps count in this file: this one began with what was there and counts for itself, so that both
    /// together may send twice the quota.
    #[non_exhaustive]
    Unshared {
        /// The other process, where its number can be read.
        by: Option<u32>,
    },
    /// It could not be read: it was set aside, and counting begins anew.
    #[non_exhaustive]
    Damaged {
        /// Where it was put.
        aside: PathBuf,
    },
}

impl fmt::Display for StateNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unshared { by } => {
                match by {
                    Some(by) => write!(f, "process {by} uses the same quotas")?,
                    None => f.write_str("another process uses the same quotas")?,
                }
                f.write_str("; this one counts for itself, and both together may send too much")
            }
            Self::Damaged { aside } => write!(
                f,
                "what was learned before could not be read; it is in {}, and counting begins anew",
                aside.display()
            ),
        }
    }
}

/// Keeps the state of one client in its file.
pub(crate) struct Keeper {
    budget: Arc<Budget>,
    rules: Option<Arc<Rules>>,
    clock: Clock,
    path: PathBuf,
    note: Option<StateNote>,
    file: Mutex<Kept>,
}

struct Kept {
    /// `None` if another process has it.
    store: Option<Store>,
    /// When it is written next, whether a day is used up or not.
    next: Tick,
    error: Option<String>,
}

impl Keeper {
    /// Opens the file at `path`, and goes on from what it holds.
    pub(crate) fn open(
        path: &Path,
        budget: Arc<Budget>,
        rules: Option<Arc<Rules>>,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let now = clock.now();
        let opened = Store::open(path, now.unix)
            .map_err(|error| ConfigError::new(format!("the state file cannot be used: {}", told(&error))))?;
        let (store, saved, note) = match opened {
            Opened::Shared {
                store,
                saved,
                damaged,
            } => (
                Some(store),
                saved,
                damaged.map(|aside| StateNote::Damaged { aside }),
            ),
            Opened::Unshared { by, saved } => (None, saved, Some(StateNote::Unshared { by })),
        };
        budget.restore(&saved, now);
        if let Some(rules) = &rules {
            rules.restore(&saved.corrections);
        }
        Ok(Self {
            budget,
            rules,
            clock,
            path: path.to_owned(),
            note,
            file: Mutex::new(Kept {
                store,
                next: now.tick.after(EVERY),
                error: None,
            }),
        })
    }

    /// What is known of the file.
    pub(crate) fn shown(&self) -> StateFile {
        StateFile {
            path: self.path.clone(),
            note: self.note.clone(),
            error: self.file().error.clone(),
        }
    }

    /// Writes the file now.
    pub(crate) fn save(&self) {
        self.write(&mut self.file(), self.clock.now());
    }

    /// A request is about to be sent to `at`: what it takes from a day must be in the file before.
    fn before_sending(&self, at: EndpointId, now: Now) {
        let mut file = self.file();
        let Some(store) = &file.store else { return };
        let is_late = now.tick >= file.next;
        // After an error the next try is left to the clock, lest each request waits for a disk that is full.
        let is_due = || file.error.is_none() && store.is_due(&self.budget.save_days(Some(at), now));
        if is_late || is_due() {
            self.write(&mut file, now);
        }
    }

    fn write(&self, file: &mut Kept, now: Now) {
        file.next = now.tick.after(EVERY);
        if let Some(store) = &mut file.store {
            let written = store.save(&self.saved(now));
            file.error = written.err().map(|error| told(&error));
        }
    }

    fn saved(&self, now: Now) -> Saved {
        let mut saved = self.budget.save(now);
        if let Some(rules) = &self.rules {
            saved.corrections = rules.save();
        }
        saved
    }

    fn file(&self) -> MutexGuard<'_, Kept> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Keeper {
    /// Writes exact counts, and gives the file free.
    fn drop(&mut self) {
        let saved = self.saved(self.clock.now());
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = file.store.take() {
            // Nobody is left to be told. The file as it is counts a few requests too many, and none too few.
            drop(store.close(&saved));
        }
    }
}

fn told(error: &StoreError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Sees every record before `then` does, for the keeper.
pub(crate) struct Keeping {
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) then: Arc<dyn Observer>,
}

impl Observer for Keeping {
    fn on_record(&self, record: &Record<'_>, now: Now) {
        if let Record::Begun { at, .. } = record {
            self.keeper.before_sending(*at, now);
        }
        self.then.on_record(record, now);
    }
}
