//! Every order in which three waiters, one place and one cancellation can meet.
//!
//! All shared state is behind one lock, so what happens between two locks is atomic, and the orders of those
//! pieces are all there are.

use super::*;
use crate::{Budget, Limit};
use dioscuri_vocab::{Cost, Now};

const AT: EndpointId = EndpointId(0);

/// Who waits, and what each does next.
#[derive(Clone)]
struct World {
    lines: Lines<usize>,
    actors: Vec<Actor>,
    /// Wakers called and not yet heard.
    called: Vec<bool>,
    /// Whether the one place is taken.
    taken: bool,
    /// Whether the budget owes an order, since somebody was refused.
    awaited: bool,
    /// Given back, and the order not carried out yet.
    orders: u32,
    served: usize,
}

#[derive(Clone, Copy, Debug)]
enum Actor {
    Outside,
    Looks(Ticket),
    Waits(Ticket),
    Holds,
    /// Has settled; its order is still to be carried out.
    Settled,
    Gone,
}

/// Waiter 0 may be cancelled wherever it waits.
const MAY_CANCEL: usize = 0;

#[derive(Clone, Copy, PartialEq)]
enum Move {
    On(usize),
    Cancel,
}

impl World {
    fn new(actors: usize) -> Self {
        Self {
            lines: Lines::new(10),
            actors: vec![Actor::Outside; actors],
            called: vec![false; actors],
            taken: false,
            awaited: false,
            orders: 0,
            served: 0,
        }
    }

    fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        for (who, actor) in self.actors.iter().enumerate() {
            match actor {
                Actor::Gone => {}
                Actor::Waits(_) if !self.called[who] => {}
                _ => moves.push(Move::On(who)),
            }
        }
        if matches!(self.actors[MAY_CANCEL], Actor::Waits(_) | Actor::Looks(_)) {
            moves.push(Move::Cancel);
        }
        moves
    }

    fn wake(&mut self, woken: impl IntoIterator<Item = usize>) {
        for who in woken {
            self.called[who] = true;
        }
    }

    fn make(&mut self, step: Move, refused: NotUntil) {
        let Move::On(who) = step else {
            let (Actor::Waits(ticket) | Actor::Looks(ticket)) = self.actors[MAY_CANCEL] else {
                unreachable!("only who waits is cancelled");
            };
            let woken = self.lines.leave(AT, ticket);
            self.wake(woken);
            self.actors[MAY_CANCEL] = Actor::Gone;
            return;
        };
        self.actors[who] = match self.actors[who] {
            Actor::Outside => {
                let (ticket, woken) = self
                    .lines
                    .enter(AT, (0, 0, Tick::MAX), who)
                    .expect("there is room to wait");
                self.wake(woken);
                Actor::Looks(ticket)
            }
            Actor::Waits(ticket) => {
                self.called[who] = false;
                Actor::Looks(ticket)
            }
            Actor::Looks(ticket) => {
                let taken = self.taken;
                let (look, woken) =
                    self.lines.look(
                        AT,
                        ticket,
                        Tick::ZERO,
                        || if taken { Err(refused) } else { Ok(()) },
                    );
                self.wake(woken);
                match look {
                    Look::Granted(()) => {
                        assert!(!self.taken, "one place, two holders");
                        self.taken = true;
                        Actor::Holds
                    }
                    Look::Wait { .. } => {
                        let is_first = self.lines.opened(AT) == Some(who);
                        self.awaited |= is_first;
                        Actor::Waits(ticket)
                    }
                    other => unreachable!("{other:?}"),
                }
            }
            Actor::Holds => {
                self.taken = false;
                self.served += 1;
                self.orders += u32::from(std::mem::take(&mut self.awaited));
                Actor::Settled
            }
            Actor::Settled => {
                if std::mem::take(&mut self.orders) > 0 {
                    let first = self.lines.opened(AT);
                    self.wake(first);
                }
                Actor::Gone
            }
            Actor::Gone => Actor::Gone,
        };
    }
}

/// Tries every order from `world` on; returns how many there are.
fn explore(world: &World, refused: NotUntil) -> u64 {
    let moves = world.moves();
    if moves.is_empty() || moves == [Move::Cancel] {
        assert!(
            world.actors.iter().all(|actor| matches!(actor, Actor::Gone)),
            "somebody waits for ever: {:?}",
            world.actors
        );
        assert_eq!(world.lines.waiting(), 0);
        assert!(world.served + 1 >= world.actors.len());
        return 1;
    }
    moves
        .into_iter()
        .map(|step| {
            let mut next = world.clone();
            next.make(step, refused);
            explore(&next, refused)
        })
        .sum()
}

#[test]
fn in_every_order_all_are_served_one_at_a_time_and_none_waits_for_ever() {
    let budget = Budget::default();
    budget.attach(AT, &[Limit::in_flight(1)]);
    let _one = budget.try_acquire(AT, &Cost::default(), Now::default()).unwrap();
    let refused = budget
        .try_acquire(AT, &Cost::default(), Now::default())
        .unwrap_err();
    assert!(explore(&World::new(2), refused) > 100);
    assert!(explore(&World::new(3), refused) > 10_000);
}

/// The line of the first is let go of when it is granted, and another is begun before the first is gone for good.
#[test]
fn who_leaves_late_takes_nobodys_place() {
    let mut lines = Lines::new(10);
    let (first, _) = lines.enter(AT, (0, 0, Tick::MAX), 1).unwrap();
    let granted = lines.look(AT, first, Tick::ZERO, || Ok(()));
    assert!(matches!(granted.0, Look::Granted(())));
    let (second, _) = lines.enter(AT, (0, 0, Tick::MAX), 2).unwrap();
    assert_eq!(lines.leave(AT, first), [0; 0]);
    assert_eq!(lines.waiting(), 1);
    let next = lines.look(AT, second, Tick::ZERO, || Ok(()));
    assert!(matches!(next.0, Look::Granted(())));
}
