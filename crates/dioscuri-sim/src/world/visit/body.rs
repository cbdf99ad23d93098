//! What a model is asked, and the answer's body.

use std::time::Duration;

use dioscuri_vocab::{Rng, SplitMix64};

use super::{
    JSON, Visit,
    cost::decoding,
    ending::{Answer, Stop},
};
use crate::{
    scenario::{Method, Model, RefusalKind, ServiceTier, StreamFault, Surface, What, WireFault},
    wire::{
        answer::{self, Fate, Plan, Scene},
        refusal::{self, Refusal},
        request::Request,
        stream::{self, Framing},
    },
    world::{
        Arrival, Frame, Reason,
        draw::between,
        incidents::{Strike, is_before_quotas},
        ledger::{Order, Place, Traffic},
        route::Target,
    },
};

/// What the head of a request asks for, besides its body.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) service_tier: ServiceTier,
    pub(super) traffic: Traffic,
    /// How long it may take.
    pub(super) timeout: Option<Duration>,
}

impl Visit<'_> {
    /// The answer to a request to generate.
    pub(super) fn generate(
        &mut self,
        target: &Target<'_>,
        arrival: &Arrival<'_>,
        place: Place,
    ) -> Result<Answer, Stop> {
        let facts = self.facts_of_model(target, place);
        let request = Request::read(target.surface, &facts, arrival.body)?;
        let manner = Manner {
            service_tier: asked_tier(target, arrival, request.service_tier.unwrap_or_default()),
            traffic: arrival.traffic,
            timeout: arrival.timeout,
        };
        let strike = self.draw(target, place, manner.service_tier);
        self.meet(&strike, is_before_quotas, target, place)?;
        // What a prompt is answered must not change when it is sent again.
        let mut own = SplitMix64::split(self.world.seed, fingerprint(target.model, arrival.body));
        self.tell(target, place, &request, manner, &strike, &mut own)
    }

    /// The answer to `request`, if nothing stands against it; `own` draws what it says.
    pub(super) fn tell(
        &mut self,
        target: &Target<'_>,
        place: Place,
        request: &Request,
        manner: Manner,
        strike: &Strike,
        own: &mut SplitMix64,
    ) -> Result<Answer, Stop> {
        let too_long = request.fits(target.surface, &self.facts_of_model(target, place));
        let name = self.world.scenario.models[place.model].name.clone();
        let mut scene = Scene {
            surface: target.surface,
            model: &name,
            unix: self.now.unix,
            service_tier: manner.service_tier,
            provisioned: false,
        };
        let plan = plan(&self.world.scenario.models[place.model], strike.what(), own);
        let answer = answer::Answer::draw(&scene, request, &plan, own)?;
        self.input_tokens = answer.prompt_tokens();
        let charged = self.charge(
            target,
            &Order {
                place,
                requests: 1,
                tokens: self.input_tokens,
                output_tokens: answer.output_tokens(),
                service_tier: if strike.downgraded {
                    ServiceTier::Standard
                } else {
                    manner.service_tier
                },
                traffic: manner.traffic,
            },
        )?;
        // A quota that a long prompt exceeds is named before its length is.
        too_long?;
        scene.service_tier = charged.service_tier;
        scene.provisioned = charged.provisioned;
        let (head, per_token) = self.latency(place, strike.slower);
        let until_done = head.saturating_add(decoding(per_token, answer.output_tokens()));
        let until_head = match target.method {
            Method::Stream => head,
            _ => until_done,
        };
        if is_made(strike.what()) {
            self.in_time(manner.timeout, until_head, strike)?;
            self.output_tokens = answer.output_tokens();
            self.bill(place, charged);
        }
        self.meet(strike, replaces, target, place)?;
        self.answered(strike);
        let mut reply = Answer {
            body: Vec::new(),
            content_type: JSON,
            tier: (target.surface == Surface::Developer).then_some(charged.service_tier),
            after: until_head,
            fault: None,
            lost: None,
        };
        if let Some(framing) = self.framing {
            let frames = stream::frames(&scene, &answer, framing, &mut self.rng);
            reply.content_type = framing.content_type();
            reply.body = frames
                .into_iter()
                .map(|(bytes, tokens)| Frame::new(decoding(per_token, tokens), bytes))
                .collect();
            let is_whole = if let Some(What::Stream(fault)) = strike.what() {
                reply.lost = Some(Reason::Stream);
                self.break_off(&mut reply, framing, *fault, target, place)
            } else {
                reply.cut_in_time(framing, manner.timeout);
                true
            };
            if is_whole && !framing.closing().is_empty() {
                let closing = framing.closing().to_vec();
                reply.body.push(Frame::new(Duration::ZERO, closing));
            }
        } else {
            let bytes = answer.bytes(&scene, &mut self.rng);
            reply.body.push(Frame::new(Duration::ZERO, bytes));
        }
        reply.meets(strike.what());
        Ok(reply)
    }

    /// Ends a request that takes longer than it was given.
    pub(super) fn in_time(
        &mut self,
        timeout: Option<Duration>,
        takes: Duration,
        strike: &Strike,
    ) -> Result<(), Stop> {
        let Some(timeout) = timeout.filter(|timeout| takes > *timeout) else {
            return Ok(());
        };
        // What made it slower has struck; what would have ended it comes too late.
        strike.besides.iter().for_each(|number| self.strikes(*number));
        Err(Stop::Refused(
            Box::new(refusal::deadline_exceeded()),
            Some(timeout),
        ))
    }

    /// Breaks a stream off. True if its closing still comes.
    fn break_off(
        &mut self,
        reply: &mut Answer,
        framing: Framing,
        fault: StreamFault,
        target: &Target<'_>,
        place: Place,
    ) -> bool {
        // The last frame has the finish reason: with it, nothing would be missing.
        let before_last = reply.body.len().saturating_sub(1);
        let mut kept = |frames: Option<u64>| match frames {
            Some(frames) => usize::try_from(frames).unwrap_or(usize::MAX).min(before_last),
            None => self.rng.index(before_last + 1),
        };
        // An error comes when the frame would have come in whose place it is.
        let moment = |body: &[Frame], kept: usize| body.get(kept).map_or(Duration::ZERO, |frame| frame.after);
        match fault {
            StreamFault::Error { frames, error } => {
                let kept = kept(frames);
                let after = moment(&reply.body, kept);
                reply.body.truncate(kept);
                let body = framing.error(&self.refusal(error, target, place).body, kept);
                reply.body.push(Frame::new(after, body));
                true
            }
            StreamFault::BareError { frames, error } => {
                let kept = kept(frames);
                let after = moment(&reply.body, kept);
                reply.body.truncate(kept);
                let body = stream::bare_error(&self.refusal(error, target, place).body);
                reply.body.push(Frame::new(after, body));
                false
            }
            StreamFault::End { frames } => {
                reply.body.truncate(kept(frames));
                false
            }
            StreamFault::Cut { bytes } => {
                let whole: usize = reply.body.iter().map(|frame| frame.bytes.len()).sum();
                let at = bytes.unwrap_or_else(|| self.rng.index(whole.max(1)) as u64);
                reply.fault = Some(WireFault::Truncated { bytes: Some(at) });
                true
            }
        }
    }

    fn refusal(&mut self, kind: RefusalKind, target: &Target<'_>, place: Place) -> Refusal {
        refusal::of(kind, target, &self.facts(target, place))
    }
}

/// The service tier that a request asks for: on the Developer API in its body, on Vertex in its head.
pub(super) fn asked_tier(target: &Target<'_>, arrival: &Arrival<'_>, in_body: ServiceTier) -> ServiceTier {
    match target.surface {
        Surface::Developer => in_body,
        Surface::Vertex => arrival.shared_tier.unwrap_or_default(),
    }
}

/// How the next answer of `model` is to be.
pub(super) fn plan<'a>(model: &Model, end: Option<&'a What>, rng: &mut SplitMix64) -> Plan<'a> {
    Plan {
        length: between(model.output_tokens, rng),
        thinking: between(model.thinking_tokens, rng),
        output_limit: model.output_limit,
        hop_limit: model.hop_limit,
        fate: match end {
            Some(What::Finish(reason)) => Fate::Finish(reason),
            Some(What::Block(reason)) => Fate::Block(reason),
            Some(What::Empty) => Fate::Empty,
            _ => Fate::Well,
        },
    }
}

/// Whether `what` comes in place of an answer.
pub(super) const fn replaces(what: &What) -> bool {
    matches!(
        what,
        What::Refusal(_)
            | What::Custom(_)
            | What::CustomBody { .. }
            | What::Html(_)
            | What::PlainText(_)
            | What::HugeError(_)
            | What::Wire(WireFault::ResetAfter | WireFault::StallHead { .. })
    )
}

/// Whether `what` comes in place of an answer that no quota counts.
pub(super) const fn replaces_all(what: &What) -> bool {
    replaces(what) || matches!(what, What::Wire(WireFault::ResetBefore))
}

impl Answer {
    /// Ends a stream that takes longer than it was given, with an error in its place. A guess: nobody has shown
    /// what becomes of a stream that has begun.
    fn cut_in_time(&mut self, framing: Framing, timeout: Option<Duration>) {
        let Some(mut left) = timeout.map(|timeout| timeout.saturating_sub(self.after)) else {
            return;
        };
        for index in 0..self.body.len() {
            let Some(after) = left.checked_sub(self.body[index].after) else {
                self.body.truncate(index);
                let error = framing.error(&refusal::deadline_exceeded().body, index);
                self.body.push(Frame::new(left, error));
                self.lost = Some(Reason::DeadlineExceeded);
                return;
            };
            left = after;
        }
    }

    /// What becomes of it on its way.
    pub(super) fn meets(&mut self, end: Option<&What>) {
        if let Some(What::Wire(fault)) = end {
            self.fault = Some(*fault);
            self.lost = self.lost.or(loses(*fault).then_some(Reason::Wire));
        }
    }
}

/// Whether an answer is made, whatever becomes of it on its way: then it is billed.
pub(super) const fn is_made(end: Option<&What>) -> bool {
    match end {
        None | Some(What::Wire(_)) => true,
        Some(what) => !replaces(what),
    }
}

/// Whether an answer that meets `fault` does not arrive whole.
pub(super) const fn loses(fault: WireFault) -> bool {
    !matches!(fault, WireFault::GoAway | WireFault::SlowBody { .. })
}

/// A number that stands for a model and a body, read eight bytes at a time.
fn fingerprint(model: &str, body: &[u8]) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(ODD).rotate_left(29);
    [model.as_bytes(), body].iter().fold(ODD, |hash, bytes| {
        let (words, rest) = bytes.as_chunks::<8>();
        let hash = words
            .iter()
            .fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        // The length tells a short end from one of zeros.
        mix(mix(hash, u64::from_le_bytes(last)), bytes.len() as u64)
    })
}
