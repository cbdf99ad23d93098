//! By when a call must have ended.

use http::Extensions;
use std::time::Duration;
use tokio::time::Instant;

/// How long one call may take, waits and repetitions together: an extension of its request, counted from when the
/// outermost layer of this crate takes it.
///
/// ```
/// use dioscuri_tower::Deadline;
/// use std::time::Duration;
///
/// let request = http::Request::post("/v1beta/models").extension(Deadline(Duration::from_secs(30))).body(())?;
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a duration will stay one")]
pub struct Deadline(pub Duration);

/// The same as a moment: what layers further in see.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until(pub(crate) Instant);

/// The deadline among `extensions`, else `default` from now.
pub(crate) fn until(extensions: &Extensions, default: Option<Duration>) -> Option<Instant> {
    if let Some(Until(at)) = extensions.get() {
        return Some(*at);
    }
    let own = extensions.get().map(|Deadline(after)| *after);
    // What no clock can hold is no deadline.
    Instant::now().checked_add(own.or(default)?)
}
