//! One attempt: credential, request, head, body, outcome.

use super::reading::{Form, Reading, shielded};
use crate::{
    Clock, Directory, DriverConfig, Outgoing, Refusal, SendError, Sent, Transport,
    credential::Shield,
    transport::{BodyBox, when},
};
use bytes::Bytes;
use dioscuri_engine::AttemptEvent;
use dioscuri_errors::{Classify, Fault, connection};
use dioscuri_http::{Gated, Until};
use dioscuri_vocab::{Class, CredentialId, EndpointId, Failure, Now, Outcome, Phase};
use http::{HeaderValue, Method, Request, Response, header::CONTENT_TYPE, response::Parts};
use std::{
    error::Error as _,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How long before the end of an attempt's time a refusal's body is read no further, so that what it says is known before
/// the call's own deadline takes the attempt away. Timers are exact to a millisecond or two.
const LAST_LOOK: Duration = Duration::from_millis(20);

/// Where and how long.
pub(crate) struct Place {
    pub(crate) at: EndpointId,
    pub(crate) credential: CredentialId,
    pub(crate) timeout: Option<Duration>,
}

/// What has become of an attempt.
#[expect(
    clippy::large_enum_variant,
    reason = "most attempts land; a box would cost each an allocation"
)]
pub(crate) enum Came {
    /// It has ended.
    Landed(Landed),
    /// The first content of a stream.
    Content(Box<Stream>),
}

/// A stream whose first content has come.
pub(crate) struct Stream {
    pub(crate) head: Parts,
    pub(crate) body: Gated<BodyBox>,
    pub(crate) shield: Shield,
}

/// What a head has brought, within the time of its attempt.
#[expect(
    clippy::large_enum_variant,
    reason = "most attempts land; a box would cost each an allocation"
)]
enum Met {
    Came(Came),
    /// A bad status: what its body says is still to be read.
    Refused(Parts, BodyBox, Shield),
    /// An error in place of an answer, in a stream: what follows it is still to be read.
    Ended(Box<Stream>, Outcome),
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
    pub(super) fn answered(outcome: Outcome, head: Parts, bytes: Bytes) -> Self {
        Self {
            outcome,
            answer: Some((head, bytes)),
            refusal: None,
            message: None,
        }
    }

    pub(super) fn failed(failure: Failure, phase: Phase, message: String) -> Self {
        Self {
            outcome: Outcome::Failed { failure, phase },
            answer: None,
            refusal: None,
            message: Some(message),
        }
    }

    /// One that was out of time, having come to `phase`.
    fn late(limit: Duration, phase: Phase) -> Self {
        let (limit, when) = (limit.as_secs_f64(), when(phase));
        let message = format!("no answer within the attempt's {limit:.1} s: its time ended {when}");
        Self::failed(connection(phase, Fault::Timeout), phase, message)
    }

    pub(super) fn broken(error: &SendError) -> Self {
        Self::failed(connection(error.phase, error.fault), error.phase, told(error))
    }
}

/// `error` in words. Its causes are told where it does not say itself what was wrong: a transport's own advice stands in
/// them, such as which feature turns TLS on.
fn told(error: &SendError) -> String {
    let mut told = error.to_string();
    let speaks_for_itself = !matches!(error.fault, Fault::Tls | Fault::Other);
    let mut cause = if speaks_for_itself { None } else { error.source() };
    while let Some(next) = cause {
        told.push_str(": ");
        told.push_str(&next.to_string());
        cause = next.source();
    }
    told
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
    /// covers all of it, the credential too; of a stream all that is read here. What is known to be a refusal stays one
    /// when the time ends: it is read as far as it has come.
    pub(crate) async fn send(
        &self,
        over: &dyn Transport,
        place: Place,
        outgoing: &Outgoing,
        reading: Reading,
        milestones: &Arc<Milestones>,
    ) -> Came {
        // What no clock can hold is no limit.
        let until = place.timeout.and_then(|limit| Instant::now().checked_add(limit));
        let meeting = self.meet(over, &place, outgoing, reading, milestones, until);
        let met = match (until, place.timeout) {
            (Some(until), Some(limit)) => timeout_at(until, meeting)
                .await
                .unwrap_or_else(|_| Met::Came(Came::Landed(Landed::late(limit, milestones.phase())))),
            _ => meeting.await,
        };
        let patience = until.map_or(self.config.error_patience, |until| {
            let left = until.saturating_duration_since(Instant::now());
            self.config.error_patience.min(left.saturating_sub(LAST_LOOK))
        });
        match met {
            Met::Came(came) => came,
            Met::Refused(head, body, shield) => {
                let refused = self.refused(head, body, &outgoing.verb, patience).await;
                Came::Landed(shielded(refused, &shield))
            }
            Met::Ended(stream, outcome) => Came::Landed(self.ended(*stream, outcome, patience).await),
        }
    }

    async fn meet(
        &self,
        over: &dyn Transport,
        place: &Place,
        outgoing: &Outgoing,
        reading: Reading,
        milestones: &Arc<Milestones>,
        until: Option<Instant>,
    ) -> Met {
        let landed = |landed| Met::Came(Came::Landed(landed));
        let (mut request, shield) = match self.request(place, outgoing).await {
            Ok(ready) => ready,
            Err(unsent) => return landed(unsent),
        };
        if let Some(until) = until {
            // Whoever reads the answer further in, in a transport that is a stack, has to be done by then.
            request.extensions_mut().insert(Until(until));
        }
        let answer = match self.head(over, request, milestones).await {
            Ok(answer) => answer,
            Err(error) => return landed(shielded(Landed::broken(&error), &shield)),
        };
        let (head, body) = answer.into_parts();
        let form = Form::of(&head, &outgoing.verb);
        match (form, reading) {
            (Form::Refusal, _) => Met::Refused(head, body, shield),
            (Form::Stream, Reading::Gated) => match self.open(head, body, shield).await {
                Ok(came) => Met::Came(came),
                Err((stream, outcome)) => Met::Ended(stream, outcome),
            },
            _ => landed(shielded(self.read(head, body, form).await, &shield)),
        }
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

    async fn head(
        &self,
        over: &dyn Transport,
        request: Request<Bytes>,
        milestones: &Arc<Milestones>,
    ) -> Result<Response<BodyBox>, SendError> {
        let (clock, passed) = (self.clock, Arc::clone(milestones));
        let sent = Sent::new(move || {
            passed.sent.get_or_init(|| clock.now());
        });
        let answer = over.send(request, sent).await?;
        milestones.head.get_or_init(|| self.clock.now());
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_where_the_fault_does_not_say_what_was_wrong() {
        let of = |fault| told(&SendError::new(Phase::NotSent, fault).because("turn TLS on"));
        for fault in [Fault::Tls, Fault::Other] {
            assert!(of(fault).ends_with(": turn TLS on"), "{}", of(fault));
        }
        assert!(!of(Fault::Refused).contains("TLS"));
    }
}
