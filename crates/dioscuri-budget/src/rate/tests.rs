//! One quota of a minute and what it is told, step by step.

use super::*;
use crate::Config;
use dioscuri_vocab::Window;

const MINUTE: Duration = Duration::from_secs(60);

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A quota of requests, and its clock.
struct Quota {
    rate: Rate,
    kind: Kind,
    limit: Option<u64>,
    now: Tick,
    ticket: u64,
}

impl Quota {
    fn new(limit: Option<u64>, burst_share: f64) -> Self {
        let config = Config::default().with_burst_share(burst_share);
        Self {
            rate: Rate::new(MINUTE, limit.is_none()),
            kind: Kind::new(Some(Unit::Requests), Some(Window::Minute), limit, &config),
            limit,
            now: Tick::ZERO.after(MINUTE * 10),
            ticket: 0,
        }
    }

    fn advance(&mut self, seconds: f64) {
        self.now = self.now.after(Duration::from_secs_f64(seconds));
    }

    /// Seconds until a request may go.
    fn wait(&mut self) -> f64 {
        let opens = self.rate.opens(1, self.limit, &self.kind, self.now);
        opens.since(self.now).as_secs_f64()
    }

    fn send(&mut self) -> Sent {
        self.ticket += 1;
        let (ticket, at) = (self.ticket, self.now);
        let used = self.rate.grant(ticket, 1, self.limit, &mut self.kind, at);
        self.rate.charge(at, 1, self.limit.unwrap_or(u64::MAX));
        Sent {
            ticket,
            amount: 1,
            at,
            used,
            is_free: false,
        }
    }

    /// Sends as many as may go now.
    fn send_all(&mut self) -> Vec<Sent> {
        let mut sent = Vec::new();
        while self.wait() <= 0.0 && sent.len() < 1_000 {
            sent.push(self.send());
        }
        sent
    }

    fn pass(&mut self, sent: &Sent) {
        self.rate.land();
        self.rate.pass(sent, self.limit, &mut self.kind);
    }

    fn pass_all(&mut self, sent: &[Sent]) {
        for sent in sent {
            self.pass(sent);
        }
    }

    /// For how long nothing should go after `sent` was refused with a hint of so many milliseconds.
    fn refuse(&mut self, sent: &Sent, hint: Option<u64>) -> Duration {
        self.rate.land();
        let hint = hint.map(Duration::from_millis);
        self.rate.refuse(sent, hint, self.limit, &mut self.kind, self.now)
    }

    /// Fills a window of which everything is let through, and waits for the next.
    fn use_whole(&mut self) {
        let sent = self.send_all();
        self.advance(0.5);
        self.pass_all(&sent);
        self.advance(60.0);
    }

    fn most(&self) -> Option<u64> {
        self.rate.supply().map(Supply::most)
    }
}

#[test]
fn a_new_limit_goes_in_tenths_until_probes_show_that_more_is_borne() {
    let mut quota = Quota::new(Some(60), 0.1);
    let mut bursts = Vec::new();
    for _ in 0..3 {
        let burst = quota.send_all();
        bursts.push(burst.len());
        quota.advance(0.4);
        let probe = quota.send_all();
        quota.advance(0.5);
        quota.pass_all(&burst);
        quota.pass_all(&probe);
    }
    // A tenth and one more, then up to four tenths and one more, then what is left.
    assert_eq!(bursts, [6, 17, 35]);
    assert!(quota.kind.burst.is_whole());
}

#[test]
fn a_burst_that_was_refused_is_not_tried_again_for_two_minutes() {
    let mut quota = Quota::new(Some(60), 0.1);
    let burst = quota.send_all();
    quota.advance(0.4);
    let probe = quota.send();
    quota.advance(0.3);
    assert_eq!(quota.refuse(&probe, Some(5300)), ms(5300));
    quota.pass_all(&burst);
    quota.advance(5.4);
    for _ in 0..15 {
        let sent = quota.send_all();
        assert!(sent.len() <= 6, "{} at once", sent.len());
        quota.advance(0.5);
        quota.pass_all(&sent);
        quota.advance(6.1);
    }
    assert_eq!(quota.kind.burst.size(60), 6);
}

#[test]
fn a_refusal_at_the_edge_of_a_window_widens_the_guard_and_nothing_else() {
    let mut quota = Quota::new(Some(10), 1.0);
    quota.use_whole();
    quota.advance(0.1);
    let sent = quota.send_all();
    let before = quota.kind.guard.get();
    quota.advance(0.2);
    assert_eq!(quota.refuse(&sent[0], Some(100)), ms(100));
    assert_eq!(quota.kind.guard.get(), before + Duration::from_millis(100));
    assert_eq!(quota.most(), None);
}

#[test]
fn before_anything_was_let_through_a_refusal_closes_until_its_hint() {
    let mut quota = Quota::new(Some(10), 1.0);
    let sent = quota.send();
    assert_eq!(quota.refuse(&sent, Some(26000)), ms(26000));
    let sent = quota.send();
    assert_eq!(quota.refuse(&sent, None), ms(60000));
    assert_eq!(quota.most(), None);
}

#[test]
fn one_refusal_far_below_a_limit_that_has_held_teaches_nothing() {
    let mut quota = Quota::new(Some(60), 1.0);
    quota.use_whole();
    for hint in [Some(31_000), None, Some(17_000)] {
        let false_one = quota.send();
        assert!(quota.refuse(&false_one, hint) <= ms(1_000));
        for _ in 0..8 {
            let sent = quota.send();
            quota.pass(&sent);
        }
    }
    assert_eq!(quota.most(), None);
}

#[test]
fn refusals_in_a_row_are_believed_and_what_was_let_through_is_what_goes() {
    let mut quota = Quota::new(Some(60), 1.0);
    quota.use_whole();
    let sent = quota.send_all();
    let (through, refused) = sent.split_at(30);
    quota.advance(0.3);
    for sent in refused {
        let _ = quota.refuse(sent, None);
    }
    quota.pass_all(through);
    assert_eq!(quota.most(), Some(30));
    // Nothing is given back without a hint: the window of sixty is full.
    assert!(quota.wait() > 50.0);
}

#[test]
fn what_goes_beyond_goes_one_by_one_and_is_earned_after_a_refusal() {
    let mut quota = Quota::new(None, 1.0);
    quota.rate.supply = Some(Supply::known(20, quota.now));
    let free = quota.send_all();
    assert_eq!(free.len(), 21, "twenty, and a probe");
    quota.advance(0.5);
    quota.pass_all(&free[..20]);
    let _ = quota.refuse(&free[20], None);
    assert_eq!(quota.most(), Some(20));
    quota.advance(60.0);
    // A window that is let through earns the next probe.
    let free = quota.send_all();
    assert_eq!(free.len(), 20);
    quota.advance(0.5);
    quota.pass_all(&free);
    assert_eq!(quota.send_all().len(), 1);
}

#[test]
fn a_minute_of_the_clock_is_known_by_hints_that_name_one_moment() {
    let mut quota = Quota::new(Some(60), 1.0);
    quota.use_whole();
    let sent = quota.send_all();
    quota.pass_all(&sent[..50]);
    quota.advance(1.0);
    assert_eq!(quota.refuse(&sent[50], Some(30000)), ms(1000));
    quota.advance(0.2);
    assert_eq!(quota.refuse(&sent[51], Some(29800)), ms(29800));
    assert_eq!(quota.most(), None);
}

#[test]
fn an_unknown_limit_is_found_within_an_eighth_by_few_refusals() {
    let mut quota = Quota::new(None, 1.0);
    let (mut through, mut refusals) = (0_u64, 0);
    for _ in 0..60 {
        let sent = quota.send_all();
        quota.advance(0.5);
        for sent in &sent {
            if through < 60 {
                through += 1;
                quota.pass(sent);
            } else {
                refusals += 1;
                let _ = quota.refuse(sent, None);
            }
        }
    }
    let found = quota.most().unwrap();
    assert!((53..=68).contains(&found), "{found}");
    assert!(refusals <= 16, "{refusals} refusals");
}

#[test]
fn an_unknown_limit_that_is_smoothed_is_known_by_the_first_hint() {
    let mut quota = Quota::new(None, 0.1);
    let first = quota.send_all();
    assert_eq!(first.len(), 5, "four, and a probe");
    quota.advance(1.0);
    quota.pass_all(&first);
    let more = quota.send_all();
    quota.advance(1.0);
    quota.pass(&more[0]);
    for sent in &more[1..] {
        let _ = quota.refuse(sent, Some(4000));
    }
    let found = quota.most().unwrap();
    assert!((60..=100).contains(&found), "{found}");
    assert!(quota.kind.burst.share() < 0.11);
}
