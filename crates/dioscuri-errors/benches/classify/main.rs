//! What reading failures costs, beside what anybody would pay who reads the same bytes.
//!
//! `cargo bench -p dioscuri-errors` prints the ratios first, each measured by turns in one run so that a busy
//! machine slows both sides alike, and then criterion's own figures.

mod body;
mod log;
mod ratio;

use criterion::{Criterion, Throughput};
use dioscuri_errors::{Classify as _, Seen, Taxonomy, read_answer};
use dioscuri_vocab::{Class, UnixTime};
use ratio::Side;
use std::hint::black_box;

const NOON: UnixTime = UnixTime(0);

fn main() {
    let log = log::text(16 << 20);
    // Not where a test runner only asks for names.
    if std::env::args().any(|argument| argument == "--bench") {
        ratios(&log);
    }
    let mut criterion = Criterion::default().configure_from_args();
    quota_body(&mut criterion);
    answer(&mut criterion);
    log_text(&mut criterion, &log);
    criterion.final_summary();
}

fn classify() {
    let seen = Seen::new(Some(429), black_box(body::QUOTA).as_bytes());
    let failure = Taxonomy::new().classify(seen, NOON).expect("a failure");
    assert_eq!(failure.class, Class::QuotaDay);
    black_box(failure);
}

fn plain_structs() {
    let bytes = black_box(body::QUOTA).as_bytes();
    let body: body::Body = serde_json::from_slice(bytes).expect("the form of the structs");
    black_box(body);
}

fn ratios(log: &str) {
    let errors = log.matches("RESOURCE_EXHAUSTED").count();
    let found = Taxonomy::new().find_in(log.as_bytes(), None, NOON).len();
    assert!(
        found > 0 && found <= errors,
        "{found} of at most {errors} errors were found"
    );
    let read = |text: &str| {
        let _ = black_box(Taxonomy::new().find_in(black_box(text).as_bytes(), None, NOON));
    };
    let scan = |text: &str| {
        let _ = black_box(memchr::memchr_iter(b'{', black_box(text).as_bytes()).count());
    };
    ratio::print(
        &Side::new("a quota body to its failure", body::QUOTA.len(), &classify),
        &Side::new("serde_json into plain structs", body::QUOTA.len(), &plain_structs),
    );
    ratio::print(
        &Side::new("find every error in a log", log.len(), &|| read(log)),
        &Side::new("memchr over the same log", log.len(), &|| scan(log)),
    );
}

fn quota_body(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("quota body");
    group.throughput(Throughput::Bytes(body::QUOTA.len() as u64));
    group.bench_function("to a failure", |bench| bench.iter(classify));
    group.bench_function("into plain structs", |bench| bench.iter(plain_structs));
    group.finish();
}

fn answer(criterion: &mut Criterion) {
    let answer = body::ANSWER.as_bytes();
    let mut group = criterion.benchmark_group("answer");
    group.throughput(Throughput::Bytes(answer.len() as u64));
    group.bench_function("read", |bench| {
        bench.iter(|| read_answer(black_box(answer), NOON));
    });
    group.bench_function("classify", |bench| {
        bench.iter(|| Taxonomy::new().classify(Seen::new(Some(200), black_box(answer)), NOON));
    });
    group.finish();
}

fn log_text(criterion: &mut Criterion, log: &str) {
    let mut group = criterion.benchmark_group("log");
    group
        .sample_size(10)
        .throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("find", |bench| {
        bench.iter(|| Taxonomy::new().find_in(black_box(log).as_bytes(), None, NOON));
    });
    group.finish();
}
