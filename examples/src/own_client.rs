//! A program's own client over plain `reqwest`, as the examples of foreign retry loops have it.

use bytes::Bytes;
use dioscuri_errors::{Fault, Seen, Taxonomy, connection, read_answer};
use dioscuri_vocab::{Failure, Phase, UnixTime};
use reqwest::header::CONTENT_TYPE;
use std::{
    cell::RefCell,
    error::Error,
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

/// The client that the program has had all along.
#[derive(Debug)]
pub struct Gemini {
    http: reqwest::Client,
    url: String,
    sent: RefCell<Vec<Vec<u8>>>,
}

impl Gemini {
    /// A client that asks the Gemini API at `base`.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: format!("{base}/v1beta/models/gemini-3.8-flash:generateContent"),
            sent: RefCell::default(),
        }
    }

    /// The bodies that went out.
    #[must_use]
    pub fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.borrow().clone()
    }

    /// Asks once.
    ///
    /// # Errors
    ///
    /// What it was refused for, read by `dioscuri-errors`.
    pub async fn ask(&self, body: &'static str) -> Result<Bytes, Refused> {
        let request = self
            .http
            .post(&self.url)
            .header("x-goog-api-key", "AQ.castor")
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .build()
            .map_err(Refused::NoRequest)?;
        let bytes = request.body().and_then(reqwest::Body::as_bytes);
        self.sent.borrow_mut().push(bytes.unwrap_or_default().to_vec());

        let response = self.http.execute(request).await;
        let response = response.map_err(|error| Refused::by_connection(&error, Phase::Sent))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await;
        let body = body.map_err(|error| Refused::by_connection(&error, Phase::Answered))?;

        // HTTP 200 is no promise of an answer either.
        let headers: Vec<_> = headers.iter().collect();
        let seen = Seen::new(Some(status.as_u16()), &body).with_headers(&headers);
        let failure = if status.is_success() {
            read_answer(&body, unix_now()).failure().cloned()
        } else {
            Some(Taxonomy::new().diagnose(seen, unix_now()).failure)
        };
        match failure {
            Some(failure) => Err(Refused::Failed(failure, Phase::Answered)),
            None => Ok(body),
        }
    }
}

/// The program's own error.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refused {
    /// Gemini or the connection failed.
    Failed(Failure, Phase),
    /// It could not be asked.
    NoRequest(reqwest::Error),
}

impl Refused {
    fn by_connection(error: &reqwest::Error, phase: Phase) -> Self {
        let phase = if error.is_connect() { Phase::NotSent } else { phase };
        let fault = if error.is_timeout() {
            Fault::Timeout
        } else {
            Fault::Other
        };
        Self::Failed(connection(phase, fault), phase)
    }

    /// What it means to the schedule; what is no failure of Gemini's is not tried again.
    #[must_use]
    pub fn read(&self) -> Option<(Failure, Phase)> {
        match self {
            Self::Failed(failure, phase) => Some((failure.clone(), *phase)),
            Self::NoRequest(_) => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure, _) => failure.fmt(f),
            Self::NoRequest(_) => f.write_str("not a request"),
        }
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(..) => None,
            Self::NoRequest(error) => Some(error),
        }
    }
}

/// The wall clock, for a `Retry-After` that is a date.
#[expect(clippy::disallowed_methods, reason = "a program may read its clock")]
fn unix_now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixTime(0).after(since.unwrap_or_default())
}
