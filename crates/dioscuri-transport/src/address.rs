//! Where a model is reached: surface, host and path.

use dioscuri_http::without_credentials;
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

/// The longest name of a project, location or model, in bytes. Google's project ids have 30 characters at most and
/// its model names some 40; a hundred times that still fits into a URI.
const LONGEST: usize = 256;

/// The address of one model at one location of one project.
///
/// ```
/// use dioscuri_transport::Address;
///
/// let developer = Address::developer("gemini-3.8-flash")?;
/// assert_eq!(
///     developer.uri("generateContent").to_string(),
///     "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent",
/// );
/// let vertex = Address::vertex("my-project", "eu", "gemini-3.8-flash")?;
/// assert_eq!(vertex.uri("generateContent").host(), Some("aiplatform.eu.rep.googleapis.com"));
/// # Ok::<(), dioscuri_transport::InvalidAddress>(())
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
    /// A model of the Developer API. `models/` before its name, as the API lists it, may stand or not.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] if the name is empty, a dot segment, or longer than 256 bytes.
    pub fn developer(model: &str) -> Result<Self, InvalidAddress> {
        let model = segment("model", bare(model))?;
        Ok(Self {
            base: Uri::from_static("https://generativelanguage.googleapis.com"),
            resource: format!("/v1beta/models/{model}"),
        })
    }

    /// A model on Vertex AI. `location` is `global`, a multi-region (`us`, `eu`) or a region.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] if a name is empty, a dot segment, or longer than 256 bytes, or if the location holds
    /// anything but lower-case letters, digits and hyphens.
    pub fn vertex(project: &str, location: &str, model: &str) -> Result<Self, InvalidAddress> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if location.is_empty() || location.len() > LONGEST || !location.chars().all(plain) {
            return Err(InvalidAddress::name("location", location));
        }
        let host = match location {
            "global" => "aiplatform.googleapis.com".to_owned(),
            "us" | "eu" => format!("aiplatform.{location}.rep.googleapis.com"),
            region => format!("{region}-aiplatform.googleapis.com"),
        };
        let (project, model) = (segment("project", project)?, segment("model", bare(model))?);
        let base = format!("https://{host}").parse();
        Ok(Self {
            base: base.map_err(|_| InvalidAddress::name("location", location))?,
            resource: format!("/v1/projects/{project}/locations/{location}/publishers/google/models/{model}"),
        })
    }

    /// A model on Vertex AI in express mode: by an API key that was made for it, without a project or a location.
    ///
    /// ```
    /// use dioscuri_transport::Address;
    ///
    /// let uri = Address::vertex_express("gemini-2.5-flash")?.uri("generateContent");
    /// assert_eq!(uri.host(), Some("aiplatform.googleapis.com"));
    /// assert_eq!(uri.path(), "/v1/publishers/google/models/gemini-2.5-flash:generateContent");
    /// # Ok::<(), dioscuri_transport::InvalidAddress>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] if the name is empty, a dot segment, or longer than 256 bytes.
    pub fn vertex_express(model: &str) -> Result<Self, InvalidAddress> {
        let model = segment("model", bare(model))?;
        Ok(Self {
            base: Uri::from_static("https://aiplatform.googleapis.com"),
            resource: format!("/v1/publishers/google/models/{model}"),
        })
    }

    /// The same resource behind another base URL: a gateway, a proxy, a simulator. A path in `base` is kept
    /// as a prefix.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] unless `base` is an absolute `http` or `https` URL without query or user name.
    pub fn with_base(mut self, base: &str) -> Result<Self, InvalidAddress> {
        let uri: Uri = base.parse().map_err(|_| InvalidAddress::base(base))?;
        let plain = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.query().is_none()
            && base.len() <= LONGEST * 8
            && uri
                .authority()
                .is_some_and(|authority| !authority.as_str().contains('@'));
        if !plain {
            return Err(InvalidAddress::base(base));
        }
        self.base = uri;
        Ok(self)
    }

    /// The URI of `verb` on this model, for example `generateContent`. Never holds a key.
    ///
    /// # Panics
    ///
    /// If `verb` is longer than a URI may be, 64 kB.
    #[must_use]
    pub fn uri(&self, verb: &str) -> Uri {
        self.uri_with(verb, None)
            .expect("the segments are encoded and short")
    }

    /// The same with a query, of which credentials are left out; `None` if no URI may hold it.
    pub(crate) fn uri_with(&self, verb: &str, query: Option<&str>) -> Option<Uri> {
        let prefix = self.base.path().trim_end_matches('/');
        let verb = utf8_percent_encode(verb, SEGMENT);
        let mut path = format!("{prefix}{}:{verb}", self.resource);
        if let Some(query) = query.and_then(without_credentials) {
            path.push('?');
            path.push_str(&query);
        }
        let mut parts = self.base.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
        Uri::from_parts(parts).ok()
    }
}

/// Shows host and path of the model: neither holds a secret.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self.base.path().trim_end_matches('/');
        let host = self.base.authority().map_or("", |authority| authority.as_str());
        write!(f, "{host}{prefix}{}", self.resource)
    }
}

/// The name without the `models/` that the API puts before it.
fn bare(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}

/// `name` as one segment of a path, which it cannot leave.
fn segment(what: &'static str, name: &str) -> Result<String, InvalidAddress> {
    if matches!(name, "" | "." | "..") || name.len() > LONGEST {
        return Err(InvalidAddress::name(what, name));
    }
    Ok(utf8_percent_encode(name, SEGMENT).to_string())
}

/// An address that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what} `{shown}` {wanted}")]
pub struct InvalidAddress {
    what: &'static str,
    /// What was given, without whatever secret it may carry.
    shown: String,
    wanted: &'static str,
}

impl InvalidAddress {
    fn name(what: &'static str, name: &str) -> Self {
        let wanted = if what == "location" {
            "is not a location such as `global`, `eu` or `europe-west4`"
        } else {
            "is not a name of 1 to 256 bytes"
        };
        Self {
            what,
            shown: name.chars().take(40).collect(),
            wanted,
        }
    }

    fn base(base: &str) -> Self {
        // A user name or a query may be a secret: what precedes the last `@`, and what follows `?`, is not shown.
        let host = base.rsplit_once('@').map_or(base, |(_, host)| host);
        let plain = host.split('?').next().unwrap_or_default();
        let shown = if host.len() < base.len() {
            format!("…@{plain}")
        } else {
            plain.to_owned()
        };
        let wanted = "is not an http(s) URL of the form https://host[:port][/prefix]";
        Self {
            what: "base URL",
            shown: shown.chars().take(200).collect(),
            wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: Result<Address, InvalidAddress>, expected: &str) {
        assert_eq!(address.unwrap().uri("generateContent").to_string(), expected);
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
            check(Address::vertex("p", location, "m"), &expected);
        }
    }

    #[test]
    fn a_query_goes_along_without_its_credentials() {
        let address = Address::developer("m").unwrap();
        for (query, kept) in [
            ("alt=sse", Some("alt=sse")),
            ("key=hush&alt=sse&k%65y=hush", Some("alt=sse")),
            ("access_token=hush&&oauth_token=hush", None),
        ] {
            let uri = address.uri_with("streamGenerateContent", Some(query)).unwrap();
            assert_eq!((uri.query(), uri.to_string().contains("hush")), (kept, false));
        }
        assert_eq!(address.uri_with("verb", Some("a b")), None);
        let odd = address.uri_with("a b/c?d", None).unwrap();
        assert_eq!(odd.path(), "/v1beta/models/m:a%20b%2Fc%3Fd");
    }

    #[test]
    fn an_address_shows_its_host_and_model() {
        let address = Address::developer("m").and_then(|model| model.with_base("http://127.0.0.1:8080/gw/"));
        assert_eq!(address.unwrap().to_string(), "127.0.0.1:8080/gw/v1beta/models/m");
    }

    #[test]
    fn a_base_keeps_its_prefix_and_port() {
        let address = Address::developer("m").and_then(|model| model.with_base("http://127.0.0.1:8080/gw/"));
        check(
            address,
            "http://127.0.0.1:8080/gw/v1beta/models/m:generateContent",
        );
    }

    #[test]
    fn a_model_may_be_named_as_the_api_lists_it() {
        assert_eq!(Address::developer("models/m"), Address::developer("m"));
    }

    #[test]
    fn names_cannot_leave_their_segment() {
        check(
            Address::developer("../x?key=1"),
            "https://generativelanguage.googleapis.com/v1beta/models/..%2Fx%3Fkey%3D1:generateContent",
        );
        for name in ["", ".", "..", &"m".repeat(257)] {
            assert!(Address::developer(name).is_err(), "{name}");
            assert!(Address::vertex(name, "eu", "m").is_err(), "{name}");
        }
    }

    #[test]
    fn a_location_is_no_host_of_somebody_elses() {
        for location in ["", "eu west", "evil.example/", "EU", "a@b"] {
            let error = Address::vertex("p", location, "m").unwrap_err().to_string();
            assert!(error.contains("is not a location such as `global`"), "{error}");
        }
    }

    #[test]
    fn a_bad_base_is_refused_without_showing_secrets() {
        for base in [
            "ftp://h",
            "not a url",
            "/path",
            "https://user:secret@h",
            "https://u:secr?et@h",
            "https://h?key=secret",
        ] {
            let error = Address::developer("m")
                .unwrap()
                .with_base(base)
                .unwrap_err()
                .to_string();
            assert!(!error.contains("secr"), "{error}");
        }
    }
}
