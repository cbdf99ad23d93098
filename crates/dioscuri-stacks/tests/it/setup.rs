//! What every stack is plugged together from.

use dioscuri_retry::{Backoff, Profile, Standard};
use dioscuri_stacks::path;
use http_body::Body;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{num::NonZeroU32, time::Duration};

/// Plugs a stack together.
pub(crate) type Plug = fn(&Setup) -> Box<dyn crate::told::Stack>;

/// hyper-util's client for requests with such a body.
pub(crate) type Hyper<B> = Client<HttpConnector, B>;

/// Where to send, how patiently, and how.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) url: String,
    /// Whether faults are met: then waits and timeouts are short.
    pub(crate) quick: bool,
    /// Whether the client begins with HTTP/2.
    pub(crate) http2: bool,
    /// How long one attempt may take.
    pub(crate) patience: Duration,
}

/// How long nothing may come where faults are met. Answers come within milliseconds there, and what stalls does so
/// for minutes; two seconds bear a machine that is busy.
const STALLED: Duration = Duration::from_secs(2);

impl Setup {
    /// With the waits that dioscuri has by default.
    pub(crate) fn usual(url: String) -> Self {
        Self {
            url,
            quick: false,
            http2: false,
            patience: STALLED * 30,
        }
    }

    /// With waits of milliseconds.
    pub(crate) fn quick(url: String) -> Self {
        Self {
            url,
            quick: true,
            http2: false,
            patience: STALLED,
        }
    }

    /// Where `generateContent` is.
    pub(crate) fn endpoint(&self) -> String {
        format!("{}{}", self.url, path("generateContent"))
    }

    /// Where `streamGenerateContent` is.
    pub(crate) fn stream_endpoint(&self) -> String {
        format!("{}{}?alt=sse", self.url, path("streamGenerateContent"))
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// hyper-util's client.
    pub(crate) fn hyper<B>(&self) -> Hyper<B>
    where
        B: Body + Send,
        B::Data: Send,
    {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.http2_only(self.http2).build_http()
    }

    pub(crate) fn policy(&self) -> Standard {
        if !self.quick {
            return Profile::Default.policy();
        }
        let backoff = Backoff::new(Duration::from_millis(1), Duration::from_millis(5)).unwrap();
        Standard::new(backoff, backoff, NonZeroU32::new(3).unwrap())
    }

    /// How long a call may take in all. An endpoint that has failed rests, and a call may wait for it as long as this.
    pub(crate) fn deadline(&self) -> Duration {
        self.patience * 4
    }

    /// reqwest, as dioscuri's documentation asks for it.
    pub(crate) fn reqwest(&self) -> reqwest::Client {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .read_timeout(self.patience);
        let builder = if self.http2 {
            builder.http2_prior_knowledge()
        } else {
            builder
        };
        builder.build().unwrap()
    }
}
