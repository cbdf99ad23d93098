//! Credentials: what opens an endpoint, and never shows itself.

mod command;

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use std::{fmt, sync::Arc};

/// The header of an API key. A key in the URL would end up in logs.
const API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// The header that names the project whose quota a token uses.
const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");

/// Secrets shorter than this are not looked for in messages: they are parts of words, and no key of Google's is.
const SHORTEST: usize = 8;

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

    /// `text` without this secret.
    fn redact(&self, text: &str) -> String {
        if self.0.len() < SHORTEST {
            return text.to_owned();
        }
        text.replace(&*self.0, "[credential]")
    }

    /// The value of a header; `None` if no header may hold it.
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

/// A bearer token, and what must be sent with it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Token {
    /// The token itself.
    pub secret: Secret,
    /// The project whose quota is used (`x-goog-user-project`), where it is not the token's own.
    pub quota_project: Option<String>,
}

impl Token {
    /// A token alone.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        Self {
            secret,
            quota_project: None,
        }
    }

    /// The same token, used on the quota of `project`.
    #[must_use]
    pub fn with_quota_project(mut self, project: impl Into<String>) -> Self {
        self.quota_project = Some(project.into());
        self
    }
}

impl From<Secret> for Token {
    fn from(secret: Secret) -> Self {
        Self::new(secret)
    }
}

/// Where bearer tokens come from. Asked before every attempt: it should cache.
///
/// A closure that gives a [`Token`] or a [`Secret`] is a source:
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
    async fn token(&self) -> Result<Token, BearerError>;
}

#[async_trait::async_trait]
impl<F, T> BearerSource for F
where
    F: Fn() -> Result<T, BearerError> + Send + Sync + 'static,
    T: Into<Token>,
{
    async fn token(&self) -> Result<Token, BearerError> {
        self().map(Into::into)
    }
}

/// No credential could be had.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no credential: {message}")]
pub struct BearerError {
    message: String,
    is_permanent: bool,
}

impl BearerError {
    /// Something that may pass: a server that did not answer, a command that failed. The call is retried, and the
    /// credential stays in use. The reason names what failed and never the token.
    #[must_use]
    pub fn transient(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            is_permanent: false,
        }
    }

    /// Something that an operator has to mend: no such command, no login. The credential is left alone, as one
    /// that the server refused.
    #[must_use]
    pub fn permanent(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            is_permanent: true,
        }
    }

    /// Whether an operator has to mend it.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.is_permanent
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

    /// Whether it could be sent: an API key has at least one character, and none that no header may hold. What a
    /// source of tokens will give nobody knows before.
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        match &self.0 {
            Kind::ApiKey(key) => !key.is_empty() && key.header("").is_some(),
            Kind::Bearer(_) => true,
        }
    }

    /// Puts the one credential into `headers`, in place of whatever stood there, and returns what to keep out of
    /// messages.
    pub(crate) async fn apply(&self, headers: &mut HeaderMap) -> Result<Shield, BearerError> {
        headers.remove(API_KEY);
        headers.remove(AUTHORIZATION);
        let (secret, name, prefix) = match &self.0 {
            Kind::ApiKey(key) => (key.clone(), API_KEY, ""),
            Kind::Bearer(source) => {
                let token = source.token().await?;
                if let Some(project) = &token.quota_project {
                    let project = HeaderValue::from_str(project);
                    let unfit = |_| BearerError::permanent("no header may hold the quota project");
                    headers.insert(QUOTA_PROJECT, project.map_err(unfit)?);
                }
                (token.secret, AUTHORIZATION, "Bearer ")
            }
        };
        if secret.is_empty() {
            // A token file that is being written anew is empty for a moment.
            return Err(BearerError::transient("it is empty"));
        }
        let unfit = || BearerError::permanent("no header may hold its characters");
        headers.insert(name, secret.header(prefix).ok_or_else(unfit)?);
        Ok(Shield(secret))
    }
}

/// Keeps a credential that was sent out of what is said about the attempt.
pub(crate) struct Shield(Secret);

impl Shield {
    pub(crate) fn redact(&self, text: &str) -> String {
        self.0.redact(text)
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

    async fn refused(credential: Credential) -> BearerError {
        match credential.apply(&mut HeaderMap::new()).await {
            Ok(_) => panic!("the credential was taken"),
            Err(error) => error,
        }
    }

    #[tokio::test]
    async fn a_command_that_fails_may_succeed_later_one_that_is_not_there_will_not() {
        let failing = refused(Credential::bearer_command(vec!["false".to_owned()])).await;
        assert!(failing.to_string().contains("`false` ended with"), "{failing}");
        assert!(!failing.is_permanent());
        let missing = vec!["there-is-no-such-command".to_owned()];
        assert!(refused(Credential::bearer_command(missing)).await.is_permanent());
    }

    #[tokio::test]
    async fn nothing_is_no_credential() {
        assert!(
            !refused(Credential::bearer(|| Ok(Secret::new(" \n"))))
                .await
                .is_permanent()
        );
        assert!(!Credential::api_key(" ").is_sendable());
        assert!(!Credential::api_key("two\nlines").is_sendable());
    }

    #[tokio::test]
    async fn a_token_brings_its_quota_project() {
        let token = || Ok(Token::new(Secret::new("t")).with_quota_project("castor"));
        assert_eq!(
            applied(&Credential::bearer(token)).await["x-goog-user-project"],
            "castor"
        );
    }

    #[tokio::test]
    async fn what_was_sent_is_kept_out_of_messages() {
        let shield = Credential::api_key("hush-hush")
            .apply(&mut HeaderMap::new())
            .await
            .unwrap();
        assert_eq!(shield.redact("key hush-hush is gone"), "key [credential] is gone");
    }

    #[test]
    fn nothing_shows_a_secret() {
        let shown = format!("{:?} {:?}", Secret::new("hush"), Credential::api_key("hush"));
        assert!(!shown.contains("hush"));
    }
}
