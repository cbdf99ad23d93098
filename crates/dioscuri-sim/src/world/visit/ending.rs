//! How a request ends: as an answer or without one, on the wire and in the books.

use std::{borrow::Cow, time::Duration};

use dioscuri_vocab::{Rng, Tick};

use super::{JSON, Visit};
use crate::{
    scenario::{RefusalKind, ServiceTier, What, WireFault},
    wire::{
        page,
        refusal::{self, Facts, Refusal},
    },
    world::{Frame, Reason, Record, Reply, arrival::Unwritten, ledger::Place, route::Target},
};

/// An answer, before it is on its way.
pub(super) struct Answer {
    pub(super) body: Vec<Frame>,
    pub(super) content_type: &'static str,
    pub(super) tier: Option<ServiceTier>,
    /// The time until its head.
    pub(super) after: Duration,
    pub(super) fault: Option<WireFault>,
    /// Why it counts as refused all the same: it will not arrive whole.
    pub(super) lost: Option<Reason>,
}

/// Why there is no answer.
pub(super) enum Stop {
    Refused(Box<Refusal>, Option<Duration>),
    /// In place of one of Google's errors.
    Odd {
        reason: Reason,
        status: u16,
        content_type: Cow<'static, str>,
        body: Vec<u8>,
    },
    Broken(WireFault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal), None)
    }
}

impl Visit<'_> {
    /// What a client meets that `what` has struck, in place of an answer.
    pub(super) fn stopped(&mut self, what: &What, target: &Target<'_>, place: Place) -> Stop {
        let odd = |status, (content_type, body): (&'static str, Vec<u8>)| Stop::Odd {
            reason: Reason::OddBody,
            status,
            content_type: content_type.into(),
            body,
        };
        match what {
            What::Wire(fault) => Stop::Broken(*fault),
            What::Refusal(kind) => refusal::of(*kind, target, &self.facts(target, place)).into(),
            What::Custom(error) => refusal::custom(error).into(),
            What::CustomBody {
                code,
                content_type,
                body,
            } => Stop::Odd {
                reason: Reason::Custom,
                status: *code,
                content_type: content_type.clone().into(),
                body: body.clone().into_bytes(),
            },
            What::Html(code) => odd(*code, page::html(*code)),
            What::PlainText(code) => odd(*code, page::plain_text(*code)),
            What::HugeError(bytes) => odd(page::HUGE, page::huge(*bytes)),
            // The rest changes an answer; typed requests have none to change, and fail as far as they can.
            What::Finish(_)
            | What::Block(_)
            | What::Empty
            | What::Downgrade
            | What::SlowAnswers(_)
            | What::Stream(_)
            | What::Refused
            | What::TlsFailure => {
                refusal::of(RefusalKind::Internal, target, &self.facts(target, place)).into()
            }
        }
    }

    /// What refusals say of the project and its quotas. Draws the seconds that some of them ask for.
    pub(super) fn facts(&mut self, target: &Target<'_>, place: Place) -> Facts<'_> {
        let seconds = self.rng.up_to(self.world.scenario.minute);
        let scenario = &self.world.scenario;
        let project = &scenario.projects[place.project];
        let model = &scenario.models[place.model];
        let account = scenario
            .accounts
            .iter()
            .find(|account| account.id == project.billing_account);
        Facts {
            number: project.number,
            tier: project.tier,
            served: &model.name,
            kind: model.kind,
            quota: project.quota(&model.name, target.location),
            hint: self.world.ledger.hint(place),
            seconds,
            prepaid_status: account.map_or(429, |account| account.prepaid_status),
        }
    }

    /// Puts what became of the request on the wire, and into the books.
    ///
    /// A refusal takes the shortest latency of its model: nothing is computed for it.
    pub(super) fn reply(self, target: Option<&Target<'_>>, ending: Result<Answer, Stop>) -> Reply {
        self.unwritten(target, ending).write()
    }

    /// The same, with the words of a refusal still to be written.
    pub(super) fn unwritten(
        mut self,
        target: Option<&Target<'_>>,
        ending: Result<Answer, Stop>,
    ) -> Unwritten {
        let scenario = &self.world.scenario;
        let own = self.served.and_then(|model| scenario.models[model].latency);
        let soon = own.unwrap_or(scenario.latency).min;
        let mut reply = Reply {
            status: 200,
            headers: Vec::new(),
            after: soon,
            body: Vec::new(),
            fault: None,
            record: Record::default(),
        };
        let mut words = None;
        let reason = match ending {
            Ok(answer) => {
                reply.headers.push(("content-type", answer.content_type.into()));
                if let Some(tier) = answer.tier {
                    reply.headers.push(("x-gemini-service-tier", tier.name().into()));
                }
                reply.after = answer.after;
                reply.body = answer.body;
                reply.fault = answer.fault;
                answer.lost
            }
            Err(Stop::Refused(refusal, after)) => {
                reply.after = after.unwrap_or(soon);
                reply.status = refusal.body.http();
                reply.headers.push(("content-type", JSON.into()));
                let reason = refusal.reason;
                words = Some((self.framing, refusal));
                Some(reason)
            }
            Err(Stop::Odd {
                reason,
                status,
                content_type,
                body,
            }) => {
                reply.status = status;
                reply.headers.push(("content-type", content_type));
                reply.body.push(Frame::new(Duration::ZERO, body));
                Some(reason)
            }
            Err(Stop::Broken(fault)) => {
                reply.fault = Some(fault);
                Some(Reason::Wire)
            }
        };
        self.count(reason);
        reply.record = self.record(target, &reply, reason);
        Unwritten { reply, words }
    }

    fn record(&self, target: Option<&Target<'_>>, reply: &Reply, reason: Option<Reason>) -> Record {
        let scenario = &self.world.scenario;
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let model = target
            .map(|target| target.model)
            .filter(|model| !model.is_empty());
        let served = self.served.map(|index| scenario.models[index].name.as_str());
        Record {
            arrival: self.world.seen.arrivals,
            at_us: micros(self.now.tick.since(Tick::ZERO)),
            method: target.map(|target| target.method.name()),
            project: self
                .owner
                .map(|owner| scenario.projects[owner.project].id.clone()),
            key: self.owner.map(|owner| owner.key + 1),
            location: target.map(|target| target.location.to_owned()),
            model: model.map(str::to_owned),
            served_by: served.filter(|name| Some(*name) != model).map(str::to_owned),
            status: reply.status,
            reason,
            incident: self.incident,
            fault: reply.fault.map(|fault| fault.name()),
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            takes_us: micros(reply.takes()),
        }
    }

    /// Counts what became of the request.
    pub(super) fn count(&mut self, reason: Option<Reason>) {
        let seen = &mut self.world.seen;
        match reason {
            None => seen.answered += 1,
            Some(reason) => *seen.refused.entry(reason).or_default() += 1,
        }
        if let Some(owner) = self.owner {
            let row = self.world.first_key[owner.project] + owner.key;
            let key = &mut seen.keys[row];
            key.arrivals += 1;
            match reason {
                None => key.answered += 1,
                Some(_) => key.refused += 1,
            }
        }
    }
}
