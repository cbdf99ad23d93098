//! One memory through its states.

use super::*;
use crate::Config;
use dioscuri_vocab::CallId;

const BEFORE: Tick = Tick(1);

fn at(seconds: u64) -> Tick {
    Tick::ZERO.after(Duration::from_secs(seconds))
}

fn probe() -> AttemptId {
    AttemptId {
        call: CallId(9),
        no: 1,
    }
}

fn rule() -> Rule {
    Config::new().capacity
}

/// Three refusals at 10 s.
fn closed() -> Memory {
    let mut memory = Memory::default();
    for _ in 0..3 {
        memory.fail(Class::Unavailable, None, &rule(), BEFORE, at(10));
    }
    memory
}

#[track_caller]
fn check(memory: &Memory, opening: Opening) {
    assert_eq!(memory.opening(), opening);
}

#[test]
fn a_streak_closes_and_a_success_between_breaks_it() {
    let mut memory = Memory::default();
    for _ in 0..2 {
        memory.fail(Class::Unavailable, None, &rule(), BEFORE, at(10));
    }
    memory.succeed(BEFORE, at(10));
    memory.fail(Class::Unavailable, None, &rule(), BEFORE, at(10));
    check(&memory, Opening::Open);
    check(&closed(), Opening::Probe(at(11)));
}

#[test]
fn a_hint_closes_at_once() {
    let mut memory = Memory::default();
    let hint = Some(Duration::from_secs(30));
    memory.fail(Class::Capacity, hint, &rule(), BEFORE, at(10));
    check(&memory, Opening::Probe(at(40)));
}

#[test]
fn a_weaker_hint_never_shortens() {
    let mut memory = closed();
    memory.fail(
        Class::Capacity,
        Some(Duration::from_secs(60)),
        &rule(),
        BEFORE,
        at(10),
    );
    memory.fail(
        Class::Capacity,
        Some(Duration::from_secs(5)),
        &rule(),
        BEFORE,
        at(10),
    );
    check(&memory, Opening::Probe(at(70)));
}

#[test]
fn attempts_from_before_the_closing_do_not_lengthen_the_pause() {
    let mut memory = closed();
    for _ in 0..20 {
        memory.fail(Class::Unavailable, None, &rule(), BEFORE, at(10));
    }
    check(&memory, Opening::Probe(at(11)));
}

#[test]
fn a_success_from_before_the_closing_opens_nothing() {
    let mut memory = closed();
    memory.succeed(at(9), at(12));
    check(&memory, Opening::Probe(at(11)));
}

#[test]
fn a_failed_probe_doubles_the_pause() {
    let mut memory = closed();
    memory.begin(probe());
    check(&memory, Opening::ProbeOut);
    memory.release(probe());
    memory.fail(Class::Unavailable, None, &rule(), at(11), at(12));
    check(&memory, Opening::Probe(at(14)));
}

#[test]
fn a_good_probe_opens_and_older_failures_do_not_close_again() {
    let mut memory = closed();
    memory.begin(probe());
    memory.release(probe());
    memory.succeed(at(11), at(12));
    check(&memory, Opening::Open);
    for _ in 0..9 {
        memory.fail(Class::Unavailable, None, &rule(), at(9), at(13));
    }
    check(&memory, Opening::Open);
}

#[test]
fn a_probe_that_shows_nothing_is_followed_by_another() {
    let mut memory = closed();
    memory.begin(probe());
    memory.release(probe());
    check(&memory, Opening::Probe(at(11)));
}
