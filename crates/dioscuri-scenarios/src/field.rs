//! What every strategy plays on: the world, the calls, and the requests between them.

mod events;
mod source;
mod sum;

use self::{events::Events, source::Source};
use crate::{
    Setup,
    log::Fnv,
    measured::{Ended, Refused},
    site::Sites,
    traveller::{Reading, Traveller, timed_out},
};
use dioscuri_sim::World;
use dioscuri_vocab::{Class, Now, Outcome, Tick, UnixTime};
use std::{collections::VecDeque, time::Duration};

pub(crate) use self::events::Event;

/// The world, the calls and the requests on their way.
pub(crate) struct Field<'a> {
    setup: &'a Setup,
    pub(crate) sites: Sites,
    traveller: Traveller,
    sources: Vec<Source>,
    calls: Vec<Call>,
    arrived: VecDeque<u32>,
    flights: Vec<Flight>,
    free: Vec<u32>,
    begin: UnixTime,
    events: Events,
    now: Now,
    /// How often the strategy decided; it counts for itself.
    pub(crate) polls: u64,
    attempts: u64,
    ended: Vec<Ended>,
    refused: Vec<Refused>,
    hash: Fnv,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) load: u16,
    pub(crate) priority: u8,
    pub(crate) tenant: u32,
    /// The truth.
    pub(crate) tokens: u64,
    /// What the client thinks.
    pub(crate) estimate: u64,
    pub(crate) started: Tick,
    pub(crate) deadline: Option<Tick>,
    /// Attempts so far.
    pub(crate) attempts: u32,
    sent: Option<Tick>,
    site: u32,
    /// The class of its last failure.
    class: Option<&'static str>,
    is_over: bool,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) call: u32,
    /// The number that its sender gave it.
    pub(crate) tag: u32,
    pub(crate) site: u32,
    pub(crate) key: u32,
    pub(crate) sent: Tick,
    back: Duration,
    /// Nobody waits for its answer after this.
    patience: Option<Tick>,
    outcome: Option<Outcome>,
}

impl<'a> Field<'a> {
    pub(crate) fn new(setup: &'a Setup, reading: Reading) -> Self {
        let world = World::new(&setup.scenario, Some(setup.seed));
        let mut field = Self {
            setup,
            sites: Sites::new(&setup.scenario),
            traveller: Traveller::new(world, setup, reading),
            sources: Vec::with_capacity(setup.loads.len()),
            calls: Vec::new(),
            arrived: VecDeque::new(),
            flights: Vec::new(),
            free: Vec::new(),
            begin: setup.begin(),
            events: Events::default(),
            now: Now::new(Tick::ZERO, setup.begin()),
            polls: 0,
            attempts: 0,
            ended: Vec::new(),
            refused: Vec::new(),
            hash: Fnv::default(),
        };
        for (number, load) in (0..).zip(&setup.loads) {
            let (source, first) = Source::open(setup, number, load);
            field.sources.push(source);
            for at in first {
                field.events.add(at, Event::Call(number));
            }
        }
        field
    }

    pub(crate) const fn setup(&self) -> &'a Setup {
        self.setup
    }

    pub(crate) const fn now(&self) -> Now {
        self.now
    }

    pub(crate) const fn tick(&self) -> Tick {
        self.now.tick
    }

    /// The wall clock's reading at `tick`.
    pub(crate) fn moment(&self, tick: Tick) -> Now {
        Now::new(tick, self.begin.after(tick.since(Tick::ZERO)))
    }

    pub(crate) fn go_to(&mut self, tick: Tick) {
        self.now = self.moment(tick.max(self.now.tick));
    }

    pub(crate) const fn world(&self) -> &World {
        self.traveller.world()
    }

    pub(crate) fn call(&self, call: u32) -> &Call {
        &self.calls[call as usize]
    }

    /// The next call that has come and that the strategy has not heard of.
    pub(crate) fn next_arrived(&mut self) -> Option<u32> {
        self.arrived.pop_front()
    }

    pub(crate) fn has_arrived(&self) -> bool {
        !self.arrived.is_empty()
    }

    pub(crate) fn next_event(&self) -> Option<Tick> {
        self.events.next()
    }

    pub(crate) fn take_event(&mut self) -> Option<Event> {
        self.events.take()
    }

    /// Tells the strategy of `call` at `tick`.
    pub(crate) fn set_timer(&mut self, call: u32, tick: Tick) {
        self.events.add(tick, Event::Timer(call));
    }

    /// The next call of that load comes.
    pub(crate) fn arrive_call(&mut self, load: u16) {
        let source = &mut self.sources[usize::from(load)];
        let (comes, next) = source.advance();
        if !comes {
            return;
        }
        let tokens = source.load.tokens.draw(&mut source.rng);
        let estimate = self.setup.estimates.of(tokens, &mut source.rng);
        let deadline = source.load.deadline.or(self.setup.deadline);
        let now = self.now.tick;
        let number = u32::try_from(self.calls.len()).expect("fewer than 2^32 calls");
        self.calls.push(Call {
            load,
            priority: source.load.priority,
            tenant: source.load.tenant,
            tokens,
            estimate,
            started: now,
            deadline: deadline.map(|deadline| now.after(deadline)),
            attempts: 0,
            sent: None,
            site: 0,
            class: None,
            is_over: false,
        });
        if let Some(next) = next {
            self.events.add(next, Event::Call(load));
        }
        self.arrived.push_back(number);
    }

    /// How long the way there takes for the next attempt of `call`. Only oracles ask.
    pub(crate) fn way_there(&self, call: u32) -> Duration {
        self.traveller.ways(call, self.call(call).attempts)[0]
    }

    /// Sends an attempt now. Its sender waits for `patience` at most.
    pub(crate) fn send(&mut self, call: u32, tag: u32, (site, key): (u32, u32), patience: Option<Duration>) {
        let sent = self.now.tick;
        let [there, back] = self.traveller.ways(call, self.call(call).attempts);
        let patience = patience.map(|patience| sent.after(patience));
        let arrival = sent.after(there);
        let flight = self.board(Flight {
            call,
            tag,
            site,
            key,
            sent,
            back,
            patience,
            outcome: None,
        });
        match patience {
            Some(patience) if patience < arrival => {
                // It arrives all the same, and counts there.
                let lost = self.board(Flight {
                    patience: Some(Tick::ZERO),
                    ..self.flights[flight as usize].clone()
                });
                self.events.add(arrival, Event::Arrives(lost));
                self.flights[flight as usize].outcome = Some(timed_out());
                self.events.add(patience, Event::Lands(flight));
            }
            _ => self.events.add(arrival, Event::Arrives(flight)),
        }
        self.has_sent(call, site, sent);
    }

    /// Sends an attempt when it has to leave to arrive at `arrival`: the sender has made sure that this is not
    /// over yet.
    pub(crate) fn send_to_arrive(&mut self, call: u32, (site, key): (u32, u32), arrival: Tick) {
        let [there, back] = self.traveller.ways(call, self.call(call).attempts);
        let sent = arrival.before(there).max(self.now.tick);
        let flight = self.board(Flight {
            call,
            tag: 0,
            site,
            key,
            sent,
            back,
            patience: None,
            outcome: None,
        });
        self.events.add(arrival, Event::Arrives(flight));
        self.has_sent(call, site, sent);
    }

    fn board(&mut self, flight: Flight) -> u32 {
        if let Some(free) = self.free.pop() {
            self.flights[free as usize] = flight;
            return free;
        }
        self.flights.push(flight);
        u32::try_from(self.flights.len() - 1).expect("fewer than 2^32 requests on their way")
    }

    fn has_sent(&mut self, call: u32, site: u32, sent: Tick) {
        self.attempts += 1;
        self.hash
            .mix_all([sent.0, u64::from(call) << 32 | u64::from(site)]);
        let call = &mut self.calls[call as usize];
        call.attempts += 1;
        call.sent = Some(sent);
        call.site = site;
    }

    /// A request is at the world's door.
    pub(crate) fn arrive(&mut self, number: u32) {
        let flight = &self.flights[number as usize];
        let tokens = self.calls[flight.call as usize].tokens;
        let (site, key) = (flight.site, flight.key);
        let landing = self.traveller.arrive(&self.sites, site, key, tokens, self.now);
        let flight = &mut self.flights[number as usize];
        let back = self.now.tick.after(landing.after).after(flight.back);
        let (tick, outcome) = match flight.patience {
            // It has landed already.
            Some(patience) if patience < self.now.tick => {
                self.free.push(number);
                return;
            }
            Some(patience) if patience < back => (patience, timed_out()),
            _ => (back, landing.outcome),
        };
        flight.outcome = Some(outcome);
        self.events.add(tick, Event::Lands(number));
    }

    /// An answer is back.
    pub(crate) fn land(&mut self, number: u32) -> Option<(Flight, Outcome)> {
        self.free.push(number);
        let flight = &mut self.flights[number as usize];
        let outcome = flight.outcome.take()?;
        let flight = flight.clone();
        let now = self.now.tick;
        let call = &mut self.calls[flight.call as usize];
        call.class = outcome.class().map(Class::name);
        self.hash.mix_all([now.0, u64::from(flight.call)]);
        if let Some(class) = outcome.class() {
            self.refused.push(Refused {
                call: flight.call,
                endpoint: flight.site,
                sent: flight.sent,
                ended: now,
                class,
            });
        }
        Some((flight, outcome))
    }

    /// `call` was answered.
    pub(crate) fn answer(&mut self, call: u32) {
        self.end(call, None);
    }

    /// `call` is given up: for its last failure, or else for `why`.
    pub(crate) fn fail(&mut self, call: u32, why: &'static str) {
        let class = self.calls[call as usize].class;
        self.end(call, Some(class.unwrap_or(why)));
    }

    fn end(&mut self, number: u32, failure: Option<&'static str>) {
        let now = self.now.tick;
        let call = &mut self.calls[number as usize];
        if call.is_over {
            return;
        }
        call.is_over = true;
        let waited = call.sent.unwrap_or(now).since(call.started);
        self.ended.push(Ended {
            call: number,
            load: call.load,
            started: call.started,
            ended: now,
            sent: call.sent,
            endpoint: call.sent.map(|_| call.site),
            attempts: call.attempts,
            waited,
            tokens: call.tokens,
            failure,
        });
        let load = call.load;
        // The worker begins the next one.
        if self.sources[usize::from(load)].is_closed() {
            self.arrive_call(load);
        }
    }
}
