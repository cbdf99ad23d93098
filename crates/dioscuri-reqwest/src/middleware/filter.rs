//! Which requests are the Gemini API's: a client is often shared with others.

use dioscuri_http::ModelCall;
use http::Uri;
use reqwest::{Request, Url};
use std::{fmt, sync::Arc};

/// Which requests a middleware looks at.
#[derive(Clone)]
pub(super) struct Filter(Arc<dyn Fn(&Request) -> bool + Send + Sync>);

impl Filter {
    pub(super) fn new(takes: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(takes))
    }

    pub(super) fn takes(&self, request: &Request) -> bool {
        (self.0)(request)
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self::new(|request| is_geminis(request.url()))
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

/// Whether `url` calls a model, wherever it is served, or anything else at the hosts of the Gemini API.
fn is_geminis(url: &Url) -> bool {
    let is_call = |url: &Url| {
        url.as_str()
            .parse::<Uri>()
            .is_ok_and(|uri| ModelCall::of(&uri).is_some())
    };
    url.host_str().is_some_and(is_googles) || is_call(url)
}

/// Whether `host` serves the Developer API or Vertex, in any region.
fn is_googles(host: &str) -> bool {
    let Some(name) = host.strip_suffix(".googleapis.com") else {
        return false;
    };
    let first = name.split('.').next().unwrap_or_default();
    matches!(first, "generativelanguage" | "aiplatform") || first.ends_with("-aiplatform")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_models_and_googles_hosts_are_geminis() {
        for url in [
            "https://generativelanguage.googleapis.com/v1beta/files",
            "https://generativelanguage.googleapis.com/upload/v1beta/files",
            "https://aiplatform.googleapis.com/v1/publishers/google/models/m:generateContent",
            "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/l/batchPredictionJobs",
            "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/cachedContents",
            "http://127.0.0.1:8080/v1beta/models/m:generateContent",
            "https://gateway.example.com/gemini/v1beta/models/m:streamGenerateContent?alt=sse",
        ] {
            assert!(is_geminis(&Url::parse(url).unwrap()), "{url}");
        }
        for url in [
            "https://payments.example.com/charge",
            "https://storage.googleapis.com/storage/v1/b",
            "https://generativelanguage.googleapis.com.example.com/v1beta/files",
            "https://example.com/generativelanguage.googleapis.com/v1beta",
            "https://example.com/v1/models/m",
        ] {
            assert!(!is_geminis(&Url::parse(url).unwrap()), "{url}");
        }
    }
}
