//! The oracle that cannot foresee how long a request travels.

use super::{
    Player,
    planner::{Door, Waiting},
};
use crate::field::{Field, Flight};
use dioscuri_vocab::{Outcome, Tick};
use std::time::Duration;

/// Knows the server's counters as of now, what is on its way, other users, incidents and limits to come, and
/// between which bounds travel times lie. It sends what will be admitted whenever it and all that is on its way
/// arrives.
///
/// That is so if there is room at the earliest moment and at the latest, though everything on its way has come
/// before: a sliding window has forgotten least, and a bucket gained least, at the earliest; a minute of the
/// clock, a day, or an outage may begin in between.
pub(crate) struct Causal {
    shortest: Duration,
    longest: Duration,
    doors: Vec<Door>,
    /// Of each site: tokens of the requests that have not arrived yet, and when they will.
    on_their_way: Vec<Vec<(Tick, u64)>>,
    sent: u64,
    waiting: Waiting,
    timeout: Option<Tick>,
}

/// What is said of a door.
enum Answer {
    Open,
    /// Not before.
    Closed(Tick),
}

impl Causal {
    pub(crate) fn new(field: &Field<'_>) -> Self {
        let (shortest, longest) = field.setup().travel;
        Self {
            shortest,
            longest,
            doors: Door::all(field),
            on_their_way: vec![Vec::new(); field.sites.all.len()],
            sent: 0,
            waiting: Waiting::default(),
            timeout: None,
        }
    }

    fn ask(&self, call: u32, door: &Door, field: &Field<'_>) -> Option<Answer> {
        let now = field.tick();
        let ask = field.sites.ask(door.site, door.key, field.call(call).tokens);
        let ahead = self.on_their_way[door.site as usize].iter();
        let ahead: Vec<u64> = ahead.map(|(_, tokens)| *tokens).collect();
        let world = field.world();
        for way in [self.shortest, self.longest] {
            let arrives = now.after(way);
            let opens = world.opening(&ask, &ahead, field.moment(arrives))?;
            if opens > arrives {
                return Some(Answer::Closed(opens.before(self.shortest)));
            }
        }
        Some(Answer::Open)
    }
}

impl Player for Causal {
    fn on_call(&mut self, call: u32, field: &mut Field<'_>) {
        self.waiting.add(call, Duration::ZERO, field);
    }

    fn on_end(&mut self, flight: &Flight, outcome: Outcome, field: &mut Field<'_>) {
        if outcome.failure().is_none() {
            field.answer(flight.call);
        } else {
            // Only where others use the quota as well.
            field.fail(flight.call, "refused");
        }
    }

    fn settle(&mut self, field: &mut Field<'_>) {
        self.timeout = None;
        let now = field.tick();
        let mut next_arrival: Option<Tick> = None;
        for way in &mut self.on_their_way {
            // What arrives at this very moment may not be counted yet.
            way.retain(|(arrives, _)| *arrives >= now);
            let first = way.iter().map(|(arrives, _)| Tick(arrives.0 + 1)).min();
            next_arrival = next_arrival.into_iter().chain(first).min();
        }
        while let Some(call) = self.waiting.first() {
            field.polls += 1;
            let mut open: Option<(u64, usize)> = None;
            let mut soonest: Option<Tick> = None;
            for (index, door) in self.doors.iter().enumerate() {
                match self.ask(call, door, field) {
                    Some(Answer::Open) => open = open.into_iter().chain([(door.used, index)]).min(),
                    Some(Answer::Closed(until)) => soonest = soonest.into_iter().chain([until]).min(),
                    None => {}
                }
            }
            let deadline = field.call(call).deadline;
            if deadline.is_some_and(|deadline| deadline <= now) {
                self.waiting.pop();
                field.fail(call, "deadline");
            } else if let Some((_, index)) = open {
                self.waiting.pop();
                self.sent += 1;
                let door = &mut self.doors[index];
                door.used = self.sent;
                let arrives = now.after(field.way_there(call));
                let tokens = field.call(call).tokens;
                self.on_their_way[door.site as usize].push((arrives, tokens));
                field.send(call, 0, (door.site, door.key), None);
            } else if let Some(soonest) = soonest {
                // What has arrived is known exactly, and what is known exactly leaves more room.
                let next = [Some(soonest), next_arrival, deadline]
                    .into_iter()
                    .flatten()
                    .min();
                self.timeout = next.map(|next| next.max(Tick(now.0 + 1)));
                return;
            } else {
                self.waiting.pop();
                field.fail(call, "no_endpoint");
            }
        }
    }

    fn timeout(&self) -> Option<Tick> {
        self.timeout
    }
}
