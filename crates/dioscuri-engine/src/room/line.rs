//! The line of those who wait: by priority, in equal shares of the tenants, first come first served, and apart by
//! what they want.
//!
//! Whoever wants the same as another who cannot be placed cannot be placed either. So each kind of wish has a row
//! of its own, and when its first is blocked, so are all behind it without being looked at: a look costs as much
//! as there are kinds, however many calls wait. Shares are kept across the rows.
//!
//! Shares are those of start-time fair queueing: a tenant's next service starts where its last has ended, but not
//! before the lane's clock, which is the start of the last service given; the earliest start goes first. Who comes
//! late is served at once and saves nothing up. Source: Goyal, Vin, Cheng, "Start-time fair queueing", SIGCOMM 1996.

use super::Seat;
use dioscuri_vocab::GroupId;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

/// What a call wants, as far as calls want the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    /// Any endpoint, or any of one group.
    Any {
        group: Option<GroupId>,
        /// Of the later links too.
        later: bool,
    },
    /// What no other wants: it has failed somewhere that is still closed to it.
    Own,
}

/// The turn of one call. It stays valid when the call has left the line, to come back with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ticket {
    priority: u8,
    tenant: u32,
    number: u64,
}

/// When a turn comes: sooner is smaller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Turn {
    start: u64,
    number: u64,
    tenant: u32,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    lanes: BTreeMap<Reverse<u8>, Lane>,
    next: u64,
    len: usize,
}

/// All of one priority.
#[derive(Debug, Default)]
struct Lane {
    clock: u64,
    /// Where the next service of a tenant starts, if not before the clock.
    starts: BTreeMap<u32, u64>,
    rows: BTreeMap<Kind, Row>,
}

/// All of one kind.
#[derive(Debug, Default)]
struct Row {
    tenants: BTreeMap<u32, Queue>,
    /// The first turn of each tenant. A turn whose tenant has been served elsewhere meanwhile is put right when it
    /// comes to the front.
    firsts: BTreeSet<Turn>,
}

#[derive(Debug)]
struct Queue {
    /// As it stands in `firsts`.
    start: u64,
    seats: BTreeMap<u64, Seat>,
}

impl Line {
    /// How many wait.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The priorities at which anybody waits, the highest first.
    pub(super) fn priorities(&self) -> impl Iterator<Item = u8> {
        self.lanes.keys().map(|Reverse(priority)| *priority)
    }

    /// How many of one kind wait at `priority`.
    pub(super) fn has_at_most(&self, most: usize, kind: Kind, priority: u8) -> bool {
        let row = self
            .lanes
            .get(&Reverse(priority))
            .and_then(|lane| lane.rows.get(&kind));
        row.is_none_or(|row| row.tenants.len() <= most && row.len() <= most)
    }

    /// A turn behind all that have come before.
    pub(super) const fn ticket(&mut self, priority: u8, tenant: u32) -> Ticket {
        let number = self.next;
        self.next += 1;
        Ticket {
            priority,
            tenant,
            number,
        }
    }

    /// Joins the line for the first time.
    pub(super) fn join(&mut self, kind: Kind, ticket: Ticket, seat: Seat) {
        self.insert(kind, ticket, seat);
    }

    /// Comes back to its turn; the service that it had is given back to its tenant.
    pub(super) fn rejoin(&mut self, kind: Kind, ticket: Ticket, seat: Seat) {
        if let Some(lane) = self.lanes.get_mut(&Reverse(ticket.priority))
            && let Some(start) = lane.starts.get_mut(&ticket.tenant)
        {
            *start = start.saturating_sub(1);
        }
        self.insert(kind, ticket, seat);
    }

    /// Wants something else from now on, and keeps its turn.
    pub(super) fn change(&mut self, from: Kind, to: Kind, ticket: Ticket) {
        if let Some((_, seat)) = self.take(from, ticket) {
            self.insert(to, ticket, seat);
        }
    }

    fn insert(&mut self, kind: Kind, ticket: Ticket, seat: Seat) {
        let lane = self.lanes.entry(Reverse(ticket.priority)).or_default();
        let start = lane.start_of(ticket.tenant);
        lane.rows.entry(kind).or_default().insert(ticket, seat, start);
        self.len += 1;
    }

    /// Leaves without having been served.
    pub(super) fn leave(&mut self, kind: Kind, ticket: Ticket) {
        self.take(kind, ticket);
    }

    /// Leaves, being served: its tenant's next turn comes later.
    pub(super) fn serve(&mut self, kind: Kind, ticket: Ticket) {
        if let Some(lane) = self.lanes.get_mut(&Reverse(ticket.priority)) {
            // Whoever was blocked for long does not make up for it at the cost of the others.
            let start = lane.start_of(ticket.tenant);
            lane.clock = start;
            lane.starts.insert(ticket.tenant, start + 1);
            lane.forget();
        }
        self.take(kind, ticket);
    }

    fn take(&mut self, kind: Kind, ticket: Ticket) -> Option<(Turn, Seat)> {
        let lane = self.lanes.get_mut(&Reverse(ticket.priority))?;
        let start = lane.start_of(ticket.tenant);
        let row = lane.rows.get_mut(&kind)?;
        let taken = row.take(ticket, start)?;
        if row.firsts.is_empty() {
            lane.rows.remove(&kind);
            if lane.rows.is_empty() {
                self.lanes.remove(&Reverse(ticket.priority));
            }
        }
        self.len -= 1;
        Some(taken)
    }

    /// The kinds of those who wait at `priority`.
    pub(super) fn kinds(&self, priority: u8) -> impl Iterator<Item = Kind> {
        let lane = self.lanes.get(&Reverse(priority));
        lane.into_iter().flat_map(|lane| lane.rows.keys().copied())
    }

    /// Who goes first of one kind at `priority`.
    pub(super) fn first(&mut self, priority: u8, kind: Kind) -> Option<(Turn, Seat)> {
        let Lane { clock, starts, rows } = self.lanes.get_mut(&Reverse(priority))?;
        let row = rows.get_mut(&kind)?;
        loop {
            let first = *row.firsts.first()?;
            let start = start_of(starts, *clock, first.tenant);
            let queue = row.tenants.get_mut(&first.tenant)?;
            if start == first.start {
                let (_, seat) = queue.seats.first_key_value()?;
                return Some((first, *seat));
            }
            queue.start = start;
            row.firsts.remove(&first);
            row.firsts.insert(Turn { start, ..first });
        }
    }

    /// The same turn, if its tenant has been served meanwhile.
    pub(super) fn renewed(&self, priority: u8, turn: Turn) -> Turn {
        let lane = self.lanes.get(&Reverse(priority));
        let start = lane.map_or(turn.start, |lane| lane.start_of(turn.tenant));
        Turn { start, ..turn }
    }

    /// The first `most` of one kind at `priority`, in order; in O(tenants + `most`). Their turns compare with those of
    /// other kinds as if none of them had been served.
    pub(super) fn front(&self, priority: u8, kind: Kind, most: usize) -> Vec<(Turn, Seat)> {
        let lane = self.lanes.get(&Reverse(priority));
        let Some((lane, row)) = lane.and_then(|lane| Some((lane, lane.rows.get(&kind)?))) else {
            return Vec::new();
        };
        let mut heads: BinaryHeap<_> = row
            .firsts
            .iter()
            .map(|turn| {
                let start = lane.start_of(turn.tenant);
                Reverse((Turn { start, ..*turn }, start))
            })
            .collect();
        let mut front = Vec::with_capacity(most.min(row.firsts.len() * 2));
        while front.len() < most
            && let Some(Reverse((turn, first))) = heads.pop()
        {
            let Some(queue) = row.tenants.get(&turn.tenant) else {
                continue;
            };
            let mut from = queue.seats.range(turn.number..);
            front.extend(
                from.next()
                    .map(|(_, seat)| (Turn { start: first, ..turn }, *seat)),
            );
            heads.extend(from.next().map(|(number, _)| {
                let start = turn.start + 1;
                let number = *number;
                Reverse((
                    Turn {
                        start,
                        number,
                        ..turn
                    },
                    first,
                ))
            }));
        }
        front
    }
}

/// Where the next service of `tenant` starts.
fn start_of(starts: &BTreeMap<u32, u64>, clock: u64, tenant: u32) -> u64 {
    starts.get(&tenant).map_or(clock, |start| (*start).max(clock))
}

/// Tenants that are remembered in a lane beyond those that wait, before it is cleaned: cleaning is then rare.
const SPARE_TENANTS: usize = 64;

impl Lane {
    fn start_of(&self, tenant: u32) -> u64 {
        self.starts
            .get(&tenant)
            .map_or(self.clock, |start| (*start).max(self.clock))
    }

    /// Forgets the tenants whose service has ended before the clock: they start at the clock in any case.
    fn forget(&mut self) {
        if self.starts.len() <= SPARE_TENANTS {
            return;
        }
        let waiting: usize = self.rows.values().map(|row| row.tenants.len()).sum();
        if self.starts.len() > 2 * waiting + SPARE_TENANTS {
            let clock = self.clock;
            self.starts.retain(|_, start| *start > clock);
        }
    }
}

impl Row {
    fn len(&self) -> usize {
        self.tenants.values().map(|queue| queue.seats.len()).sum()
    }

    fn insert(&mut self, ticket: Ticket, seat: Seat, start: u64) {
        let queue = self.tenants.entry(ticket.tenant).or_insert_with(|| Queue {
            start,
            seats: BTreeMap::new(),
        });
        if let Some(turn) = queue.turn(ticket.tenant) {
            self.firsts.remove(&turn);
        }
        queue.start = start;
        queue.seats.insert(ticket.number, seat);
        self.firsts.extend(queue.turn(ticket.tenant));
    }

    fn take(&mut self, ticket: Ticket, start: u64) -> Option<(Turn, Seat)> {
        let queue = self.tenants.get_mut(&ticket.tenant)?;
        let first = queue.turn(ticket.tenant)?;
        let seat = queue.seats.remove(&ticket.number)?;
        self.firsts.remove(&first);
        if first.number == ticket.number {
            queue.start = start;
        }
        match queue.turn(ticket.tenant) {
            Some(turn) => drop(self.firsts.insert(turn)),
            None => drop(self.tenants.remove(&ticket.tenant)),
        }
        Some((first, seat))
    }
}

impl Queue {
    fn turn(&self, tenant: u32) -> Option<Turn> {
        let (number, _) = self.seats.first_key_value()?;
        let (start, number) = (self.start, *number);
        Some(Turn {
            start,
            number,
            tenant,
        })
    }
}
