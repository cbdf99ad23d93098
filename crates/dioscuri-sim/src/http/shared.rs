//! What all connections of a server share: its world, its clock and its log.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use dioscuri_vocab::Now;
use tokio::sync::Notify;

use super::{clock::Clock, log::Log};
use crate::{
    scenario::Scenario,
    world::{Arrival, Reply, World},
};

/// A world that runs, and everything that is asked of it.
#[derive(Debug)]
pub(super) struct Shared {
    running: Mutex<Running>,
    /// Whether somebody listens may have changed at once.
    upset: Notify,
    log: Option<Log>,
    choice: Choice,
}

/// What goes before a scenario's own seed and minute.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Choice {
    pub(super) seed: Option<u64>,
    pub(super) minute: Option<Duration>,
}

impl Choice {
    /// The world of `scenario` as it is chosen to be, or else as `other` says.
    fn world(self, scenario: Scenario, other: Self) -> World {
        let scenario = match self.minute.or(other.minute) {
            Some(minute) => scenario.with_minute(minute),
            None => scenario,
        };
        World::new(&scenario, self.seed.or(other.seed))
    }
}

#[derive(Debug)]
struct Running {
    world: World,
    clock: Clock,
}

impl Shared {
    /// The world of `scenario`, whose clock starts now. `choice` goes before what any scenario says.
    pub(super) fn new(scenario: Scenario, choice: Choice, log: Option<Log>) -> Self {
        let running = Mutex::new(Running {
            world: choice.world(scenario, Choice::default()),
            clock: Clock::start(),
        });
        Self {
            running,
            upset: Notify::new(),
            log,
            choice,
        }
    }

    /// Lets `act` do something to the world, at one moment of it.
    ///
    /// The clock is read under the lock, so that time does not go backwards from one act to the next. A panic
    /// within an act would be a mistake of ours; it may leave a request without its end in the books, and those
    /// of other connections go on.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut World, Now) -> T) -> T {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let now = running.clock.now();
        act(&mut running.world, now)
    }

    /// The world's reply, which stands in the log then.
    pub(super) async fn arrive(&self, arrival: &Arrival<'_>) -> Reply {
        let Some(log) = &self.log else {
            return self.with(|world, now| world.arrive(arrival, now));
        };
        log.room().await;
        // Written down under the lock, the lines stand in the order of the arrivals.
        let reply = self.with(|world, now| {
            let reply = world.arrive(arrival, now);
            log.note(&reply.record);
            reply
        });
        log.write_out();
        reply
    }

    /// Puts the world of `scenario` in place of the one that runs. `choice` goes before what was chosen at the
    /// beginning, this time.
    pub(super) fn load(&self, scenario: Scenario, choice: Choice) {
        self.replace(|_| choice.world(scenario, self.choice));
    }

    /// Begins the same scenario anew, with the seed that it had or another.
    pub(super) fn reset(&self, seed: Option<u64>) {
        self.replace(|world| World::new(world.scenario(), Some(seed.unwrap_or_else(|| world.seed()))));
    }

    fn replace(&self, make: impl FnOnce(&World) -> World) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let world = make(&running.world);
        *running = Running {
            world,
            clock: Clock::start(),
        };
        drop(running);
        self.upset.notify_waiters();
    }

    /// Lets the world's time jump forward.
    pub(super) fn advance(&self, by: Duration) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.clock.advance(by);
        drop(running);
        self.upset.notify_waiters();
    }

    /// Until somebody listens, or nobody does.
    pub(super) async fn until_listening(&self, wanted: bool) {
        loop {
            let mut upset = std::pin::pin!(self.upset.notified());
            // From here on no change is missed.
            upset.as_mut().enable();
            let (listens, change) = self.with(|world, now| {
                let change = world.next_listening_change(now);
                (world.listens(now), change.map(|tick| tick.since(now.tick)))
            });
            if listens == wanted {
                return;
            }
            match change {
                Some(wait) => drop(tokio::time::timeout(wait, upset).await),
                None => upset.await,
            }
        }
    }

    /// Until the log is written, as far as it goes.
    pub(super) async fn logged(&self) {
        if let Some(log) = &self.log {
            log.written().await;
        }
    }

    /// Why the log ended, if it did.
    pub(super) fn log_error(&self) -> Option<String> {
        self.log.as_ref().and_then(Log::error)
    }
}
