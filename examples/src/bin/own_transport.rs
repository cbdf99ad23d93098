//! Another HTTP client under the whole of dioscuri: a `Transport` over hyper-util's client, and nothing else between.
//!
//! The first question meets the bad minute of the scenario `plugged-in`: a refusal that asks for 2.5 s, then twice no
//! capacity. The second one is a stream, read as it comes.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use bytes::Bytes;
use dioscuri::{Client, Config, ModelLimits, Project, Request, Transport};
use dioscuri_sim::{Scenario, Server};
use dioscuri_transport::{BodyBox, CallTerms, SendError, Sent, fault_of};
use dioscuri_vocab::Phase;
use http::{HeaderMap, Method, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client as Hyper, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{error::Error, time::Duration};

const MODEL: &str = "gemini-3.8-flash";

/// What Google's SDKs ask for a stream; the client decides where it really goes.
const STREAM: &str =
    "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse";

/// A transport over hyper-util's client. Of TLS it knows nothing: for Google, build it over an HTTPS connector.
struct OverHyper {
    client: Hyper<HttpConnector, Full<Bytes>>,
}

impl OverHyper {
    fn new() -> Self {
        let client = Hyper::builder(TokioExecutor::new()).build_http();
        Self { client }
    }
}

#[async_trait::async_trait]
impl Transport for OverHyper {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        sent: Sent,
    ) -> Result<http::Response<BodyBox>, SendError> {
        // When the first byte leaves, this client does not tell: early is safe, late would not be.
        sent.mark();
        match self.client.request(request.map(Full::new)).await {
            Ok(response) => Ok(response.map(|body| {
                let body: BodyBox = Box::pin(body.map_err(|error| fault(error, Phase::Answered)));
                body
            })),
            Err(error) => {
                // What could not connect has sent nothing: such an attempt costs nothing.
                let phase = if error.is_connect() {
                    Phase::NotSent
                } else {
                    Phase::Sent
                };
                Err(fault(error, phase))
            }
        }
    }
}

/// What `error` means, at `phase` as far as is known. Its text names no URL, and so no key.
fn fault(error: impl Error + Send + Sync + 'static, phase: Phase) -> SendError {
    let (phase, fault) = fault_of(&error, phase);
    SendError::new(phase, fault).because(error)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(Scenario::named("plugged-in")?).await?;
    let castor = Project::developer("castor")
        .with_base_url(server.url())
        .with_key("AQ.castor")
        .with_limits(ModelLimits::new(MODEL).with_rpm(600));
    let config = Config::new([castor])
        .with_models([MODEL])
        .with_minute(Duration::from_secs(6)); // as long as the scenario's
    let client = Client::builder(config, OverHyper::new()).build()?;

    let question = Request::text("Who were Castor and Pollux?").with_deadline(Duration::from_secs(30));
    let answer = client.generate(&question).await?;
    println!("{:.60}…", answer.text());
    println!("  {}", answer.receipt());
    for one in &answer.receipt().tries {
        let ended = one.class.map_or("answered", |class| class.name());
        println!("    waited {:.1} s, then: {ended}", one.waited.as_secs_f64());
    }
    assert_eq!(answer.receipt().attempts, 4);
    assert!(answer.receipt().waited >= Duration::from_millis(2_500));

    stream(&client).await?;
    // Four tries and the stream: nothing was sent besides.
    assert_eq!(server.stats().arrivals, 5);
    server.stop().await;
    Ok(())
}

/// Asks for a stream, as a proxy would that hands on whatever its callers send.
async fn stream(client: &Client) -> Result<(), Box<dyn Error>> {
    let routes = client.routes();
    let uri: Uri = STREAM.parse()?;
    let route = routes
        .find(&Method::POST, &uri)
        .ok_or("the client's first model")?;
    let body = r#"{"contents": [{"parts": [{"text": "Where in the sky are they?"}]}]}"#;
    let terms = CallTerms::new().with_deadline(Duration::from_secs(30));
    let outgoing = route.outgoing(Bytes::from(body), HeaderMap::new(), Some(&terms));

    // The carrier is the client's engine; the transport of this call may be another one.
    let mut opened = route.carrier().open(&outgoing, &OverHyper::new()).await?;
    let mut frames = 0;
    while let Some(frame) = opened.body.frame().await {
        frames += usize::from(frame?.is_data()); // an error here: it broke after its first words
    }
    let receipt = opened.body.receipt();
    let used = receipt.served.as_ref().and_then(|served| served.used);
    let tokens = used.ok_or("the last event tells the usage")?.output_tokens;
    println!("a stream of {frames} frames, {tokens} tokens");
    assert!(frames > 1);
    Ok(())
}
