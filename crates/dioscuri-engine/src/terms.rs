//! Where and when one call may go, by what it has failed on.

use crate::receipt::Rule;
use dioscuri_retry::Retry;
use dioscuri_vocab::{EndpointId, Tick};

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

    /// Whether the call has not failed anywhere: then it wants what every such call wants.
    pub(crate) fn is_fresh(&self) -> bool {
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
