//! The tables before the advice: by class, and by time.

use super::{Page, Report};
use crate::paper::{Ink, Paper};
use dioscuri::parts::errors::catalogue::fill;
use jiff::Timestamp;

/// The longest bar of the table by time, in columns.
const BAR: u64 = 12;

impl Page<'_> {
    pub(super) fn summary(&self, report: &Report, paper: &mut Paper) {
        paper.title(self.words.summary);
        let [total, kinds] = [report.total, report.groups.len() as u64].map(|count| self.words.number(count));
        paper.paragraph(&fill(self.phrases.found, &[("total", &total), ("kinds", &kinds)]));
        paper.gap();
        paper.table(&self.by_class(report), Some(Ink::Dim));
        let by_time = self.by_time(report);
        if by_time.len() > 1 {
            paper.gap();
            paper.table(&by_time, Some(Ink::Dim));
        }
    }

    fn by_class(&self, report: &Report) -> Vec<Vec<String>> {
        let [number, first, last, example] = self.phrases.columns;
        let header = [self.words.class, number, first, last, example];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for class in report.by_class() {
            let [first, last] = [class.first, class.last]
                .map(|stamp| stamp.map_or_else(String::new, |stamp| self.time(stamp)));
            rows.push(vec![
                class.class.to_owned(),
                self.words.number(class.count),
                first,
                last,
                class.example,
            ]);
        }
        rows
    }

    fn by_time(&self, report: &Report) -> Vec<Vec<String>> {
        let sum = |counts: &[(&str, u64)]| counts.iter().map(|(_, count)| count).sum::<u64>();
        let rows = report.timeline.rows();
        let most = rows.iter().map(|row| sum(&row.counts)).max().unwrap_or(0).max(1);
        let header = [self.phrases.time, self.phrases.columns[0]];
        let mut table = vec![header.map(str::to_owned).to_vec()];
        // A log without any time needs no table to say so.
        if rows.is_empty() {
            return table;
        }
        for row in &rows {
            let total = sum(&row.counts);
            let start = self.start(row.start, report.timeline.length());
            table.push(vec![
                start,
                self.words.number(total),
                bar(total, most),
                self.listed(&row.counts),
            ]);
        }
        let without = report.timeline.without();
        if !without.is_empty() {
            let cells = [
                self.phrases.no_time.to_owned(),
                self.words.number(sum(&without)),
                String::new(),
                self.listed(&without),
            ];
            table.push(cells.to_vec());
        }
        table
    }

    /// The start of a row that lasts `length` seconds, no finer than it needs to be.
    fn start(&self, at: Timestamp, length: i64) -> String {
        let form = match length {
            ..60 => "%Y-%m-%d %H:%M:%S",
            60..86_400 => "%Y-%m-%d %H:%M",
            _ => "%Y-%m-%d",
        };
        at.to_zoned(self.clock.zone().clone()).strftime(form).to_string()
    }

    fn listed(&self, counts: &[(&str, u64)]) -> String {
        let one = |(class, count): &(&str, u64)| format!("{class} {}", self.words.number(*count));
        counts.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// Anything is at least one block: nothing that happened may look like nothing.
fn bar(number: u64, most: u64) -> String {
    let blocks = if number == 0 {
        0
    } else {
        (number * BAR / most).max(1)
    };
    "█".repeat(usize::try_from(blocks).expect("at most as many as the bar has"))
}
