//! What a URI of the Gemini API asks of which model.

use crate::query::{is_readable, without_credentials};
use http::Uri;
use percent_encoding::percent_decode_str;

/// What a URI asks of which model, in any of the forms of the Gemini API.
///
/// ```
/// use dioscuri_http::ModelCall;
///
/// let uri = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";
/// let call = ModelCall::of(&uri.parse()?).ok_or("a call of a model")?;
/// assert_eq!((&*call.model, &*call.verb), ("gemini-3.8-flash", "streamGenerateContent"));
/// assert_eq!(call.query.as_deref(), Some("alt=sse"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ModelCall {
    /// The model, decoded.
    pub model: String,
    /// What it is asked to do, decoded: `generateContent`.
    pub verb: String,
    /// The query as it stands, without credentials.
    pub query: Option<String>,
}

impl ModelCall {
    /// Reads `…/models/MODEL:VERB` with anything before it: the Developer form, those of Vertex and of Vertex express
    /// mode, each of any version and behind any prefix. `None` for everything else, models of publishers other than
    /// Google among it.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        let mut segments = uri.path().rsplit('/');
        let last = percent_decode_str(segments.next()?).decode_utf8().ok()?;
        let (model, verb) = last.rsplit_once(':')?;
        if segments.next() != Some("models") || model.is_empty() || verb.is_empty() {
            return None;
        }
        let owner = segments.next().unwrap_or_default();
        if segments.next() == Some("publishers") && owner != "google" {
            return None;
        }
        Some(Self {
            model: model.to_owned(),
            verb: verb.to_owned(),
            query: uri.query().and_then(without_credentials),
        })
    }

    /// Whether its answer comes as events, one after the other.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.verb == "streamGenerateContent"
    }

    /// Whether its answer can be read: as JSON or server-sent events, and with all of its fields. `alt=proto` asks for
    /// another form, `fields=…` for a part.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.query.as_deref().is_none_or(is_readable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, expected: Option<(&str, &str, Option<&str>)>) {
        let call = ModelCall::of(&uri.parse().unwrap());
        let found = call
            .as_ref()
            .map(|call| (&*call.model, &*call.verb, call.query.as_deref()));
        assert_eq!(found, expected, "{uri}");
    }

    #[test]
    fn every_form_of_the_api_is_known() {
        let of = Some(("m", "generateContent", None));
        check("https://h/v1beta/models/m:generateContent", of);
        check(
            "http://127.0.0.1:1/some/prefix/v1alpha/models/m:generateContent",
            of,
        );
        check("https://h/v1/publishers/google/models/m:generateContent", of);
        let vertex = "https://h/v1beta1/projects/p/locations/eu/publishers/google/models/m:generateContent";
        check(vertex, of);
        check("/v1/models/m%3AgenerateContent", of);
    }

    #[test]
    fn names_are_decoded_and_keys_dropped() {
        let of = Some(("m@001", "countTokens", Some("a=%20")));
        check("https://h/v1/models/m%40001:countTokens?key=hush&a=%20", of);
        check("https://h/v1/models/m:x?key=hush", Some(("m", "x", None)));
    }

    #[test]
    fn what_calls_no_model_is_none() {
        for uri in [
            "https://h/",
            "https://h/v1beta/models",
            "https://h/v1beta/models/m",
            "https://h/v1beta/models/:generateContent",
            "https://h/v1beta/models/m:",
            "https://h/v1beta/tunedModels/m:generateContent",
            "https://h/v1/projects/p/locations/l/endpoints/e:generateContent",
            "https://h/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict",
            "https://h/v1beta/models/m:generateContent/",
        ] {
            check(uri, None);
        }
    }
}
