//! The loop against a double: no network, and a clock that stands still until it is moved.

use super::*;
use crate::{
    carrier::NoAnswer,
    output::{LineReceipt, compact},
    tally::Refusal,
};
use dioscuri::{WaitingFor, Waits};
use std::{fmt::Write as _, fs, path::Path};
use tempfile::TempDir;
use tokio::{sync::Semaphore, time::sleep};

/// Answers each call after a second; those beyond `room` wait until there is room.
struct Double {
    room: Semaphore,
    waiting: AtomicUsize,
    in_flight: AtomicUsize,
    most_outstanding: AtomicUsize,
    sent: AtomicUsize,
    refuse: Option<&'static str>,
}

impl Double {
    fn with_room(room: usize) -> Self {
        Self {
            room: Semaphore::new(room),
            waiting: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most_outstanding: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            refuse: None,
        }
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Carrier for Double {
    async fn generate(&self, _: Vec<u8>) -> Reply {
        let waiting = Approach::of(&self.waiting);
        let outstanding = self.waiting() + self.in_flight();
        self.most_outstanding.fetch_max(outstanding, Ordering::Relaxed);
        let Ok(_room) = self.room.acquire().await else {
            return Reply {
                shed: true,
                ..Reply::unsent("unknown", &"closed")
            };
        };
        drop(waiting);
        self.sent.fetch_add(1, Ordering::Relaxed);
        let _flight = Approach::of(&self.in_flight);
        sleep(Duration::from_secs(1)).await;
        let failure = |class: &str| NoAnswer {
            class: class.to_owned(),
            status: Some(503),
            message: "no".to_owned(),
        };
        Reply {
            result: self
                .refuse
                .map_or_else(|| Ok(compact(b"{}").unwrap()), |class| Err(failure(class))),
            receipt: LineReceipt {
                attempts: 1,
                ..LineReceipt::unsent()
            },
            waits: Waits::default(),
            shed: false,
            sent: 1,
            cut_off: false,
            fallback: false,
            refusals: Vec::from_iter(self.refuse.map(|class| Refusal {
                class: class.to_owned(),
                place: "castor/global/m".to_owned(),
                unreached: false,
            })),
        }
    }

    fn streams(&self) -> usize {
        100
    }

    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn waiting_for(&self) -> Option<WaitingFor> {
        None
    }

    fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    fn close(&self) {
        self.room.close();
    }
}

/// Counts one up, and down again when it is dropped.
struct Held<'a>(&'a AtomicUsize);

impl Approach {
    fn of(count: &AtomicUsize) -> Held<'_> {
        count.fetch_add(1, Ordering::Relaxed);
        Held(count)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Trial {
    folder: TempDir,
    double: Arc<Double>,
    interrupts: mpsc::Receiver<()>,
    interrupt: mpsc::Sender<()>,
}

impl Trial {
    fn new(requests: usize, double: Double) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = String::new();
        for number in 0..requests {
            writeln!(
                lines,
                r#"{{"key":"k{number}","request":{{"contents":[{number}]}}}}"#
            )
            .unwrap();
        }
        fs::write(folder.path().join("in.jsonl"), lines).unwrap();
        let (interrupt, interrupts) = mpsc::channel(2);
        Self {
            folder,
            double: Arc::new(double),
            interrupts,
            interrupt,
        }
    }

    async fn run(self, output: Option<&Path>) -> (Finished, Vec<String>) {
        let (input, own) = (
            self.folder.path().join("in.jsonl"),
            self.folder.path().join("out.jsonl"),
        );
        let output = output.unwrap_or(&own);
        let (journal, ..) = Journal::open(output, &input).unwrap();
        let input = Arc::new(Input::read(&input).unwrap());
        let job = Job {
            carrier: self.double,
            send: (0..input.items.len()).collect(),
            input,
            journal,
            console: &mut Console::new(true, None),
            standing: Standing::default(),
        };
        let finished = run(job, self.interrupts).await;
        let lines = fs::read_to_string(&own).unwrap_or_default();
        (finished, lines.lines().map(str::to_owned).collect())
    }
}

#[tokio::test(start_paused = true)]
async fn every_request_gets_one_line() {
    let trial = Trial::new(100, Double::with_room(10));
    let double = Arc::clone(&trial.double);
    let (finished, lines) = trial.run(None).await;
    assert_eq!(
        (finished.tally.answered, finished.unfinished, finished.stop),
        (100, 0, None)
    );
    assert_eq!((lines.len(), double.sent()), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn the_engine_never_holds_more_than_its_queue_needs() {
    let trial = Trial::new(1000, Double::with_room(50));
    let double = Arc::clone(&trial.double);
    trial.run(None).await;
    // Fifty in flight and thirty-two that wait.
    let most = double.most_outstanding.load(Ordering::Relaxed);
    assert!((50..=82).contains(&most), "{most}");
}

#[tokio::test(start_paused = true)]
async fn overload_leaves_one_call_at_a_time() {
    let mut double = Double::with_room(1000);
    double.refuse = Some("capacity");
    let (finished, lines) = Trial::new(60, double).run(None).await;
    assert_eq!((finished.tally.failed["capacity"], lines.len()), (60, 60));
    // 16 in the first second, then 8, 4, 2 and one each second.
    assert!(
        finished.elapsed >= Duration::from_secs(4 + 30),
        "{:?}",
        finished.elapsed
    );
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_lets_what_is_in_flight_end_and_sends_nothing_more() {
    let trial = Trial::new(100, Double::with_room(5));
    let double = Arc::clone(&trial.double);
    let interrupt = trial.interrupt.clone();
    let press = async {
        sleep(Duration::from_millis(1500)).await;
        interrupt.send(()).await.unwrap();
    };
    let ((finished, lines), ()) = tokio::join!(trial.run(None), press);
    assert_eq!(finished.stop, Some(Stop::Interrupted));
    assert_eq!((double.sent(), lines.len(), finished.unfinished), (10, 10, 90));
    assert_eq!(finished.given_up, 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_interrupt_does_not_wait_for_what_is_in_flight() {
    let trial = Trial::new(100, Double::with_room(5));
    let double = Arc::clone(&trial.double);
    let interrupt = trial.interrupt.clone();
    let press = async {
        sleep(Duration::from_millis(1500)).await;
        interrupt.send(()).await.unwrap();
        sleep(Duration::from_millis(100)).await;
        assert_eq!(double.in_flight(), 5);
        interrupt.send(()).await.unwrap();
    };
    let ((finished, lines), ()) = tokio::join!(trial.run(None), press);
    assert_eq!(finished.stop, Some(Stop::Interrupted));
    assert_eq!((double.sent(), lines.len(), finished.unfinished), (10, 5, 95));
    assert_eq!(finished.given_up, 5);
    // Their answers would have come at two seconds.
    assert!(
        finished.elapsed < Duration::from_millis(1700),
        "{:?}",
        finished.elapsed
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn a_full_output_stops_the_sending_and_rescues_what_was_paid_for() {
    let trial = Trial::new(100, Double::with_room(5));
    let double = Arc::clone(&trial.double);
    let (finished, _) = trial.run(Some(Path::new("/dev/full"))).await;
    let rescued = finished.rescued_to.unwrap();
    let lines = fs::read_to_string(&rescued).unwrap();
    fs::remove_file(rescued).unwrap();
    assert_eq!(finished.stop, Some(Stop::Output));
    assert_eq!(
        (finished.tally.lost, finished.tally.answered),
        (0, lines.lines().count() as u64)
    );
    assert_eq!(double.sent(), lines.lines().count());
    assert!(finished.unfinished >= 90);
}
