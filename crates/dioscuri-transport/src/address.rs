//! Where a model is reached: surface, host and path.

use http::{Uri, uri::PathAndQuery};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// Characters that stand for themselves in a path segment; everything else is percent-encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');

/// Which of Google's two surfaces serves a model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Surface {
    /// The Gemini Developer API: `generativelanguage.googleapis.com`, API keys.
    Developer,
    /// Gemini on Vertex AI: `aiplatform.googleapis.com` and its regions, OAuth bearer tokens.
    Vertex,
}

impl Surface {
    /// The name in configuration, JSON and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Vertex => "vertex",
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The address of one model at one location of one project.
///
/// ```
/// use dioscuri_transport::Address;
///
/// let developer = Address::developer("gemini-3.8-flash");
/// assert_eq!(
///     developer.uri("generateContent").to_string(),
///     "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent",
/// );
/// let vertex = Address::vertex("my-project", "eu", "gemini-3.8-flash");
/// assert_eq!(vertex.uri("generateContent").host(), Some("aiplatform.eu.rep.googleapis.com"));
/// ```
///
/// Source: ai.google.dev/api and docs.cloud.google.com, read 2026-11-21.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    base: Uri,
    /// What stands before the verb, encoded, with its leading slash.
    resource: String,
}

impl Address {
    /// A model of the Developer API.
    #[must_use]
    pub fn developer(model: &str) -> Self {
        Self {
            base: Uri::from_static("https://generativelanguage.googleapis.com"),
            resource: format!("/v1beta/models/{}", segment(model)),
        }
    }

    /// A model on Vertex AI. `location` is `global`, a multi-region (`us`, `eu`) or a region.
    #[must_use]
    pub fn vertex(project: &str, location: &str, model: &str) -> Self {
        let host = match location {
            "global" => "aiplatform.googleapis.com".to_owned(),
            "us" | "eu" => format!("aiplatform.{location}.rep.googleapis.com"),
            region => format!("{}-aiplatform.googleapis.com", segment(region)),
        };
        let base = format!("https://{host}").parse();
        let (project, location, model) = (segment(project), segment(location), segment(model));
        Self {
            base: base.unwrap_or_else(|_| Uri::from_static("https://aiplatform.googleapis.com")),
            resource: format!("/v1/projects/{project}/locations/{location}/publishers/google/models/{model}"),
        }
    }

    /// The same resource behind another base URL: a gateway, a proxy, a simulator. A path in `base` is kept
    /// as a prefix.
    ///
    /// # Errors
    ///
    /// [`InvalidBase`] unless `base` is an absolute `http` or `https` URL without query or user name.
    pub fn with_base(mut self, base: &str) -> Result<Self, InvalidBase> {
        let uri: Uri = base.parse().map_err(|_| InvalidBase::new(base))?;
        let plain = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.query().is_none()
            && uri
                .authority()
                .is_some_and(|authority| !authority.as_str().contains('@'));
        if !plain {
            return Err(InvalidBase::new(base));
        }
        self.base = uri;
        Ok(self)
    }

    /// The URI of `verb` on this model, for example `generateContent`. Never holds a key.
    #[must_use]
    pub fn uri(&self, verb: &str) -> Uri {
        let prefix = self.base.path().trim_end_matches('/');
        let path = format!("{prefix}{}:{verb}", self.resource);
        let mut parts = self.base.clone().into_parts();
        parts.path_and_query = PathAndQuery::try_from(path).ok();
        Uri::from_parts(parts).unwrap_or_else(|_| self.base.clone())
    }
}

fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A base URL that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("base URL `{shown}` is not an http(s) URL of the form https://host[:port][/prefix]")]
pub struct InvalidBase {
    /// Where it points, without whatever secret it may carry.
    shown: String,
}

impl InvalidBase {
    fn new(base: &str) -> Self {
        // A user name or a query may be a secret: what follows `?`, and what precedes `@`, is not shown.
        let plain = base.split('?').next().unwrap_or_default();
        let shown = match plain.rsplit_once('@') {
            Some((_, host)) => format!("…@{host}"),
            None => plain.to_owned(),
        };
        Self { shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &Address, expected: &str) {
        assert_eq!(address.uri("generateContent").to_string(), expected);
    }

    #[test]
    fn vertex_hosts_follow_the_location() {
        let path = "/v1/projects/p/locations/{l}/publishers/google/models/m:generateContent";
        for (location, host) in [
            ("global", "aiplatform.googleapis.com"),
            ("us-central1", "us-central1-aiplatform.googleapis.com"),
            ("eu", "aiplatform.eu.rep.googleapis.com"),
            ("us", "aiplatform.us.rep.googleapis.com"),
        ] {
            let expected = format!("https://{host}{}", path.replace("{l}", location));
            check(&Address::vertex("p", location, "m"), &expected);
        }
    }

    #[test]
    fn a_base_keeps_its_prefix_and_port() {
        let address = Address::developer("m")
            .with_base("http://127.0.0.1:8080/gw/")
            .unwrap();
        check(
            &address,
            "http://127.0.0.1:8080/gw/v1beta/models/m:generateContent",
        );
    }

    #[test]
    fn names_cannot_leave_their_segment() {
        check(
            &Address::developer("../x?key=1"),
            "https://generativelanguage.googleapis.com/v1beta/models/..%2Fx%3Fkey%3D1:generateContent",
        );
    }

    #[test]
    fn a_bad_base_is_refused_without_showing_secrets() {
        for base in [
            "ftp://h",
            "not a url",
            "/path",
            "https://user:secret@h",
            "https://h?key=secret",
        ] {
            let error = Address::developer("m").with_base(base).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
