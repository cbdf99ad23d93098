//! One attempt: credential, request, head, body, outcome.

use super::DriverConfig;
use crate::{Clock, Directory, SendError, Sent, Transport, credential::Shield, transport::BodyBox};
use bytes::{Bytes, BytesMut};
use dioscuri_engine::AttemptEvent;
use dioscuri_errors::{
    ApiError, Classify, Fault, Headers, Seen, ServerText, connection, explain_answer, read_answer,
};
use dioscuri_vocab::{Class, CredentialId, EndpointId, Failure, Now, Outcome, Phase};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header::CONTENT_TYPE};
use http_body_util::BodyExt as _;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::time::timeout;

/// Where and how long.
pub(crate) struct Place {
    pub(crate) at: EndpointId,
    pub(crate) credential: CredentialId,
    pub(crate) timeout: Option<Duration>,
}

/// How an attempt ended.
pub(crate) struct Landed {
    pub(crate) outcome: Outcome,
    /// The answer, if there was one.
    pub(crate) body: Option<Bytes>,
    /// What the server or the connection said, if it failed.
    pub(crate) message: Option<String>,
}

impl Landed {
    fn failed(failure: Failure, phase: Phase, message: String) -> Self {
        Self {
            outcome: Outcome::Failed { failure, phase },
            body: None,
            message: Some(message),
        }
    }

    fn broken(error: &SendError) -> Self {
        Self::failed(
            connection(error.phase, error.fault),
            error.phase,
            error.to_string(),
        )
    }
}

/// What every attempt needs.
pub(crate) struct Sender {
    pub(crate) directory: Directory,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) classify: Arc<dyn Classify>,
    pub(crate) clock: Clock,
    pub(crate) config: DriverConfig,
}

/// When an attempt under way passed its milestones. Kept outside of its future, so that they are known even if
/// that is dropped.
#[derive(Debug, Default)]
pub(crate) struct Milestones {
    sent: OnceLock<Now>,
    head: OnceLock<Now>,
}

impl Milestones {
    /// What has happened so far, in order.
    pub(crate) fn passed(&self) -> impl Iterator<Item = (AttemptEvent, Now)> {
        let sent = self.sent.get().map(|at| (AttemptEvent::Sent, *at));
        let head = self.head.get().map(|at| (AttemptEvent::Head, *at));
        sent.into_iter().chain(head)
    }

    fn phase(&self) -> Phase {
        match (self.sent.get(), self.head.get()) {
            (_, Some(_)) => Phase::Answered,
            (Some(_), None) => Phase::Sent,
            (None, None) => Phase::NotSent,
        }
    }
}

impl Sender {
    /// Sends `body` to `place`, reads what comes back, and notes in `milestones` how far it has come. The timeout
    /// covers all of it, the credential too.
    pub(crate) async fn send(&self, place: Place, body: &Bytes, milestones: &Arc<Milestones>) -> Landed {
        let whole = async {
            let (request, shield) = match self.request(&place, body).await {
                Ok(ready) => ready,
                Err(landed) => return landed,
            };
            let mut landed = self.exchange(request, milestones).await;
            landed.message = landed.message.map(|said| shield.redact(&said));
            landed
        };
        let Some(limit) = place.timeout else {
            return whole.await;
        };
        timeout(limit, whole).await.unwrap_or_else(|_| {
            let phase = milestones.phase();
            let message = format!(
                "no complete answer within the attempt's {:.1} s",
                limit.as_secs_f64()
            );
            Landed::failed(connection(phase, Fault::Timeout), phase, message)
        })
    }

    async fn request(&self, place: &Place, body: &Bytes) -> Result<(Request<Bytes>, Shield), Landed> {
        let unsent = |class, why: String| Landed::failed(Failure::new(class), Phase::NotSent, why);
        let (Some(address), Some(credential)) = (
            self.directory.address(place.at),
            self.directory.credential(place.credential),
        ) else {
            let why = format!("{:?} or {:?} is not in the directory", place.at, place.credential);
            return Err(unsent(Class::NotFound, why));
        };
        let mut request = Request::new(body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = address.uri("generateContent");
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match credential.apply(headers).await {
            Ok(shield) => Ok((request, shield)),
            // Only what an operator has to mend may close the credential to all callers.
            Err(error) if error.is_permanent() => Err(unsent(Class::Unauthenticated, error.to_string())),
            Err(error) => Err(unsent(Class::Connection, error.to_string())),
        }
    }

    async fn exchange(&self, request: Request<Bytes>, milestones: &Arc<Milestones>) -> Landed {
        let sent = {
            let (clock, milestones) = (self.clock, Arc::clone(milestones));
            Sent::new(move || {
                milestones.sent.get_or_init(|| clock.now());
            })
        };
        let answer = match self.transport.send(request, sent).await {
            Ok(answer) => answer,
            Err(error) => return Landed::broken(&error),
        };
        milestones.head.get_or_init(|| self.clock.now());
        let (parts, body) = answer.into_parts();
        if parts.status.is_success() {
            match read(body, self.config.max_answer).await {
                Ok((bytes, true)) => self.answered(bytes),
                Ok((_, false)) => self.too_long(),
                Err(error) => Landed::broken(&error),
            }
        } else {
            self.refused(parts.status, &parts.headers, body).await
        }
    }

    /// An answer that is longer than its bound: the next one would be as long.
    fn too_long(&self) -> Landed {
        let mut failure = Failure::new(Class::TruncatedOutput);
        failure.status = Some(StatusCode::OK.as_u16());
        let why = format!(
            "the answer is longer than `max_answer` of {} bytes",
            self.config.max_answer
        );
        Landed::failed(failure, Phase::Answered, why)
    }

    fn answered(&self, bytes: Bytes) -> Landed {
        let outcome = read_answer(&bytes, self.clock.now().unix);
        let message = outcome
            .failure()
            .map(|failure| match (explain_answer(&bytes), failure.class) {
                (Some(explained), _) => ServerText::from(explained).masked(),
                (None, Class::MalformedOutput) => "the answer is cut off, or not JSON at all".to_owned(),
                (None, _) => said(StatusCode::OK, failure, &bytes),
            });
        Landed {
            outcome,
            body: Some(bytes),
            message,
        }
    }

    async fn refused(&self, status: StatusCode, headers: &HeaderMap, body: BodyBox) -> Landed {
        let mut bytes = BytesMut::new();
        let mut body = body;
        let reading = read_into(&mut body, &mut bytes, self.config.max_error);
        let complete = matches!(timeout(self.config.error_patience, reading).await, Ok(Ok(true)));
        let headers = Borrowed(headers);
        let mut seen = Seen::new(Some(status.as_u16()), &bytes).with_headers(&headers);
        if !complete {
            seen = seen.cut();
        }
        let failure = self.classify.classify(seen, self.clock.now().unix);
        let mut failure = failure.unwrap_or_else(|| Failure::new(Class::Unknown));
        failure.status = failure.status.or(Some(status.as_u16()));
        let message = said(status, &failure, &bytes);
        Landed::failed(failure, Phase::Answered, message)
    }
}

/// What the server said, with keys masked.
fn said(status: StatusCode, failure: &Failure, body: &[u8]) -> String {
    let error = ApiError::parse(Seen::new(Some(status.as_u16()), body));
    match error.message() {
        "" => format!("HTTP {status}: {}", failure.class),
        message => ServerText::from(message).masked(),
    }
}

/// Reads a body of at most `cap` bytes; `false` if there was more.
async fn read(mut body: BodyBox, cap: usize) -> Result<(Bytes, bool), SendError> {
    let mut bytes = BytesMut::new();
    let whole = read_into(&mut body, &mut bytes, cap).await?;
    Ok((bytes.freeze(), whole))
}

async fn read_into(body: &mut BodyBox, bytes: &mut BytesMut, cap: usize) -> Result<bool, SendError> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            let room = cap - bytes.len();
            bytes.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

struct Borrowed<'a>(&'a HeaderMap);

impl Headers for Borrowed<'_> {
    fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(HeaderValue::as_bytes)
    }
}
