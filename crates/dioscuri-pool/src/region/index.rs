//! Which endpoints are ready, which rest and until when: kept up to date, so that nobody walks them all.

mod shelf;

use crate::hash::IdMap;
use dioscuri_vocab::{EndpointId, GroupId, Tick};
pub(super) use shelf::Shelf;
use std::collections::BTreeSet;

/// Where an endpoint stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It may be sent to; 0 is the most preferred rank.
    Ready(u8),
    /// One attempt may find out whether it has recovered.
    Due,
    /// It opens then; `None`: only an event can tell.
    Closed(Option<Tick>),
    /// It is never offered.
    Excluded,
}

/// What is kept of one endpoint.
#[derive(Clone, Copy, Debug)]
struct Spot {
    id: EndpointId,
    link: u8,
    group: GroupId,
    standing: Standing,
    /// No memory holds it: it waits for nothing but room.
    is_usable: bool,
    /// When it must be looked at again, whatever happens; [`Tick::MAX`]: never.
    wake: Tick,
    /// Its position on the shelf of its link, and on that of its link and group.
    positions: [u32; 2],
}

/// All endpoints of a pool by where they stand, for each link of the chain and for each group of a link.
///
/// A change costs O(log n), a look at the first few nothing that grows with n.
#[derive(Debug, Default)]
pub(super) struct Index {
    links: Vec<Shelf>,
    groups: IdMap<(u8, GroupId), Shelf>,
    /// By the number of their slot in the pool.
    spots: Vec<Option<Spot>>,
    wakes: BTreeSet<(Tick, u32)>,
}

impl Index {
    /// The endpoint in slot `number`, at first excluded.
    pub(super) fn add(&mut self, number: u32, id: EndpointId, link: u8, group: GroupId) {
        let place = number as usize;
        if self.spots.len() <= place {
            self.spots.resize(place + 1, None);
        }
        self.spots[place] = Some(Spot {
            id,
            link,
            group,
            standing: Standing::Excluded,
            is_usable: false,
            wake: Tick::MAX,
            positions: [0; 2],
        });
        let links = usize::from(link) + 1;
        if self.links.len() < links {
            self.links.resize_with(links, Shelf::default);
        }
        self.links[links - 1].len += 1;
        self.groups.entry((link, group)).or_default().len += 1;
    }

    pub(super) fn remove(&mut self, number: u32) {
        self.put(number, Standing::Excluded, false, Tick::MAX);
        let Some(spot) = self.spots[number as usize].take() else {
            return;
        };
        self.links[usize::from(spot.link)].len -= 1;
        while self.links.last().is_some_and(|link| link.len == 0) {
            self.links.pop();
        }
        let key = (spot.link, spot.group);
        if let Some(shelf) = self.groups.get_mut(&key) {
            shelf.len -= 1;
            if shelf.len == 0 {
                self.groups.remove(&key);
            }
        }
    }

    /// The endpoint in slot `number` stands at `standing` from now on, at least until `wake`.
    pub(super) fn put(&mut self, number: u32, standing: Standing, is_usable: bool, wake: Tick) {
        let Some(spot) = self.spots[number as usize] else {
            return;
        };
        if spot.wake != wake {
            self.wakes.remove(&(spot.wake, number));
            if wake < Tick::MAX {
                self.wakes.insert((wake, number));
            }
        }
        let next = Spot {
            standing,
            is_usable,
            wake,
            ..spot
        };
        if (spot.standing, spot.is_usable) == (standing, is_usable) {
            self.spots[number as usize] = Some(next);
            return;
        }
        self.take(number, 0);
        self.take(number, 1);
        self.spots[number as usize] = Some(next);
        self.place(number, 0);
        self.place(number, 1);
    }

    pub(super) fn standing(&self, number: u32) -> Standing {
        let spot = self.spots.get(number as usize).and_then(Option::as_ref);
        spot.map_or(Standing::Excluded, |spot| spot.standing)
    }

    /// An endpoint whose time to be looked at has come; each is named once.
    pub(super) fn pop_due(&mut self, now: Tick) -> Option<u32> {
        let &(at, number) = self.wakes.first()?;
        if at > now {
            return None;
        }
        self.wakes.pop_first();
        if let Some(spot) = &mut self.spots[number as usize] {
            spot.wake = Tick::MAX;
        }
        Some(number)
    }

    /// Those of `link`, or only those of `group`; `None` if there are none.
    pub(super) fn shelf(&self, link: u8, group: Option<GroupId>) -> Option<&Shelf> {
        match group {
            Some(group) => self.groups.get(&(link, group)),
            None => self.links.get(usize::from(link)),
        }
    }

    pub(super) fn links(&self) -> u8 {
        u8::try_from(self.links.len()).unwrap_or(u8::MAX).max(1)
    }

    fn take(&mut self, number: u32, which: usize) {
        let Some(spot) = self.spots[number as usize] else {
            return;
        };
        let Some(home) = shelf_mut(&mut self.links, &mut self.groups, &spot, which) else {
            return;
        };
        home.usable -= u32::from(spot.is_usable);
        let list = match spot.standing {
            Standing::Ready(rank) => home.ready_mut(rank),
            Standing::Due => &mut home.due,
            Standing::Closed(at) => {
                home.closed.remove(&(at.unwrap_or(Tick::MAX), spot.id, number));
                return;
            }
            Standing::Excluded => return,
        };
        let position = spot.positions[which];
        list.swap_remove(position as usize);
        if let Some(moved) = list.get(position as usize)
            && let Some(moved) = &mut self.spots[*moved as usize]
        {
            moved.positions[which] = position;
        }
    }

    fn place(&mut self, number: u32, which: usize) {
        let Some(spot) = self.spots[number as usize] else {
            return;
        };
        let Some(home) = shelf_mut(&mut self.links, &mut self.groups, &spot, which) else {
            return;
        };
        home.usable += u32::from(spot.is_usable);
        let list = match spot.standing {
            Standing::Ready(rank) => home.ready_mut(rank),
            Standing::Due => &mut home.due,
            Standing::Closed(at) => {
                home.closed.insert((at.unwrap_or(Tick::MAX), spot.id, number));
                return;
            }
            Standing::Excluded => return,
        };
        // Slots are numbered in 32 bits, so no list is longer.
        let position = u32::try_from(list.len()).unwrap_or(u32::MAX);
        list.push(number);
        if let Some(spot) = &mut self.spots[number as usize] {
            spot.positions[which] = position;
        }
    }
}

fn shelf_mut<'a>(
    links: &'a mut [Shelf],
    groups: &'a mut IdMap<(u8, GroupId), Shelf>,
    spot: &Spot,
    which: usize,
) -> Option<&'a mut Shelf> {
    if which == 0 {
        links.get_mut(usize::from(spot.link))
    } else {
        groups.get_mut(&(spot.link, spot.group))
    }
}

#[cfg(test)]
mod tests;
