//! How long one call may take.

use http::Extensions;
use std::time::Duration;

/// How long one call may take in all, attempts and waits together; beats the middleware's own.
///
/// Given with the request:
///
/// ```no_run
/// use dioscuri_reqwest::Deadline;
/// use std::time::Duration;
///
/// # async fn ask(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// let response = client
///     .post("https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent")
///     .with_extension(Deadline(Duration::from_secs(20)))
///     .send()
///     .await?;
/// # Ok(()) }
/// ```
///
/// `send` alone carries it: a request that goes through `build` and `execute` has lost it on the way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_structs, reason = "one duration under a name")]
pub struct Deadline(pub Duration);

impl Deadline {
    /// What stands among `extensions`, under this name or in the terms of the whole engine.
    pub(super) fn of(extensions: &Extensions) -> Option<Duration> {
        let own = extensions.get::<Self>().map(|deadline| deadline.0);
        #[cfg(feature = "transport")]
        let own = own.or_else(|| extensions.get::<dioscuri_transport::CallTerms>()?.deadline);
        own
    }
}
