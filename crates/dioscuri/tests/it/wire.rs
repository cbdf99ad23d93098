//! What really leaves for the server, byte by byte, on both surfaces.

use dioscuri::{BearerError, Class, Client, Config, Credential, Phase, Profile, Project, Request, Secret};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Odd spacing, both spellings and a non-ASCII letter: it must arrive as it is.
const BODY: &str =
    r#"{ "contents":[ {"parts":[{"text":"wie heißt das?"}]} ],"generation_config":{"topK" : 3} }"#;

const ANSWER: &str = r#"{"candidates": [{"content": {"role": "model", "parts": [{"text": "so"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1, "totalTokenCount": 6},
    "modelVersion": "served-model"}"#;

const OVERLOADED: &str =
    r#"{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}"#;

/// What arrived: the request line, the headers in lower case, the body.
pub(crate) struct Arrived {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn credentials(&self) -> Vec<&str> {
        let names = ["authorization", "x-goog-api-key", "cookie", "proxy-authorization"];
        self.headers
            .iter()
            .map(|(key, _)| key.as_str())
            .filter(|key| names.contains(key))
            .collect()
    }
}

async fn read_request(stream: &mut TcpStream) -> Arrived {
    let mut seen = Vec::new();
    let head_end = loop {
        if let Some(at) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0, "the client hung up");
    };
    let head = String::from_utf8(seen[..head_end].to_vec()).unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut arrived = Arrived {
        line,
        headers,
        body: seen[head_end + 4..].to_vec(),
    };
    let length: usize = arrived.header("content-length").unwrap().parse().unwrap();
    while arrived.body.len() < length {
        assert_ne!(
            stream.read_buf(&mut arrived.body).await.unwrap(),
            0,
            "the client hung up"
        );
    }
    arrived
}

/// A server that gives these answers, one per connection, and then what arrived.
pub(crate) async fn serve(listener: TcpListener, answers: Vec<(u16, &'static str)>) -> Vec<Arrived> {
    let mut all = Vec::new();
    for (status, body) in answers {
        let (mut stream, _) = listener.accept().await.unwrap();
        all.push(read_request(&mut stream).await);
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .unwrap();
        stream.shutdown().await.unwrap();
    }
    all
}

async fn exchange(project: Project, answers: Vec<(u16, &'static str)>) -> (Vec<Arrived>, dioscuri::Answer) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let config = Config::new([project.with_base_url(url)]).with_models(["gemini-3.8-flash"]);
    let client = Client::new(config).unwrap();
    let request = Request::from_json(BODY).unwrap();
    let (arrived, answer) = tokio::join!(serve(listener, answers), client.generate(&request));
    (arrived, answer.unwrap())
}

#[tokio::test]
async fn the_developer_api_gets_one_key_in_a_header_and_the_bytes_as_they_are() {
    let (arrived, answer) = exchange(Project::developer("castor").with_key("k-1"), vec![(200, ANSWER)]).await;
    let [arrived] = &arrived[..] else {
        panic!("one request")
    };
    assert_eq!(
        arrived.line,
        "POST /v1beta/models/gemini-3.8-flash:generateContent HTTP/1.1"
    );
    assert_eq!(arrived.header("x-goog-api-key"), Some("k-1"));
    assert_eq!(arrived.credentials(), ["x-goog-api-key"]);
    assert_eq!(arrived.header("content-type"), Some("application/json"));
    assert_eq!(arrived.body, BODY.as_bytes());
    assert_eq!(
        (answer.text().as_str(), answer.receipt().model.as_deref()),
        ("so", Some("served-model"))
    );
}

#[tokio::test]
async fn vertex_gets_one_bearer_and_the_project_and_location_in_the_path() {
    let bearer = Credential::bearer(|| Ok::<_, BearerError>(Secret::new("ya29.t")));
    let project = Project::vertex("leda-1", ["europe-west4"]).with_credential(bearer);
    let (arrived, _) = exchange(project, vec![(200, ANSWER)]).await;
    let [arrived] = &arrived[..] else {
        panic!("one request")
    };
    let path = "/v1/projects/leda-1/locations/europe-west4/publishers/google/models/gemini-3.8-flash";
    assert_eq!(arrived.line, format!("POST {path}:generateContent HTTP/1.1"));
    assert_eq!(arrived.header("authorization"), Some("Bearer ya29.t"));
    assert_eq!(arrived.credentials(), ["authorization"]);
    assert_eq!(arrived.body, BODY.as_bytes());
}

#[tokio::test]
async fn every_attempt_carries_the_same_bytes() {
    let project = Project::developer("castor").with_key("k-1");
    let (arrived, answer) = exchange(project, vec![(503, OVERLOADED), (200, ANSWER)]).await;
    assert_eq!(arrived.len(), 2);
    assert!(
        arrived
            .iter()
            .all(|one| one.body == BODY.as_bytes() && one.credentials().len() == 1)
    );
    let classes: Vec<_> = answer.receipt().tries.iter().map(|one| one.class).collect();
    assert_eq!(classes, [Some(Class::Capacity), None]);
}

#[tokio::test]
async fn a_refused_connection_is_free_and_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let project = Project::developer("castor").with_key("k-1").with_base_url(url);
    let config = Config::new([project]).with_profile(Profile::Interactive);
    // Shorter than the rest that follows some refusals, so that the call ends there; nothing waits for it.
    let deadline = std::time::Duration::from_secs(4);
    let client = Client::new(config.with_deadline(deadline)).unwrap();
    let error = client.generate(&Request::text("anyone?")).await.unwrap_err();
    assert_eq!(error.class(), Class::Connection);
    assert!(error.receipt().tries.iter().all(|one| !one.sent), "{error}");
    assert!(error.message().contains("connection refused"), "{error}");
    assert_eq!(error.phase(), Some(Phase::NotSent));
}
