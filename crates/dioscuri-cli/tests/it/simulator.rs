//! `dioscuri sim`, and `dioscuri run` against it as if it were Google.

use crate::bench::{Bench, SCENARIO, check, dioscuri};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

/// A simulator of its own; it ends with the test.
struct Simulator {
    child: Child,
    url: String,
}

impl Simulator {
    fn start(scenario: &std::path::Path) -> Self {
        let mut command = dioscuri();
        command.args(["sim", "--scenario"]).arg(scenario);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        Self {
            child,
            url: url.trim().to_owned(),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_prints_its_address_first() {
    let bench = Bench::with_requests(0);
    let simulator = Simulator::start(&bench.path("world.toml"));
    assert!(
        simulator.url.starts_with("http://127.0.0.1:"),
        "{}",
        simulator.url
    );
}

#[test]
fn a_configuration_with_a_base_url_reaches_it_and_shows_no_key() {
    let bench = Bench::with_requests(10);
    let simulator = Simulator::start(&bench.path("world.toml"));
    let config = format!(
        r#"
minute = "2s"
[[project]]
id = "castor"
surface = "developer"
base_url = "{}"
credentials = [{{ env = "CASTOR_KEY" }}]
"#,
        simulator.url
    );
    fs::write(bench.path("dioscuri.toml"), config).unwrap();
    let mut command = bench.command(&["--config", "dioscuri.toml"]);
    let ended = command.env("CASTOR_KEY", "AQ.castor").output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(
        said.contains("10 of 10 answered") && !said.contains("AQ.castor"),
        "{said}"
    );
    assert!(
        !fs::read_to_string(bench.path("out.jsonl"))
            .unwrap()
            .contains("AQ.castor")
    );
}

#[test]
fn the_variables_of_googles_sdks_are_enough() {
    let bench = Bench::with_requests(2);
    fs::write(bench.path("world.toml"), SCENARIO.replace("2s", "60s")).unwrap();
    let simulator = Simulator::start(&bench.path("world.toml"));
    let mut command = bench.command(&[]);
    command
        .env("GEMINI_API_KEY", "AQ.castor")
        .env("GOOGLE_GEMINI_BASE_URL", &simulator.url);
    check(command, 0, &["2 of 2 answered"]);
}

#[test]
fn a_simulated_run_goes_past_the_proxy_of_the_environment() {
    let bench = Bench::with_requests(3);
    let mut command = bench.command(&["--sim=world.toml"]);
    // Nobody listens at port 1: whatever went there would fail.
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, "http://127.0.0.1:1");
    }
    let ended = command.output().unwrap();
    assert_eq!(
        ended.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}
