//! What a call is charged for, and by whose rules it ends.

use crate::pool::{pool, question, retry};
use crate::script::{Say, Script, refused};
use dioscuri_budget::{Budget, Limit, Turnstile};
use dioscuri_http::connection_failure;
use dioscuri_retry::{AttemptLog, OnEmpty, Profile, RetryBudget, RetryPolicyExt as _, Table};
use dioscuri_tower::vocab::{Class, EndpointId, Tick};
use dioscuri_tower::{BudgetError, Claim, Deadline, PoolLayer, RateBudgetLayer, RetryLayer};
use http::StatusCode;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tower::{Layer as _, ServiceExt as _};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn only_retries_that_happen_are_paid_for() {
    let price = |retries: usize, full: u32, left: u32| {
        let paid = (full - left) as usize;
        assert_eq!(paid % retries, 0, "{paid} for {retries}");
        paid / retries
    };
    let mut prices = Vec::new();
    for count in [0, 1, 2, 3] {
        let budget = Arc::new(RetryBudget::new());
        let full = budget.tokens(Tick::ZERO);
        let policy = Profile::Default
            .policy()
            .within_budget(budget.clone(), OnEmpty::Postpone);
        let script = Script::new(vec![refused(Class::Internal, 500, None); 20]);
        let retry = RetryLayer::new(Arc::new(policy)).with_seed(1);
        let sent = script.clone();
        let answer = if count == 0 {
            retry.layer(script).oneshot(question()).await.unwrap().status()
        } else {
            let pool = PoolLayer::new(pool(count), |_, _| {}).with_seed(3);
            let service = retry.layer(pool.layer(script));
            service.oneshot(question()).await.unwrap().status()
        };
        assert_eq!(answer, StatusCode::INTERNAL_SERVER_ERROR);
        let retries = sent.asked().len() - 1;
        prices.push(price(retries, full, budget.tokens(Tick::ZERO)));
    }
    assert!(prices.iter().all(|price| *price == prices[0]), "{prices:?}");
}

#[tokio::test(start_paused = true)]
async fn a_table_of_the_users_says_what_counts() {
    let table = Table::standard().with(Class::QuotaMinute, Table::standard().of(Class::Capacity));
    for is_pooled in [false, true] {
        let policy = Arc::new(Profile::Default.policy().with_table(table.clone()));
        let script = Script::new(vec![refused(Class::QuotaMinute, 429, None); 100]);
        let (layer, sent) = (
            RetryLayer::new(policy).with_deadline(SECOND * 3600),
            script.clone(),
        );
        let status = if is_pooled {
            let pool = PoolLayer::new(pool(1), |_, _| {});
            layer
                .layer(pool.layer(script))
                .oneshot(question())
                .await
                .unwrap()
                .status()
        } else {
            layer.layer(script).oneshot(question()).await.unwrap().status()
        };
        assert_eq!((status.as_u16(), sent.asked().len()), (429, 5), "{is_pooled}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_elsewhere_by_itself_need_not_wait() {
    for class in [Class::AuthInvalidKey, Class::QuotaZero, Class::QuotaMinute] {
        let script = Script::new([refused(class, 429, Some(SECOND * 26)), Say::Answer("Twins.")]);
        let service = retry().anywhere().layer(script.clone());
        let answer = service.oneshot(question()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{class}");
        assert!(script.times()[1] < SECOND / 100, "{class}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_inner_deadline_ends_the_inner_waits() {
    let script = Script::new([
        refused(Class::QuotaMinute, 429, Some(SECOND * 50)),
        Say::Answer("Twins."),
    ]);
    let inner = retry().with_deadline(SECOND * 10).layer(script.clone());
    let once = |_: &dioscuri_retry::Context,
                _: &dioscuri_tower::vocab::Failure,
                _: Tick,
                _: &mut dyn dioscuri_tower::vocab::Rng| dioscuri_retry::Verdict::Permanent;
    let outer = RetryLayer::new(Arc::new(once)).with_deadline(SECOND * 100);
    let answer = outer.layer(inner).oneshot(question()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(script.asked().len(), 1);
}

/// A reader that knows nothing of the refusals of layers.
#[tokio::test(start_paused = true)]
async fn refusals_of_layers_are_read_before_any_reader() {
    for (limit, class) in [(0, Class::QuotaZero), (1, Class::DeadlineExceeded)] {
        let budget = Arc::new(Budget::default());
        budget.attach(EndpointId(0), &[Limit::rpm(limit)]);
        let held = RateBudgetLayer::new(Turnstile::new(budget), |_, size| {
            Some(Claim::estimated(EndpointId(0), size))
        });
        let ends = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&ends);
        let service = retry()
            .with_reading(|error: &BudgetError, phase| connection_failure(error, phase))
            .with_log(move |log| seen.lock().unwrap().push(log.clone()))
            .layer(held.layer(Script::new([Say::Answer("Twins.")])));
        if limit > 0 {
            service.clone().oneshot(question()).await.unwrap();
        }
        let mut hasty = question();
        hasty.extensions_mut().insert(Deadline(SECOND * 5));
        service.oneshot(hasty).await.unwrap_err();
        let ends = ends.lock().unwrap();
        let last: Vec<_> = ends.last().unwrap().tried().to_vec();
        assert_eq!(
            (last.len(), last[0].class, last[0].counted),
            (1, Some(class), false)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_finished_call_says_that_it_is_finished() {
    for status in [200, 304, 404] {
        let script = Script::new([Say::Status(status)]);
        let answer = retry().layer(script).oneshot(question()).await.unwrap();
        let log = answer.extensions().get::<AttemptLog>().unwrap();
        assert_eq!(log.to_string(), "answered");
    }
}

#[cfg(feature = "engine")]
mod over_an_engine {
    use super::*;
    use bytes::Bytes;
    use dioscuri_engine::Engine;
    use dioscuri_errors::Taxonomy;
    use dioscuri_pool::{EndpointSpec, RegionPool};
    use dioscuri_tower::vocab::CredentialId;
    use dioscuri_tower::{EngineLayer, EngineService};
    use dioscuri_transport::{Address, Carrier, Clock, Credential, Directory, DriverConfig, Routes};
    use http::Request;
    use http_body::{Body, Frame};
    use http_body_util::Full;
    use std::{
        convert::Infallible,
        future::Future as _,
        io::ErrorKind,
        pin::Pin,
        task::{Context, Poll, ready},
    };
    use tokio::time::{Instant, Sleep, sleep};

    const MODEL: &str = "gemini-3.8-flash";
    const URL: &str = "http://any.test/v1beta/models/gemini-3.8-flash:generateContent";
    const BODY: &str = r#"{"contents": []}"#;

    fn engine(script: Script) -> EngineService<Script> {
        let pool = RegionPool::default();
        pool.add(EndpointSpec::new(EndpointId(0), [CredentialId(0)]))
            .unwrap();
        let engine = Engine::builder(pool).retry(Profile::Default.policy()).build();
        let mut directory = Directory::new();
        directory.add_endpoint(Address::developer(MODEL).unwrap());
        directory.add_credential(Credential::api_key("AQ.castor"));
        let (classify, config) = (Arc::new(Taxonomy::new()), DriverConfig::default());
        let carrier = Carrier::new(engine, directory, classify, Clock::start(), config);
        EngineLayer::new(Routes::new().with(MODEL, carrier)).layer(script)
    }

    fn asked() -> Request<Full<Bytes>> {
        let ask = Request::post(URL).extension(Deadline(SECOND * 60));
        ask.body(Full::from(BODY)).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_tries_again_what_an_engine_has_given_up() {
        for say in [Say::Break(ErrorKind::ConnectionReset), Say::Status(500)] {
            let [alone, below] = [(); 2].map(|()| Script::new(vec![say.clone(); 200]));
            let _ = engine(alone.clone()).oneshot(asked()).await;
            let _ = retry().layer(engine(below.clone())).oneshot(asked()).await;
            assert_eq!(alone.asked().len(), below.asked().len());
        }
    }

    /// A body that takes eight seconds.
    struct Slow(Pin<Box<Sleep>>, Option<Bytes>);

    impl Body for Slow {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.1.is_none() {
                return Poll::Ready(None);
            }
            ready!(self.0.as_mut().poll(cx));
            Poll::Ready(self.1.take().map(|data| Ok(Frame::data(data))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_upload_is_part_of_the_call() {
        let script = Script::new([Say::Late(SECOND * 9, "{}")]);
        let body = Slow(Box::pin(sleep(SECOND * 8)), Some(Bytes::from(BODY)));
        let ask = Request::post(URL).extension(Deadline(SECOND * 10));
        let began = Instant::now();
        let end = engine(script).oneshot(ask.body(body).unwrap()).await;
        assert!(end.is_err());
        assert!(began.elapsed() < SECOND * 11, "{:?}", began.elapsed());
    }
}
