//! All counting of the world: quotas, shared capacity, provisioned throughput, money.
//!
//! Everything is a function of the moments it is told, and of a seed. Nobody has published how Google counts;
//! what is known, and what is a guess, stands in section 5 and 11 of the reference.

mod account;
mod agenda;
mod clock;
mod counter;
mod foresight;
mod load;
mod room;
mod stats;

use std::{collections::HashMap, time::Duration};

use dioscuri_vocab::{Now, Rng, SplitMix64, Tick, Unit, Window};

pub use self::stats::{AccountStats, CapacityStats, DomainStats, ThroughputStats};
use self::{
    account::Account,
    agenda::{Agenda, Stream},
    clock::Clock,
    load::{Arrivals, nanos},
    room::{Pool, Provisioned, Room},
};
use crate::scenario::{Load, RetryHint, Scenario, ServiceTier, Surface};

/// The agenda of rooms to which nothing happens but our requests.
const QUIET: usize = 0;

/// One model of one project in one location, by index: of the scenario's projects, of the project's locations,
/// and of the scenario's models.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) project: usize,
    pub(crate) location: usize,
    /// The model that serves.
    pub(crate) model: usize,
}

/// What a request wants to be charged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) place: Place,
    /// How many requests it counts as; one, but for a batch.
    pub(crate) requests: u64,
    /// Of the prompt.
    pub(crate) tokens: u64,
    /// Of the answer that is expected; only provisioned throughput counts them.
    pub(crate) output_tokens: u64,
    /// The tier it asks for.
    pub(crate) service_tier: ServiceTier,
    pub(crate) traffic: Traffic,
}

/// Which kinds of traffic a request admits, as its header says on Vertex (reference §1.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Traffic {
    /// Provisioned throughput first, then pay-as-you-go.
    #[default]
    Any,
    /// Provisioned throughput only.
    Dedicated,
    /// Pay-as-you-go only.
    Shared,
}

/// As what a request was charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Charged {
    /// The tier that serves it. Provisioned traffic is standard.
    pub(crate) service_tier: ServiceTier,
    /// Whether provisioned throughput serves it.
    pub(crate) provisioned: bool,
}

/// Why a request was not charged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Denied {
    /// All quotas that it exceeds.
    Quota { violated: Vec<Violated> },
    /// The account has spent what it may in ten minutes. After `wait` it will have less.
    SpendLimit { wait: Duration },
    /// No prepaid credits are left; the status to say so with.
    Prepaid { status: u16 },
    /// The cap of the month is reached.
    SpendingCap,
    /// Billing is off.
    BillingClosed,
    /// The shared capacity is exhausted. Its quotas were charged.
    Capacity,
    /// It takes provisioned throughput only, and that is exhausted or was never ordered.
    Throughput,
}

/// A quota that a request has exceeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Violated {
    pub(crate) unit: Unit,
    pub(crate) window: Window,
    pub(crate) limit: u64,
    /// The true time until it has room, if nobody else comes first; `None` if it never will.
    pub(crate) wait: Option<Duration>,
}

/// The counters of a world.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    clock: Clock,
    projects: Vec<Project>,
    models: usize,
    /// Of each project, location and model, in this order.
    rooms: Vec<Room>,
    /// The shared capacities, each with where it is.
    pools: Vec<Pool>,
    pool_places: Vec<PoolPlace>,
    /// What happens besides our requests, and when next.
    agendas: Vec<Agenda>,
    due: Vec<Option<Tick>>,
    accounts: Vec<Account>,
    hint: RetryHint,
}

#[derive(Clone, Copy, Debug)]
struct Project {
    /// Where its rooms begin.
    first_room: usize,
    /// By index.
    account: Option<usize>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct PoolPlace {
    surface: Surface,
    location: String,
    model: usize,
}

impl Ledger {
    /// The counters of `scenario`, with nothing counted. `seed` decides what other users send.
    ///
    /// The scenario's times count from [`Tick::ZERO`].
    pub(crate) fn new(scenario: &Scenario, seed: u64) -> Self {
        let minute = nanos(scenario.minute).max(1);
        let mut ledger = Self {
            clock: Clock::new(minute),
            projects: Vec::with_capacity(scenario.projects.len()),
            models: scenario.models.len(),
            rooms: Vec::new(),
            pools: Vec::new(),
            pool_places: Vec::new(),
            agendas: vec![Agenda::default()],
            due: Vec::new(),
            accounts: Vec::new(),
            hint: scenario.retry_info,
        };
        let accounts = scenario.accounts.iter();
        ledger.accounts = accounts.map(|account| Account::new(account, minute)).collect();
        ledger.build_rooms(scenario, minute);
        ledger.build_agendas(scenario, minute, seed);
        ledger.due = ledger.agendas.iter().map(Agenda::due).collect();
        ledger
    }

    /// Charges `order`, or tells what stands against it.
    ///
    /// The account comes first, then provisioned throughput, the spending of ten minutes, the quotas, and the
    /// shared capacity: an order that nobody has published. Time that goes backwards stands still.
    pub(crate) fn charge(&mut self, order: &Order, now: Now) -> Result<Charged, Denied> {
        let tick = self.clock.read(now);
        let index = self.room_index(order.place);
        let agenda = self.rooms[index].agenda;
        if self.due[agenda].is_some_and(|due| due <= tick) {
            self.catch_up(agenda, tick);
        }
        let room = &mut self.rooms[index];
        let account = self.projects[order.place.project].account;
        let mut account = account.map(|account| &mut self.accounts[account]);
        if let Some(account) = &mut account {
            account.check_state()?;
        }
        if order.traffic != Traffic::Shared
            && let Some(throughput) = &mut room.throughput
            && throughput.charge(order, &mut self.clock, tick)
        {
            return Ok(Charged {
                service_tier: ServiceTier::Standard,
                provisioned: true,
            });
        }
        if order.traffic == Traffic::Dedicated {
            return Err(Denied::Throughput);
        }
        if let Some(account) = &mut account {
            account.check_spending(tick)?;
        }
        let service_tier = room
            .charge(order, &mut self.clock, tick)
            .map_err(|violated| Denied::Quota { violated })?;
        if let Some(pool) = room.pool
            && !self.pools[pool].charge(order, &mut self.clock, tick)
        {
            return Err(Denied::Capacity);
        }
        Ok(Charged {
            service_tier,
            provisioned: false,
        })
    }

    /// Bills `usd` to the account of the project of that index. Errors are not billed (reference §5.1), and
    /// what is negative is nothing.
    pub(crate) fn bill(&mut self, project: usize, usd: f64, now: Now) {
        let tick = self.clock.read(now);
        if let Some(account) = self.projects[project].account {
            self.accounts[account].bill(usd, tick);
        }
    }

    /// How true the waits are that refusals for quotas of `place` ask for.
    pub(crate) fn hint(&self, place: Place) -> RetryHint {
        self.rooms[self.room_index(place)].hint.unwrap_or(self.hint)
    }

    /// What every quota has seen, in the order of `scenario`, which is the one that this ledger was made of.
    pub(crate) fn domain_stats(&self, scenario: &Scenario) -> Vec<DomainStats> {
        let rows = self
            .places(scenario)
            .flat_map(|(project, location, model, room)| {
                room.counters().map(move |(unit, window, counter)| {
                    let seen = counter.seen();
                    DomainStats {
                        project: project.to_owned(),
                        location: location.to_owned(),
                        model: model.to_owned(),
                        unit,
                        window,
                        limit: counter.limit(),
                        admitted: seen.admitted,
                        others: seen.others,
                        refused: seen.refused,
                        peak: counter.peak(),
                    }
                })
            });
        rows.collect()
    }

    /// What every order of provisioned throughput has seen, in the order of `scenario`.
    pub(crate) fn throughput_stats(&self, scenario: &Scenario) -> Vec<ThroughputStats> {
        let rows = self
            .places(scenario)
            .filter_map(|(project, location, model, room)| {
                let throughput = room.throughput.as_ref()?;
                let counter = throughput.counter();
                Some(ThroughputStats {
                    project: project.to_owned(),
                    location: location.to_owned(),
                    model: model.to_owned(),
                    limit: counter.limit(),
                    window_ms: throughput.window_ms(),
                    admitted: counter.seen().admitted,
                    refused: counter.seen().refused,
                    peak: counter.peak(),
                })
            });
        rows.collect()
    }

    /// What every shared capacity has seen, in the order in which projects first use them.
    pub(crate) fn capacity_stats(&self, scenario: &Scenario) -> Vec<CapacityStats> {
        let rows = self
            .pools
            .iter()
            .zip(&self.pool_places)
            .flat_map(|(pool, place)| {
                pool.counters().map(|(unit, counter)| {
                    let seen = counter.seen();
                    CapacityStats {
                        surface: place.surface,
                        location: place.location.clone(),
                        model: scenario.models[place.model].name.clone(),
                        unit,
                        limit: counter.limit(),
                        admitted: seen.admitted,
                        others: seen.others,
                        refused: seen.refused,
                        peak: counter.peak(),
                    }
                })
            });
        rows.collect()
    }

    /// What every billing account has seen, in the order of the scenario.
    pub(crate) fn account_stats(&self) -> Vec<AccountStats> {
        self.accounts.iter().map(Account::stats).collect()
    }

    /// Every room with the names of its project, location and model.
    fn places<'a>(
        &'a self,
        scenario: &'a Scenario,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a str, &'a Room)> {
        let names = scenario.projects.iter().flat_map(move |project| {
            project.locations.iter().flat_map(move |location| {
                let models = scenario.models.iter();
                models.map(move |model| (project.id.as_str(), location.as_str(), model.name.as_str()))
            })
        });
        let rooms = names.zip(&self.rooms);
        rooms.map(|((project, location, model), room)| (project, location, model, room))
    }

    fn room_index(&self, place: Place) -> usize {
        self.projects[place.project].first_room + place.location * self.models + place.model
    }

    /// Does what other users and changing limits have done up to `tick`.
    #[cold]
    fn catch_up(&mut self, index: usize, tick: Tick) {
        let agenda = &mut self.agendas[index];
        agenda.run(&mut self.rooms, &mut self.pools, &mut self.clock, tick);
        self.due[index] = agenda.due();
    }

    fn build_rooms(&mut self, scenario: &Scenario, minute: u64) {
        let mut pools = HashMap::new();
        for project in &scenario.projects {
            let mut accounts = scenario.accounts.iter();
            self.projects.push(Project {
                first_room: self.rooms.len(),
                account: accounts.position(|account| account.id == project.billing_account),
            });
            for location in &project.locations {
                for (index, model) in scenario.models.iter().enumerate() {
                    let quota = project.quota(&model.name, location);
                    let mut room = Room::new(quota, project.priority_share, minute);
                    let throughputs = project.throughputs.iter();
                    room.throughput = in_place(
                        throughputs.filter(|throughput| throughput.model == model.name),
                        location,
                        |throughput| throughput.location.as_deref(),
                    )
                    .map(Provisioned::new);
                    let place = PoolPlace {
                        surface: project.surface,
                        location: location.clone(),
                        model: index,
                    };
                    let capacities = scenario.capacities.iter();
                    let capacity = in_place(
                        capacities.filter(|one| one.surface == project.surface && one.model == model.name),
                        location,
                        |capacity| capacity.location.as_deref(),
                    );
                    room.pool = capacity.map(|capacity| {
                        *pools.entry(place.clone()).or_insert_with(|| {
                            self.pools.push(Pool::new(capacity, minute));
                            self.pool_places.push(place);
                            self.pools.len() - 1
                        })
                    });
                    self.rooms.push(room);
                }
            }
        }
    }

    fn build_agendas(&mut self, scenario: &Scenario, minute: u64, seed: u64) {
        let mut of_pool = vec![None; self.pools.len()];
        for (number, load) in scenario.loads.iter().enumerate() {
            for place in self.places_of(scenario, load) {
                let index = place.room.or(place.pool).unwrap_or_default();
                let arrivals = Arrivals::new(load, stream_seed(seed, number, index), minute);
                let agenda = self.agenda(place.room, place.pool, &mut of_pool);
                self.agendas[agenda].add_stream(Stream {
                    arrivals,
                    room: place.room,
                    pool: place.pool,
                    insists: load.insists,
                });
            }
        }
        for change in &scenario.changes {
            let location = change.location.as_deref();
            for index in self.rooms_of(scenario, &change.project, &change.model, location) {
                let agenda = self.agenda(Some(index), self.rooms[index].pool, &mut of_pool);
                self.agendas[agenda].add_change(change, index);
            }
        }
        for room in &mut self.rooms {
            if let Some(agenda) = room.pool.and_then(|pool| of_pool[pool]) {
                room.agenda = agenda;
            }
        }
    }

    /// The agenda of a room or a pool: the pool's, if there is one. It is made if there is none yet.
    fn agenda(&mut self, room: Option<usize>, pool: Option<usize>, of_pool: &mut [Option<usize>]) -> usize {
        let known = match (pool, room) {
            (Some(pool), _) => of_pool[pool],
            (None, Some(room)) => Some(self.rooms[room].agenda).filter(|agenda| *agenda != QUIET),
            (None, None) => None,
        };
        known.unwrap_or_else(|| {
            let new = self.agendas.len();
            self.agendas.push(Agenda::default());
            match (pool, room) {
                (Some(pool), _) => of_pool[pool] = Some(new),
                (None, Some(room)) => self.rooms[room].agenda = new,
                (None, None) => {}
            }
            new
        })
    }

    /// Where `load` falls: with a project on its rooms and the pools behind them, else on pools.
    fn places_of(&self, scenario: &Scenario, load: &Load) -> Vec<LoadPlace> {
        let location = load.location.as_deref();
        if let Some(project) = &load.project {
            let rooms = self.rooms_of(scenario, project, &load.model, location);
            let places = rooms.into_iter().map(|room| LoadPlace {
                room: Some(room),
                pool: self.rooms[room].pool,
            });
            return places.collect();
        }
        let pools = self.pool_places.iter().enumerate().filter(|(_, place)| {
            scenario.models[place.model].name == load.model
                && location.is_none_or(|location| location == place.location)
        });
        let places = pools.map(|(pool, _)| LoadPlace {
            room: None,
            pool: Some(pool),
        });
        places.collect()
    }

    /// The rooms of a project's model, in one location or in each.
    fn rooms_of(
        &self,
        scenario: &Scenario,
        project: &str,
        model: &str,
        location: Option<&str>,
    ) -> Vec<usize> {
        let places = self.places(scenario).enumerate();
        let rooms = places.filter(|(_, (of, at, name, _))| {
            project == *of && location.is_none_or(|location| location == *at) && *name == model
        });
        rooms.map(|(index, _)| index).collect()
    }
}

/// Where a load falls, by index.
struct LoadPlace {
    room: Option<usize>,
    pool: Option<usize>,
}

/// The one of `all` that names `location`, or else one that names none.
fn in_place<'a, T>(
    mut all: impl Iterator<Item = &'a T> + Clone,
    location: &str,
    named: impl Fn(&T) -> Option<&str>,
) -> Option<&'a T> {
    all.clone()
        .find(|one| named(one) == Some(location))
        .or_else(|| all.find(|one| named(one).is_none()))
}

/// A seed of its own for a load in a place: neither another load nor another place changes its draws.
fn stream_seed(seed: u64, load: usize, place: usize) -> u64 {
    // From the top, as the world's own streams count from the bottom.
    let of_load = SplitMix64::split(seed, u64::MAX - load as u64).next_u64();
    SplitMix64::split(of_load, place as u64).next_u64()
}

#[cfg(test)]
mod tests;
