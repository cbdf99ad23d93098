//! The oracle: knows everything, its own travel times included.

use super::Player;
use crate::{
    Setup,
    field::{Field, Flight},
};
use dioscuri_sim::World;
use dioscuri_vocab::{Outcome, Tick};
use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

/// The setup as oracles play it: what strikes by lot never strikes. An oracle that knew the lots would dodge them,
/// so that this is at least as good.
pub(crate) fn spared(setup: &Setup) -> Setup {
    let mut spared = setup.clone();
    for incident in &mut spared.scenario.incidents {
        if incident.share < 1.0 || incident.count.is_some() {
            // It stays in the list: its place there decides what the others draw.
            incident.share = 0.0;
        }
    }
    spared
}

/// Plans each arrival on a world of its own that runs ahead of the real one by the longest way, where nobody else
/// asks; then sends so that the request arrives when it was planned.
///
/// Calls are planned in the order of their priority and of their arrival, and those that came at one moment in
/// the order of their ways. Requests arrive in the order in which they were planned.
pub(crate) struct Planner {
    plan: World,
    longest: Duration,
    doors: Vec<Door>,
    waiting: Waiting,
    latest: Tick,
    timeout: Option<Tick>,
}

/// A site with a key.
pub(crate) struct Door {
    pub(crate) site: u32,
    pub(crate) key: u32,
    /// When it was last used; of several that are open, the one that was not used for longest is next.
    pub(crate) used: u64,
}

impl Door {
    /// Every key of every site of the first choice.
    pub(crate) fn all(field: &Field<'_>) -> Vec<Self> {
        let sites = field.sites.first_choice().into_iter();
        let doors = sites.flat_map(|site| {
            let keys = field.sites.all[site as usize].keys.clone();
            keys.map(move |key| Self { site, key, used: 0 })
        });
        doors.collect()
    }
}

/// The calls that wait, best first: priority, arrival, the way there, number.
#[derive(Default)]
pub(crate) struct Waiting(BTreeMap<Place, u32>);

type Place = (Reverse<u8>, Tick, Duration, u32);

impl Waiting {
    pub(crate) fn add(&mut self, call: u32, way: Duration, field: &Field<'_>) {
        let of = field.call(call);
        let place = (Reverse(of.priority), of.started, way, call);
        self.0.insert(place, call);
    }

    pub(crate) fn first(&self) -> Option<u32> {
        self.0.first_key_value().map(|(_, call)| *call)
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop_first();
    }
}

impl Planner {
    pub(crate) fn new(field: &Field<'_>) -> Self {
        let setup = field.setup();
        Self {
            plan: World::new(&setup.scenario, Some(setup.seed)),
            longest: setup.travel.1,
            doors: Door::all(field),
            waiting: Waiting::default(),
            latest: Tick::ZERO,
            timeout: None,
        }
    }

    /// The first moment from `from` on at which a door is open for `call`, and which.
    fn opening(&self, call: u32, from: Tick, field: &Field<'_>) -> Option<(Tick, usize)> {
        let tokens = field.call(call).tokens;
        let openings = self.doors.iter().enumerate().filter_map(|(index, door)| {
            let ask = field.sites.ask(door.site, door.key, tokens);
            let opens = self.plan.opening(&ask, &[], field.moment(from))?;
            Some(((opens, door.used), index))
        });
        let ((opens, _), index) = openings.min()?;
        Some((opens, index))
    }
}

impl Player for Planner {
    fn on_call(&mut self, call: u32, field: &mut Field<'_>) {
        let way = field.way_there(call);
        self.waiting.add(call, way, field);
    }

    fn on_end(&mut self, flight: &Flight, outcome: Outcome, field: &mut Field<'_>) {
        if outcome.failure().is_none() {
            field.answer(flight.call);
        } else {
            // Never: the tests of this crate and every row of the table look.
            field.fail(flight.call, "refused");
        }
    }

    fn settle(&mut self, field: &mut Field<'_>) {
        self.timeout = None;
        while let Some(call) = self.waiting.first() {
            field.polls += 1;
            let now = field.tick();
            let from = self.latest.max(now.after(field.way_there(call)));
            let deadline = field.call(call).deadline;
            let opening = self.opening(call, from, field);
            let is_late = deadline.is_some_and(|deadline| deadline <= now);
            let Some((opens, door)) = opening.filter(|_| !is_late) else {
                self.waiting.pop();
                field.fail(call, if is_late { "deadline" } else { "no_endpoint" });
                continue;
            };
            // Whoever has the longest way would have to leave now.
            if opens > now.after(self.longest) {
                let plans = opens.before(self.longest);
                self.timeout = Some(deadline.map_or(plans, |deadline| plans.min(deadline)));
                return;
            }
            self.waiting.pop();
            self.latest = opens;
            let door = &mut self.doors[door];
            door.used = opens.0;
            let ask = field.sites.ask(door.site, door.key, field.call(call).tokens);
            let _ = self.plan.admit(&ask, field.moment(opens));
            field.send_to_arrive(call, (door.site, door.key), opens);
        }
    }

    fn timeout(&self) -> Option<Tick> {
        self.timeout
    }
}
