//! What every failure means and what to do about it, in English, German and Chinese.
//!
//! ```
//! use dioscuri_errors::catalogue::{Lang, entries, lookup};
//!
//! let entry = lookup("quota-day", Lang::En).expect("every class is here");
//! assert_eq!(entry.name, "quota_day");
//! assert!(entry.pages.contains(&"https://ai.google.dev/gemini-api/docs/rate-limits"));
//! assert_eq!(entries(Lang::En).count(), entries(Lang::Zh).count());
//! ```
//!
//! # Why can no translation be missing?
//!
//! Topics, pages and their order are written once; a language is an array of texts of the same length, and
//! the compiler lays the two together and compares their names. What is missing, doubled or in another
//! place does not compile.

mod entry;
mod lang;
pub(crate) mod pages;
mod subjects;
mod words;

mod de;
mod en;
mod zh;

pub use entry::{Entry, Topic};
pub use lang::{Lang, UnknownLang};
pub use words::{Words, fill};

pub(crate) use entry::{Subject, Text, write};

use crate::advice::Phrases;

/// The texts of one language.
pub(crate) struct Book {
    classes: &'static [Entry],
    reasons: &'static [Entry],
    finishes: &'static [Entry],
    blocks: &'static [Entry],
    /// What is said instead of the class's entry in special cases.
    pub(crate) cases: &'static [Entry],
    /// Sentences that carry facts.
    pub(crate) phrases: &'static Phrases,
    words: &'static Words,
}

impl Book {
    pub(crate) const fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::En => &en::BOOK,
            Lang::De => &de::BOOK,
            Lang::Zh => &zh::BOOK,
        }
    }
}

/// Every entry in `lang`: classes, reasons, finish reasons, block reasons; in the same order in each language.
///
/// ```
/// use dioscuri_errors::catalogue::{Lang, Topic, entries};
///
/// let finish = |topic| matches!(topic, Topic::FinishReason);
/// assert!(entries(Lang::De).any(|entry| finish(entry.topic) && entry.name == "MAX_TOKENS"));
/// ```
pub fn entries(lang: Lang) -> impl Iterator<Item = &'static Entry> {
    let book = Book::of(lang);
    [book.classes, book.reasons, book.finishes, book.blocks]
        .into_iter()
        .flatten()
}

/// The entry of this name; case and the difference of `_`, `-` and blanks do not matter.
///
/// A name may stand for several things: `SAFETY` ends an answer and blocks a prompt. The first in the order
/// of [`entries`] is found; ask `entries` for the others.
///
/// ```
/// use dioscuri_errors::catalogue::{Lang, lookup};
///
/// let entry = lookup("api-key-invalid", Lang::En).expect("the reason is known");
/// assert_eq!(entry.name, "API_KEY_INVALID");
/// assert!(lookup("teapot", Lang::En).is_none());
/// ```
#[must_use]
pub fn lookup(name: &str, lang: Lang) -> Option<&'static Entry> {
    entries(lang).find(|entry| same_name(entry.name, name))
}

fn same_name(known: &str, asked: &str) -> bool {
    let letters = |text: &str| {
        let kept = text.trim().chars().map(|c| match c {
            '-' | ' ' => '_',
            c => c.to_ascii_lowercase(),
        });
        kept.collect::<String>()
    };
    letters(known) == letters(asked)
}
