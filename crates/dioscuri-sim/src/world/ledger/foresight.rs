//! When the counters will have room: what is true of them now, and a copy of them where time passes.

use std::{borrow::Cow, slice, time::Duration};

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

/// The counters that an order meets. They are copied once something happens to them.
pub(crate) struct Foresight<'l> {
    clock: Clock,
    rooms: Cow<'l, [Room]>,
    pools: Cow<'l, [Pool]>,
    /// What else happens to them, if anything does.
    agenda: Option<Agenda>,
    room: usize,
    pool: Option<usize>,
    account: Option<&'l Account>,
}

impl Ledger {
    /// The counters at `place`, as they are `now`.
    pub(crate) fn foresee(&self, place: Place, now: Now) -> Foresight<'_> {
        let mut clock = self.clock.clone();
        clock.read(now);
        let index = self.room_index(place);
        let room = &self.rooms[index];
        let account = self.projects[place.project].account;
        let account = account.map(|account| &self.accounts[account]);
        if room.agenda != QUIET {
            return Foresight {
                clock,
                rooms: Cow::Borrowed(&self.rooms),
                pools: Cow::Borrowed(&self.pools),
                agenda: Some(self.agendas[room.agenda].clone()),
                room: index,
                pool: room.pool,
                account,
            };
        }
        // Of many, only these are copied.
        let pool = room.pool.map(|pool| slice::from_ref(&self.pools[pool]));
        Foresight {
            clock,
            rooms: Cow::Borrowed(slice::from_ref(room)),
            pools: Cow::Borrowed(pool.unwrap_or_default()),
            agenda: None,
            room: 0,
            pool: pool.map(|_| 0),
            account,
        }
    }
}

impl Foresight<'_> {
    /// Counts a request that comes at `tick`, whether there is room for it or not.
    pub(crate) fn count(&mut self, order: &Order, tick: Tick) {
        self.pass(tick);
        self.rooms.to_mut()[self.room].count(order, &mut self.clock, tick);
        if let Some(pool) = self.pool {
            self.pools.to_mut()[pool].count(order, &mut self.clock, tick);
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
            agenda.run(self.rooms.to_mut(), self.pools.to_mut(), &mut self.clock, tick);
        }
    }

    fn wait(&mut self, order: &Order, tick: Tick) -> Option<Duration> {
        let spending = match self.account {
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
