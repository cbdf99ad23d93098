//! The reservations that are out, and what each was charged.

use crate::Reservation;
use dioscuri_vocab::{EndpointId, Tick, UnixTime};

/// What one reservation was charged in one domain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    /// What was asked for, in the domain's unit.
    pub(crate) estimate: u64,
    /// How much, in the domain's unit.
    pub(crate) amount: u64,
    /// When it counts from.
    pub(crate) at: Tick,
    /// The domain's limit then: what was above it became a debt.
    pub(crate) limit: u64,
    /// The end of the day it counts in, for daily quotas.
    pub(crate) renewed_at: UnixTime,
    /// What its window held by then, this request included.
    pub(crate) used: u64,
}

impl Charge {
    /// A charge of nothing at `at`, for a domain that was not known then.
    pub(crate) const fn nothing(at: Tick) -> Self {
        Self {
            estimate: 0,
            amount: 0,
            at,
            limit: u64::MAX,
            renewed_at: UnixTime(i64::MIN),
            used: 0,
        }
    }
}

/// One reservation that is out.
#[derive(Debug)]
pub(crate) struct Taken {
    /// For which endpoint.
    pub(crate) endpoint: EndpointId,
    /// When it was granted.
    pub(crate) at: Tick,
    /// In every domain of the endpoint, by number.
    pub(crate) charges: Vec<(u32, Charge)>,
}

/// The reservations that are out, by ticket. Lists of charges are used again.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<Entry>,
    free: Vec<u32>,
    spare: Vec<Vec<(u32, Charge)>>,
}

#[derive(Debug, Default)]
struct Entry {
    /// How often the place was used; part of the ticket, so that an old one opens nothing.
    uses: u32,
    taken: Option<Taken>,
}

impl Ledger {
    /// An empty list of charges.
    pub(crate) fn blank(&mut self) -> Vec<(u32, Charge)> {
        self.spare.pop().unwrap_or_default()
    }

    /// The ticket that [`Ledger::enter`] will give next.
    pub(crate) fn next_ticket(&mut self) -> u64 {
        let place = self.free.last().copied().unwrap_or_else(|| {
            let place = u32::try_from(self.entries.len()).expect("fewer than 2^32 requests are in flight");
            self.entries.push(Entry::default());
            self.free.push(place);
            place
        });
        let uses = self.entries[place as usize].uses.wrapping_add(1).max(1);
        ticket(uses, place)
    }

    /// Enters `taken`.
    pub(crate) fn enter(&mut self, taken: Taken) -> Reservation {
        let ticket = self.next_ticket();
        let place = self.free.pop().expect("the next ticket has a free place");
        let entry = &mut self.entries[place as usize];
        entry.uses = entry.uses.wrapping_add(1).max(1);
        entry.taken = Some(taken);
        Reservation(ticket)
    }

    /// Strikes out `reservation`; `None` if it is not out.
    pub(crate) fn strike(&mut self, reservation: &Reservation) -> Option<Taken> {
        let place = u32::try_from(reservation.0 & u64::from(u32::MAX)).ok()?;
        let entry = self.entries.get_mut(place as usize)?;
        if ticket(entry.uses, place) != reservation.0 {
            return None;
        }
        let taken = entry.taken.take()?;
        self.free.push(place);
        Some(taken)
    }

    /// Keeps the list of a settled reservation for the next.
    pub(crate) fn recycle(&mut self, mut charges: Vec<(u32, Charge)>) {
        charges.clear();
        self.spare.push(charges);
    }
}

fn ticket(uses: u32, place: u32) -> u64 {
    u64::from(uses) << 32 | u64::from(place)
}
