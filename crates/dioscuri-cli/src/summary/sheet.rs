//! Rows under labels, their cells aligned: a table without lines.

use super::text::Style;
use std::fmt::Write as _;

/// Rows under labels: a number on the right of its column, cells aligned within a section.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    label: String,
    number: Option<String>,
    text: String,
}

impl Sheet {
    /// A row without a number.
    pub(super) fn line(&mut self, label: &str, text: String) {
        self.rows.push(Row {
            label: label.to_owned(),
            number: None,
            text,
        });
    }

    /// Rows of a number and cells; nothing if there are none.
    pub(super) fn section(&mut self, label: &str, rows: impl IntoIterator<Item = (String, Vec<String>)>) {
        let (numbers, cells): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        for (at, (number, text)) in numbers.into_iter().zip(aligned(&cells)).enumerate() {
            self.rows.push(Row {
                label: if at == 0 { label.to_owned() } else { String::new() },
                number: Some(number),
                text,
            });
        }
    }

    /// Rows of cells.
    pub(super) fn table(&mut self, label: &str, rows: &[Vec<String>]) {
        for (at, text) in aligned(rows).into_iter().enumerate() {
            self.line(if at == 0 { label } else { "" }, text);
        }
    }

    pub(super) fn text(&self, style: Style) -> String {
        let label_width = self.rows.iter().map(|row| length(&row.label)).max().unwrap_or(0);
        let numbers = self.rows.iter().filter_map(|row| row.number.as_deref());
        let number_width = numbers.map(length).max().unwrap_or(0);
        let mut text = String::new();
        for row in &self.rows {
            let label = pad(&row.label, label_width);
            let label = match style {
                Style::Plain => label,
                Style::Terminal => format!("\u{1b}[2m{label}\u{1b}[0m"),
            };
            let content = match &row.number {
                Some(number) => format!("{number:>number_width$}  {}", row.text),
                None => row.text.clone(),
            };
            writeln!(text, "  {label}  {}", content.trim_end()).expect("a string takes all text");
        }
        text
    }
}

/// Each row as one text, its cells padded to the widest of their column.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let widths: Vec<_> = (0..columns)
        .map(|column| cells(column).map(|cell| length(cell)).max().unwrap_or(0))
        .collect();
    let row = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(row).collect()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(length(text))))
}
