//! How a call ended, in the words that all stacks have in common.

use bytes::Bytes;
use dioscuri_retry::AttemptLog;
use dioscuri_vocab::{Class, Failure, Phase};
use http_body::Body;
use http_body_util::BodyExt as _;
use std::{error::Error, pin::pin, time::Duration};

/// One stack, plugged together as its documentation says.
#[async_trait::async_trait]
pub(crate) trait Stack: Send + Sync {
    /// One `generateContent`, read to its end.
    async fn call(&self, body: Bytes) -> Told;

    /// One `streamGenerateContent`, read to its end.
    async fn stream(&self, _body: Bytes) -> Streamed {
        panic!("this stack has no streams");
    }

    /// Calls that hold a place or wait for one.
    fn busy(&self) -> usize {
        0
    }
}

/// How a call ended, as its stack tells it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) end: Result<Bytes, Broken>,
    /// What its receipt says, in order.
    pub(crate) tries: Vec<Tried>,
}

/// What a stream gave, and how it broke if it did.
#[derive(Debug, Default)]
pub(crate) struct Streamed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) error: Option<String>,
}

impl Streamed {
    /// Reads `body` to its end.
    pub(crate) async fn read<B>(body: B) -> Self
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        // Who never waits so long sets no timeout here.
        Self::read_within(Duration::from_secs(60), body).await
    }

    /// As [`Streamed::read`], with `patience` for each frame.
    pub(crate) async fn read_within<B>(patience: Duration, body: B) -> Self
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (mut body, mut streamed) = (pin!(body), Self::default());
        loop {
            match tokio::time::timeout(patience, body.frame()).await {
                Ok(None) => return streamed,
                Ok(Some(Ok(frame))) => streamed.bytes.extend(frame.into_data().unwrap_or_default()),
                Ok(Some(Err(error))) => return streamed.broken(&*error.into()),
                Err(elapsed) => return streamed.broken(&elapsed),
            }
        }
    }

    /// The same, and then it broke.
    pub(crate) fn broken(mut self, error: &(dyn Error + 'static)) -> Self {
        self.error = Some(whole_text(error));
        self
    }
}

/// One try, as a receipt has it.
#[derive(Debug)]
pub(crate) struct Tried {
    /// `None`: it was answered.
    pub(crate) class: Option<Class>,
    /// How long the call had waited before it.
    pub(crate) waited: Duration,
}

/// An error, as a caller sees it.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) failure: Option<Failure>,
    pub(crate) phase: Option<Phase>,
    /// Where, in whatever words.
    pub(crate) endpoint: Option<String>,
    /// All that it says, causes included.
    pub(crate) text: String,
}

impl Told {
    pub(crate) fn answered(body: Bytes, tries: Vec<Tried>) -> Self {
        Self { end: Ok(body), tries }
    }

    pub(crate) fn broken(broken: Broken, tries: Vec<Tried>) -> Self {
        Self {
            end: Err(broken),
            tries,
        }
    }
}

impl Broken {
    /// An answer that is a refusal.
    pub(crate) fn refused(failure: Failure, endpoint: impl Into<String>) -> Self {
        Self {
            text: failure.to_string(),
            failure: Some(failure),
            phase: Some(Phase::Answered),
            endpoint: Some(endpoint.into()),
        }
    }

    /// What it means to a policy.
    pub(crate) fn failed(&self) -> Option<(Failure, Phase)> {
        self.failure.clone().zip(self.phase)
    }
}

/// A log of attempts as tries.
pub(crate) fn tries(log: &AttemptLog) -> Vec<Tried> {
    let tried = |one: &dioscuri_retry::Tried| Tried {
        class: one.class,
        waited: one.waited,
    };
    log.tried().iter().map(tried).collect()
}

/// The text of an error and of its causes.
pub(crate) fn whole_text(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
