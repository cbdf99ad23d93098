//! Our schedule in the loop of `backon`: a program that asks Gemini with plain `reqwest`, and keeps its loop.
//!
//! Against a simulated bad day: a quota that asks for 2.5 s, a crowd twice, then the answer.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use backon::Retryable as _;
use bytes::Bytes;
use dioscuri_errors::{Fault, Seen, Taxonomy, connection, read_answer};
use dioscuri_retry::{Profile, adapters::Schedule};
use dioscuri_sim::{Scenario, Server};
use dioscuri_vocab::{Failure, Phase, UnixTime};
use reqwest::header::CONTENT_TYPE;
use std::{
    cell::RefCell,
    error::Error,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const BODY: &str = r#"{"contents": [{"parts": [{"text": "Who were Castor and Pollux?"}]}]}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Scenario::named("plugged-in")?).await?;
    let gemini = Gemini {
        http: reqwest::Client::new(),
        url: format!("{}/v1beta/models/gemini-3.8-flash:generateContent", server.url()),
        sent: RefCell::default(),
    };

    // One for the program.
    let schedule = Schedule::new(Profile::Default.policy()).with_deadline(Duration::from_secs(30));

    // One for each run of the loop.
    let call = schedule.call();
    let ask = || gemini.ask(BODY);
    let answer = ask
        .retry(call.waits())
        .when(call.when(Refused::read))
        .notify(|refused, wait| println!("  {refused}: again in {:.1} s", wait.as_secs_f64()))
        .await?;
    call.succeeded();

    println!("{} bytes of an answer", answer.len());
    println!("attempts: {}", call.log());
    assert_eq!(call.log().tried().len(), 4);
    assert!(call.log().tried()[1].waited >= Duration::from_millis(2500));
    assert_eq!(*gemini.sent.borrow(), [BODY.as_bytes(); 4]); // equal each time
    assert_eq!(server.stats().arrivals, 4);
    server.stop().await;
    Ok(())
}

/// The client that the program has had all along.
struct Gemini {
    http: reqwest::Client,
    url: String,
    /// The bodies that went out.
    sent: RefCell<Vec<Vec<u8>>>,
}

impl Gemini {
    async fn ask(&self, body: &'static str) -> Result<Bytes, Refused> {
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
enum Refused {
    Failed(Failure, Phase),
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
    fn read(&self) -> Option<(Failure, Phase)> {
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
