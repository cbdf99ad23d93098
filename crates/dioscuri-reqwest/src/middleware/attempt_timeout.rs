//! An attempt took too long: an error that says so in reqwest's own words.

use crate::made::reqwest_error;
use dioscuri_http::without_credentials;
use dioscuri_vocab::Phase;
use reqwest::Url;
use std::{
    error::Error,
    fmt,
    io::{self, ErrorKind},
    time::Duration,
};

/// An attempt had no answer in the time that its middleware gave it.
///
/// It stands among the causes of the [`reqwest::Error`] that comes of it, whose `is_timeout()` is true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AttemptTimeout {
    /// How long the attempt was given: its own limit, or what was left of the call's deadline.
    pub limit: Duration,
    /// How far it had come: [`Phase::NotSent`] if its own body was still awaited, [`Phase::Answered`] if the head was
    /// there and the first content of its stream was not.
    pub phase: Phase,
}

impl AttemptTimeout {
    /// As reqwest says it of `url`: callers see the error that they know, and not one of a middleware, of which
    /// `is_timeout()` would be false.
    pub(super) fn into_error(self, url: &Url) -> reqwest_middleware::Error {
        reqwest_error(io::Error::new(ErrorKind::TimedOut, self))
            .with_url(shown(url))
            .into()
    }
}

/// `url` as it may be shown: without its credentials.
pub(super) fn shown(url: &Url) -> Url {
    let mut url = url.clone();
    hide_credentials(&mut url);
    url
}

/// Takes credentials out of `url`, since errors are logged.
pub(super) fn hide_credentials(url: &mut Url) {
    if let Some(query) = url.query() {
        let kept = without_credentials(query);
        url.set_query(kept.as_deref());
    }
    if !url.username().is_empty() || url.password().is_some() {
        // Neither can fail: what has a user has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
}

impl fmt::Display for AttemptTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = match self.phase {
            Phase::NotSent => "no whole request body",
            Phase::Sent => "no answer",
            _ => "no content in the answer",
        };
        write!(f, "{missing} within the attempt's {:?}", self.limit)
    }
}

impl Error for AttemptTimeout {}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri_vocab::Class;

    #[test]
    fn it_is_a_timeout_to_reqwest_and_to_us_and_names_the_endpoint() {
        let limit = Duration::from_secs(3);
        let url = Url::parse("http://host/v1beta/models/m:generateContent?key=hush").unwrap();
        for phase in [Phase::NotSent, Phase::Sent, Phase::Answered] {
            let error = AttemptTimeout { limit, phase }.into_error(&url);
            assert!(error.is_timeout() && !error.is_middleware(), "{error:?}");
            let (failure, told) = crate::classify_any(&error).unwrap();
            assert_eq!((failure.class, told), (Class::DeadlineExceeded, phase));
            let shown = format!("{error} {error:?}");
            assert!(
                shown.contains("3s") && shown.contains("host/v1beta/models/m"),
                "{shown}"
            );
            assert!(!shown.contains("hush"), "{shown}");
        }
    }

    #[test]
    fn credentials_in_a_url_go_and_the_rest_stays() {
        for (before, after) in [
            (
                "http://host/m:stream?alt=sse&key=hush",
                "http://host/m:stream?alt=sse",
            ),
            ("http://host/m?access_token=hush", "http://host/m"),
            ("http://me:hush@host/m", "http://host/m"),
            ("http://host/m?monkey=see", "http://host/m?monkey=see"),
            ("http://host/m", "http://host/m"),
        ] {
            assert_eq!(shown(&Url::parse(before).unwrap()).as_str(), after);
        }
    }
}
