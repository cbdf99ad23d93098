//! When the counters will have room: a copy of them that time passes for.

use std::time::Duration;

use dioscuri_vocab::{Now, Tick};

use super::{
    Ledger, Order, Place, QUIET,
    account::Account,
    agenda::Agenda,
    clock::Clock,
    room::{Pool, Room},
};

/// Looks into the future before none is seen. Each passes over a request of other users or a window at least,
/// so that only limits which never fit come here.
const MOST_LOOKS: u32 = 100_000;

/// The counters that an order meets, apart from the world's own.
pub(crate) struct Foresight {
    clock: Clock,
    rooms: Vec<Room>,
    pools: Vec<Pool>,
    /// What else happens to them, if anything does.
    agenda: Option<Agenda>,
    room: usize,
    pool: Option<usize>,
    account: Option<Account>,
}

impl Ledger {
    /// The counters at `place`, as they are `now`.
    pub(crate) fn foresee(&self, place: Place, now: Now) -> Foresight {
        let mut clock = self.clock.clone();
        clock.read(now);
        let index = self.room_index(place);
        let room = &self.rooms[index];
        let account = self.projects[place.project].account;
        let account = account.map(|account| self.accounts[account].clone());
        if room.agenda == QUIET {
            return Foresight {
                clock,
                rooms: vec![room.clone()],
                pools: room.pool.iter().map(|pool| self.pools[*pool].clone()).collect(),
                agenda: None,
                room: 0,
                pool: room.pool.map(|_| 0),
                account,
            };
        }
        Foresight {
            clock,
            rooms: self.rooms.clone(),
            pools: self.pools.clone(),
            agenda: Some(self.agendas[room.agenda].clone()),
            room: index,
            pool: room.pool,
            account,
        }
    }
}

impl Foresight {
    /// Counts a request that comes at `tick`, whether there is room for it or not.
    pub(crate) fn count(&mut self, order: &Order, tick: Tick) {
        self.pass(tick);
        self.rooms[self.room].count(order, &mut self.clock, tick);
        if let Some(pool) = self.pool {
            self.pools[pool].count(order, &mut self.clock, tick);
        }
    }

    /// The first moment from `from` on at which `order` would be charged; `None`: never.
    pub(crate) fn opening(&mut self, order: &Order, from: Tick) -> Option<Tick> {
        let mut tick = from;
        for _ in 0..MOST_LOOKS {
            self.pass(tick);
            let wait = self.wait(order, tick);
            if wait == Some(Duration::ZERO) {
                return Some(tick);
            }
            // A new limit may open it sooner than the old one would, or close it again.
            let change = self.agenda.as_ref().and_then(Agenda::change_due);
            let opens = wait
                .map(|wait| tick.after(wait))
                .filter(|opens| *opens < Tick::MAX);
            tick = opens.into_iter().chain(change).min()?;
        }
        None
    }

    fn pass(&mut self, tick: Tick) {
        if let Some(agenda) = &mut self.agenda
            && agenda.due().is_some_and(|due| due <= tick)
        {
            agenda.run(&mut self.rooms, &mut self.pools, &mut self.clock, tick);
        }
    }

    fn wait(&mut self, order: &Order, tick: Tick) -> Option<Duration> {
        let spending = match &mut self.account {
            Some(account) => account.wait(tick)?,
            None => Duration::ZERO,
        };
        let quotas = self.rooms[self.room].wait(order, &mut self.clock, tick)?;
        let shared = match self.pool {
            Some(pool) => self.pools[pool].wait(order, &mut self.clock, tick)?,
            None => Duration::ZERO,
        };
        Some(spending.max(quotas).max(shared))
    }
}
