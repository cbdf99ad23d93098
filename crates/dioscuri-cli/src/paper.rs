//! Text for people: wrapped to the width of their terminal, with headings, lists and tables.

mod wrap;

pub(crate) use wrap::UNBROKEN;

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _},
};
use wrap::{width, wrap};

/// Longer lines are hard to read, whatever the terminal.
const WIDEST: usize = 100;

/// Below, words stand alone on their lines.
const NARROWEST: usize = 40;

/// What nearly every terminal has at least.
const USUAL: usize = 80;

/// How far what belongs to a heading is moved to the right.
const INDENT: &str = "  ";

/// A page in the making.
#[derive(Debug)]
pub(crate) struct Paper {
    text: String,
    width: usize,
    is_coloured: bool,
}

/// How words stand out on a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ink {
    Bold,
    Dim,
    Yellow,
}

impl Paper {
    /// For standard output: as wide as it is, coloured if it is a terminal and nobody minds.
    pub(crate) fn for_stdout() -> Self {
        let is_terminal = io::stdout().is_terminal();
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let columns = || terminal_size::terminal_size().map_or(USUAL, |(width, _)| usize::from(width.0));
        let width = if is_terminal { columns() } else { WIDEST };
        Self::new(width, is_terminal && !is_plain)
    }

    /// A page of `width` columns, within reason.
    pub(crate) fn new(width: usize, is_coloured: bool) -> Self {
        Self {
            text: String::new(),
            width: width.clamp(NARROWEST, WIDEST),
            is_coloured,
        }
    }

    /// The columns of a line under a heading.
    pub(crate) const fn room(&self) -> usize {
        self.width - INDENT.len()
    }

    /// A title, with an empty line before it unless it is the first.
    pub(crate) fn title(&mut self, text: &str) {
        self.gap();
        for line in wrap(text, self.width) {
            self.line(&line, Some(Ink::Bold));
        }
    }

    /// A remark under a title.
    pub(crate) fn note(&mut self, text: &str) {
        for line in wrap(text, self.width) {
            self.line(&line, Some(Ink::Dim));
        }
    }

    /// A heading, with an empty line before it.
    pub(crate) fn heading(&mut self, text: &str, ink: Ink) {
        self.gap();
        self.line(text, Some(ink));
    }

    /// An empty line, if anything stands before it.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Text under a heading.
    pub(crate) fn paragraph(&mut self, text: &str) {
        for line in wrap(text, self.room()) {
            self.line(&format!("{INDENT}{line}"), None);
        }
    }

    /// A list under a heading.
    pub(crate) fn items<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        for item in items {
            for (at, line) in wrap(item.as_ref(), self.room() - 2).iter().enumerate() {
                let mark = if at == 0 { "- " } else { "  " };
                self.line(&format!("{INDENT}{mark}{line}"), None);
            }
        }
    }

    /// Rows under a heading, their cells aligned: numbers to the right. What does not fit is cut, and shows it.
    pub(crate) fn table(&mut self, rows: &[Vec<String>], header: Option<Ink>) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(widest).collect();
        for (at, row) in rows.iter().enumerate() {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&padded(cell, *width));
                line.push_str(INDENT);
            }
            let line = obeyed_by_nobody(&cut(line.trim_end(), self.room()));
            self.line(&format!("{INDENT}{line}"), header.filter(|_| at == 0));
        }
    }

    /// Names in a column of their own, and what is said of each wrapped beside it.
    pub(crate) fn names(&mut self, entries: &[(&str, &str)]) {
        let column = entries.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
        let room = self.width.saturating_sub(column + INDENT.len());
        for (name, text) in entries {
            for (at, line) in wrap(text, room).iter().enumerate() {
                let name = padded(if at == 0 { name } else { "" }, column);
                self.line(&format!("{name}{INDENT}{line}"), None);
            }
        }
    }

    /// What is written so far, with a line feed at its end.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, text: &str, ink: Option<Ink>) {
        match ink.filter(|_| self.is_coloured) {
            Some(ink) => writeln!(self.text, "\u{1b}[{}m{text}\u{1b}[0m", ink.code()),
            None => writeln!(self.text, "{text}"),
        }
        .expect("a string takes all text");
    }
}

impl Ink {
    /// Select Graphic Rendition, ECMA-48 section 8.3.117.
    const fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Yellow => "1;33",
        }
    }
}

/// Without control characters: cells may come from a log, and a terminal would obey them.
fn obeyed_by_nobody(line: &str) -> String {
    line.replace(char::is_control, " ")
}

fn padded(cell: &str, columns: usize) -> String {
    let blanks = " ".repeat(columns.saturating_sub(width(cell)));
    if cell.starts_with(|c: char| c.is_ascii_digit())
        && cell.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
    {
        blanks + cell
    } else {
        cell.to_owned() + &blanks
    }
}

/// At most `columns` of a line.
fn cut(line: &str, columns: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in line.chars() {
        used += width(letter.encode_utf8(&mut [0; 4]));
        if used >= columns {
            break;
        }
        kept.push(letter);
    }
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_headings_paragraphs_and_lists() {
        let mut paper = Paper::new(40, false);
        paper.title("A title");
        paper.heading("Do now", Ink::Bold);
        paper.items(["Wait a minute or two, then send it once more.", "Ask."]);
        paper.heading("Why", Ink::Dim);
        paper.paragraph("Because.");
        let expected = "A title\n\nDo now\n  - Wait a minute or two, then send it\n    once more.\n  - Ask.\n\nWhy\n  Because.\n";
        assert_eq!(paper.into_text(), expected);
    }

    #[test]
    fn only_a_terminal_gets_colours() {
        let mut paper = Paper::new(80, true);
        paper.title("A title");
        assert_eq!(paper.into_text(), "\u{1b}[1mA title\u{1b}[0m\n");
    }

    #[test]
    fn tables_are_aligned_and_cut_where_the_page_ends() {
        let rows = [
            ["a", "1,234", "some words"],
            ["配额", "5", "and many more words than there is room for"],
        ];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        let mut paper = Paper::new(40, false);
        paper.table(&rows, None);
        let expected = "  a     1,234  some words\n  配额      5  and many more words than…\n";
        assert_eq!(paper.into_text(), expected);
    }

    #[test]
    fn what_is_said_of_a_name_stands_beside_it() {
        let mut paper = Paper::new(40, false);
        paper.names(&[
            ("calm", "one project, one key, wide quotas and no faults"),
            ("overload", "503"),
        ]);
        let expected =
            "calm      one project, one key, wide\n          quotas and no faults\noverload  503\n";
        assert_eq!(paper.into_text(), expected);
    }

    #[test]
    fn what_a_terminal_would_obey_is_left_out_of_tables() {
        let mut paper = Paper::new(80, true);
        paper.table(&[vec!["a\u{1b}[31mb".to_owned()]], None);
        assert_eq!(paper.into_text(), "  a [31mb\n");
    }

    #[test]
    fn a_width_is_kept_within_reason() {
        assert_eq!(
            [1, 72, 500].map(|width| Paper::new(width, false).room()),
            [38, 70, 98]
        );
    }
}
