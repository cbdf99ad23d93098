//! Calls through the whole stack against the simulator, over real HTTP.

use dioscuri::{Class, Client, Config, ModelLimits, Profile, Project, Request, Rule, Unit, Window};
use dioscuri_sim::{Reason, Scenario, Server};
use std::time::Duration;
use tokio::task::JoinSet;

/// Two Developer projects: the first has a bad and a good key, the second has spent its day. A minute is 2 s.
const TWINS: &str = r#"
about = "one bad key, one spent day"
minute = "2s"
seed = 7
chain = ["first", "second"]
[latency]
min = "5ms"
max = "20ms"
[[model]]
name = "first"
[[model]]
name = "second"
[[project]]
id = "castor"
surface = "developer"
[[project.key]]
secret = "bad"
state = "invalid"
[[project.key]]
secret = "good"
[[project.quota]]
model = "first"
rpm = 20
[[project.quota]]
model = "second"
rpm = 10
[[project]]
id = "pollux"
surface = "developer"
[[project.key]]
secret = "other"
[[project.quota]]
model = "first"
rpm = 20
rpd = 50
rpd_used = 50
"#;

async fn server() -> Server {
    Server::start(Scenario::parse(TWINS).unwrap()).await.unwrap()
}

/// The same world with real minutes: what waits there, waits until the test is over.
async fn slow_server() -> Server {
    let scenario = Scenario::parse(&TWINS.replace("2s", "60s")).unwrap();
    Server::start(scenario).await.unwrap()
}

/// Waits until calls wait; bounded, so that a test that goes wrong ends.
async fn until_some_wait(client: &Client) {
    let waiting = async {
        while client.waiting() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .unwrap();
}

fn castor(server: &Server, keys: &[&str]) -> Project {
    let limits = [
        ModelLimits::new("first").with_rpm(20),
        ModelLimits::new("second").with_rpm(10),
    ];
    let project = Project::developer("castor").with_base_url(server.url());
    let project = keys.iter().fold(project, |project, key| project.with_key(key));
    limits.into_iter().fold(project, Project::with_limits)
}

fn pollux(server: &Server) -> Project {
    let limits = ModelLimits::new("first").with_rpm(20).with_rpd(50);
    Project::developer("pollux")
        .with_base_url(server.url())
        .with_key("other")
        .with_limits(limits)
}

fn client(projects: impl IntoIterator<Item = Project>, models: &[&str]) -> Client {
    client_with_minute(projects, models, Duration::from_secs(2))
}

fn client_with_minute(
    projects: impl IntoIterator<Item = Project>,
    models: &[&str],
    minute: Duration,
) -> Client {
    let config = Config::new(projects)
        .with_models(models.iter().copied())
        .with_minute(minute)
        .with_profile(Profile::Batch)
        .with_deadline(Duration::from_secs(120));
    Client::new(config).unwrap()
}

async fn ask(client: &Client, calls: usize) -> Vec<Result<dioscuri::Answer, dioscuri::Error>> {
    let mut tasks = JoinSet::new();
    for number in 0..calls {
        let client = client.clone();
        tasks.spawn(async move {
            client
                .generate(&Request::text(&format!("Question {number}?")))
                .await
        });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_answered_and_nothing_foreseeable_is_refused() {
    let server = server().await;
    let client = client([castor(&server, &["bad", "good"]), pollux(&server)], &["first"]);
    let answers = ask(&client, 50).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");

    let stats = server.stats();
    assert_eq!(stats.refused_for(Reason::Minute), 0, "{stats:?}");
    assert_eq!(
        stats.refused_for(Reason::InvalidKey),
        1,
        "one refusal tells that a key is bad"
    );
    assert!(
        stats.refused_for(Reason::Day) <= 2,
        "a refusal and a probe tell that a day is spent: {stats:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fallback_stands_in_the_receipt() {
    let server = server().await;
    let client = client([castor(&server, &["good"])], &["first", "second"]);
    let receipts: Vec<_> = ask(&client, 60)
        .await
        .into_iter()
        .map(|one| one.unwrap().into_parts().1)
        .collect();
    let second: Vec<_> = receipts
        .iter()
        .filter(|one| one.model.as_deref() == Some("second"))
        .collect();
    assert!(
        !second.is_empty(),
        "sixty calls do not fit into two windows of twenty"
    );
    assert!(
        second.iter().all(|one| one.rule == Some(Rule::FallbackAfterWait)),
        "{second:?}"
    );
    assert!(
        second.iter().all(|one| one.waited >= Duration::from_secs(2)),
        "{second:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_key_alone_fails_at_once_and_for_everyone() {
    let server = server().await;
    let client = client([castor(&server, &["bad"])], &["first"]);
    let failures: Vec<_> = ask(&client, 20)
        .await
        .into_iter()
        .map(Result::unwrap_err)
        .collect();
    assert!(
        failures
            .iter()
            .all(|error| error.class() == Class::AuthInvalidKey),
        "{failures:?}"
    );
    assert_eq!(server.stats().arrivals, 1, "nineteen calls need not ask again");
    assert_eq!(client.status().closed[0].what, "castor key 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_shows_what_the_server_counted() {
    let server = server().await;
    let client = client([castor(&server, &["good"])], &["first"]);
    assert!(ask(&client, 7).await.iter().all(Result::is_ok));
    let status = client.status();
    let quota = status
        .quotas
        .iter()
        .find(|quota| quota.unit == Some(Unit::Requests))
        .unwrap();
    assert_eq!(
        (quota.endpoint.as_str(), quota.window),
        ("castor/global/first", Some(Window::Minute))
    );
    assert_eq!((quota.limit, quota.admitted, quota.refused), (Some(20), 7, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_dropped_leaves_nothing_behind() {
    let server = slow_server().await;
    let client = client_with_minute([castor(&server, &["good"])], &["first"], Duration::from_secs(60));
    assert!(ask(&client, 20).await.iter().all(Result::is_ok));
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.generate(&Request::text("I shall not wait.")).await.is_ok() }
    });
    until_some_wait(&client).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_eq!((client.waiting(), client.in_flight()), (0, 0));
    assert_eq!(server.stats().arrivals, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_client_ends_what_is_in_flight_and_sheds_what_waits() {
    let server = slow_server().await;
    let client = client_with_minute([castor(&server, &["good"])], &["first"], Duration::from_secs(60));
    let calls = tokio::spawn({
        let client = client.clone();
        async move { ask(&client, 30).await }
    });
    until_some_wait(&client).await;
    client.close();
    let (answered, shed): (Vec<_>, Vec<_>) = calls.await.unwrap().into_iter().partition(Result::is_ok);
    assert_eq!(
        answered.len() as u64,
        server.stats().answered,
        "what was sent is kept"
    );
    assert_eq!(answered.len() + shed.len(), 30);
    assert!(
        shed.iter()
            .all(|one| one.as_ref().is_err_and(dioscuri::Error::is_shed)),
        "{shed:?}"
    );
    assert!(
        client
            .generate(&Request::text("Too late."))
            .await
            .unwrap_err()
            .is_shed()
    );
}

#[tokio::test]
async fn what_cannot_be_served_in_time_hears_at_once_when_it_could() {
    let server = slow_server().await;
    let one = Project::developer("castor")
        .with_base_url(server.url())
        .with_key("good")
        .with_limits(ModelLimits::new("first").with_rpm(1));
    let client = client_with_minute([one], &["first"], Duration::from_secs(60));
    client.generate(&Request::text("first")).await.unwrap();
    let late = Request::text("second").with_deadline(Duration::from_secs(20));
    let answered = tokio::time::timeout(Duration::from_secs(15), client.generate(&late));
    let error = answered.await.expect("nobody waits in vain").unwrap_err();
    assert_eq!(error.class(), Class::DeadlineExceeded);
    let at = error.could_be_served().unwrap();
    let ahead = at.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(ahead > Duration::from_secs(1_700_000_000), "{ahead:?}");
    let said = error.to_string();
    assert_eq!(said.matches("it could be served at 20").count(), 1, "{said}");
    assert!(
        error.message().contains("it could be served at"),
        "{}",
        error.message()
    );
}
