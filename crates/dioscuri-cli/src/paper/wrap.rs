//! Lines of a width in columns, where Chinese letters take two and break anywhere.

/// A blank at which no line ends: between a number and its unit. It is written as any other.
pub(crate) const UNBROKEN: &str = "\u{a0}";

/// `text` in lines of at most `columns`. What has no place to break, as an address, stays whole.
///
/// Control characters become blanks: the text may come from a log, and a terminal would obey them.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for unit in units(text) {
        let blank = usize::from(unit.after_blank && used > 0);
        let line = lines.last_mut().expect("there is one from the start");
        if used > 0 && used + blank + unit.columns > columns {
            lines.push(unit.text);
            used = unit.columns;
            continue;
        }
        if blank > 0 {
            line.push(' ');
        }
        line.push_str(&unit.text);
        used += blank + unit.columns;
    }
    lines
}

/// The columns that a terminal needs for `text`.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// What is not broken.
struct Unit {
    text: String,
    columns: usize,
    after_blank: bool,
}

fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut after_blank = true;
    let mut previous = ' ';
    for letter in text.chars() {
        let letter = if UNBROKEN.starts_with(letter) {
            ' '
        } else if letter.is_whitespace() || letter.is_control() {
            after_blank = true;
            continue;
        } else {
            letter
        };
        let joins = !after_blank && !breaks(previous, letter);
        match units.last_mut() {
            Some(unit) if joins => {
                unit.text.push(letter);
                unit.columns += columns(letter);
            }
            _ => units.push(Unit {
                text: letter.into(),
                columns: columns(letter),
                after_blank,
            }),
        }
        (after_blank, previous) = (false, letter);
    }
    units
}

/// Whether a line may end between two letters without a blank between them: beside a wide one, but not before
/// what closes nor after what opens.
fn breaks(before: char, after: char) -> bool {
    let is_wide = columns(before) == 2 || columns(after) == 2;
    is_wide && !CLOSING.contains(after) && !OPENING.contains(before)
}

const CLOSING: &str = "，。、；：！？）》」』”’…,.;:!?)%";
const OPENING: &str = "（《「『“‘(";

/// Two for what East Asian typography sets in a full square, none for what is set upon its neighbour.
///
/// Source: the ranges of `W` and `F` in Unicode's EastAsianWidth.txt, joined where what lies between is not used.
const fn columns(letter: char) -> usize {
    match letter as u32 {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, columns: usize, expected: &[&str]) {
        assert_eq!(wrap(text, columns), expected);
    }

    #[test]
    fn lines_break_at_blanks() {
        check("one two  three\nfour", 9, &["one two", "three", "four"]);
        check("", 9, &[""]);
    }

    #[test]
    fn what_has_no_place_to_break_stays_whole() {
        check(
            "see https://example.com/page now",
            10,
            &["see", "https://example.com/page", "now"],
        );
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        check("wait 45\u{a0}min now", 8, &["wait", "45 min", "now"]);
    }

    #[test]
    fn chinese_breaks_anywhere_but_before_what_closes() {
        check("每天的请求配额已用完。", 8, &["每天的请", "求配额已", "用完。"]);
        check("配额（每天）用完", 6, &["配额", "（每", "天）用", "完"]);
        check("模型 gemini-flash 用完", 12, &["模型", "gemini-flash", "用完"]);
    }

    #[test]
    fn what_a_terminal_would_obey_is_left_out() {
        check("a\u{1b}[31mb\u{7}c", 40, &["a [31mb c"]);
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!((width("配额 x"), width("e\u{301}"), width("é")), (6, 1, 1));
    }
}
