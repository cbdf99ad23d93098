//! One attempt: credential, request, head, body, outcome.

use crate::{
    Clock, Directory, DriverConfig, Outgoing, Refusal, SendError, Sent, Transport, credential::Shield,
    transport::BodyBox,
};
use bytes::{Bytes, BytesMut};
use dioscuri_engine::AttemptEvent;
use dioscuri_errors::{
    ApiError, Classify, Fault, Headers, Seen, ServerText, connection, explain_answer, read_answer,
};
use dioscuri_vocab::{Class, CredentialId, EndpointId, Failure, Now, Outcome, Phase, Served};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header::CONTENT_TYPE, response::Parts};
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

/// How much of an answer is read before its attempt is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reading {
    /// All of it.
    Whole,
    /// A stream up to its first content, everything else whole.
    Gated,
}

/// How an attempt ended.
pub(crate) struct Landed {
    pub(crate) outcome: Outcome,
    /// The answer, if it was good.
    pub(crate) answer: Option<(Parts, Bytes)>,
    /// The answer, if it was not.
    pub(crate) refusal: Option<Refusal>,
    /// What the server or the connection said, if it failed.
    pub(crate) message: Option<String>,
}

impl Landed {
    fn failed(failure: Failure, phase: Phase, message: String) -> Self {
        Self {
            outcome: Outcome::Failed { failure, phase },
            answer: None,
            refusal: None,
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
    /// Sends `outgoing` to `place`, reads what comes back, and notes in `milestones` how far it has come. The timeout
    /// covers all of it, the credential too.
    pub(crate) async fn send(
        &self,
        over: &dyn Transport,
        place: Place,
        outgoing: &Outgoing,
        _reading: Reading,
        milestones: &Arc<Milestones>,
    ) -> Landed {
        let whole = async {
            let (request, shield) = match self.request(&place, outgoing).await {
                Ok(ready) => ready,
                Err(landed) => return landed,
            };
            let mut landed = self.exchange(over, request, &outgoing.verb, milestones).await;
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

    async fn request(&self, place: &Place, outgoing: &Outgoing) -> Result<(Request<Bytes>, Shield), Landed> {
        let unsent = |class, why: String| Landed::failed(Failure::new(class), Phase::NotSent, why);
        let (Some(address), Some(credential)) = (
            self.directory.address(place.at),
            self.directory.credential(place.credential),
        ) else {
            let why = format!("{:?} or {:?} is not in the directory", place.at, place.credential);
            return Err(unsent(Class::NotFound, why));
        };
        let Some(uri) = address.uri_with(&outgoing.verb, outgoing.query.as_deref()) else {
            let why = "no URI may hold the verb or the query".to_owned();
            return Err(unsent(Class::InvalidRequest, why));
        };
        let mut request = Request::new(outgoing.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = outgoing.passed_headers();
        let headers = request.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.entry(CONTENT_TYPE).or_insert(json);
        match credential.apply(headers).await {
            Ok(shield) => Ok((request, shield)),
            // Only what an operator has to mend may close the credential to all callers.
            Err(error) if error.is_permanent() => Err(unsent(Class::Unauthenticated, error.to_string())),
            Err(error) => Err(unsent(Class::Connection, error.to_string())),
        }
    }

    async fn exchange(
        &self,
        over: &dyn Transport,
        request: Request<Bytes>,
        verb: &str,
        milestones: &Arc<Milestones>,
    ) -> Landed {
        let sent = {
            let (clock, milestones) = (self.clock, Arc::clone(milestones));
            Sent::new(move || {
                milestones.sent.get_or_init(|| clock.now());
            })
        };
        let answer = match over.send(request, sent).await {
            Ok(answer) => answer,
            Err(error) => return Landed::broken(&error),
        };
        milestones.head.get_or_init(|| self.clock.now());
        let (parts, body) = answer.into_parts();
        if parts.status.is_success() {
            match read(body, self.config.max_answer).await {
                Ok((bytes, true)) if is_ours(verb) => self.answered(parts, bytes),
                Ok((bytes, true)) => Landed {
                    outcome: Outcome::Success(Served::new()),
                    answer: Some((parts, bytes)),
                    refusal: None,
                    message: None,
                },
                Ok((bytes, false)) => self.too_long(parts, bytes),
                Err(error) => Landed::broken(&error),
            }
        } else {
            self.refused(parts, body).await
        }
    }

    /// An answer that is longer than its bound: the next one would be as long.
    fn too_long(&self, head: Parts, bytes: Bytes) -> Landed {
        let mut failure = Failure::new(Class::TruncatedOutput);
        failure.status = Some(head.status.as_u16());
        let why = format!(
            "the answer is longer than `max_answer` of {} bytes",
            self.config.max_answer
        );
        let mut landed = Landed::failed(failure, Phase::Answered, why);
        landed.refusal = Some(self.refusal(head, bytes, false));
        landed
    }

    fn answered(&self, head: Parts, bytes: Bytes) -> Landed {
        let outcome = read_answer(&bytes, self.clock.now().unix);
        let Some(failure) = outcome.failure() else {
            return Landed {
                outcome,
                answer: Some((head, bytes)),
                refusal: None,
                message: None,
            };
        };
        let message = match (explain_answer(&bytes), failure.class) {
            (Some(explained), _) => ServerText::from(explained).masked(),
            (None, Class::MalformedOutput) => "the answer is cut off, or not JSON at all".to_owned(),
            (None, _) => said(StatusCode::OK, failure, &bytes),
        };
        Landed {
            outcome,
            answer: None,
            refusal: Some(self.refusal(head, bytes, true)),
            message: Some(message),
        }
    }

    async fn refused(&self, head: Parts, body: BodyBox) -> Landed {
        let mut bytes = BytesMut::new();
        let mut body = body;
        let reading = read_into(&mut body, &mut bytes, self.config.max_error);
        let whole = matches!(timeout(self.config.error_patience, reading).await, Ok(Ok(true)));
        let status = head.status;
        let headers = Borrowed(&head.headers);
        let mut seen = Seen::new(Some(status.as_u16()), &bytes).with_headers(&headers);
        if !whole {
            seen = seen.cut();
        }
        let failure = self.classify.classify(seen, self.clock.now().unix);
        let mut failure = failure.unwrap_or_else(|| Failure::new(Class::Unknown));
        failure.status = failure.status.or(Some(status.as_u16()));
        let message = said(status, &failure, &bytes);
        let mut landed = Landed::failed(failure, Phase::Answered, message);
        landed.refusal = Some(self.refusal(head, bytes.freeze(), whole));
        landed
    }

    /// The answer as it came, as far as it is kept.
    fn refusal(&self, head: Parts, mut body: Bytes, whole: bool) -> Refusal {
        let whole = whole && body.len() <= self.config.max_error;
        body.truncate(self.config.max_error);
        Refusal {
            status: head.status,
            version: head.version,
            headers: head.headers,
            extensions: head.extensions,
            body,
            whole,
        }
    }
}

/// Whether the answers of `verb` are read: what became of those of other methods, their status tells.
fn is_ours(verb: &str) -> bool {
    matches!(verb, "generateContent" | "streamGenerateContent")
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
