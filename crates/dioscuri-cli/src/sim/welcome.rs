//! What a person needs who has started the simulator: what it shows, which keys open it, where to look.

use dioscuri_sim::{Key, KeyState, Project, Scenario, Surface};
use std::{fmt::Write as _, time::Duration};

/// What is told once the address is known.
#[derive(Debug)]
pub(super) struct Welcome {
    about: String,
    minute: Duration,
    chain: String,
    /// None for a file: its keys stay with whoever wrote it.
    keys: Vec<KnownKey>,
    /// The key of a first trial; none where only Vertex serves.
    trial: Option<String>,
}

/// A key of a built-in scenario, which is no secret.
#[derive(Debug)]
struct KnownKey {
    secret: String,
    project: String,
    state: KeyState,
}

impl Welcome {
    /// For `scenario`, which was asked for by `name`.
    pub(super) fn new(name: &str, scenario: &Scenario) -> Self {
        let built_in = Scenario::names().iter().any(|(known, _)| *known == name);
        let developer = scenario
            .projects
            .iter()
            .filter(|project| project.surface == Surface::Developer);
        let mut opening = developer.flat_map(|project| &project.keys);
        let trial = opening.find(|key| key.state == KeyState::Valid);
        let shown = |key: &Key| if built_in { key.secret.expose() } else { "..." }.to_owned();
        let projects = scenario.projects.iter().filter(|_| built_in);
        Self {
            about: if scenario.about.is_empty() {
                name.to_owned()
            } else {
                format!("{name}: {}", scenario.about)
            },
            minute: scenario.minute,
            chain: scenario.chain.join(","),
            keys: projects.flat_map(keys_of).collect(),
            trial: trial.map(shown),
        }
    }

    /// The lines, for the server at `url`.
    pub(super) fn told(&self, url: &str) -> String {
        let mut text = format!("{}\n", self.about);
        if self.minute != Duration::from_secs(60) {
            let minute = humantime::format_duration(self.minute);
            line(
                &mut text,
                format_args!("a minute lasts {minute} here, and the timetable runs as fast"),
            );
        }
        let widest = self.keys.iter().map(|key| key.secret.len()).max().unwrap_or(0);
        for (at, key) in self.keys.iter().enumerate() {
            let heading = if at == 0 { "keys" } else { "" };
            let state = state(key.state);
            line(
                &mut text,
                format_args!("{heading:12}{:widest$}  {}{state}", key.secret, key.project),
            );
        }
        line(
            &mut text,
            format_args!("{:12}{}", "models", self.chain.replace(',', ", ")),
        );
        line(&mut text, format_args!("{:12}{url}/sim/stats", "statistics"));
        line(
            &mut text,
            format_args!("{:12}{url}/sim/ (scenario, reset, time)", "control"),
        );
        if let Some(key) = &self.trial {
            let chain = &self.chain;
            line(
                &mut text,
                format_args!(
                    "{:12}GEMINI_API_KEY={key} GOOGLE_GEMINI_BASE_URL={url} dioscuri run prompts.jsonl -o answers.jsonl --model {chain}",
                    "try it",
                ),
            );
        }
        text.push_str("Ctrl-C ends it");
        text
    }
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    writeln!(text, "{what}").expect("a string takes all text");
}

fn keys_of(project: &Project) -> impl Iterator<Item = KnownKey> {
    let place = match project.surface {
        Surface::Vertex => format!("{}, Vertex in {}", project.id, project.locations.join(", ")),
        _ => format!("{}, Developer API", project.id),
    };
    project.keys.iter().map(move |key| KnownKey {
        secret: key.secret.expose().to_owned(),
        project: place.clone(),
        state: key.state,
    })
}

/// What is wrong with a key, to be added to what is said of it.
const fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Valid => "",
        KeyState::Invalid => " (invalid)",
        KeyState::Expired => " (expired)",
        KeyState::Leaked => " (leaked)",
        KeyState::Suspended => " (suspended)",
        KeyState::Blocked => " (blocked)",
        KeyState::ServiceDisabled => " (API disabled)",
        KeyState::WrongTokenType => " (wrong kind of token)",
        _ => " (refused)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:4711";

    #[track_caller]
    fn check(name: &str, scenario: &Scenario, expected: &str) {
        assert_eq!(Welcome::new(name, scenario).told(URL), expected.trim());
    }

    #[test]
    fn the_demo_shows_its_keys_and_a_way_to_try_it() {
        check(
            "demo",
            &Scenario::named("demo").unwrap(),
            r"
demo: three projects on both surfaces: one key is bad, one project's day is spent, and some capacity is missing
a minute lasts 6s here, and the timetable runs as fast
keys        AQ.castor-revoked  castor, Developer API (invalid)
            AQ.castor          castor, Developer API
            AQ.pollux          pollux, Developer API
            ya29.leda          leda, Vertex in global, us
models      gemini-3.8-flash, gemini-3.5-flash-lite
statistics  http://127.0.0.1:4711/sim/stats
control     http://127.0.0.1:4711/sim/ (scenario, reset, time)
try it      GEMINI_API_KEY=AQ.castor GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:4711 dioscuri run prompts.jsonl -o answers.jsonl --model gemini-3.8-flash,gemini-3.5-flash-lite
Ctrl-C ends it",
        );
    }

    #[test]
    fn a_file_keeps_its_keys_to_itself() {
        let toml = r#"
            [[model]]
            name = "gemini-3.8-flash"
            [[project]]
            id = "castor"
            surface = "developer"
            key = [{ secret = "hunter2" }]
        "#;
        check(
            "mine.toml",
            &Scenario::parse(toml).unwrap(),
            r"
mine.toml
models      gemini-3.8-flash
statistics  http://127.0.0.1:4711/sim/stats
control     http://127.0.0.1:4711/sim/ (scenario, reset, time)
try it      GEMINI_API_KEY=... GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:4711 dioscuri run prompts.jsonl -o answers.jsonl --model gemini-3.8-flash
Ctrl-C ends it",
        );
    }

    #[test]
    fn where_only_vertex_serves_there_is_no_trial_with_a_key() {
        let scenario = Scenario::named("shared-capacity").unwrap();
        let told = Welcome::new("shared-capacity", &scenario).told(URL);
        assert!(
            told.contains("ya29.leda  leda, Vertex in us, eu\n") && !told.contains("try it"),
            "{told}"
        );
    }
}
