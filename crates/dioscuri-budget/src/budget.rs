//! The default rate budget: sliding windows and Pacific days, shared by all callers.

use crate::{
    Config, DomainId, DomainSnapshot, Limit, Opening, Order, RateBudget, Reservation, Reserve,
    domain::{Domain, Unlimited},
    ids::ByEndpoint,
    kind::Kind,
    ledger::{Ledger, Taken},
    limit::amount,
    opens::Opens,
};
use dioscuri_vocab::{Cost, EndpointId, Now, Outcome, Timing, Unit, Window};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

mod keep;
mod settle;

/// The default [`RateBudget`]: keeps count of what the server counts, endpoint by endpoint.
///
/// What is not known is found out: an endpoint without limits starts with a few requests, and takes more as they are
/// let through; a limit takes a tenth of itself at once until the server has shown that it bears more.
///
/// ```
/// use dioscuri_budget::{Budget, Config, Limit, RateBudget, Reserve};
/// use dioscuri_vocab::{Cost, EndpointId, Now};
/// use std::time::Duration;
///
/// let budget = Budget::new(Config::default().with_burst_share(1.0));
/// budget.attach(EndpointId(0), &[Limit::rpm(2), Limit::tpm(250_000)]);
///
/// let (flash, now) = (EndpointId(0), Now::default());
/// assert!(matches!(budget.reserve(flash, &Cost::tokens(900), now), Reserve::Granted(_)));
/// assert!(matches!(budget.reserve(flash, &Cost::tokens(900), now), Reserve::Granted(_)));
///
/// let Reserve::NotUntil { at, .. } = budget.reserve(flash, &Cost::tokens(900), now) else {
///     panic!("two of two are taken");
/// };
/// assert_eq!(at, Some(now.tick.after(Duration::from_millis(60_400))));
/// ```
#[derive(Debug)]
pub struct Budget {
    config: Config,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By number; numbers are not used again, so that no late order names another domain.
    domains: Vec<Option<Box<Domain>>>,
    endpoints: ByEndpoint<Vec<u32>>,
    kinds: Vec<Kind>,
    /// What endpoints are called, from one process to the next.
    names: ByEndpoint<String>,
    ledger: Ledger,
    orders: VecDeque<Order>,
}

impl Budget {
    /// A budget that knows no endpoint yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            state: Mutex::default(),
        }
    }

    /// Gives `endpoint` these limits, each a domain of its own, and returns them in the same order.
    ///
    /// An endpoint that was attached before is detached first: what it had learned is gone.
    pub fn attach(&self, endpoint: EndpointId, limits: &[Limit]) -> Vec<DomainId> {
        let mut state = self.lock();
        state.detach(endpoint);
        state.attach(endpoint, limits, &self.config)
    }

    /// Counts `endpoint` against `domain` as well: one quota of several endpoints.
    ///
    /// A domain that is gone, or that counts the endpoint already, changes nothing.
    pub fn share(&self, endpoint: EndpointId, domain: DomainId) {
        self.lock().share(endpoint, domain.0);
    }

    /// Forgets `endpoint`, and the domains that no other endpoint shares.
    ///
    /// Reservations that are out may still be settled.
    pub fn detach(&self, endpoint: EndpointId) {
        let mut state = self.lock();
        state.detach(endpoint);
        state.names.remove(&endpoint);
    }

    /// Every domain as it stands at `now`, in the order in which they were made.
    #[must_use]
    pub fn snapshot(&self, now: Now) -> Vec<DomainSnapshot> {
        let mut state = self.lock();
        let State { domains, kinds, .. } = &mut *state;
        let all = domains.iter_mut().enumerate();
        let known = all.filter_map(|(id, domain)| Some((u32::try_from(id).ok()?, domain.as_deref_mut()?)));
        let spoken = known.filter(|(_, domain)| !domain.is_silent());
        spoken
            .map(|(id, domain)| picture(id, domain, &kinds[domain.kind], now))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves counts that are at worst too high: better than none.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl RateBudget for Budget {
    fn reserve(&self, at: EndpointId, cost: &Cost, now: Now) -> Reserve {
        let mut state = self.lock();
        state.know(at, &self.config);
        state.reserve(at, cost, now)
    }

    fn settle(&self, taken: Reservation, outcome: &Outcome, timing: &Timing, now: Now) {
        self.lock().settle(&taken, outcome, timing, now, &self.config);
    }

    fn opening(&self, at: EndpointId, cost: &Cost, now: Now) -> Opening {
        let mut state = self.lock();
        state.know(at, &self.config);
        state.opening(at, cost, now)
    }

    fn poll_order(&self, _now: Now) -> Option<Order> {
        self.lock().orders.pop_front()
    }
}

impl State {
    fn domain(&mut self, id: u32) -> Option<&mut Domain> {
        self.domains.get_mut(id as usize)?.as_deref_mut()
    }

    /// Gives `endpoint` these limits, and counts what they leave out.
    fn attach(&mut self, endpoint: EndpointId, limits: &[Limit], config: &Config) -> Vec<DomainId> {
        self.endpoints
            .insert(endpoint, Vec::with_capacity(limits.len() + 2));
        let configured = limits.iter().map(|limit| {
            let (unit, window, most) = (Some(limit.unit()), limit.window(), Some(limit.most()));
            let domain = Domain::new(unit, window, most, Unlimited::Free, config);
            DomainId(self.add(endpoint, domain, most, config))
        });
        let configured = configured.collect();
        // Where nothing at all is known, requests are dared one after the other. Who configures some limits knows that
        // there are no others.
        let requests = if limits.is_empty() {
            Unlimited::Careful
        } else {
            Unlimited::Free
        };
        for (unit, unlimited) in [(Unit::Requests, requests), (Unit::InputTokens, Unlimited::Free)] {
            if !limits
                .iter()
                .any(|limit| (limit.unit(), limit.window()) == (unit, Some(Window::Minute)))
            {
                let domain = Domain::new(Some(unit), Some(Window::Minute), None, unlimited, config);
                self.add(endpoint, domain, None, config);
            }
        }
        configured
    }

    /// Counts `endpoint` against domain `id` as well.
    fn share(&mut self, endpoint: EndpointId, id: u32) {
        let Some(shared) = self.domain(id) else {
            return;
        };
        if !shared.endpoints.contains(&endpoint) {
            shared.endpoints.push(endpoint);
            self.endpoints.entry(endpoint).or_default().push(id);
        }
    }

    /// An endpoint that nobody has attached has no limits that are known.
    fn know(&mut self, endpoint: EndpointId, config: &Config) {
        if !self.endpoints.contains_key(&endpoint) {
            self.attach(endpoint, &[], config);
        }
    }

    fn kind(&mut self, domain: &Domain, configured: Option<u64>, config: &Config) -> usize {
        let (unit, window) = (domain.unit, domain.window);
        let known = |kind: &Kind| (kind.unit, kind.window, kind.configured) == (unit, window, configured);
        let place = self.kinds.iter().position(known);
        place.unwrap_or_else(|| {
            self.kinds.push(Kind::new(unit, window, configured, config));
            self.kinds.len() - 1
        })
    }

    fn add(
        &mut self,
        endpoint: EndpointId,
        mut domain: Domain,
        configured: Option<u64>,
        config: &Config,
    ) -> u32 {
        domain.kind = self.kind(&domain, configured, config);
        let id = u32::try_from(self.domains.len()).expect("fewer than 2^32 domains are ever made");
        domain.endpoints.push(endpoint);
        self.domains.push(Some(Box::new(domain)));
        self.endpoints.entry(endpoint).or_default().push(id);
        id
    }

    fn detach(&mut self, endpoint: EndpointId) {
        for id in self.endpoints.remove(&endpoint).unwrap_or_default() {
            self.announce(id);
            let slot = &mut self.domains[id as usize];
            if let Some(domain) = slot {
                domain.endpoints.retain(|other| *other != endpoint);
                if domain.endpoints.is_empty() {
                    *slot = None;
                }
            }
        }
    }

    /// The domain that opens last for `cost`, and when.
    fn last_to_open(&mut self, endpoint: EndpointId, cost: &Cost, now: Now) -> (Opens, DomainId) {
        let mut last = (Opens::At(now.tick), DomainId(0));
        let Some(ids) = self.endpoints.get(&endpoint) else {
            return last;
        };
        for &id in ids {
            let Some(domain) = self.domains[id as usize].as_deref_mut() else {
                continue;
            };
            let opens = domain.opens(amount(domain.unit, cost), &self.kinds[domain.kind], now);
            if opens > last.0 {
                last = (opens, DomainId(id));
            }
        }
        if last.0 > Opens::At(now.tick)
            && let Some(domain) = self.domain(last.1.0)
        {
            domain.await_opening();
        }
        last
    }

    fn reserve(&mut self, endpoint: EndpointId, cost: &Cost, now: Now) -> Reserve {
        match self.last_to_open(endpoint, cost, now) {
            (Opens::At(at), _) if at <= now.tick => Reserve::Granted(self.take(endpoint, cost, now)),
            (Opens::Never, domain) => Reserve::Never { domain },
            (opens, domain) => Reserve::NotUntil {
                at: opens.at(),
                domain,
            },
        }
    }

    fn take(&mut self, endpoint: EndpointId, cost: &Cost, now: Now) -> Reservation {
        let ticket = self.ledger.next_ticket();
        let mut charges = self.ledger.blank();
        for &id in self.endpoints.get(&endpoint).into_iter().flatten() {
            if let Some(domain) = self.domains[id as usize].as_deref_mut() {
                let kind = &mut self.kinds[domain.kind];
                charges.push((id, domain.grant(amount(domain.unit, cost), ticket, kind, now)));
            }
        }
        self.ledger.enter(Taken {
            endpoint,
            at: now.tick,
            charges,
        })
    }

    fn opening(&mut self, endpoint: EndpointId, cost: &Cost, now: Now) -> Opening {
        let (opens, _) = self.last_to_open(endpoint, cost, now);
        let mut room: f32 = 1.0;
        // What is being found out may let a request go sooner, unless something else keeps it back as well.
        let mut may_open_sooner = opens > Opens::At(now.tick);
        for &id in self.endpoints.get(&endpoint).into_iter().flatten() {
            if let Some(domain) = self.domains[id as usize].as_deref_mut() {
                let amount = amount(domain.unit, cost);
                room = room.min(domain.room(amount, now));
                let kind = &self.kinds[domain.kind];
                may_open_sooner = may_open_sooner
                    && (domain.opens(amount, kind, now) <= Opens::At(now.tick)
                        || domain.may_open_sooner(amount, kind, now));
            }
        }
        let opening = Opening::new(opens.at(), room);
        if may_open_sooner {
            opening.while_pending()
        } else {
            opening
        }
    }

    /// Tells those who wait for domain `id`, if there are any, to ask again.
    fn announce(&mut self, id: u32) {
        let Some(domain) = self.domains.get_mut(id as usize).and_then(Option::as_deref_mut) else {
            return;
        };
        // Who uses the budget alone asks for no orders: then old ones make way.
        while self.orders.len() >= MOST_ORDERS {
            self.orders.pop_front();
        }
        if domain.take_awaited() {
            self.orders
                .extend(domain.endpoints.iter().copied().map(Order::Opened));
        }
    }
}

fn picture(id: u32, domain: &mut Domain, kind: &Kind, now: Now) -> DomainSnapshot {
    let (limit, source) = domain.binding();
    let period = domain.period();
    DomainSnapshot {
        id: DomainId(id),
        endpoints: domain.endpoints.clone(),
        unit: domain.unit,
        window: domain.window,
        period,
        limit,
        source,
        used: domain.used(now),
        admitted: domain.tally.admitted,
        granted: domain.tally.granted,
        refused: domain.tally.refused,
        closed_until: domain.closed_until(now),
        first: domain.tally.first,
        guard: period.map(|_| kind.guard.get()),
        burst_share: period.map(|_| kind.burst.share()),
    }
}

/// Orders that wait to be asked for. An engine asks after every change, so that some per endpoint wait at most.
const MOST_ORDERS: usize = 100_000;
