//! What a budget knows, written down and taken up again.

use super::{Budget, State};
use crate::{
    Config, Saved, SavedDomain,
    domain::{Domain, Unlimited},
    keep::{Reading, Writing},
    kind::Kind,
};
use dioscuri_vocab::{EndpointId, Now};
use std::collections::{BTreeMap, HashSet};

impl Budget {
    /// Calls `endpoint` by a name that holds from one process to the next, such as `project/location/model`.
    ///
    /// [`Budget::save`] keeps only what has a name. A name stays when the endpoint is attached again, and goes when it
    /// is detached.
    pub fn name(&self, endpoint: EndpointId, name: impl Into<String>) {
        self.lock().names.insert(endpoint, name.into());
    }

    /// Everything that is known at `now` of endpoints with a name, to keep over a restart.
    ///
    /// What is in flight counts as sent. Times are kept to the millisecond, rounded up.
    ///
    /// ```
    /// use dioscuri_budget::{Budget, Limit};
    /// use dioscuri_vocab::{Cost, EndpointId, Now, Tick, UnixTime};
    /// use std::time::Duration;
    ///
    /// let (flash, now) = (EndpointId(0), Now::new(Tick(0), UnixTime::from_secs(1_784_116_800)));
    /// let budget = || {
    ///     let budget = Budget::default();
    ///     budget.attach(flash, &[Limit::rpd(250)]);
    ///     budget.name(flash, "my-project/global/gemini-4-argon");
    ///     budget
    /// };
    /// let before = budget();
    /// before.try_acquire(flash, &Cost::tokens(900), now).unwrap().sent(now);
    /// let saved = before.save(now);
    ///
    /// let (after, later) = (budget(), now.after(Duration::from_secs(3_600)));
    /// after.restore(&saved, later);
    /// assert_eq!(after.snapshot(later)[0].used, 1);
    /// ```
    #[must_use]
    pub fn save(&self, now: Now) -> Saved {
        let writing = Writing { now };
        let mut state = self.lock();
        let mut kinds = Vec::new();
        let domains = state.named(None).map(|(names, domain)| {
            kinds.push(domain.kind);
            domain.save(names, &writing)
        });
        let mut saved = Saved::new(now.unix.0);
        saved.domains = domains.collect();
        kinds.sort_unstable();
        kinds.dedup();
        saved.kinds = kinds
            .into_iter()
            .map(|kind| state.kinds[kind].save(&writing))
            .collect();
        saved
    }

    /// Only the counts of days, of all endpoints that have a name or of `endpoint`: to see before a request is sent
    /// whether more has gone than was written ahead.
    #[must_use]
    pub fn save_days(&self, endpoint: Option<EndpointId>, now: Now) -> Saved {
        let writing = Writing { now };
        let mut state = self.lock();
        let days = state.named(endpoint).filter(|(_, domain)| domain.is_day());
        let days = days.map(|(names, domain)| domain.save_day(names, &writing));
        let mut saved = Saved::new(now.unix.0);
        saved.domains = days.collect();
        saved
    }

    /// Goes on from `saved`: to be called once endpoints are attached and named, and before the first request.
    ///
    /// What is known already stays: of two counts the larger one holds, of two times the later, and limits are what they
    /// are configured to be now, or less where the server stated less. What no longer counts at `now` is dropped. If the
    /// wall clock fell back since, no time is taken to have passed, and no time lies more than 25 hours ahead. What lies
    /// before the origin of ticks counts from there: a clock that begins some minutes later loses nothing.
    pub fn restore(&self, saved: &Saved, now: Now) {
        let reading = Reading::new(now, saved.at_ms);
        self.lock().restore(saved, &reading, &self.config);
    }
}

impl State {
    /// The domains that have names, in the order in which they were made; of `endpoint`, if it is given.
    fn named(&mut self, endpoint: Option<EndpointId>) -> impl Iterator<Item = (Vec<String>, &mut Domain)> {
        let Self { domains, names, .. } = self;
        domains.iter_mut().flatten().filter_map(move |domain| {
            if endpoint.is_some_and(|endpoint| !domain.endpoints.contains(&endpoint)) {
                return None;
            }
            let names: Vec<_> = domain
                .endpoints
                .iter()
                .filter_map(|endpoint| names.get(endpoint).cloned())
                .collect();
            (!names.is_empty()).then_some((names, &mut **domain))
        })
    }

    fn restore(&mut self, saved: &Saved, reading: &Reading, config: &Config) {
        let mut endpoints = Endpoints::new();
        for (endpoint, name) in &self.names {
            endpoints.entry(name.clone()).or_default().push(*endpoint);
        }
        for endpoint in endpoints.values().flatten() {
            self.know(*endpoint, config);
        }
        let (mut taken, mut found) = (HashSet::new(), Vec::new());
        for kept in &saved.domains {
            let named = kept.names.iter().filter_map(|name| endpoints.get(name));
            let mut named: Vec<_> = named.flatten().copied().collect();
            named.sort_unstable();
            named.dedup();
            let known = self.find(kept, &named, &taken);
            if let Some(id) = known.or_else(|| self.learn_again(kept, &named, config)) {
                taken.insert(id);
                found.push((id, kept));
            }
        }
        // Guards say how long charges count, so kinds come first.
        for kept in &saved.kinds {
            let is_same = |kind: &&mut Kind| {
                (kind.unit, kind.window, kind.configured) == (kept.unit, kept.window, kept.configured)
            };
            if let Some(kind) = self.kinds.iter_mut().find(is_same) {
                kind.restore(kept, config, reading);
            }
        }
        for (id, kept) in found {
            if let Some(domain) = self.domains[id as usize].as_deref_mut() {
                domain.restore(kept, &self.kinds[domain.kind], reading);
            }
        }
    }

    /// The domain that was `kept`, at one of the endpoints that are `named` as it says, and not `taken` by another.
    fn find(&self, kept: &SavedDomain, named: &[EndpointId], taken: &HashSet<u32>) -> Option<u32> {
        let ids = named
            .iter()
            .filter_map(|endpoint| self.endpoints.get(endpoint))
            .flatten();
        let same = ids.copied().filter(|id| !taken.contains(id)).filter_map(|id| {
            let domain = self.domains[id as usize].as_deref()?;
            ((domain.unit, domain.window) == (kept.unit, kept.window)).then_some((id, domain))
        });
        // Of several quotas of one unit and window, the one that has the same endpoints and limit.
        let likely = same.min_by_key(|(_, domain)| {
            let is_shared_alike = domain.endpoints.len() == named.len();
            (!is_shared_alike, domain.configured() != kept.configured)
        });
        likely.map(|(id, _)| id)
    }

    /// Makes the domain again that a refusal has made known before it was `kept`.
    fn learn_again(&mut self, kept: &SavedDomain, named: &[EndpointId], config: &Config) -> Option<u32> {
        let (first, others) = named.split_first().filter(|_| kept.was_refused)?;
        let domain = Domain::new(kept.unit, kept.window, None, Unlimited::Free, config);
        let id = self.add(*first, domain, None, config);
        for other in others {
            self.share(*other, id);
        }
        Some(id)
    }
}

/// Those that have a name. More than one may have the same.
type Endpoints = BTreeMap<String, Vec<EndpointId>>;
