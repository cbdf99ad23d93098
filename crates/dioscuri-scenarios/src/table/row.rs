//! One row of figures: what one strategy came to in one world, and how it is written as JSON.

use serde::Serialize;

/// What one strategy came to in one scenario, with one seed. Times are virtual.
///
/// A field is `None`, and `null` in JSON, where it makes no sense: there is no ratio without an oracle, and no
/// share of answers without answers.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Row {
    /// The scenario; of those with variants `family/variant`.
    pub(crate) scenario: String,
    /// How the world enforces its minutes: `sliding`, `fixed`, `bucket` or `smoothed`.
    pub(crate) enforcement: &'static str,
    /// What the client knows of the limits: `known`, `learned` from refusals, or `unknown` for good.
    pub(crate) limits: &'static str,
    /// Whether a refused request counts against the quota.
    pub(crate) refused_counted: bool,
    /// Who sends.
    pub(crate) strategy: &'static str,
    /// The seed of every draw.
    pub(crate) seed: u64,
    /// The length of the job, in windows of the whole quota.
    pub(crate) windows: u64,
    /// Calls that were made.
    pub(crate) calls: u64,
    /// Calls that were answered.
    pub(crate) answered: u64,
    /// Time from the start to the last answer, as a multiple of the oracle's.
    pub(crate) makespan_ratio: Option<f64>,
    /// Attempts that a quota refused, for each answer.
    pub(crate) refusals_per_answer: Option<f64>,
    /// Attempts that were sent, for each answer.
    pub(crate) attempts_per_answer: Option<f64>,
    /// Half of the calls waited at most so long in all before they were sent, in seconds.
    pub(crate) wait_p50_s: Option<f64>,
    /// 99 of 100 calls waited at most so long, in seconds.
    pub(crate) wait_p99_s: Option<f64>,
    /// The last as a multiple of the oracle's.
    pub(crate) wait_p99_ratio: Option<f64>,
    /// Whether every target of the scenario is met; `None` for who is not judged.
    pub(crate) target_met: Option<bool>,
}

impl Row {
    /// `rows` as one JSON array, a row a line. Figures have six digits after the point: more would be noise,
    /// and fewer would round a missed target up.
    pub(crate) fn array(rows: &[Self]) -> String {
        let lines: Vec<String> = rows
            .iter()
            .map(|row| serde_json::to_string(&row.rounded()).expect("numbers, texts and truths are JSON"))
            .collect();
        format!("[\n{}\n]\n", lines.join(",\n"))
    }

    /// Whether `other` ran in the same world, by whatever strategy and seed.
    pub(crate) fn is_same_world(&self, other: &Self) -> bool {
        (
            &self.scenario,
            self.enforcement,
            self.limits,
            self.refused_counted,
        ) == (
            &other.scenario,
            other.enforcement,
            other.limits,
            other.refused_counted,
        )
    }

    fn rounded(&self) -> Self {
        let round = |figure: Option<f64>| {
            figure
                .filter(|figure| figure.is_finite())
                .map(|figure| (figure * 1e6).round() / 1e6)
        };
        Self {
            makespan_ratio: round(self.makespan_ratio),
            refusals_per_answer: round(self.refusals_per_answer),
            attempts_per_answer: round(self.attempts_per_answer),
            wait_p50_s: round(self.wait_p50_s),
            wait_p99_s: round(self.wait_p99_s),
            wait_p99_ratio: round(self.wait_p99_ratio),
            ..self.clone()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A row like any other.
    pub(crate) fn row(scenario: &str, strategy: &'static str) -> Row {
        Row {
            scenario: scenario.to_owned(),
            enforcement: "sliding",
            limits: "known",
            refused_counted: false,
            strategy,
            seed: 1,
            windows: 100,
            calls: 6_000,
            answered: 6_000,
            makespan_ratio: Some(1.006_123_456_7),
            refusals_per_answer: Some(0.000_5),
            attempts_per_answer: Some(1.0005),
            wait_p50_s: Some(0.0),
            wait_p99_s: Some(45.25),
            wait_p99_ratio: Some(1.01),
            target_met: Some(true),
        }
    }

    #[test]
    fn a_row_has_these_fields_in_this_order() {
        assert_eq!(
            Row::array(&[row("one-key", "dioscuri")]),
            "[\n{\"scenario\":\"one-key\",\"enforcement\":\"sliding\",\"limits\":\"known\",\
             \"refused_counted\":false,\"strategy\":\"dioscuri\",\"seed\":1,\"windows\":100,\"calls\":6000,\
             \"answered\":6000,\"makespan_ratio\":1.006123,\"refusals_per_answer\":0.0005,\
             \"attempts_per_answer\":1.0005,\"wait_p50_s\":0.0,\"wait_p99_s\":45.25,\"wait_p99_ratio\":1.01,\
             \"target_met\":true}\n]\n"
        );
    }

    #[test]
    fn what_makes_no_sense_is_null() {
        let unjudged = Row {
            makespan_ratio: None,
            wait_p99_ratio: Some(f64::INFINITY),
            target_met: None,
            ..row("one-key", "oracle")
        };
        let text = Row::array(&[unjudged]);
        for null in [
            "\"makespan_ratio\":null",
            "\"wait_p99_ratio\":null",
            "\"target_met\":null",
        ] {
            assert!(text.contains(null), "{null} in {text}");
        }
    }

    #[test]
    fn rows_are_one_array() {
        let text = Row::array(&[row("one-key", "dioscuri"), row("one-key", "oracle")]);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read.as_array().unwrap().len(), 2);
        assert_eq!(Row::array(&[]).split_whitespace().collect::<String>(), "[]");
    }
}
