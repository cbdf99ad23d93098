//! A client followed a redirect to another host, and took the endpoint's credential along.

use reqwest::Url;
use std::{error::Error, fmt};

/// The host that reqwest names where a response was made up and came from nowhere.
const NOWHERE: &str = "no.url.provided.local";

/// A client followed a redirect away from the endpoint that the request was for.
///
/// The request's key went along: on the way to another host reqwest takes off `Authorization` and cookies, and
/// `x-goog-api-key` it does not know. What answered is not the endpoint, so its answer is none. Turn redirects off:
/// `reqwest::ClientBuilder::redirect(Policy::none())`. Google's API sends none.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Redirected {
    /// The origin that was asked: scheme, host and port.
    pub from: String,
    /// The origin that answered.
    pub to: String,
}

impl Redirected {
    /// Whether what came from `came` was asked of `asked`; of both only the origin counts.
    pub(crate) fn check(asked: &Url, came: &Url) -> Result<(), Self> {
        if came.origin() == asked.origin() || came.host_str() == Some(NOWHERE) {
            return Ok(());
        }
        Err(Self {
            from: asked.origin().ascii_serialization(),
            to: came.origin().ascii_serialization(),
        })
    }
}

impl fmt::Display for Redirected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the client followed a redirect from {} to {}, and the key went along: turn redirects off",
            self.from, self.to
        )
    }
}

impl Error for Redirected {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_path_is_the_same_place_and_another_host_scheme_or_port_is_not() {
        let asked = Url::parse("https://me:hush@host/m?key=hush").unwrap();
        for came in ["https://host:443/other", "http://no.url.provided.local"] {
            assert_eq!(
                Redirected::check(&asked, &came.parse().unwrap()),
                Ok(()),
                "{came}"
            );
        }
        for came in ["https://other/m?key=hush", "http://host/m", "https://host:8443/m"] {
            let error = Redirected::check(&asked, &came.parse().unwrap()).unwrap_err();
            assert_eq!(error.from, "https://host");
            assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
        }
    }
}
