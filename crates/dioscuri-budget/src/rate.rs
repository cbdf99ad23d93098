//! A quota of a minute or less: what goes, when, and what each refusal and each success teaches.

use crate::{burst::SILENCE, kind::Kind, supply::Supply, window::SlidingWindow};
use dioscuri_vocab::{Tick, Unit};
use std::{collections::VecDeque, time::Duration};

mod keep;

/// One quota of a minute or less.
///
/// Three rules at once: the window of the whole limit; a short one as long as the server has not shown that it
/// bears the whole limit in one burst; and the supply, where the limit is unknown or says too much.
#[derive(Debug)]
pub(crate) struct Rate {
    window: SlidingWindow,
    short: SlidingWindow,
    supply: Option<Supply>,
    /// Charges of requests that were refused: when, and how much.
    refused: VecDeque<(Tick, u64)>,
    /// Charges of refused requests that were given back lately.
    given_back: VecDeque<(Tick, u64)>,
    /// Requests that were let through.
    passed: u64,
    /// The share of refusals among the latest requests that were no probes.
    refusals: f64,
    /// The most that was seen to be let through in a period when something was refused, lately.
    proven: u64,
    /// Requests under way.
    flying: u32,
    /// Nothing was let through since it was refused: one request at a time finds out when that ends.
    shut: Option<Shut>,
    /// Since when bursts are smaller, by what was refused of a larger one.
    paced_since: Option<Tick>,
    /// When the window opens by the hint of the last refusal.
    announced: Option<Tick>,
    /// Whether an unknown limit is found out step by step; else everything goes until a refusal.
    is_careful: bool,
}

/// A request, as its window saw it when it went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) ticket: u64,
    pub(crate) amount: u64,
    pub(crate) at: Tick,
    /// What the window held by then, this request included.
    pub(crate) used: u64,
    /// Whether the server said that it does not count, so that its place was given back already.
    pub(crate) is_free: bool,
}

impl Sent {
    /// Whether its window, of `most`, was nearly full with it.
    const fn is_tight(&self, most: u64) -> bool {
        self.used.saturating_mul(TIGHT) >= most.saturating_mul(TIGHT - 1)
    }
}

/// A quota that lets nothing through.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Shut {
    /// What was sent before shows nothing.
    since: Tick,
    /// The request that finds out, and since when.
    scout: Option<(u64, Tick)>,
}

impl Shut {
    const fn at(since: Tick) -> Self {
        Self { since, scout: None }
    }

    /// When the next request may go: the first at once, the next when the silence of the last tells.
    fn opens(self) -> Tick {
        self.scout.map_or(Tick::ZERO, |(_, since)| since.after(SILENCE))
    }
}

/// The bounds that hold at one moment.
#[derive(Clone, Copy)]
struct Bounds {
    /// By the limit.
    limit: u64,
    /// By the limit and by the supply.
    most: u64,
    /// Of the short window; `None` where the whole may go at once.
    burst: Option<u64>,
}

impl Rate {
    /// A quota of which nothing was used yet, in windows of `period`.
    ///
    /// `is_careful`: while no limit is known, it is found out step by step; else everything goes until a refusal.
    pub(crate) fn new(period: Duration, is_careful: bool) -> Self {
        Self {
            window: SlidingWindow::new(period, Duration::ZERO),
            short: SlidingWindow::new(period, Duration::ZERO),
            supply: None,
            refused: VecDeque::new(),
            given_back: VecDeque::new(),
            passed: 0,
            refusals: 0.0,
            proven: 0,
            flying: 0,
            shut: None,
            paced_since: None,
            announced: None,
            is_careful,
        }
    }

    pub(crate) const fn period(&self) -> Duration {
        self.window.period()
    }

    pub(crate) fn used(&mut self, now: Tick) -> u64 {
        self.window.used(now)
    }

    /// What was found out about how much a window lets through.
    pub(crate) const fn supply(&self) -> Option<&Supply> {
        self.supply.as_ref()
    }

    /// Takes the bounds from what is known now, and sets the windows to them.
    fn bounds(&mut self, limit: Option<u64>, kind: &Kind) -> Bounds {
        let whole = limit.unwrap_or(u64::MAX);
        let limit = kind.headroom.of(whole);
        if self.is_careful && whole == u64::MAX && self.supply.is_none() {
            self.supply = Some(Supply::unknown(first(kind)));
        }
        let most = self.supply.map_or(limit, |supply| supply.most().min(limit));
        let period = self.window.period();
        self.window.set_span(period, kind.guard.get());
        // Of the limit where it is known: what others leave of it is another matter.
        let known = if whole == u64::MAX {
            self.supply
                .filter(Supply::is_bounded)
                .map(|supply| with_probes(supply.most()))
        } else {
            Some(limit)
        };
        let burst = known.filter(|_| !kind.burst.is_whole()).map(|known| {
            let size = kind.burst.size(known);
            let share = fraction(size, known);
            self.short.set_span(period.mul_f64(share), kind.short_guard.get());
            size
        });
        Bounds { limit, most, burst }
    }

    /// When `amount` may go.
    pub(crate) fn opens(&mut self, amount: u64, limit: Option<u64>, kind: &Kind, now: Tick) -> Tick {
        let bounds = self.bounds(limit, kind);
        let mut at = self.window.opens(amount, bounds.most, now);
        if at > now
            && bounds.most < bounds.limit
            && let Some(supply) = &self.supply
        {
            let beyond = supply.probe_opens().max(now);
            let close = self.window.period().saturating_sub(kind.guard.most());
            if beyond < at && supply.is_used_up(self.let_through(beyond.before(close), beyond)) {
                at = at.min(self.window.opens(amount, bounds.limit, now).max(beyond));
            }
        }
        if let Some(burst) = bounds.burst {
            let short = self.short.opens(amount, burst, now);
            if short > at {
                let probe = self.beyond_opens(amount, burst, kind, now).unwrap_or(short);
                at = at.max(short.min(probe));
            }
        }
        at.max(self.shut.map_or(Tick::ZERO, Shut::opens))
    }

    /// Whether the end of a request under way may let `amount` go sooner than was said: the limit itself has room, and
    /// only what is being found out keeps it back.
    pub(crate) fn may_open_sooner(
        &mut self,
        amount: u64,
        limit: Option<u64>,
        kind: &Kind,
        now: Tick,
    ) -> bool {
        let is_learning = self.shut.is_some() || self.supply.is_some() || !kind.burst.is_whole();
        self.flying > 0 && is_learning && self.window.opens(amount, limit.unwrap_or(u64::MAX), now) <= now
    }

    /// When a probe may go beyond a short window of `burst`; `None` if it would prove nothing: it must follow a whole
    /// burst so closely that the server, too, finds them in one short window, and arrive after all of it, so that it is
    /// the one that is refused.
    fn beyond_opens(&self, amount: u64, burst: u64, kind: &Kind, now: Tick) -> Option<Tick> {
        let last = self.short.last_charge()?.after(kind.guard.get());
        let at = kind.burst.probe_opens().max(last).max(now);
        let close = self.short.period().saturating_sub(kind.short_guard.most());
        let close = close.max(self.short.period() / 2);
        let charged = self.short.charged_within(at.before(close), at);
        (charged.saturating_add(amount) > burst).then_some(at)
    }

    /// `amount` goes now as `ticket`. Returns what the window holds by that.
    pub(crate) fn grant(
        &mut self,
        ticket: u64,
        amount: u64,
        limit: Option<u64>,
        kind: &mut Kind,
        now: Tick,
    ) -> u64 {
        self.flying = self.flying.saturating_add(1);
        if let Some(shut) = &mut self.shut {
            shut.scout = Some((ticket, now));
        }
        let bounds = self.bounds(limit, kind);
        let used = self.window.used(now).saturating_add(amount);
        if used > bounds.most
            && bounds.most < bounds.limit
            && let Some(supply) = &mut self.supply
        {
            supply.begin_probe(ticket, amount, limit, now);
        }
        if let Some(burst) = bounds.burst {
            let before = self.short.used(now);
            if before > 0 && before.saturating_add(amount) > burst {
                kind.burst.begin_probe(ticket, now);
            }
        }
        used
    }

    pub(crate) fn charge(&mut self, at: Tick, amount: u64, limit: u64) {
        self.window.charge(at, amount, limit);
        self.short.charge(at, amount, limit);
    }

    pub(crate) fn refund(&mut self, at: Tick, amount: u64, limit: u64) {
        self.window.refund(at, amount, limit);
        self.short.refund(at, amount, limit);
    }

    /// The server let `sent` through. Says whether more may go by that.
    pub(crate) fn pass(&mut self, sent: &Sent, limit: Option<u64>, kind: &mut Kind) -> bool {
        self.passed = self.passed.saturating_add(1);
        let was_shut = self.shut.take_if(|shut| sent.at >= shut.since).is_some();
        let most = self.supply.map_or(u64::MAX, |supply| supply.most());
        let most = most.min(limit.unwrap_or(u64::MAX));
        if sent.is_tight(most) {
            kind.guard.ease(self.window.period());
            kind.headroom.ease();
            if !kind.burst.is_whole() {
                kind.short_guard.ease(self.short.period());
            }
        }
        if let Some(limit) = limit
            && kind.burst.is_whole()
            && !kind.burst.is_shown(limit)
            && self.let_through_in_tenth(sent) >= limit.div_ceil(TIGHT).saturating_mul(2)
        {
            kind.burst.show();
        }
        let mut opened = was_shut;
        opened |= kind.burst.is_probe(sent.ticket) && kind.burst.end_probe(true);
        self.refusals -= self.refusals / self.memory();
        opened |= self.supply.as_mut().is_some_and(Supply::earn);
        if let Some(supply) = &mut self.supply
            && supply.is_probe(sent.ticket)
        {
            opened = true;
            supply.pass(sent.ticket, sent.amount, limit);
            if limit.is_some_and(|limit| supply.most() >= limit) {
                self.supply = None;
            }
        }
        opened
    }

    /// `ticket` has ended and proven nothing. Says whether somebody may have waited for it.
    pub(crate) fn release(&mut self, ticket: u64, kind: &mut Kind) -> bool {
        let scout = self
            .shut
            .as_mut()
            .filter(|shut| shut.scout.is_some_and(|(scout, _)| scout == ticket));
        let was_scout = scout.is_some();
        if let Some(shut) = scout {
            shut.scout = None;
        }
        let burst = kind.burst.is_probe(ticket) && kind.burst.end_probe(false);
        let supply = self.supply.as_mut().filter(|supply| supply.is_probe(ticket));
        let found = supply.is_some();
        if let Some(supply) = supply {
            supply.release(ticket);
        }
        burst || found || was_scout
    }

    /// The server refused `sent` by this quota. Returns for how long nothing should go.
    pub(crate) fn refuse(
        &mut self,
        sent: &Sent,
        hint: Option<Duration>,
        limit: Option<u64>,
        kind: &mut Kind,
        now: Tick,
    ) -> Duration {
        let pause = self.judge(sent, hint, limit, kind, now);
        // Without a hint nothing but the place itself holds back what would be refused as well.
        let limit = limit.unwrap_or(u64::MAX);
        if sent.is_free {
            self.refused.pop_back();
        } else if hint.is_some() && kind.counting.gives_back(now) {
            self.refund(sent.at, sent.amount, limit);
            self.given_back.extend(self.refused.pop_back());
        } else {
            // They were counted after all.
            while let Some((at, amount)) = self.given_back.pop_front() {
                if at.after(self.window.period()) > now {
                    self.charge(at, amount, limit);
                    self.refused.push_back((at, amount));
                }
            }
        }
        pause
    }

    fn judge(
        &mut self,
        sent: &Sent,
        hint: Option<Duration>,
        limit: Option<u64>,
        kind: &mut Kind,
        now: Tick,
    ) -> Duration {
        let bounds = self.bounds(limit, kind);
        let period = self.window.period();
        self.note_refused(sent);
        let evidence = self.let_through(sent.at.before(period), sent.at);
        let pause = hint.unwrap_or(period / MOMENT);
        if kind
            .burst
            .is_beside_probe(sent.ticket, sent.at, kind.guard.most())
        {
            kind.burst.refuse_probe(period, now);
            self.release(sent.ticket, kind);
            return pause;
        }
        let most = kind.guard.most();
        let supply = self.supply.as_ref();
        let is_probe = supply.is_some_and(|supply| supply.is_beside_probe(sent.ticket, sent.at, most));
        let moment = period / MOMENT;
        if self.paced_since.is_some_and(|since| sent.at < since) {
            // Of the burst that was found to be too large.
            return pause;
        }
        if !is_probe
            && let Some(supply) = &mut self.supply
            && !supply.is_since(sent.at)
        {
            supply.refuse(evidence, sent.at, limit.is_some(), period, now);
            return moment;
        }
        // Where the limit itself is in question, it has to answer.
        let is_certain = limit.is_some() && bounds.most == bounds.limit;
        if !is_probe && is_certain && self.explained(sent, &bounds, hint, kind, now) {
            return pause;
        }
        if self.seems_smoothed(sent, evidence, hint, kind) {
            // A window of so many tenths. Should there be less in it, the next refusals will tell.
            self.supply = Some(Supply::known(evidence.saturating_mul(TIGHT), now));
            self.paced_since = Some(now);
            kind.burst.refuse(SMOOTHED, period, now);
            return pause;
        }
        if limit.is_none() && self.contradicts(sent, evidence, kind) {
            // More went before, more slowly.
            self.supply = Some(Supply::known(self.proven, now));
            self.paced_since = Some(now);
            kind.burst.refuse(SMOOTHED, period, now);
            return pause;
        }
        if is_probe && let Some(supply) = &mut self.supply {
            supply.fail(evidence, hint, limit.is_some(), period, now);
            return moment;
        }
        // Two that name the same moment speak of a minute of the clock, which nothing but its end opens.
        let opens = hint.map(|hint| now.after(hint));
        let announced = std::mem::replace(&mut self.announced, opens);
        if let (Some(opens), Some(announced)) = (opens, announced)
            && hint.is_some_and(|hint| hint > EDGE)
            && opens.since(announced).max(announced.since(opens)) <= EDGE
            && !self.was_burst(sent, limit, kind)
        {
            self.shut = Some(Shut::at(now));
            return pause;
        }
        if is_certain && !kind.estimates.are_exact() && sent.is_tight(bounds.most) {
            // By our count the window was full, and our count is an estimate.
            kind.headroom.widen();
            return pause;
        }
        self.refusals += (1.0 - self.refusals) / self.memory();
        let is_new = self.passed < LONG_USE || self.supply.is_some_and(|supply| !supply.is_bounded());
        if limit.is_some() && self.passed == 0 {
            // Nothing was let through yet: somebody else has used it up. That shows nothing of how much there is.
            self.shut = Some(Shut::at(now));
            return hint.unwrap_or(period);
        }
        if self.refusals < BELIEVED && limit.is_some() {
            // A refusal far below what has held until now. Some are not true: the next requests will tell, and need not
            // wait longer for it than for a place of their own.
            let most = u32::try_from(bounds.most).unwrap_or(u32::MAX).max(1);
            return (period / most).min(moment);
        }
        if self.was_burst(sent, limit, kind) {
            // It is not that there is less: it came too fast.
            self.paced_since = Some(now);
            kind.burst.refuse(SMOOTHED, period, now);
            return pause;
        }
        self.shut = Some(Shut::at(now));
        match &mut self.supply {
            Some(supply) => supply.refuse(evidence, sent.at, limit.is_some(), period, now),
            None => self.supply = Some(Supply::refused(evidence, moment, now)),
        }
        if is_new { hint.unwrap_or(period) } else { moment }
    }

    /// Whether the first refusal of a quota that nobody knows comes from smoothing: nearly all of what was let through
    /// went in the last tenth of a period, and there is room again within the next.
    fn seems_smoothed(&self, sent: &Sent, evidence: u64, hint: Option<Duration>, kind: &Kind) -> bool {
        let tenth = self.window.period() / 10;
        self.supply.is_some_and(|supply| !supply.is_bounded())
            && kind.burst.share() <= SMOOTHED
            && hint.is_some_and(|hint| hint > tenth / 10 && hint <= tenth)
            && self.let_through_in_tenth(sent).saturating_mul(5) >= evidence.saturating_mul(4)
    }

    /// Whether a refusal in a window that held far less than went before was one of a burst: then it is the burst that was
    /// too large. Twice as much may go before where minutes are those of the clock. What went before is forgotten slowly,
    /// since there may be less now.
    fn contradicts(&mut self, sent: &Sent, evidence: u64, kind: &Kind) -> bool {
        let is_less = evidence.saturating_mul(2) < self.proven;
        let is_burst = self.let_through_in_tenth(sent).saturating_mul(4) >= evidence;
        if is_less && is_burst && kind.burst.share() > SMOOTHED {
            return true;
        }
        self.proven = evidence.max(self.proven - self.proven / 8);
        false
    }

    /// Whether `sent` went in a burst that a server that smooths its limits would not bear.
    fn was_burst(&self, sent: &Sent, limit: Option<u64>, kind: &Kind) -> bool {
        let in_question = |limit: &u64| kind.burst.share() > SMOOTHED && !kind.burst.is_shown(*limit);
        limit
            .filter(in_question)
            .is_some_and(|limit| self.let_through_in_tenth(sent) >= limit.div_ceil(TIGHT))
    }

    fn let_through_in_tenth(&self, sent: &Sent) -> u64 {
        let tenth = self.window.period() / 10;
        self.let_through(sent.at.before(tenth), sent.at)
    }

    /// A refusal of `sent` has stated another limit than was known.
    pub(crate) fn on_limit(&mut self, sent: &Sent, kind: &mut Kind) {
        self.note_refused(sent);
        self.release(sent.ticket, kind);
        self.supply = None;
    }

    /// Whether somewhat longer windows, or somewhat larger estimates, would have kept `sent` back: then they become so.
    fn explained(
        &self,
        sent: &Sent,
        bounds: &Bounds,
        hint: Option<Duration>,
        kind: &mut Kind,
        now: Tick,
    ) -> bool {
        let most = kind.guard.most();
        // At an edge the next place is near, unless the refused request took it itself.
        let is_near = hint.is_none_or(|hint| hint <= EDGE);
        let is_whole = |period: Duration| hint.is_some_and(|hint| hint.abs_diff(period) <= EDGE / 2);
        let fits = |window: &SlidingWindow| is_near || is_whole(window.period());
        let long = self.window.slack(sent.at, bounds.most, most);
        let long = long.filter(|_| fits(&self.window));
        let short = bounds
            .burst
            .and_then(|burst| self.short.slack(sent.at, burst, most));
        let short = short.filter(|_| fits(&self.short));
        if long.or(short).is_some() {
            let is_whole = !is_near;
            kind.counting.on_edge(is_whole, self.window.period(), now);
        }
        let is_tokens = kind.unit != Some(Unit::Requests);
        match (long, short) {
            (Some(long), Some(short)) if short < long => kind.short_guard.widen(),
            (Some(_), _) if is_tokens => kind.headroom.widen(),
            (Some(_), _) if kind.guard.get() < most => kind.guard.widen(),
            (None, Some(_)) if kind.short_guard.get() < most => kind.short_guard.widen(),
            // The smallest burst that any server bears was taken for more than it was.
            (None, Some(_)) if !kind.estimates.are_exact() && kind.burst.share() <= SMOOTHED => {
                kind.headroom.widen();
            }
            (None, Some(_)) => {
                // Travel times do not explain it any more: the server bears a smaller burst.
                let smaller = kind.burst.share() / 2.0;
                kind.burst.refuse(smaller, self.window.period(), sent.at);
                kind.short_guard.reset();
            }
            _ => return false,
        }
        true
    }

    /// How many requests are the latest. Of a burst the refusals come first.
    fn memory(&self) -> f64 {
        f64::from(self.flying / 4).max(MEMORY)
    }

    /// A request has ended, however.
    pub(crate) const fn land(&mut self) {
        self.flying = self.flying.saturating_sub(1);
    }

    fn note_refused(&mut self, sent: &Sent) {
        let span = self.window.period() * 2;
        for old in [&mut self.refused, &mut self.given_back] {
            while old.front().is_some_and(|(at, _)| at.after(span) < sent.at) {
                old.pop_front();
            }
        }
        self.refused.push_back((sent.at, sent.amount));
    }

    /// What was charged after `from` and not after `to`, and not refused.
    fn let_through(&self, from: Tick, to: Tick) -> u64 {
        let refused = self.refused.iter();
        let refused = refused.filter(|(at, _)| (*at > from || from == Tick::ZERO) && *at <= to);
        let refused = refused.fold(0_u64, |sum, (_, amount)| sum.saturating_add(*amount));
        self.window.charged_within(from, to).saturating_sub(refused)
    }
}

/// `most` and what may go beyond it as probes: a short window must not keep them back, else nothing is ever found out.
fn with_probes(most: u64) -> u64 {
    most.saturating_add(most / 4).saturating_add(1)
}

/// What is dared of a quota whose limit nobody knows: what a sibling was found to have, or a few requests.
fn first(kind: &Kind) -> u64 {
    let few = if kind.unit == Some(Unit::Requests) {
        FIRST_REQUESTS
    } else {
        FIRST_TOKENS
    };
    kind.learned.unwrap_or(few)
}

/// `part / whole`.
fn fraction(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let share = part as f64 / whole.max(1) as f64;
    share.min(1.0)
}

/// What smoothing admits: a tenth in a tenth of the period.
const SMOOTHED: f64 = 0.1;

/// The smallest limits that are published are 5 requests a minute.
const FIRST_REQUESTS: u64 = 4;

/// The smallest limits of tokens that are published are 250,000 a minute: half of one, so that quotas of requests
/// are found first.
const FIRST_TOKENS: u64 = 125_000;

/// A window is tight when nine tenths of it are used: there the guard is put to the test.
const TIGHT: u64 = 10;

/// A period has sixty moments, a minute's is a second: the pause after a refusal without a hint.
const MOMENT: u32 = 60;

/// A refusal at the edge of a window comes with a hint of no more than this: travel times differ by less, and hints are
/// rounded up to whole seconds.
const EDGE: Duration = Duration::from_secs(1);

/// The latest requests are about so many, or a quarter of those under way.
const MEMORY: f64 = 8.0;

/// From this share of refusals on they are believed: three in a row, or every third. Refusals that are not true were
/// reported for up to one request in ten; where a window is full, nearly all are refused.
const BELIEVED: f64 = 0.3;

/// Requests that must have been let through for a refusal without a hint not to close a whole period.
const LONG_USE: u64 = 8;

#[cfg(test)]
mod tests;
