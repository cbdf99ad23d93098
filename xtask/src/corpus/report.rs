//! The table, and the misses, as a person reads them.

use super::{
    excerpt,
    field::{FIELDS, Field},
    judge::Judged,
};
use std::fmt::Write as _;

/// How often a field was right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Score {
    right: usize,
    of: usize,
}

impl Score {
    fn of<'a>(field: &Field, judged: impl Iterator<Item = &'a Judged<'a>>) -> Self {
        let mut score = Self::default();
        for compared in judged.filter_map(|it| it.of(field.name)) {
            score.of += 1;
            score.right += usize::from(compared.right);
        }
        score
    }

    /// Whether at least `target` per cent are right. Nothing to judge is nothing missed.
    fn meets(self, target: u32) -> bool {
        self.right * 100 >= self.of * target as usize
    }

    /// Right, of how many, and in tenths of a per cent rounded down: 98.96 % is not 99 %.
    fn columns(self) -> String {
        let Self { right, of } = self;
        match (right * 1000).checked_div(of) {
            Some(tenths) => format!("{right:>5} {of:>4} {:>3}.{} %", tenths / 10, tenths % 10),
            None => format!("{right:>5} {of:>4}       –"),
        }
    }
}

/// The texts about which there is no debate; the targets are for them.
fn plain<'a>(judged: &'a [Judged<'a>]) -> impl Iterator<Item = &'a Judged<'a>> {
    judged.iter().filter(|it| !it.entry.expect.debatable)
}

/// The names of the fields whose target is missed.
pub(super) fn missed(judged: &[Judged<'_>]) -> Vec<&'static str> {
    let missed = FIELDS.iter().filter(|field| {
        let score = Score::of(field, plain(judged));
        field.target.is_some_and(|target| !score.meets(target))
    });
    missed.map(|field| field.name).collect()
}

/// A line for each field.
pub(super) fn table(judged: &[Judged<'_>]) -> String {
    let plain_texts = format!("{} not debatable", plain(judged).count());
    let all_texts = format!("all {}", judged.len());
    let mut out = format!("{:<17} {plain_texts:>19}  target          {all_texts:>19}\n", "");
    for field in FIELDS {
        let score = Score::of(field, plain(judged));
        let target = match field.target {
            Some(target) if score.of == 0 => format!("{target} %  none"),
            Some(target) if score.meets(target) => format!("{target} %  met"),
            Some(target) => format!("{target} %  MISSED"),
            None => String::new(),
        };
        let all = Score::of(field, judged.iter());
        let line = format!(
            "{:<17} {:>19}  {target:<14}  {:>19}",
            field.name,
            score.columns(),
            all.columns()
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Every text with a miss: what was to be found, and what was; with `all`, also where it can be defended.
pub(super) fn misses(judged: &[Judged<'_>], all: bool) -> String {
    let mut out = String::new();
    for it in judged.iter().filter(|it| all || !it.entry.expect.debatable) {
        let mut misses = it.misses().peekable();
        if misses.peek().is_none() {
            continue;
        }
        let entry = it.entry;
        let debatable = if entry.expect.debatable { ", debatable" } else { "" };
        let status = entry
            .http_status
            .map_or(String::new(), |status| format!(", HTTP {status}"));
        let _ = writeln!(out, "{} ({}{status}{debatable})", entry.id, entry.shape);
        for (field, compared) in misses {
            let _ = writeln!(
                out,
                "    {field}: expected {}, got {}",
                compared.expected, compared.got
            );
        }
        let _ = writeln!(out, "    text: {}", excerpt::of(&entry.raw));
        let _ = writeln!(out, "    label: {}\n", entry.expect.why);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::judge::{self, tests as samples};
    use serde_json::json;

    #[test]
    fn a_share_is_never_rounded_up_to_its_target() {
        assert!(Score { right: 99, of: 100 }.meets(99));
        assert!(!Score { right: 98, of: 99 }.meets(99));
        assert_eq!(Score { right: 1, of: 1 }.columns(), "    1    1 100.0 %");
        assert_eq!(
            Score {
                right: 9899,
                of: 10_000
            }
            .columns(),
            " 9899 10000  98.9 %"
        );
        assert_eq!(Score { right: 0, of: 0 }.columns(), "    0    0       –");
    }

    #[test]
    fn debatable_texts_do_not_count_for_the_targets() {
        let entries = [
            samples::entry("a1", &json!({})),
            samples::entry("a2", &json!({"debatable": true, "kind": "unavailable"})),
        ];
        let mut answers = samples::answers("a1", &json!({}));
        answers.extend(samples::answers("a2", &json!({})));
        let judged = judge::all(&entries, &answers).unwrap();

        assert_eq!(missed(&judged), [""; 0]);
        assert_eq!(misses(&judged, false), "");
        assert_eq!(
            misses(&judged, true),
            "a2 (text, HTTP 503, debatable)
    class: expected unavailable, got capacity
    text: The model is overloaded.
    label: says so\n\n"
        );
        let table = table(&judged);
        let class = table.lines().nth(1).unwrap();
        assert_eq!(
            class.split_whitespace().collect::<Vec<_>>().join(" "),
            "class 1 1 100.0 % 99 % met 1 2 50.0 %"
        );
    }

    #[test]
    fn a_missed_target_is_named() {
        let entries = [samples::entry("a1", &json!({"quota": {"window": "day"}}))];
        let answers = samples::answers("a1", &json!({"class": "quota_day"}));
        let judged = judge::all(&entries, &answers).unwrap();

        assert_eq!(missed(&judged), ["class", "quota window"]);
        assert!(table(&judged).contains("MISSED"));
    }
}
