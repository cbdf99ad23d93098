//! Mends JSON that was cut, wrapped or badly escaped, in one pass.

/// Deeper JSON is taken as cut: no error body is nested so far, and `serde_json` stops at 128.
const MAX_DEPTH: usize = 64;

/// The JSON value at the beginning of `text`, made valid as far as one pass can, and its length in `text`.
///
/// What is open at the end is closed, after dropping a key without a value and a half number; line breaks
/// inside strings become blanks; a backslash before a character that needs none is doubled.
pub(super) fn first_value(text: &str) -> (String, usize) {
    let mut mender = Mender::default();
    for (at, c) in text.char_indices() {
        mender.take(c);
        if mender.open.is_empty() {
            return (mender.out, at + c.len_utf8());
        }
        if mender.open.len() > MAX_DEPTH {
            break;
        }
    }
    (mender.close(), text.len())
}

#[derive(Default)]
struct Mender {
    out: String,
    /// The closing brackets that are due, the next one last.
    open: Vec<char>,
    /// Length of `out` after the last whole value.
    whole: usize,
    in_string: bool,
    /// Where in `out` an unfinished escape begins, and how many characters it still needs.
    escape: Option<(usize, u8)>,
    /// Whether the next string is a value, not a key.
    value_next: bool,
}

impl Mender {
    fn take(&mut self, c: char) {
        if self.in_string {
            self.take_in_string(c);
            return;
        }
        match c {
            '"' => self.in_string = true,
            '{' | '[' => {
                self.open.push(if c == '{' { '}' } else { ']' });
                self.value_next = c == '[';
            }
            '}' | ']' => {
                self.open.pop();
            }
            ':' => self.value_next = true,
            // What stands before a comma is whole; the comma itself goes if nothing follows.
            ',' => {
                self.whole = self.out.len();
                self.value_next = self.open.last() == Some(&']');
            }
            _ => {}
        }
        self.out.push(c);
        if matches!(c, '{' | '[' | '}' | ']') {
            self.whole = self.out.len();
        }
    }

    fn take_in_string(&mut self, c: char) {
        match self.escape {
            Some((start, 1)) if start + 1 == self.out.len() => match c {
                'u' => self.escape = Some((start, 4)),
                '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => self.escape = None,
                _ => {
                    self.out.push('\\');
                    self.escape = None;
                }
            },
            Some((_, 1)) => self.escape = None,
            Some((start, due)) => self.escape = Some((start, due - 1)),
            None if c == '\\' => self.escape = Some((self.out.len(), 1)),
            None if c == '"' => self.in_string = false,
            None => {}
        }
        self.out.push(if c.is_control() { ' ' } else { c });
        if !self.in_string && self.value_next {
            self.whole = self.out.len();
        }
    }

    /// Closes what is open.
    fn close(mut self) -> String {
        if self.in_string && self.value_next {
            if let Some((start, _)) = self.escape {
                self.out.truncate(start);
            }
            self.out.push('"');
            self.whole = self.out.len();
        }
        self.out.truncate(self.whole);
        self.out.extend(self.open.iter().rev());
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(first_value(text).0, expected);
        assert!(serde_json::from_str::<Value>(expected).is_ok(), "{expected}");
    }

    #[test]
    fn whole_json_stays_and_what_follows_is_left() {
        assert_eq!(first_value(r#"{"a":[1]} tail"#), (r#"{"a":[1]}"#.to_owned(), 9));
    }

    #[test]
    fn cut_json_is_closed_after_its_last_whole_value() {
        check(r#"{"a":1,"b":[true,{"c":"d"#, r#"{"a":1,"b":[true,{"c":"d"}]}"#);
        check(r#"{"a":1,"b":42"#, r#"{"a":1}"#);
        check(r#"{"a":1,"b":"#, r#"{"a":1}"#);
        check(r#"{"a":1,"bc"#, r#"{"a":1}"#);
        check(r#"{"a":"x\u00"#, r#"{"a":"x"}"#);
        check(r#"{"a":"x\"#, r#"{"a":"x"}"#);
        check("{", "{}");
    }

    #[test]
    fn wrapped_lines_and_needless_backslashes_are_mended() {
        check("{\"a\":\"x\ny\"}", r#"{"a":"x y"}"#);
        check(r#"{"a":"it\'s"}"#, r#"{"a":"it\\'s"}"#);
        check(r#"{"a":"\u00e9\n"}"#, r#"{"a":"\u00e9\n"}"#);
    }

    proptest! {
        #[test]
        fn every_cut_of_valid_json_is_valid_again(cut in 0_usize..=88) {
            let text = r#"{"a":{"b":[1,2,"x\\y\u00e9",null],"c":-1.5e3},"d":"é€","e":[{"f":true},{}],"g":"last"}"#;
            let cut = (0..=cut.max(1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let mended = first_value(&text[..cut]).0;
            prop_assert!(cut == 0 || serde_json::from_str::<Value>(&mended).is_ok(), "{}", mended);
        }

        #[test]
        fn no_text_panics(text in r#"[{}\[\]":,\\u0-9a-z é\n]{0,80}"#) {
            let (mended, length) = first_value(&text);
            prop_assert!(length <= text.len() && mended.len() <= 2 * text.len() + 2);
        }
    }
}
