//! Time of one call that succeeds at once, where nothing is sent: the loops alone.

use crate::quartiles;
use backon::Retryable as _;
use bytes::Bytes;
use criterion::Criterion;
use dioscuri_http::Clock;
use dioscuri_retry::{Attempts, Profile, Standard, adapters::Schedule};
use dioscuri_stacks::BODY;
use dioscuri_tower::{RetryLayer, TowerPolicy};
use google_cloud_gax::{
    exponential_backoff::ExponentialBackoff, retry_loop_internal::retry_loop, retry_policy::AlwaysRetry,
    retry_policy::RetryPolicyExt as _, retry_throttler::AdaptiveThrottler,
};
use http::{Request, Response};
use http_body_util::Full;
use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    hint::black_box,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer as _, Service, ServiceExt as _, retry::Policy, service_fn};

/// Calls of a turn.
const CALLS: u32 = 20_000;

/// One contender, and the number of the one that it is compared with.
struct Loop {
    name: &'static str,
    beside: usize,
    run: Run,
}

/// So many calls, one after the other.
type Run = Box<dyn Fn(&Runtime, u32)>;

impl Loop {
    fn new<F: Future>(name: &'static str, beside: usize, call: impl Fn() -> F + 'static) -> Self {
        let run = move |runtime: &Runtime, calls| {
            runtime.block_on(async {
                for _ in 0..calls {
                    black_box(call().await);
                }
            });
        };
        Self {
            name,
            beside,
            run: Box::new(run),
        }
    }
}

/// The policy that does the least: nothing is tried again.
#[derive(Clone)]
struct Trivial;

impl<Q: Clone, A, E> Policy<Q, A, E> for Trivial {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut Q, _: &mut Result<A, E>) -> Option<Ready<()>> {
        None
    }

    fn clone_request(&mut self, request: &Q) -> Option<Q> {
        Some(request.clone())
    }
}

fn request() -> Request<Full<Bytes>> {
    let request = Request::post("http://127.0.0.1/v1beta/models/gemini-3.8-flash:generateContent");
    let request = request.header("content-type", "application/json");
    request.body(Full::from(BODY)).expect("a request")
}

fn answered<Q>(_: Q) -> Ready<Result<Response<()>, Infallible>> {
    ready(Ok(Response::new(())))
}

/// A call of a clone of `service`, as every caller makes it.
fn asks<S>(name: &'static str, beside: usize, service: S) -> Loop
where
    S: Service<Request<Full<Bytes>>> + Clone + 'static,
{
    let request = request();
    Loop::new(name, beside, move || service.clone().oneshot(request.clone()))
}

fn policy() -> Standard {
    Profile::Default.policy()
}

async fn by_attempts(policy: &Standard, clock: Clock) -> Result<u32, Infallible> {
    let mut attempts = Attempts::new(clock.now().tick);
    attempts.begin(clock.now().tick);
    let answer = ready(Ok(7)).await;
    attempts.on_success(policy, clock.now().tick);
    answer
}

fn all() -> Vec<Loop> {
    let gax = {
        let throttler = Arc::new(Mutex::new(AdaptiveThrottler::default()));
        let policy = Arc::new(AlwaysRetry.with_attempt_limit(5));
        let backoff = Arc::new(ExponentialBackoff::default());
        Loop::new("gax's loop", 3, move || {
            let (throttler, policy, backoff) = (throttler.clone(), policy.clone(), backoff.clone());
            let inner = async |_| Ok(7);
            retry_loop(inner, tokio::time::sleep, true, throttler, policy, backoff)
        })
    };
    let clock = Clock::start();
    let standard: &'static Standard = Box::leak(Box::new(policy()));
    let (backons, backoffs) = (Schedule::new(policy()), Schedule::new(policy()));
    let nothing = |_: &Infallible| None::<dioscuri_vocab::Failure>;
    vec![
        asks(
            "tower::retry, a trivial policy",
            0,
            tower::retry::Retry::new(Trivial, service_fn(answered)),
        ),
        asks(
            "RetryLayer",
            0,
            RetryLayer::new(Arc::new(policy())).layer(service_fn(answered)),
        ),
        asks(
            "tower::retry, TowerPolicy",
            0,
            tower::retry::Retry::new(TowerPolicy::new(Arc::new(policy())), service_fn(answered)),
        ),
        gax,
        Loop::new("Attempts by hand", 3, move || by_attempts(standard, clock)),
        Loop::new("backon's loop, our schedule", 3, move || {
            let call = backons.call();
            async move {
                let ask = || ready(Ok::<_, Infallible>(7));
                let answer = ask
                    .retry(call.waits())
                    .when(call.when(nothing))
                    .adjust(call.adjust(nothing))
                    .await;
                call.succeeded();
                answer
            }
        }),
        Loop::new("backoff's loop, our schedule", 3, move || {
            let call = backoffs.call();
            async move {
                let judged = call.judged(nothing);
                let ask = || ready(Ok::<_, Infallible>(7).map_err(&judged));
                let answer = backoff::future::retry(call.waits(), ask).await;
                call.succeeded();
                answer
            }
        }),
    ]
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime")
}

/// Measures all loops by turns and prints their ratios.
#[expect(clippy::disallowed_methods, reason = "a bench reads a clock")]
pub(crate) fn report(turns: usize) {
    let (runtime, loops) = (runtime(), all());
    let mut spent = vec![Vec::new(); loops.len()];
    for first in 0..turns {
        for number in (0..loops.len()).map(|number| (number + first) % loops.len()) {
            // The scheduler's account is brought up to date too seldom for a loop that never waits.
            let before = Instant::now();
            (loops[number].run)(&runtime, CALLS);
            spent[number].push(before.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
        }
    }
    println!("\nA call that succeeds at once, {turns} turns of {CALLS}");
    println!(
        "{:<44} {:>9} {:>7}  {:>7} .. {:>7}",
        "", "ns", "ratio", "quarter", "quarter"
    );
    for (one, own) in loops.iter().zip(&spent) {
        let beside = &spent[one.beside];
        let ratios = own.iter().zip(beside).map(|(own, beside)| own / beside).collect();
        let [below, median, above] = quartiles(ratios);
        let [_, nanos, _] = quartiles(own.clone());
        println!(
            "{:<44} {nanos:>9.0} {median:>7.3}  {below:>7.3} .. {above:>7.3}",
            one.name
        );
    }
}

/// The same loops under criterion.
pub(crate) fn bench(criterion: &mut Criterion) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group("success");
    group.warm_up_time(Duration::from_millis(500));
    group.measurement_time(Duration::from_secs(2));
    for one in all() {
        group.bench_function(one.name, |bencher| {
            bencher.iter_custom(|iterations| {
                let calls = u32::try_from(iterations).unwrap_or(u32::MAX);
                #[expect(clippy::disallowed_methods, reason = "a bench reads a clock")]
                let before = Instant::now();
                (one.run)(&runtime, calls);
                before.elapsed()
            });
        });
    }
    group.finish();
}
