//! What happens to a few counters besides our requests: other users, and limits that change.

use dioscuri_vocab::Tick;

use super::{
    clock::{Clock, Rhythm},
    load::{Arrivals, floor, nanos, to_f64},
    room::{Pool, Room},
};
use crate::scenario::Change;

/// Minutes of other users that are replayed one by one. What came before is passed over: no window of a minute
/// remembers it, but for a bucket of some minutes' burst; and a day counts it by its mean.
///
/// With the bound on arrivals in a minute, a load costs at most 100 000 steps for a request, however long
/// nobody asked.
const REPLAYED_MINUTES: u64 = 10;

/// The loads and changes of counters that depend on each other: a pool with the rooms before it, or one room.
///
/// What is due is done before the next of our requests is charged, in the order of its time. At one moment a
/// change comes first, then other users in the order of the file, then our request.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    /// By time.
    changes: Vec<(Tick, usize, Change)>,
    next_change: usize,
    streams: Vec<Stream>,
}

/// One load in one place.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) arrivals: Arrivals,
    /// The room whose quota it uses, by index.
    pub(super) room: Option<usize>,
    /// The pool whose capacity it uses, by index.
    pub(super) pool: Option<usize>,
    /// Whether it is served where there is no room.
    pub(super) insists: bool,
}

impl Agenda {
    /// Adds new limits of the room of that index. At one moment they come in the order of being added.
    pub(super) fn add_change(&mut self, change: &Change, room: usize) {
        self.changes.push((Tick(nanos(change.at)), room, change.clone()));
        self.changes.sort_by_key(|(at, ..)| *at);
    }

    pub(super) fn add_stream(&mut self, stream: Stream) {
        self.streams.push(stream);
    }

    /// Nothing happens before this tick; `None`: nothing ever does.
    pub(super) fn due(&self) -> Option<Tick> {
        let streams = self.streams.iter().filter_map(|stream| stream.arrivals.due());
        streams.chain(self.change_due()).min()
    }

    /// Does what is due at `tick` and before.
    pub(super) fn run(&mut self, rooms: &mut [Room], pools: &mut [Pool], clock: &mut Clock, tick: Tick) {
        let horizon = tick
            .0
            .saturating_sub(clock.minute().saturating_mul(REPLAYED_MINUTES));
        for stream in &mut self.streams {
            stream.pass_over(Tick(horizon), rooms, clock);
        }
        while let Some(due) = self.due().filter(|due| *due <= tick) {
            if self.change_due() == Some(due) {
                let (at, room, change) = &self.changes[self.next_change];
                rooms[*room].change(change, clock, *at);
                self.next_change += 1;
            } else if let Some(stream) = self
                .streams
                .iter_mut()
                .find(|stream| stream.arrivals.due() == Some(due))
            {
                stream.run(rooms, pools, clock);
            }
        }
    }

    /// When limits next change.
    pub(super) fn change_due(&self) -> Option<Tick> {
        self.changes.get(self.next_change).map(|(at, ..)| *at)
    }
}

impl Stream {
    /// Charges what comes next.
    fn run(&mut self, rooms: &mut [Room], pools: &mut [Pool], clock: &mut Clock) {
        let Some(arrival) = self.arrivals.take() else {
            return;
        };
        let requests = match self.room {
            None => arrival.requests,
            Some(room) if self.insists => {
                rooms[room].charge_insistent(arrival.requests, arrival.tokens, clock, arrival.at)
            }
            Some(room) => rooms[room].charge_others(arrival.requests, arrival.tokens, clock, arrival.at),
        };
        if let Some(pool) = self.pool {
            pools[pool].charge_others(requests, arrival.tokens, clock, arrival.at);
        }
    }

    /// Passes over what came before `horizon`. The present day counts what its minutes would have admitted on
    /// average.
    fn pass_over(&mut self, horizon: Tick, rooms: &mut [Room], clock: &mut Clock) {
        let Some((from, to)) = self.arrivals.pass_over(horizon) else {
            return;
        };
        let Some(room) = self.room.map(|room| &mut rooms[room]) else {
            return;
        };
        if room.counts_days() {
            let from = from.max(clock.span(Rhythm::Day, to).starts);
            let (mut rate, tokens) = self.arrivals.means();
            let [rpm, tpm] = room.minute_limits();
            if let Some(rpm) = rpm {
                rate = rate.min(to_f64(rpm));
            }
            if let Some(tpm) = tpm {
                rate = rate.min(to_f64(tpm) / tokens.max(1.0));
            }
            let requests = floor((rate * self.arrivals.minutes_on(from, to)).round());
            room.count_into_day(requests, clock, to);
        }
    }
}
