//! Credentials: what opens an endpoint, and never shows itself.

mod command;

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use std::{fmt, sync::Arc};

/// The header of an API key. A key in the URL would end up in logs.
const API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// A text that never shows itself: not in `Debug`, not in errors, not in logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Hides `text`; white space around it (a newline from a file) is dropped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().into())
    }

    /// Whether there is nothing to hide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("{prefix}{}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where bearer tokens come from. Asked before every attempt: it should cache.
///
/// A closure is a source:
///
/// ```
/// use dioscuri_transport::{BearerError, Credential, Secret};
///
/// let credential = Credential::bearer(|| Ok::<_, BearerError>(Secret::new("ya29.token")));
/// assert_eq!(format!("{credential:?}"), "Bearer");
/// ```
#[async_trait::async_trait]
pub trait BearerSource: Send + Sync + 'static {
    /// A token that is valid now.
    ///
    /// # Errors
    ///
    /// [`BearerError`] if there is none; the attempt then fails before anything is sent.
    async fn token(&self) -> Result<Secret, BearerError>;
}

#[async_trait::async_trait]
impl<F: Fn() -> Result<Secret, BearerError> + Send + Sync + 'static> BearerSource for F {
    async fn token(&self) -> Result<Secret, BearerError> {
        self()
    }
}

/// No bearer token could be had.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no bearer token: {message}")]
pub struct BearerError {
    message: String,
}

impl BearerError {
    /// A reason that names what failed and never the token.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// What opens an endpoint.
#[derive(Clone)]
pub struct Credential(Kind);

#[derive(Clone)]
enum Kind {
    ApiKey(Secret),
    Bearer(Arc<dyn BearerSource>),
}

impl Credential {
    /// An API key, sent in the header `x-goog-api-key`.
    #[must_use]
    pub fn api_key(key: &str) -> Self {
        Self(Kind::ApiKey(Secret::new(key)))
    }

    /// OAuth bearer tokens, sent in the header `Authorization`.
    pub fn bearer(source: impl BearerSource) -> Self {
        Self(Kind::Bearer(Arc::new(source)))
    }

    /// Bearer tokens that a command prints, for example `gcloud auth print-access-token`.
    ///
    /// The command runs again when its token is older than five minutes: Google's tokens live an hour, and
    /// gcloud hands out a cached one until it is nearly over.
    #[must_use]
    pub fn bearer_command(command: Vec<String>) -> Self {
        Self::bearer(command::Command::new(command))
    }

    /// Puts the one credential into `headers`, in place of whatever stood there.
    pub(crate) async fn apply(&self, headers: &mut HeaderMap) -> Result<(), BearerError> {
        headers.remove(API_KEY);
        headers.remove(AUTHORIZATION);
        let (name, value) = match &self.0 {
            Kind::ApiKey(key) => (API_KEY, key.header("")),
            Kind::Bearer(source) => (AUTHORIZATION, source.token().await?.header("Bearer ")),
        };
        let value =
            value.ok_or_else(|| BearerError::new("the credential holds characters no header may hold"))?;
        headers.insert(name, value);
        Ok(())
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::ApiKey(_) => "ApiKey",
            Kind::Bearer(_) => "Bearer",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn applied(credential: &Credential) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(API_KEY, HeaderValue::from_static("stale"));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("stale"));
        credential.apply(&mut headers).await.unwrap();
        headers
    }

    #[tokio::test]
    async fn exactly_one_credential_is_sent_and_marked_sensitive() {
        let key = applied(&Credential::api_key("k-1\n")).await;
        assert_eq!(
            (key.len(), &key["x-goog-api-key"]),
            (1, &HeaderValue::from_static("k-1"))
        );
        assert!(key["x-goog-api-key"].is_sensitive());

        let bearer = applied(&Credential::bearer(|| Ok(Secret::new("t-1")))).await;
        assert_eq!(
            (bearer.len(), &bearer["authorization"]),
            (1, &HeaderValue::from_static("Bearer t-1"))
        );
    }

    #[tokio::test]
    async fn a_command_gives_its_output_as_the_token() {
        let words = ["echo", "from-a-command"].map(str::to_owned).to_vec();
        let headers = applied(&Credential::bearer_command(words)).await;
        assert_eq!(headers["authorization"], "Bearer from-a-command");
    }

    #[tokio::test]
    async fn a_command_that_fails_says_so_without_a_token() {
        let words = vec!["false".to_owned()];
        let error = Credential::bearer_command(words)
            .apply(&mut HeaderMap::new())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("`false` ended with"), "{error}");
    }

    #[test]
    fn nothing_shows_a_secret() {
        let shown = format!("{:?} {:?}", Secret::new("hush"), Credential::api_key("hush"));
        assert!(!shown.contains("hush"));
    }
}
