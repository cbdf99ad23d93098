//! Our classifier and our policy inside of reqwest-retry's own middleware.

use crate::{ClassifyMiddleware, cause::classify_any, reader::read_head};
use dioscuri_retry::{
    AttemptLog,
    adapters::{Failed, Schedule},
};
use dioscuri_vocab::{Failure, Phase};
use reqwest::Response;
use reqwest_middleware::Result;
use reqwest_retry::{RetryTransientMiddleware, Retryable, RetryableStrategy};

/// The stock middleware of reqwest-retry with our policy, and the classifier that belongs inside of it: add both, in this
/// order.
///
/// ```
/// use dioscuri_reqwest::stock_retry;
/// use dioscuri_retry::{AttemptLog, Profile, adapters::Schedule};
/// use dioscuri_sim::{Scenario, Server};
/// use std::time::Duration;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let scenario = r#"
/// # [[model]]
/// # name = "gemini-3.8-flash"
/// # [[project]]
/// # id = "castor"
/// # surface = "developer"
/// # key = [{ secret = "AQ.castor" }]
/// # [[incident]]
/// # what = "internal"
/// # count = 2
/// # "#;
/// # let server = Server::start(Scenario::parse(scenario)?).await?; // stands for generativelanguage.googleapis.com
/// # let google = server.url();
/// let schedule = Schedule::new(Profile::Default.policy()).with_deadline(Duration::from_secs(60));
/// let (retry, classify) = stock_retry(schedule);
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(retry)
///     // Here is the place of what has to see each attempt.
///     .with(classify)
///     .build();
///
/// let response = client
///     .post(format!("{google}/v1beta/models/gemini-3.8-flash:generateContent"))
///     .header("x-goog-api-key", "AQ.castor")
///     .body(r#"{"contents": [{"parts": [{"text": "Who is Castor?"}]}]}"#)
///     .send()
///     .await?;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.extensions().get::<AttemptLog>().map(|log| log.tried().len()), Some(3));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What does the stock middleware not do?
///
/// It takes every request of its client, and so do both of these: ask other APIs by another client. A body that cannot be cloned is an error before anything is sent. Every error comes as a middleware's, of which
/// `is_timeout()` and its kin are false; [`classify_any`](crate::classify_any) looks through it. An attempt under way is
/// not broken off at the deadline. [`RetryMiddleware`](crate::RetryMiddleware)
/// does all of it.
#[must_use = "both belong into one client"]
pub fn stock_retry(
    schedule: Schedule,
) -> (
    RetryTransientMiddleware<Schedule, HintStrategy>,
    ClassifyMiddleware,
) {
    let strategy = HintStrategy::new(schedule.clone());
    (
        RetryTransientMiddleware::new_with_policy_and_strategy(schedule, strategy),
        ClassifyMiddleware::new().with_filter(|_| true).with_log(),
    )
}

/// Reads each failure for a [`Schedule`], and hands it over: that way its waits heed the server's hint.
///
/// It calls every failure transient; whether it is tried again decides the schedule, which has to be the policy of the
/// same middleware (or a clone of it). Body and hint of a refusal are known where a [`ClassifyMiddleware`] stands inside;
/// else it goes by status and headers.
#[derive(Clone, Debug)]
pub struct HintStrategy {
    schedule: Schedule,
}

impl HintStrategy {
    /// Hands failures over to `schedule`.
    #[must_use]
    pub const fn new(schedule: Schedule) -> Self {
        Self { schedule }
    }
}

impl RetryableStrategy for HintStrategy {
    fn handle(&self, result: &Result<Response>) -> Option<Retryable> {
        // What an earlier answer left behind on this thread is not of this one.
        self.schedule.hand_over_nothing();
        let failed = match result {
            Ok(response) => failed(response),
            // What another middleware has made up, a retry would meet again.
            Err(error) => match classify_any(error) {
                Some(failed) => Some(failed.into()),
                None => return Some(Retryable::Fatal),
            },
        };
        let Some(failed) = failed else {
            if result
                .as_ref()
                .is_ok_and(|response| response.status().is_success())
            {
                self.schedule.succeeded();
            }
            return None;
        };
        self.schedule.hand_over(failed);
        Some(Retryable::Transient)
    }
}

fn failed(response: &Response) -> Option<Failed> {
    match response.extensions().get::<Failure>() {
        Some(failure) => Some(counted(failure.clone(), response)),
        None => read_head(response).map(Failed::from),
    }
}

/// The failure of a response, with the attempts that counted where the log tells: refusals by quota do not.
fn counted(failure: Failure, response: &Response) -> Failed {
    let failed = Failed::new(failure, Phase::Answered);
    let Some(log) = response.extensions().get::<AttemptLog>() else {
        return failed;
    };
    let counted = log.tried().iter().filter(|tried| tried.counted).count();
    failed.after_attempts(u32::try_from(counted).unwrap_or(u32::MAX))
}
