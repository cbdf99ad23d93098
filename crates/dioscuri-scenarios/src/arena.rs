//! The arena: discrete events in virtual time, the same for every strategy.

use crate::{
    Measured, Setup, Strategy,
    field::{Event, Field},
    player::{Causal, Ours, Planner, Player, Published, planner},
    traveller::Reading,
};

/// Steps without progress after which a strategy is thought to run in a circle. A step is one decision of one call;
/// the largest runs have 100,000 calls.
const STUCK: u32 = 10_000_000;

/// Runs the calls of `setup` by `strategy`.
pub(crate) fn run(setup: &Setup, strategy: Strategy) -> Measured {
    let whole = Reading::Whole;
    match strategy {
        Strategy::Dioscuri => play(setup, whole, Ours::new),
        Strategy::Oracle => play(&planner::spared(setup), whole, Planner::new),
        Strategy::CausalOracle => play(&planner::spared(setup), whole, Causal::new),
        // Only this one reads the hint.
        Strategy::HintJitter => play(setup, whole, |field| Published::new(strategy, field)),
        recipe => play(setup, Reading::Kind, |field| Published::new(recipe, field)),
    }
}

fn play<P: Player>(setup: &Setup, reading: Reading, player: impl FnOnce(&Field<'_>) -> P) -> Measured {
    let mut field = Field::new(setup, reading);
    let mut player = player(&field);
    let mut steps = 0;
    loop {
        while let Some(call) = field.next_arrived() {
            player.on_call(call, &mut field);
        }
        player.settle(&mut field);
        if field.has_arrived() {
            continue;
        }
        let event = field.next_event();
        let Some(next) = event.into_iter().chain(player.timeout()).min() else {
            break;
        };
        if next > setup.until {
            break;
        }
        steps = if next > field.tick() { 0 } else { steps + 1 };
        assert!(
            steps < STUCK,
            "{steps} steps at {next}: the strategy runs in a circle"
        );
        field.go_to(next);
        if event == Some(next) {
            happen(&mut field, &mut player);
        }
    }
    let hash = player.hash();
    field.measure(hash)
}

fn happen<P: Player>(field: &mut Field<'_>, player: &mut P) {
    match field.take_event() {
        Some(Event::Lands(flight)) => {
            if let Some((flight, outcome)) = field.land(flight) {
                player.on_end(&flight, outcome, field);
            }
        }
        Some(Event::Arrives(flight)) => field.arrive(flight),
        Some(Event::Call(load)) => field.arrive_call(load),
        Some(Event::Timer(call)) => player.on_timer(call, field),
        None => {}
    }
}
