//! The summary of a run, as `--progress json` writes it in its last line, and what it must say.

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The part of the summary that is checked.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Summary {
    /// Requests answered by this run.
    pub(super) answered: u64,
    /// Requests whose answer was there before.
    pub(super) already_answered: u64,
    pub(super) failed: u64,
    /// Requests that went out, refused ones too.
    pub(super) sent: u64,
    /// Refused and failed attempts, by class.
    refusals: BTreeMap<String, u64>,
    /// Minutes of quota that have passed.
    minutes: f64,
    /// What the simulator counted; absent if nothing was sent.
    pub(super) sim: Option<Sim>,
}

/// The server's side of the same story.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Sim {
    /// Requests that got a 200.
    pub(super) answered: u64,
    /// Refusals by reason.
    refused: BTreeMap<String, u64>,
    domains: Vec<Domain>,
}

/// What one quota has seen.
#[derive(Clone, Debug, Deserialize)]
struct Domain {
    project: String,
    location: String,
    model: String,
    unit: String,
    window: String,
    limit: u64,
    refused: u64,
    peak: u64,
}

impl Summary {
    /// The last line of what the run wrote to its standard error.
    pub(super) fn parse(progress: &str) -> anyhow::Result<Self> {
        let last = progress.lines().rfind(|line| line.starts_with('{'));
        let last = last.context("the run wrote no summary")?;
        serde_json::from_str(last)
            .with_context(|| format!("the summary has another form than expected: {last}"))
    }

    /// Fails if a minute's quota refused us: our own count could have foreseen it.
    pub(super) fn nothing_foreseeable(&self) -> anyhow::Result<()> {
        let ours = self.refusals.get("quota_minute").copied().unwrap_or(0);
        ensure!(ours == 0, "{ours} attempts were refused by a minute's quota");
        let sim = self
            .sim
            .as_ref()
            .context("the summary does not say what the simulator counted")?;
        let theirs = sim.refused.get("minute").copied().unwrap_or(0);
        ensure!(
            theirs == 0,
            "the simulator refused {theirs} requests by a minute's quota"
        );
        for domain in sim.domains.iter().filter(|domain| domain.window == "minute") {
            let Domain {
                project,
                location,
                model,
                unit,
                limit,
                refused,
                peak,
                ..
            } = domain;
            let name = format!("{project}/{location}/{model} {unit}");
            ensure!(*refused == 0, "{name}: refused {refused} times");
            ensure!(peak <= limit, "{name}: {peak} in a minute, {limit} are allowed");
        }
        Ok(())
    }

    /// Fails if fewer than `least` minutes of quota have passed: then the quotas were never filled twice.
    pub(super) fn minutes_at_least(&self, least: f64) -> anyhow::Result<()> {
        ensure!(
            self.minutes >= least,
            "only {:.1} minutes of quota have passed, not {least}",
            self.minutes
        );
        Ok(())
    }

    pub(super) fn minutes(&self) -> f64 {
        self.minutes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"event":"progress","answered":1}
{"event":"summary","answered":600,"already_answered":0,"failed":0,"sent":615,"refusals":{"capacity":14,"quota_day":1},
"minutes":5.5,"sim":{"answered":600,"refused":{"capacity":14},"domains":[{"project":"castor","location":"global",
"model":"gemini-3.8-flash","unit":"requests","window":"minute","limit":60,"admitted":300,"refused":0,"peak":60}]}}"#;

    fn summary(replace: &str, with: &str) -> anyhow::Result<Summary> {
        // The last object is one line on the wire.
        Summary::parse(&GOOD.replace(",\n", ",").replace(replace, with))
    }

    #[test]
    fn the_last_line_is_the_summary() {
        let summary = summary("it", "it").unwrap();
        assert_eq!((summary.answered, summary.sent), (600, 615));
        summary.nothing_foreseeable().unwrap();
        summary.minutes_at_least(3.0).unwrap();
    }

    #[test]
    fn a_run_without_a_summary_is_an_error() {
        Summary::parse("it was killed\n").unwrap_err();
    }

    #[test]
    fn a_refusal_by_the_minute_is_found_on_either_side() {
        for (replace, with) in [
            ("quota_day", "quota_minute"),
            (r#""refused":{"capacity""#, r#""refused":{"minute""#),
            (r#""refused":0"#, r#""refused":1"#),
            (r#""peak":60"#, r#""peak":61"#),
        ] {
            summary(replace, with).unwrap().nothing_foreseeable().unwrap_err();
        }
    }

    #[test]
    fn too_short_a_run_proves_nothing() {
        summary("5.5", "2.9").unwrap().minutes_at_least(3.0).unwrap_err();
    }
}
