//! The client as a carrier, which can be closed without losing what is in flight.

use super::{Carrier, Failure, Reply};
use crate::{
    figures::seconds,
    output::{Receipt, compact},
    tally::Refusal,
};
use dioscuri::{Client, Config, Record, Request, Scope};
use dioscuri_reqwest::ReqwestTransport;
use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};
use tokio::sync::watch;

tokio::task_local! {
    /// Attempts in flight of the call that this task carries. The engine tells its observer of an attempt
    /// while the call itself is polled, so that the observer knows whose it is.
    static FLYING: Arc<AtomicUsize>;
}

/// Gemini over HTTP.
#[derive(Debug)]
pub(crate) struct Gemini {
    client: Client,
    closed: watch::Sender<bool>,
}

impl Gemini {
    /// A carrier for what `config` names.
    ///
    /// # Errors
    ///
    /// If the configuration is contradictory or TLS cannot be set up.
    pub(crate) fn new(config: Config) -> Result<Self, anyhow::Error> {
        let transport = ReqwestTransport::new()?;
        let client = Client::builder(config, transport).observer(observe()).build()?;
        Ok(Self {
            client,
            closed: watch::Sender::new(false),
        })
    }

    /// The client itself.
    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    fn reply(&self, outcome: Result<dioscuri::Answer, dioscuri::Error>) -> Reply {
        let receipt = match &outcome {
            Ok(answer) => answer.receipt().clone(),
            Err(error) => error.receipt().clone(),
        };
        let result = match outcome {
            Ok(answer) => compact(answer.body()).ok_or_else(|| Failure {
                class: "unknown".to_owned(),
                status: Some(200),
                message: "the answer is not JSON".to_owned(),
            }),
            Err(error) => Err(Failure {
                class: error.class().name().to_owned(),
                status: error.status(),
                message: error.message().to_owned(),
            }),
        };
        Reply {
            result,
            sent: receipt.tries.iter().filter(|one| one.sent).count() as u64,
            fallback: self.is_fallback(&receipt),
            refusals: receipt.tries.iter().filter_map(refusal).collect(),
            receipt: Receipt {
                model: receipt.model,
                endpoint: receipt.endpoint,
                attempts: receipt.attempts,
                waited_s: seconds(receipt.waited),
                rule: receipt.rule.map_or("not_sent", |rule| rule.name()).to_owned(),
            },
        }
    }

    /// Whether the endpoint asked last has another model than the first choice. The model that served may
    /// have another name all the same: an alias is served by what it stands for.
    fn is_fallback(&self, receipt: &dioscuri::Receipt) -> bool {
        let asked = receipt
            .endpoint
            .as_deref()
            .and_then(|place| place.rsplit('/').next());
        asked.is_some_and(|asked| {
            self.client
                .config()
                .models
                .first()
                .is_none_or(|first| first != asked)
        })
    }
}

fn refusal(one: &dioscuri::Try) -> Option<Refusal> {
    let class = one.class?;
    let place = match class.usual_scope() {
        Scope::Key => &one.credential,
        _ => &one.endpoint,
    };
    Some(Refusal {
        class: class.name().to_owned(),
        place: place.clone(),
    })
}

fn observe() -> impl dioscuri::Observer {
    |record: &Record<'_>, _| {
        // Outside of a call of ours there is nobody to count for.
        let _ = FLYING.try_with(|flying| match record {
            Record::Begun { .. } => {
                flying.fetch_add(1, Ordering::Relaxed);
            }
            Record::Ended { .. } => {
                flying.fetch_sub(1, Ordering::Relaxed);
            }
            _ => {}
        });
    }
}

impl Carrier for Gemini {
    async fn generate(&self, body: Vec<u8>) -> Option<Reply> {
        let request = match Request::from_json(body) {
            Ok(request) => request,
            Err(invalid) => return Some(Reply::unsent("invalid_request", &invalid)),
        };
        let flying = Arc::new(AtomicUsize::new(0));
        let mut call = pin!(FLYING.scope(Arc::clone(&flying), self.client.generate(&request)));
        let mut closed = self.closed.subscribe();
        let mut closing = pin!(closed.wait_for(|closed| *closed));
        let mut is_closed = false;
        let outcome = poll_fn(|context| {
            if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                return Poll::Ready(Some(outcome));
            }
            is_closed = is_closed || closing.as_mut().poll(context).is_ready();
            if is_closed && flying.load(Ordering::Relaxed) == 0 {
                return Poll::Ready(None);
            }
            Poll::Pending
        });
        outcome.await.map(|outcome| self.reply(outcome))
    }

    fn waiting(&self) -> usize {
        self.client.waiting()
    }

    fn in_flight(&self) -> usize {
        self.client.in_flight()
    }

    fn close(&self) {
        self.closed.send_replace(true);
    }
}
