//! Where and when one call may go, by what it has failed on.

use crate::{receipt::Rule, room::Kind};
use dioscuri_retry::Retry;
use dioscuri_vocab::{EndpointId, GroupId, Tick};

/// Where and when a call may go. Kept from failure to failure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// Endpoints that this call has failed on, each with the tick from which it may try again there.
    tried: Vec<(EndpointId, Tick)>,
    /// Endpoints that cannot answer this call.
    pub(crate) never: Vec<EndpointId>,
    /// Links of the chain that this call has failed on, each with the tick from which its other endpoints may
    /// be tried; `None`: no more.
    elsewhere: Vec<(u8, Option<Tick>)>,
    /// From when the first link may be tried.
    begun: Tick,
    /// From when later links may be tried because an earlier one failed.
    fallback: Option<Tick>,
    /// From when later links may be tried because the call has waited so long.
    impatient: Option<Tick>,
    /// The endpoint of the last try.
    last: Option<EndpointId>,
}

impl Terms {
    /// A call that has not tried anything yet.
    pub(crate) fn new(begun: Tick, impatient: Option<Tick>) -> Self {
        Self {
            begun,
            impatient,
            ..Self::default()
        }
    }

    /// The call has failed on `endpoint` of `link`, and may try again from these ticks on.
    pub(crate) fn on_failure(&mut self, endpoint: EndpointId, link: u8, from: &Retry) {
        self.tried.retain(|(tried, _)| *tried != endpoint);
        match from.here {
            Some(at) => self.tried.push((endpoint, at)),
            None if !self.never.contains(&endpoint) => self.never.push(endpoint),
            None => {}
        }
        self.elsewhere.retain(|(failed, _)| *failed != link);
        self.elsewhere.push((link, from.elsewhere));
        self.fallback = from.fallback.or(self.fallback);
        self.last = Some(endpoint);
    }

    /// The soonest tick at which these terms allow anything.
    pub(crate) fn soonest(&self) -> Option<Tick> {
        let here = self.tried.iter().map(|(_, from)| *from);
        let elsewhere = self.elsewhere.iter().filter_map(|(_, from)| *from);
        here.chain(elsewhere)
            .chain(self.first_link())
            .chain(self.later_links().map(|(from, _)| from))
            .min()
    }

    /// From when the call may use later links only because it has waited.
    pub(crate) fn impatient(&self) -> Option<Tick> {
        self.impatient
    }

    /// What the call wants at `now`, being bound to `group`.
    ///
    /// Once nothing that it has failed on is closed to it any more, it wants what a new call wants.
    pub(crate) fn kind(&self, group: Option<GroupId>, now: Tick) -> Kind {
        let is_closed = |from: Option<Tick>| from.is_none_or(|from| from > now);
        let is_own = !self.never.is_empty()
            || self.tried.iter().any(|(_, from)| *from > now)
            || self.elsewhere.iter().any(|(_, from)| is_closed(*from));
        if is_own {
            return Kind::Own;
        }
        let later = self.later_links().is_some_and(|(from, _)| from <= now);
        Kind::Any { group, later }
    }

    /// The soonest tick after `now` at which the call may want something else.
    pub(crate) fn next_change(&self, now: Tick) -> Option<Tick> {
        let here = self.tried.iter().map(|(_, from)| *from);
        let elsewhere = self.elsewhere.iter().filter_map(|(_, from)| *from);
        here.chain(elsewhere)
            .chain(self.fallback)
            .chain(self.impatient)
            .filter(|at| *at > now)
            .min()
    }

    /// The same terms for an attempt beside the one in flight at `endpoint`.
    pub(crate) fn beside(&self, endpoint: EndpointId) -> Self {
        let mut beside = self.clone();
        beside.never.push(endpoint);
        beside
    }

    /// Whether the call has not failed anywhere.
    pub(crate) const fn is_fresh(&self) -> bool {
        self.last.is_none()
    }

    fn first_link(&self) -> Option<Tick> {
        self.elsewhere_on(0, Some(self.begun))
    }

    /// From when endpoints of `link` may be tried that have not failed; `unless_failed`: if none has.
    fn elsewhere_on(&self, link: u8, unless_failed: Option<Tick>) -> Option<Tick> {
        let found = self.elsewhere.iter().find(|(failed, _)| *failed == link);
        found.map_or(unless_failed, |(_, from)| *from)
    }

    fn later_links(&self) -> Option<(Tick, Rule)> {
        match (self.fallback, self.impatient) {
            (Some(failed), Some(waited)) if waited < failed => Some((waited, Rule::FallbackAfterWait)),
            (Some(failed), _) => Some((failed, Rule::FallbackAfterFailure)),
            (None, waited) => waited.map(|from| (from, Rule::FallbackAfterWait)),
        }
    }

    /// From when `endpoint` on `link` may be tried, and by which rule.
    pub(crate) fn from(&self, endpoint: EndpointId, link: u8) -> Option<(Tick, Rule)> {
        let here = self.tried.iter().find(|(tried, _)| *tried == endpoint);
        let here = here.map(|(_, from)| *from);
        if link > 0 {
            let (way, rule) = self.later_links()?;
            let from = here.or_else(|| self.elsewhere_on(link, Some(way)))?;
            return Some((from.max(way), rule));
        }
        match here {
            Some(from) if self.last == Some(endpoint) => Some((from, Rule::Retry)),
            Some(from) => Some((from, Rule::Failover)),
            None if self.last.is_none() => Some((self.begun, Rule::FirstChoice)),
            None => self.first_link().map(|from| (from, Rule::Failover)),
        }
    }
}
