//! One entry of the catalogue, and how a text becomes one.

use dioscuri_vocab::Class;

/// What the catalogue says about one thing, in one language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// What the thing is.
    pub topic: Topic,
    /// Its name on the wire, or in our JSON if it is a class.
    pub name: &'static str,
    /// The class of a failure that is told by this name alone. `None` if none is: the answer is not failed,
    /// or only more facts tell.
    pub class: Option<Class>,
    /// What happened, in one or two sentences.
    pub meaning: &'static str,
    /// Why it happens.
    pub cause: &'static str,
    /// What helps at once.
    pub now: &'static [&'static str],
    /// What mends it for good.
    pub for_good: &'static [&'static str],
    /// What keeps it from happening.
    pub prevent: &'static [&'static str],
    /// Official pages to read, the most useful first.
    pub pages: &'static [&'static str],
}

/// What an entry is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Topic {
    /// A class of failures.
    Class(Class),
    /// A reason of `google.rpc.ErrorInfo`, for example `API_KEY_INVALID`.
    Reason,
    /// A finish reason of a candidate, for example `MAX_TOKENS`.
    FinishReason,
    /// A block reason of a prompt, for example `PROHIBITED_CONTENT`.
    BlockReason,
}

/// What is the same in every language.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) topic: Topic,
    pub(crate) name: &'static str,
    pub(crate) class: Option<Class>,
    pub(crate) pages: &'static [&'static str],
}

/// What differs.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) now: &'static [&'static str],
    pub(crate) for_good: &'static [&'static str],
    pub(crate) prevent: &'static [&'static str],
}

/// Lays the texts of one language beside their subjects.
///
/// Evaluated by the compiler: a text that is missing or stands in another place does not build.
pub(crate) const fn write<const N: usize>(subjects: &[Subject; N], texts: &[Text; N]) -> [Entry; N] {
    let mut entries = [join(&subjects[0], &texts[0]); N];
    let mut at = 1;
    while at < N {
        entries[at] = join(&subjects[at], &texts[at]);
        at += 1;
    }
    entries
}

const fn join(subject: &Subject, text: &Text) -> Entry {
    assert!(
        equal(subject.name.as_bytes(), text.name.as_bytes()),
        "the texts stand in the order of their subjects"
    );
    Entry {
        topic: subject.topic,
        name: subject.name,
        class: subject.class,
        meaning: text.meaning,
        cause: text.cause,
        now: text.now,
        for_good: text.for_good,
        prevent: text.prevent,
        pages: subject.pages,
    }
}

/// `==` of slices is not for the compiler yet.
const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
