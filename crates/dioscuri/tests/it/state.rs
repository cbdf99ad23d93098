//! What a client keeps over its end, in a file.

use dioscuri::{Client, Config, ModelLimits, Project, Request, StateNote, Window};
use dioscuri_sim::{Scenario, Server};
use std::path::Path;

const WORLD: &str = r#"
about = "one key with a day"
[latency]
min = "1ms"
max = "2ms"
[[model]]
name = "m"
[[project]]
id = "castor"
surface = "developer"
key = [{ secret = "k" }]
quota = [{ model = "m", rpm = 100, rpd = 1000 }]
"#;

async fn server() -> Server {
    Server::start(Scenario::parse(WORLD).unwrap()).await.unwrap()
}

fn client(server: &Server, state: &Path) -> Client {
    let project = Project::developer("castor")
        .with_base_url(server.url())
        .with_key("k")
        .with_limits(ModelLimits::new("m").with_rpm(100).with_rpd(1000));
    Client::new(Config::new([project]).with_models(["m"]).with_state(state)).unwrap()
}

async fn ask(client: &Client, calls: usize) {
    for _ in 0..calls {
        client.generate(&Request::text("hi")).await.unwrap();
    }
}

/// What the client takes to be used of the day.
fn day(client: &Client) -> u64 {
    let quotas = client.status().quotas;
    let days = quotas.iter().filter(|quota| quota.window == Some(Window::Day));
    days.map(|quota| quota.used).sum()
}

#[tokio::test]
async fn the_count_of_the_day_goes_on_where_it_was() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("new/castor.json");
    let first = client(&server, &path);
    ask(&first, 3).await;
    drop(first);
    let second = client(&server, &path);
    assert_eq!(day(&second), 3);
    let state = second.state().unwrap();
    assert_eq!((state.note, state.error), (None, None));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("castor/global/m") && !text.contains("\"k\""),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_about_to_be_sent_is_in_the_file_before() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("castor.json");
    let first = client(&server, &path);
    ask(&first, 1).await;
    // What a process finds that begins now is what is there after a crash: more than was sent, by a batch at most.
    let second = client(&server, &path);
    assert!((1..=1 + 20).contains(&day(&second)), "{}", day(&second));
    let note = second.state().unwrap().note.unwrap();
    assert!(matches!(note, StateNote::Unshared { .. }), "{note:?}");
    assert!(note.to_string().contains("counts for itself"), "{note}");
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_told() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("castor.json");
    std::fs::write(&path, "{ not what it was").unwrap();
    let client = client(&server, &path);
    let Some(StateNote::Damaged { aside, .. }) = client.state().unwrap().note else {
        panic!("nothing is told")
    };
    assert_eq!(std::fs::read_to_string(aside).unwrap(), "{ not what it was");
    ask(&client, 1).await;
    assert_eq!(day(&client), 1);
}

#[tokio::test]
async fn a_file_that_cannot_be_there_is_an_error_at_the_start() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("file"), "").unwrap();
    let project = Project::developer("castor")
        .with_base_url(server.url())
        .with_key("k");
    let config = Config::new([project]).with_state(folder.path().join("file/castor.json"));
    let error = Client::new(config).unwrap_err().to_string();
    assert!(
        error.starts_with("the state file cannot be used: cannot "),
        "{error}"
    );
}
