//! By when a call must have ended.

use http::Extensions;
use std::time::Duration;
use tokio::time::Instant;

/// How long one call may take in all, attempts and waits together: for the extensions of its request. It beats what is
/// configured where it is read.
///
/// ```
/// use dioscuri_http::Deadline;
/// use std::time::Duration;
///
/// let mut request = http::Request::new("{}");
/// request.extensions_mut().insert(Deadline(Duration::from_secs(20)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "one duration under a name")]
pub struct Deadline(pub Duration);

impl Deadline {
    /// The moment by which a call with `extensions` must have ended, if it begins now. `usual` is the time of whoever
    /// asks; an [`Until`] that stands there already is never exceeded.
    #[must_use]
    pub fn of(extensions: &Extensions, usual: Option<Duration>) -> Option<Instant> {
        let own = extensions.get::<Self>().map(|deadline| deadline.0).or(usual);
        // What no clock can hold is no deadline.
        let own = own.and_then(|own| Instant::now().checked_add(own));
        let outer = extensions.get::<Until>().map(|until| until.0);
        own.into_iter().chain(outer).min()
    }
}

/// A deadline as a moment: what a layer tells those further in, in the extensions of the request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "one moment under a name")]
pub struct Until(pub Instant);

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_requests_beats_the_usual_and_nobody_exceeds_the_outermost() {
        let start = Instant::now();
        let mut extensions = Extensions::new();
        let of = |extensions: &Extensions, usual: Option<u32>| {
            Deadline::of(extensions, usual.map(|usual| SECOND * usual)).map(|at| at - start)
        };
        assert_eq!(of(&extensions, None), None);
        assert_eq!(of(&extensions, Some(9)), Some(SECOND * 9));
        extensions.insert(Deadline(SECOND * 20));
        assert_eq!(of(&extensions, Some(9)), Some(SECOND * 20));
        extensions.insert(Until(start + SECOND * 20));
        advance(SECOND * 15).await;
        assert_eq!(of(&extensions, Some(9)), Some(SECOND * 20));
        extensions.remove::<Deadline>();
        assert_eq!(of(&extensions, Some(4)), Some(SECOND * 19));
        assert_eq!(of(&extensions, Some(9)), Some(SECOND * 20));
        extensions.insert(Deadline(Duration::MAX));
        assert_eq!(of(&extensions, None), Some(SECOND * 20));
    }
}
