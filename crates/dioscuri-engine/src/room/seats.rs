//! The seats of the room: where those who wait are kept, by a number that is not given out twice.

use super::waiter::Waiter;

/// A place in the room. Taken again, it has another turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Seat {
    index: u32,
    turn: u32,
}

/// All seats: found by index, so that neither sitting nor leaving searches or allocates once the room has grown.
#[derive(Debug, Default)]
pub(super) struct Seats {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot {
    turn: u32,
    /// Boxed: a table of a hundred thousand that grows by doubling would hold much for nobody.
    waiter: Option<Box<Waiter>>,
}

impl Seats {
    pub(super) fn sit(&mut self, waiter: Waiter) -> Seat {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.waiter = Some(Box::new(waiter));
            return Seat {
                index,
                turn: slot.turn,
            };
        }
        let index = u32::try_from(self.slots.len()).expect("fewer than 2^32 calls fit in any memory");
        let waiter = Some(Box::new(waiter));
        self.slots.push(Slot { turn: 0, waiter });
        Seat { index, turn: 0 }
    }

    pub(super) fn get(&self, seat: Seat) -> Option<&Waiter> {
        let slot = self.slots.get(seat.index as usize)?;
        slot.waiter.as_deref().filter(|_| slot.turn == seat.turn)
    }

    pub(super) fn get_mut(&mut self, seat: Seat) -> Option<&mut Waiter> {
        let slot = self.slots.get_mut(seat.index as usize)?;
        slot.waiter.as_deref_mut().filter(|_| slot.turn == seat.turn)
    }

    pub(super) fn leave(&mut self, seat: Seat) -> Option<Waiter> {
        let slot = self.slots.get_mut(seat.index as usize)?;
        if slot.turn != seat.turn {
            return None;
        }
        let waiter = slot.waiter.take()?;
        slot.turn = slot.turn.wrapping_add(1);
        self.free.push(seat.index);
        Some(*waiter)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Seat, &Waiter)> {
        (0..).zip(&self.slots).filter_map(|(index, slot)| {
            let turn = slot.turn;
            Some((Seat { index, turn }, slot.waiter.as_deref()?))
        })
    }
}
