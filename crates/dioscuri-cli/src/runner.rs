//! Keeps calls going until everything is answered, the output fails, or the run is interrupted.
//!
//! The loop runs on the main thread and may block there for a write to the disk; the calls run on the
//! runtime's own threads.

use crate::{
    carrier::{Carrier, NoAnswer, Reply},
    input::Input,
    output::{Journal, Problem, answered, failed},
    pace::{Load, Pace},
    progress::{Console, Standing},
    tally::{Tally, is_overload},
};
use std::{
    future::poll_fn,
    path::PathBuf,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    select,
    sync::{Notify, mpsc},
    task::{JoinSet, spawn_blocking},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

/// How long what is in flight may take to end, once a run stops early.
const DRAIN: Duration = Duration::from_secs(5);

/// How often progress is looked at: four times a second looks smooth.
const TICK: Duration = Duration::from_millis(250);

/// How often the output is forced to the disk: what a power cut may cost.
const SYNC: Duration = Duration::from_secs(5);

/// What is to be done, and where its traces go.
#[derive(Debug)]
pub(crate) struct Job<'a, C> {
    pub(crate) carrier: Arc<C>,
    pub(crate) input: Arc<Input>,
    /// The items to send, by their place in the input.
    pub(crate) send: Vec<usize>,
    pub(crate) journal: Journal,
    pub(crate) console: &'a mut Console,
    /// Where the run stands before it begins.
    pub(crate) standing: Standing,
}

/// What came of a job.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) tally: Tally,
    /// Why it stopped early, if it did.
    pub(crate) stop: Option<Stop>,
    /// Requests that it did not come to, or whose call it gave up.
    pub(crate) unfinished: u64,
    /// Requests that were in flight when it ended, and whose answers nobody waited for.
    pub(crate) given_up: u64,
    /// Where answers went that the output had no room for.
    pub(crate) rescued_to: Option<PathBuf>,
    pub(crate) elapsed: Duration,
}

/// Why a run stops early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// The output cannot be written.
    Output,
    /// Ctrl-C or SIGTERM.
    Interrupted,
}

/// Does `job`. The first message from `interrupts` lets what is in flight end, the second does not.
pub(crate) async fn run<C: Carrier>(job: Job<'_, C>, mut interrupts: mpsc::Receiver<()>) -> Finished {
    let mut runner = Runner::new(job);
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        runner.start_what_fits();
        if runner.is_done() {
            break;
        }
        select! {
            biased;
            Some(()) = interrupts.recv() => if !runner.on_interrupt() {
                break;
            },
            Some(done) = runner.calls.join_next() => match done {
                Ok(done) => runner.on_done(done),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            },
            () = sleep_until(runner.stop_at), if runner.stop.is_some() => break,
            () = runner.moved.notified() => {}
            _ = ticks.tick() => runner.on_tick(),
        }
    }
    runner.finish()
}

struct Runner<'a, C> {
    carrier: Arc<C>,
    input: Arc<Input>,
    send: std::vec::IntoIter<usize>,
    journal: Journal,
    console: &'a mut Console,
    before: Standing,
    pace: Pace,
    tally: Tally,
    calls: JoinSet<Done>,
    /// Bytes of the bodies of all calls.
    bytes: u64,
    /// Calls that are on their way to the engine's queue.
    approaching: Arc<AtomicUsize>,
    /// Some call has moved: there may be room for another.
    moved: Arc<Notify>,
    began: Instant,
    synced: Instant,
    stop: Option<Stop>,
    stop_at: Instant,
    rescued_to: Option<PathBuf>,
    unfinished: u64,
}

struct Done {
    at: usize,
    reply: Reply,
}

impl<'a, C: Carrier> Runner<'a, C> {
    fn new(job: Job<'a, C>) -> Self {
        let now = Instant::now();
        Self {
            pace: Pace::new(job.carrier.streams()),
            carrier: job.carrier,
            input: job.input,
            unfinished: job.send.len() as u64,
            send: job.send.into_iter(),
            journal: job.journal,
            console: job.console,
            before: job.standing,
            tally: Tally::default(),
            calls: JoinSet::new(),
            bytes: 0,
            approaching: Arc::default(),
            moved: Arc::default(),
            began: now,
            synced: now,
            stop: None,
            stop_at: now,
            rescued_to: None,
        }
    }

    fn start_what_fits(&mut self) {
        while self.stop.is_none()
            && let Some(&at) = self.send.as_slice().first()
            && self.pace.allows(self.load(), self.input.items[at].length)
        {
            self.send.next();
            self.start(at);
        }
    }

    fn load(&self) -> Load {
        Load {
            outstanding: self.calls.len(),
            waiting: self.carrier.waiting() + self.approaching.load(Ordering::Relaxed),
            bytes: self.bytes,
        }
    }

    fn start(&mut self, at: usize) {
        self.bytes += self.input.items[at].length;
        let approach = Approach::begin(&self.approaching);
        let (carrier, input) = (Arc::clone(&self.carrier), Arc::clone(&self.input));
        let moved = Arc::clone(&self.moved);
        self.calls.spawn(async move {
            let body = spawn_blocking(move || input.body(&input.items[at]));
            let reply = match body.await.expect("reading a line does not panic") {
                Ok(body) => watched(carrier.generate(body), approach, &moved).await,
                // Transient: what the file says by then may be sent by the next run.
                Err(changed) => Reply::unsent("conflict", &changed),
            };
            Done { at, reply }
        });
    }

    fn is_done(&self) -> bool {
        self.calls.is_empty() && (self.stop.is_some() || self.send.len() == 0)
    }

    fn on_done(&mut self, done: Done) {
        let input = Arc::clone(&self.input);
        let item = &input.items[done.at];
        self.bytes -= item.length;
        let reply = done.reply;
        self.tally.on_end(&reply);
        if reply.shed {
            return;
        }
        self.unfinished -= 1;
        if reply.refusals.iter().any(|refusal| is_overload(&refusal.class)) {
            self.pace.on_overload(self.began.elapsed());
        }
        match &reply.result {
            Ok(response) => {
                self.pace.on_answer();
                let line = answered(&item.key, item.fingerprint, response, &reply.receipt);
                if self.write(&line) {
                    self.tally.on_answer(&reply);
                } else {
                    self.tally.lost += 1;
                }
            }
            Err(NoAnswer {
                class,
                status,
                message,
            }) => {
                let problem = Problem {
                    class,
                    status: *status,
                    message,
                };
                self.write(&failed(
                    &item.key,
                    Some(item.fingerprint),
                    problem,
                    &reply.receipt,
                ));
                self.tally.on_failure(class);
            }
        }
    }

    /// Writes a line to the output, or, once that is full, to a file beside it. Whether it is written.
    fn write(&mut self, line: &[u8]) -> bool {
        let Err(error) = self.journal.append(line) else {
            return true;
        };
        if self.stop == Some(Stop::Output) {
            return false;
        }
        self.stop(Stop::Output);
        self.console
            .error(&format!("{}; nothing more is sent", error.with_cause()));
        match Journal::rescue() {
            Ok(rescue) => {
                self.rescued_to = Some(rescue.path().to_owned());
                self.journal = rescue;
                self.journal.append(line).is_ok()
            }
            Err(_) => false,
        }
    }

    fn stop(&mut self, why: Stop) {
        self.carrier.close();
        self.stop = Some(why);
        self.stop_at = Instant::now() + DRAIN;
    }

    /// Whether the run goes on for what is in flight.
    fn on_interrupt(&mut self) -> bool {
        if self.stop.is_some() {
            return false;
        }
        self.stop(Stop::Interrupted);
        self.console.note(&format!(
            "interrupted: nothing more is sent; what is in flight ({}) has {} s to end, or press Ctrl-C again",
            self.carrier.in_flight(),
            DRAIN.as_secs()
        ));
        true
    }

    fn on_tick(&mut self) {
        let standing = Standing {
            answered: self.before.answered + self.tally.answered,
            failed: self.before.failed + self.tally.failures(),
            in_flight: self.carrier.in_flight() as u64,
            waiting: self.carrier.waiting() as u64,
            waiting_for: self.carrier.waiting_for(),
            elapsed: self.began.elapsed(),
            ..self.before
        };
        self.console.progress(standing);
        if self.synced.elapsed() >= SYNC {
            self.synced = Instant::now();
            self.sync();
        }
    }

    fn sync(&mut self) {
        if let Err(error) = self.journal.sync()
            && self.stop != Some(Stop::Output)
        {
            self.console
                .error(&format!("{}; nothing more is sent", error.with_cause()));
            self.stop(Stop::Output);
        }
    }

    fn finish(mut self) -> Finished {
        // What has ended in time is paid for, and only waits to be collected.
        while let Some(Ok(done)) = self.calls.try_join_next() {
            self.on_done(done);
        }
        self.sync();
        Finished {
            // Their calls are dropped with the runner.
            given_up: self.carrier.in_flight() as u64,
            tally: self.tally,
            stop: self.stop,
            unfinished: self.unfinished,
            rescued_to: self.rescued_to,
            elapsed: self.began.elapsed(),
        }
    }
}

/// Polls `call`, tells of every poll, and ends its `approach` after the first: it is in the queue by then, or
/// on the wire.
async fn watched<T>(call: impl Future<Output = T>, approach: Approach, moved: &Notify) -> T {
    let mut call = pin!(call);
    let mut approach = Some(approach);
    poll_fn(|context| {
        let polled = call.as_mut().poll(context);
        approach = None;
        moved.notify_one();
        polled
    })
    .await
}

/// One call on its way to the engine's queue, counted until it is dropped.
struct Approach(Arc<AtomicUsize>);

impl Approach {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Approach {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
