//! The way of one request through the world.

mod body;
mod other;

use std::{borrow::Cow, time::Duration};

use dioscuri_vocab::{Now, Rng, SplitMix64, Tick};

use super::{
    Admission, Arrival, Ask, Frame, LARGEST_BODY, Reason, Record, Reply, World,
    access::Owner,
    arrival::Credential,
    incidents::{Spot, Strike, is_before_quotas},
    ledger::{Charged, Denied, Order, Place, Traffic},
    route::Target,
};
use crate::{
    scenario::{Latency, Method, ModelKind, ModelState, RefusalKind, ServiceTier, What, WireFault},
    wire::{
        page,
        refusal::{self, Facts, Refusal},
        stream::Framing,
    },
};

const JSON: &str = "application/json; charset=UTF-8";

/// A request on its way, and what is known of it so far.
pub(super) struct Visit<'w> {
    world: &'w mut World,
    now: Now,
    rng: SplitMix64,
    owner: Option<Owner>,
    input_tokens: u64,
    output_tokens: u64,
    /// The model that serves, by index.
    served: Option<usize>,
    /// How the frames of a stream are told apart; what is no stream has none.
    framing: Option<Framing>,
    /// The number of the incident that struck it, from 1.
    incident: Option<usize>,
}

/// An answer, before it is on its way.
struct Answer {
    body: Vec<Frame>,
    content_type: &'static str,
    tier: Option<ServiceTier>,
    /// The time until its head.
    after: Duration,
    fault: Option<WireFault>,
    /// Why it counts as refused all the same: it will not arrive whole.
    lost: Option<Reason>,
}

/// Why there is no answer.
enum Stop {
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

impl<'w> Visit<'w> {
    pub(super) const fn new(world: &'w mut World, now: Now, rng: SplitMix64) -> Self {
        Self {
            world,
            now,
            rng,
            owner: None,
            input_tokens: 0,
            output_tokens: 0,
            served: None,
            framing: None,
            incident: None,
        }
    }

    pub(super) fn of_arrival(mut self, arrival: &Arrival<'_>) -> Reply {
        let target = Target::parse(arrival.method, &arrival.path);
        self.framing = target.filter(|target| target.method == Method::Stream).map(|_| {
            match arrival.query("alt").as_deref() {
                Some("sse") => Framing::Sse,
                _ => Framing::Array,
            }
        });
        self.owner = self.world.owners.presented(&arrival.credentials);
        let ending = match &target {
            None => Err(refusal::not_served(arrival.method, &arrival.path).into()),
            Some(target) => self.answer(target, arrival),
        };
        self.reply(target.as_ref(), ending)
    }

    pub(super) fn of_ask(mut self, ask: &Ask<'_>) -> Admission {
        let target = ask.target();
        match self.typed(&target, ask) {
            Ok(after) => {
                self.count(None);
                Admission::Answered {
                    output_tokens: self.output_tokens,
                    after,
                }
            }
            Err(stop) => {
                let reply = self.reply(Some(&target), Err(stop));
                Admission::Refused {
                    reason: reply.record.reason.unwrap_or(Reason::Custom),
                    reply,
                }
            }
        }
    }

    fn typed(&mut self, target: &Target<'_>, ask: &Ask<'_>) -> Result<Duration, Stop> {
        let place = self.enter(target, &[ask.credential()])?;
        let mut strike = self.strike(target, place, ServiceTier::Standard);
        let end = strike.end.take();
        self.before_quotas(end.as_ref(), target, place)?;
        self.input_tokens = ask.input_tokens;
        let expected = self.output_tokens_of(place);
        self.charge(
            target,
            &Order {
                place,
                requests: 1,
                tokens: ask.input_tokens,
                output_tokens: expected,
                service_tier: ServiceTier::Standard,
                traffic: Traffic::Any,
            },
        )?;
        if let Some(what) = end {
            return Err(self.stopped(&what, target, place));
        }
        self.output_tokens = expected;
        self.bill(place, ServiceTier::Standard);
        let (head, per_token) = self.latency(place, strike.slower);
        Ok(head.saturating_add(decoding(per_token, expected)))
    }

    fn answer(&mut self, target: &Target<'_>, arrival: &Arrival<'_>) -> Result<Answer, Stop> {
        if arrival.body.len() > LARGEST_BODY {
            return Err(refusal::too_large(LARGEST_BODY).into());
        }
        if target.method == Method::Models {
            return self.models(target, arrival);
        }
        let place = self.enter(target, &arrival.credentials)?;
        match target.method {
            Method::Generate | Method::Stream => self.generate(target, arrival, place),
            Method::Count => self.count_tokens(target, arrival, place),
            Method::Embed | Method::BatchEmbed => self.embed(target, arrival, place),
            Method::Models => self.models(target, arrival),
        }
    }

    /// Whose the request is, and whether there is such a model for it.
    fn enter(&mut self, target: &Target<'_>, credentials: &[Credential<'_>]) -> Result<Place, Stop> {
        let world = &*self.world;
        let scenario = &world.scenario;
        let owner = world.owners.owner(scenario, target, credentials)?;
        self.owner = Some(owner);
        let project = &scenario.projects[owner.project];
        let locations = &project.locations;
        let location = locations.iter().position(|location| location == target.location);
        let asked = scenario.models.iter().position(|model| {
            model.name == target.model || model.aliases.iter().any(|alias| alias == target.model)
        });
        let (Some(location), Some(asked)) = (location, asked) else {
            return Err(refusal::unknown_model(target).into());
        };
        let model = &scenario.models[asked];
        let is_here =
            model.locations.is_empty() || model.locations.iter().any(|name| name == target.location);
        let is_for_it = match target.method {
            Method::Generate | Method::Stream => model.kind == ModelKind::Generate,
            Method::Embed | Method::BatchEmbed => model.kind == ModelKind::Embed,
            Method::Count | Method::Models => true,
        };
        if !is_here || !is_for_it {
            return Err(refusal::unknown_model(target).into());
        }
        match model.state {
            ModelState::Active => {}
            ModelState::Retired => return Err(refusal::retired_model(target, None).into()),
            ModelState::ClosedToNewUsers if project.new_user => {
                return Err(refusal::closed_to_new_users(target, None).into());
            }
            ModelState::ClosedToNewUsers => {}
        }
        let model = world.serves[asked];
        self.served = Some(model);
        Ok(Place {
            project: owner.project,
            location,
            model,
        })
    }

    fn strike(&mut self, target: &Target<'_>, place: Place, service_tier: ServiceTier) -> Strike {
        let world = &mut *self.world;
        let spot = Spot {
            surface: target.surface,
            project: &world.scenario.projects[place.project].id,
            key: self.owner.map_or(0, |owner| owner.key + 1),
            location: target.location,
            models: [target.model, &world.scenario.models[place.model].name],
            method: target.method,
            service_tier,
        };
        let since_start = self.now.tick.since(Tick::ZERO);
        let strike = world.incidents.strike(&spot, since_start, &mut self.rng);
        self.incident = strike.incident;
        strike
    }

    /// Ends here, if what has struck comes before the quotas.
    fn before_quotas(&mut self, end: Option<&What>, target: &Target<'_>, place: Place) -> Result<(), Stop> {
        match end {
            Some(what) if is_before_quotas(what) => Err(self.stopped(what, target, place)),
            _ => Ok(()),
        }
    }

    /// What a client meets that `what` has struck, in place of an answer.
    fn stopped(&mut self, what: &What, target: &Target<'_>, place: Place) -> Stop {
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
    fn facts(&mut self, target: &Target<'_>, place: Place) -> Facts<'_> {
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
            kind: model.kind,
            quota: project.quota(&model.name, target.location),
            hint: self.world.ledger.hint(place),
            seconds,
            prepaid_status: account.map_or(429, |account| account.prepaid_status),
        }
    }

    /// Charges `order` against everything that is counted.
    fn charge(&mut self, target: &Target<'_>, order: &Order) -> Result<Charged, Stop> {
        let denied = match self.world.ledger.charge(order, self.now) {
            Ok(charged) => {
                self.world.seen.admitted += 1;
                return Ok(charged);
            }
            Err(denied) => denied,
        };
        let facts = self.facts(target, order.place);
        let refusal = match denied {
            Denied::Quota { violated } => refusal::of_quota(target, &facts, &violated),
            Denied::SpendLimit { .. } => refusal::spend_limit(),
            Denied::Prepaid { status } => refusal::prepaid_depleted(status),
            Denied::SpendingCap => refusal::spending_cap(),
            Denied::BillingClosed => refusal::billing_closed(target, facts.number),
            Denied::Capacity => refusal::no_capacity(target.surface),
            Denied::Throughput => refusal::throughput(),
        };
        Err(refusal.into())
    }

    /// Bills what the answer costs.
    fn bill(&mut self, place: Place, tier: ServiceTier) {
        let price = self.world.scenario.models[place.model].price;
        let factor = match tier {
            ServiceTier::Standard => 1.0,
            ServiceTier::Flex => 0.5,
            ServiceTier::Priority => 1.8,
        };
        let usd = (price.input * as_f64(self.input_tokens) + price.output * as_f64(self.output_tokens)) / 1e6;
        if usd > 0.0 {
            self.world.ledger.bill(place.project, usd * factor, self.now);
        }
    }

    /// How long the model's next answer is, thinking not included.
    fn output_tokens_of(&mut self, place: Place) -> u64 {
        between(
            self.world.scenario.models[place.model].output_tokens,
            &mut self.rng,
        )
    }

    /// The time until an answer's first token, and until each further one.
    fn latency(&mut self, place: Place, slower: f64) -> (Duration, Duration) {
        let latency = self.world.scenario.models[place.model]
            .latency
            .unwrap_or(self.world.scenario.latency);
        (
            times(self.head(&latency), slower),
            times(latency.per_output_token, slower),
        )
    }

    /// The time until the first token.
    fn head(&mut self, latency: &Latency) -> Duration {
        let usual = latency
            .min
            .saturating_add(self.rng.up_to(latency.max.saturating_sub(latency.min)));
        if latency.tail_share > 0.0 && self.rng.next_f64() < latency.tail_share {
            times(usual, latency.tail_factor)
        } else {
            usual
        }
    }

    /// Puts what became of the request on the wire, and into the books.
    ///
    /// A refusal takes the shortest latency of the world: nothing is computed for it.
    fn reply(mut self, target: Option<&Target<'_>>, ending: Result<Answer, Stop>) -> Reply {
        let soon = self.world.scenario.latency.min;
        let mut reply = Reply {
            status: 200,
            headers: Vec::new(),
            after: soon,
            body: Vec::new(),
            fault: None,
            record: Record::default(),
        };
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
                let body = match self.framing {
                    Some(framing) => framing.refusal(&refusal.body),
                    None => refusal.body.bytes(),
                };
                reply.body.push(Frame::new(Duration::ZERO, body));
                Some(refusal.reason)
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
        reply
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
    fn count(&mut self, reason: Option<Reason>) {
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

fn times(duration: Duration, factor: f64) -> Duration {
    if factor == 1.0 {
        return duration;
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// The time that `tokens` take.
fn decoding(per_token: Duration, tokens: u64) -> Duration {
    per_token.saturating_mul(u32::try_from(tokens).unwrap_or(u32::MAX))
}

/// A number in `min..=max`.
fn between((min, max): (u64, u64), rng: &mut SplitMix64) -> u64 {
    let span = usize::try_from(max - min).unwrap_or(usize::MAX).saturating_add(1);
    min.saturating_add(rng.index(span) as u64)
}

#[expect(clippy::cast_precision_loss, reason = "no request has 2^52 tokens")]
const fn as_f64(tokens: u64) -> f64 {
    tokens as f64
}
