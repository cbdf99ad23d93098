//! The default rate budget: sliding windows and Pacific days, shared by all callers.

use crate::{
    Config, DomainId, DomainSnapshot, Limit, Opening, Order, RateBudget, Reservation, Reserve,
    domain::Domain,
    ledger::{Ledger, Taken},
    limit::amount,
    opens::Opens,
};
use dioscuri_vocab::{Cost, EndpointId, Now, Outcome, Timing};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

mod settle;

/// The default [`RateBudget`]: keeps count of what the server counts, endpoint by endpoint.
///
/// An endpoint without limits is free until a refusal teaches otherwise.
///
/// ```
/// use dioscuri_budget::{Budget, Config, Limit, RateBudget, Reserve};
/// use dioscuri_vocab::{Cost, EndpointId, Now};
/// use std::time::Duration;
///
/// let budget = Budget::new(Config::default());
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
    endpoints: HashMap<EndpointId, Vec<u32>>,
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
        state.endpoints.insert(endpoint, Vec::with_capacity(limits.len()));
        limits
            .iter()
            .map(|limit| DomainId(state.add(endpoint, Domain::configured(*limit, &self.config))))
            .collect()
    }

    /// Counts `endpoint` against `domain` as well: one quota of several endpoints.
    ///
    /// A domain that is gone, or that counts the endpoint already, changes nothing.
    pub fn share(&self, endpoint: EndpointId, domain: DomainId) {
        let mut state = self.lock();
        let Some(shared) = state.domain(domain.0) else {
            return;
        };
        if !shared.endpoints.contains(&endpoint) {
            shared.endpoints.push(endpoint);
            state.endpoints.entry(endpoint).or_default().push(domain.0);
        }
    }

    /// Forgets `endpoint`, and the domains that no other endpoint shares.
    ///
    /// Reservations that are out may still be settled.
    pub fn detach(&self, endpoint: EndpointId) {
        self.lock().detach(endpoint);
    }

    /// Every domain as it stands at `now`, in the order in which they were made.
    #[must_use]
    pub fn snapshot(&self, now: Now) -> Vec<DomainSnapshot> {
        let mut state = self.lock();
        let domains = state.domains.iter_mut().enumerate();
        domains
            .filter_map(|(id, domain)| Some(picture(u32::try_from(id).ok()?, domain.as_mut()?, now)))
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
        self.lock().reserve(at, cost, now)
    }

    fn settle(&self, taken: Reservation, outcome: &Outcome, timing: &Timing, now: Now) {
        self.lock().settle(&taken, outcome, timing, now, &self.config);
    }

    fn opening(&self, at: EndpointId, cost: &Cost, now: Now) -> Opening {
        self.lock().opening(at, cost, now)
    }

    fn poll_order(&self, _now: Now) -> Option<Order> {
        self.lock().orders.pop_front()
    }
}

impl State {
    fn domain(&mut self, id: u32) -> Option<&mut Domain> {
        self.domains.get_mut(id as usize)?.as_deref_mut()
    }

    fn add(&mut self, endpoint: EndpointId, mut domain: Domain) -> u32 {
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
            let opens = domain.opens(amount(domain.unit, cost), now);
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
                charges.push((id, domain.grant(amount(domain.unit, cost), ticket, now)));
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
        for &id in self.endpoints.get(&endpoint).into_iter().flatten() {
            if let Some(domain) = self.domains[id as usize].as_deref_mut() {
                room = room.min(domain.room(amount(domain.unit, cost), now));
            }
        }
        Opening::new(opens.at(), room)
    }

    /// Tells those who wait for domain `id`, if there are any, to ask again.
    fn announce(&mut self, id: u32) {
        let Some(domain) = self.domains.get_mut(id as usize).and_then(Option::as_deref_mut) else {
            return;
        };
        if domain.take_awaited() {
            self.orders.extend(domain.endpoints.iter().copied().map(Order::Opened));
        }
    }
}

fn picture(id: u32, domain: &mut Domain, now: Now) -> DomainSnapshot {
    DomainSnapshot {
        id: DomainId(id),
        endpoints: domain.endpoints.clone(),
        unit: domain.unit,
        window: domain.window,
        period: domain.period(),
        limit: domain.limit(),
        source: domain.source(),
        used: domain.used(now),
        admitted: domain.tally.admitted,
        granted: domain.tally.granted,
        refused: domain.tally.refused,
        closed_until: domain.closed_until(now),
        first: domain.tally.first,
    }
}
