//! The one trait of this crate: bytes in, a failure out, or "not mine".

use dioscuri_vocab::{Failure, UnixTime};

/// The headers of an answer, whatever HTTP library holds them.
///
/// Names are asked for in lower case and must be found whatever their case.
pub trait Headers {
    /// The first value of header `name`, as it came.
    fn get(&self, name: &str) -> Option<&[u8]>;
}

/// No headers at all.
impl Headers for () {
    fn get(&self, _name: &str) -> Option<&[u8]> {
        None
    }
}

/// Pairs of name and value, in order.
impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter()
            .find(|(key, _)| key.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LEN: usize> Headers for [(N, V); LEN] {
    fn get(&self, name: &str) -> Option<&[u8]> {
        Headers::get(self.as_slice(), name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        Headers::get(self.as_slice(), name)
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn get(&self, name: &str) -> Option<&[u8]> {
        (**self).get(name)
    }
}

/// What was seen of an answer. Borrowed: looking costs no copy.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Seen<'a> {
    /// The HTTP status, where one is known.
    pub status: Option<u16>,
    /// The headers.
    pub headers: &'a dyn Headers,
    /// The body, or as much of it as was read.
    pub body: &'a [u8],
    /// Whether `body` is the whole body.
    pub complete: bool,
}

impl<'a> Seen<'a> {
    /// A whole answer without headers.
    #[must_use]
    pub fn new(status: Option<u16>, body: &'a [u8]) -> Self {
        Self {
            status,
            headers: &(),
            body,
            complete: true,
        }
    }

    /// The same answer with its headers.
    #[must_use]
    pub fn with_headers(mut self, headers: &'a dyn Headers) -> Self {
        self.headers = headers;
        self
    }

    /// The same answer, of whose body only a part was read.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.complete = false;
        self
    }
}

impl std::fmt::Debug for Seen<'_> {
    /// Shows sizes, never contents: a body may quote the prompt.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

/// Reads a failure from an answer.
///
/// `None` means "not mine": the next classifier of a chain is asked. A closure is a classifier, so that
/// users override single rules:
///
/// ```
/// use dioscuri_errors::{Classify, Seen};
/// use dioscuri_vocab::{Class, Failure, UnixTime};
///
/// // A proxy of our own answers 420 when it is full.
/// let ours = |seen: Seen<'_>, _: UnixTime| (seen.status == Some(420)).then(|| Failure::new(Class::Capacity));
/// assert!(ours.classify(Seen::new(Some(420), b""), UnixTime(0)).is_some());
/// ```
pub trait Classify: Send + Sync {
    /// Reads a failure from `seen`, which arrived at `now`.
    fn classify(&self, seen: Seen<'_>, now: UnixTime) -> Option<Failure>;
}

impl<F> Classify for F
where
    F: Fn(Seen<'_>, UnixTime) -> Option<Failure> + Send + Sync,
{
    fn classify(&self, seen: Seen<'_>, now: UnixTime) -> Option<Failure> {
        self(seen, now)
    }
}

impl Classify for std::sync::Arc<dyn Classify> {
    fn classify(&self, seen: Seen<'_>, now: UnixTime) -> Option<Failure> {
        (**self).classify(seen, now)
    }
}

/// Combinators of classifiers.
pub trait ClassifyExt: Classify + Sized {
    /// Asks `other` about what this classifier calls "not mine".
    fn or<C: Classify>(self, other: C) -> Or<Self, C> {
        Or {
            first: self,
            second: other,
        }
    }
}

impl<C: Classify> ClassifyExt for C {}

/// Two classifiers, the second asked only about what the first calls "not mine": see [`ClassifyExt::or`].
#[derive(Clone, Copy, Debug)]
pub struct Or<A, B> {
    first: A,
    second: B,
}

impl<A: Classify, B: Classify> Classify for Or<A, B> {
    fn classify(&self, seen: Seen<'_>, now: UnixTime) -> Option<Failure> {
        let first = self.first.classify(seen, now);
        first.or_else(|| self.second.classify(seen, now))
    }
}
