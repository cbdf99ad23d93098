//! Streams through the routes of a client, over real sockets: against the simulator, and against a socket that shows
//! what was sent.

use crate::wire::serve;
use bytes::Bytes;
use dioscuri::{CallTerms, Class, Client, Config, Project, Routes};
use dioscuri_reqwest::ReqwestTransport;
use dioscuri_sim::{Scenario, Server};
use dioscuri_transport::{Opened, StreamError, Undelivered};
use dioscuri_vocab::Phase;
use http::{HeaderMap, HeaderValue, Method};
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::{net::TcpListener, task::JoinSet};

/// One project, whose model answers quickly and at some length.
const WORLD: &str = r#"
about = "streams that do not end well"
minute = "2s"
seed = 3
[latency]
min = "5ms"
max = "20ms"
[[model]]
name = "gemini-3.8-flash"
output_tokens = { min = 60, max = 120 }
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "good" }]
[[incident]]
"#;

const SSE: &str = "alt=sse";

fn config(url: &str) -> Config {
    let castor = Project::developer("castor").with_base_url(url).with_key("good");
    Config::new([castor])
        .with_models(["gemini-3.8-flash"])
        .with_minute(Duration::from_secs(2))
}

/// What somebody's own client would send through `routes`, with a key of its own.
async fn send(routes: &Routes, query: &str, over: &ReqwestTransport) -> Result<Opened, Undelivered> {
    let uri =
        format!("https://somewhere.example/v1beta/models/gemini-3.8-flash:streamGenerateContent?{query}");
    let route = routes.find(&Method::POST, &uri.parse().unwrap()).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-goog-api-key", HeaderValue::from_static("theirs"));
    headers.insert("x-goog-api-client", HeaderValue::from_static("genai/1"));
    let terms = CallTerms::new().with_deadline(Duration::from_secs(30));
    let body = Bytes::from_static(br#"{"contents": [{"parts": [{"text": "Who is Leda?"}]}]}"#);
    let outgoing = route.outgoing(body, headers, Some(&terms));
    route.carrier().open(&outgoing, over).await
}

async fn read(opened: &mut Opened) -> (String, Option<StreamError>) {
    let mut all = Vec::new();
    while let Some(frame) = opened.body.frame().await {
        match frame {
            Ok(frame) => all.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Err(error) => return (String::from_utf8(all).unwrap(), Some(error)),
        }
    }
    (String::from_utf8(all).unwrap(), None)
}

/// Setting TLS up takes long: once a test.
fn transport() -> ReqwestTransport {
    ReqwestTransport::new().unwrap()
}

/// A world in which `incident` happens, and a client of it.
async fn world(incident: &str, over: &ReqwestTransport) -> (Server, Client) {
    let scenario = Scenario::parse(&format!("{WORLD}{incident}")).unwrap();
    let server = Server::start(scenario).await.unwrap();
    let client = Client::builder(config(&server.url()), over.clone());
    (server, client.build().unwrap())
}

/// Once met, `incident` is tried again; the caller gets the next answer, whole and alone.
async fn check_tried_again(incident: &'static str, query: &'static str, over: ReqwestTransport) {
    let (server, client) = world(&format!("{incident}\ncount = 1"), &over).await;
    let mut opened = send(&client.routes(), query, &over)
        .await
        .unwrap_or_else(|error| panic!("{incident}: {error}"));
    let (body, end) = read(&mut opened).await;
    assert!(end.is_none(), "{incident}: {end:?}");
    assert_eq!(body.matches("finishReason").count(), 1, "{incident}");
    assert!(!body.contains("\"error\""), "{incident}");
    assert_eq!(opened.body.receipt().tries.len(), 2, "{incident}");
    assert!(
        opened.body.receipt().served.as_ref().unwrap().used.is_some(),
        "{incident}"
    );
    assert_eq!((client.in_flight(), client.waiting()), (0, 0), "{incident}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_before_the_first_content_is_tried_again() {
    let (over, mut checks) = (transport(), JoinSet::new());
    for incident in [
        "what = \"stream_error\"\nframes = 0",
        "what = \"stream_bare_error\"\nframes = 0",
        "what = \"stream_end\"\nframes = 0",
        "what = \"stream_cut\"\nbytes = 0",
        "what = \"stream_cut\"\nbytes = 20",
        "what = \"capacity\"",
        "what = \"html\"",
        "what = \"huge_error\"\nbytes = 200000",
        "what = \"reset_before\"",
        "what = \"reset_after\"",
        "what = \"stall_head\"\npause = \"300ms\"",
        "what = \"stall_body\"\nbytes = 20\npause = \"300ms\"",
        "what = \"truncated\"\nbytes = 20",
    ] {
        checks.spawn(check_tried_again(incident, SSE, over.clone()));
        checks.spawn(check_tried_again(incident, "alt=json", over.clone()));
    }
    checks.join_all().await;
}

/// After content nothing is tried again, and nothing ends silently.
async fn check_interrupted(
    incident: &'static str,
    query: &'static str,
    class: Class,
    over: ReqwestTransport,
) {
    let (server, client) = world(&format!("{incident}\ncount = 1"), &over).await;
    let mut opened = send(&client.routes(), query, &over)
        .await
        .unwrap_or_else(|error| panic!("{incident}: {error}"));
    assert_eq!(client.in_flight(), 1, "{incident}");
    let (body, end) = read(&mut opened).await;
    let error = end.unwrap_or_else(|| panic!("{incident}: ended silently"));
    assert_eq!(
        (error.failure().class, error.phase()),
        (class, Phase::Committed),
        "{incident}"
    );
    assert_eq!(error.delivered(), body.len() as u64, "{incident}");
    assert!(
        error.at().is_some() && !body.contains("finishReason"),
        "{incident}"
    );
    assert!(
        !format!("{error} {error:?} {}", error.message()).contains("good"),
        "{incident}"
    );
    assert_eq!(
        (client.in_flight(), server.stats().arrivals),
        (0, 1),
        "{incident}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_after_the_first_content_says_so_and_is_not_sent_again() {
    let (over, mut checks) = (transport(), JoinSet::new());
    for (incident, class) in [
        ("what = \"stream_error\"\nframes = 2", Class::Capacity),
        ("what = \"stream_bare_error\"\nframes = 2", Class::Capacity),
        ("what = \"stream_end\"\nframes = 2", Class::Connection),
        ("what = \"stream_cut\"\nbytes = 1000", Class::Connection),
        ("what = \"truncated\"\nbytes = 1000", Class::Connection),
    ] {
        for query in [SSE, "alt=json"] {
            checks.spawn(check_interrupted(incident, query, class, over.clone()));
        }
    }
    checks.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_a_stream_leaves_nothing_behind() {
    let over = transport();
    let (server, client) = world("what = \"slow_body\"\nrate = 2000", &over).await;
    let mut opened = send(&client.routes(), SSE, &over).await.unwrap();
    assert!(opened.body.frame().await.unwrap().is_ok());
    assert_eq!(client.in_flight(), 1);
    drop(opened);
    assert_eq!((client.in_flight(), client.waiting()), (0, 0));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_falls_silent_ends_in_the_time_that_is_set() {
    let over = transport();
    let silent = "what = \"stall_body\"\nbytes = 1000\ncount = 1";
    let server = Server::start(Scenario::parse(&format!("{WORLD}{silent}")).unwrap());
    let server = server.await.unwrap();
    let mut config = config(&server.url());
    // Far below the patience of the transport, of the server, and the default.
    config.stream_idle = Some(Duration::from_millis(300));
    let client = Client::builder(config, over.clone()).build().unwrap();
    let mut opened = send(&client.routes(), SSE, &over).await.unwrap();
    let (_, end) = read(&mut opened).await;
    let error = end.unwrap();
    assert_eq!(error.failure().class, Class::DeadlineExceeded);
    assert_eq!(error.message(), "silent for 0.3 s");
    server.stop().await;
}

#[tokio::test]
async fn a_route_decides_host_path_and_the_one_credential() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"so\"}]}, \"finishReason\": \"STOP\"}]}\n\n";
    let leda = Project::vertex("leda-1", ["europe-west4"])
        .with_base_url(url)
        .with_key("ours");
    let over = transport();
    let config = Config::new([leda]).with_models(["gemini-3.8-flash"]);
    let client = Client::builder(config, over.clone()).build().unwrap();
    let routes = client.routes();
    let sending = async { send(&routes, "key=theirs&alt=sse", &over).await.unwrap() };
    let (arrived, mut opened) = tokio::join!(serve(listener, vec![(200, answer)]), sending);
    assert_eq!(read(&mut opened).await.0, answer);
    let path = "/v1/projects/leda-1/locations/europe-west4/publishers/google/models/gemini-3.8-flash";
    assert_eq!(
        arrived[0].line,
        format!("POST {path}:streamGenerateContent?alt=sse HTTP/1.1")
    );
    assert_eq!(arrived[0].credentials(), ["x-goog-api-key"]);
    assert_eq!(arrived[0].header("x-goog-api-key"), Some("ours"));
    assert_eq!(arrived[0].header("x-goog-api-client"), Some("genai/1"));
}

#[tokio::test]
async fn what_is_not_for_the_client_passes() {
    let client = Client::builder(config("http://127.0.0.1:1"), transport())
        .build()
        .unwrap();
    let routes = client.routes();
    let models = "https://h/v1beta/models";
    for (method, rest) in [
        (Method::GET, "/gemini-3.8-flash:generateContent"),
        (Method::POST, "/another-model:generateContent"),
        (Method::POST, "/gemini-3.8-flash:batchGenerateContent"),
        (Method::POST, "/gemini-3.8-flash:generateContent?alt=proto"),
        (
            Method::POST,
            "/gemini-3.8-flash:generateContent?%24fields=usageMetadata",
        ),
        (Method::POST, ""),
    ] {
        let uri = format!("{models}{rest}").parse().unwrap();
        assert!(routes.find(&method, &uri).is_none(), "{rest}");
    }
    let uri = format!("{models}/gemini-3.8-flash:countTokens?prettyPrint=false");
    assert!(routes.find(&Method::POST, &uri.parse().unwrap()).is_some());
}
