//! CPU time of the client's thread, per request, at sixteen concurrent calls. The server is another thread.

mod clients;
mod server;

use crate::quartiles;
use clients::Client;
use std::{fs, sync::Arc};
use tokio::task::JoinSet;

/// Calls in flight.
const CALLS: usize = 16;

/// Requests of each call in a turn: about 30 ms of CPU time, much more than the clock's grain.
const EACH: usize = 50;

/// Measures the clients that are wanted, so many turns each, and prints their ratios.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn report(turns: usize, is_wanted: impl Fn(&str) -> bool) {
    let url = server::start();
    let clients = clients::all(&url, is_wanted);
    for client in &clients {
        // Connections, caches, what is learned.
        turn(client).await;
        turn(client).await;
    }
    let mut spent = vec![Vec::new(); clients.len()];
    for first in 0..turns {
        // Nobody always follows the same one.
        for number in (0..clients.len()).map(|number| (number + first) % clients.len()) {
            spent[number].push(turn(&clients[number]).await);
        }
    }
    println!(
        "CPU of the client's thread per request, {CALLS} concurrent calls, {turns} turns of {}",
        CALLS * EACH
    );
    println!(
        "{:<44} {:>9} {:>7}  {:>7} .. {:>7}",
        "", "µs", "ratio", "quarter", "quarter"
    );
    for (client, own) in clients.iter().zip(&spent) {
        let beside = &spent[client.beside];
        let ratios = own.iter().zip(beside).map(|(own, beside)| own / beside).collect();
        let [below, median, above] = quartiles(ratios);
        let [_, micros, _] = quartiles(own.clone());
        println!(
            "{:<44} {micros:>9.2} {median:>7.3}  {below:>7.3} .. {above:>7.3}",
            client.name
        );
    }
}

/// CPU time per request, in microseconds.
async fn turn(client: &Client) -> f64 {
    let before = cpu_nanos();
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        let ask = Arc::clone(&client.ask);
        calls.spawn(async move {
            for _ in 0..EACH {
                ask().await;
            }
        });
    }
    calls.join_all().await;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred requests")]
    let requests = (CALLS * EACH) as f64;
    nanos_since(before) / 1_000.0 / requests
}

/// What this thread has spent, by the scheduler's account, which is brought up to date whenever it waits.
fn cpu_nanos() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux keeps it");
    let spent = text.split(' ').next().and_then(|spent| spent.parse().ok());
    spent.expect("its first number is the time on a CPU")
}

/// What it has spent since `before`.
#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds of a moment are exact in a float"
)]
fn nanos_since(before: u64) -> f64 {
    (cpu_nanos() - before) as f64
}
