//! JSON as Google's front end reads it.
//!
//! More lenient than RFC 8259: keys may be bare words, quotes may be single, a comma may follow the last
//! member, control characters may stand in strings. That is how the JSON reader of protobuf worked, whose
//! texts Google still answers with. Captured: "Unexpected token.", "Unexpected end of string. ...",
//! "Expected , or } after key:value pair.", "Expected : between key:value pair." and "Message too deep. ...",
//! each with its excerpt and caret; the other texts are known from that reader.

use std::{borrow::Cow, fmt};

/// Objects and lists may nest this deep. Protobuf's limit, and it bounds our stack too.
const DEEPEST: usize = 100;

/// An excerpt shows so many bytes on either side of the mistake.
const EXCERPT: usize = 20;

/// What a body says. Members keep their order, because paths in errors count them.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Above `i64::MAX`.
    UInt(u64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    /// Reads `body`.
    ///
    /// # Errors
    ///
    /// Google's sentence about the first mistake, without the words "Invalid JSON payload received."
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(body).map_err(|_| "Encountered non UTF-8 code points.".to_owned())?;
        let mut reader = Reader {
            text,
            at: 0,
            resumed: None,
        };
        let value = reader.value(0, "")?;
        reader.skip_blanks();
        if reader.at < text.len() {
            return Err(reader.wrong("Parsing terminated before end of input."));
        }
        Ok(value)
    }

    /// The member `name`; the last, if there are several.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .rev()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) const fn int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            _ => None,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a float of the wire is rounded as well"
    )]
    pub(crate) const fn float(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(*int as f64),
            Self::UInt(int) => Some(*int as f64),
            Self::Float(float) => Some(*float),
            _ => None,
        }
    }

    pub(crate) const fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// The elements of a list; of anything else, none.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The members of an object; of anything else, none.
    pub(crate) fn members(&self) -> &[(Cow<'a, str>, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The same as a tree of `serde_json`.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::from(*value),
            Self::UInt(value) => Value::from(*value),
            Self::Float(value) => Value::from(*value),
            Self::Text(text) => Value::String(text.clone().into_owned()),
            Self::List(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.clone().into_owned(), value.to_value()))
                    .collect(),
            ),
        }
    }
}

/// A scalar as Google's errors quote it; of a list or an object, nothing.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::UInt(value) => value.fmt(f),
            Self::Float(value) => f.write_str(&float_text(*value)),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::List(_) | Self::Object(_) => Ok(()),
        }
    }
}

/// A float as C prints it: `0.5`, `1e+20`.
fn float_text(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() || (1e-4..1e15).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

/// Blanks as C knows them.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

const fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$'
}

/// Where the first `quote` or backslash stands. Eight bytes at a time: most of a request is text.
fn end_or_escape(bytes: &[u8], quote: u8) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Not 0 if a byte of `word` is 0.
    let has_zero = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    let quotes = LOW * u64::from(quote);
    let escapes = LOW * u64::from(b'\\');
    let (words, _) = bytes.as_chunks::<8>();
    let free = words
        .iter()
        .map(|word| u64::from_ne_bytes(*word))
        .take_while(|word| has_zero(word ^ quotes) | has_zero(word ^ escapes) == 0)
        .count();
    let start = free * 8;
    let found = bytes[start..]
        .iter()
        .position(|byte| *byte == quote || *byte == b'\\')?;
    Some(start + found)
}

const RESERVED: [&str; 3] = ["true", "false", "null"];

/// What the next byte begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The end, or a byte that begins nothing.
    Nothing,
    Sign(u8),
    Quote,
    Digit,
    /// `true`, `false` or `null`.
    Reserved(&'static str),
    Word,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Google's reader goes over the body twice: first up to where it would need more of it, then from there.
    /// An excerpt never reaches back before that place.
    resumed: Option<usize>,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize, key: &str) -> Result<Json<'a>, String> {
        match self.next() {
            Next::Nothing => Err(self.missing("Expected a value.")),
            Next::Sign(b'{' | b'[') if depth >= DEEPEST => Err(format!(
                "Message too deep. Max recursion depth reached for key '{key}'"
            )),
            Next::Sign(b'{') => self.object(depth + 1),
            Next::Sign(b'[') => self.list(depth + 1),
            Next::Quote => self.string().map(Json::Text),
            Next::Digit => self.number(),
            Next::Reserved(word) => {
                self.at += word.len();
                Ok(match word {
                    "true" => Json::Bool(true),
                    "false" => Json::Bool(false),
                    _ => Json::Null,
                })
            }
            Next::Sign(_) | Next::Word => {
                // So short a rest might have become `false` with more of the body.
                if self.text.len() - self.at < "false".len() {
                    self.resume_at(self.at);
                }
                Err(self.wrong("Unexpected token."))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, String> {
        const KEY: &str = "Expected an object key or }.";
        const COLON: &str = "Expected : between key:value pair.";
        const COMMA: &str = "Expected , or } after key:value pair.";
        self.at += 1;
        let mut members = Vec::new();
        loop {
            let key = match self.next() {
                Next::Sign(b'}') => break,
                Next::Quote => self.string()?,
                Next::Word | Next::Reserved(_) => self.bare_key(KEY)?,
                next => return Err(self.expected(next, KEY)),
            };
            match self.next() {
                Next::Sign(b':') => self.at += 1,
                next => return Err(self.expected(next, COLON)),
            }
            let value = self.value(depth, &key)?;
            members.push((key, value));
            match self.next() {
                Next::Sign(b',') => self.at += 1,
                Next::Sign(b'}') => break,
                next => return Err(self.expected(next, COMMA)),
            }
        }
        self.at += 1;
        Ok(Json::Object(members))
    }

    fn list(&mut self, depth: usize) -> Result<Json<'a>, String> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            match self.next() {
                Next::Nothing => return Err(self.missing("Expected a value or ] within an array.")),
                Next::Sign(b']') => break,
                _ => items.push(self.value(depth, "")?),
            }
            match self.next() {
                Next::Sign(b',') => self.at += 1,
                Next::Sign(b']') => break,
                next => return Err(self.expected(next, "Expected , or ] after array value.")),
            }
        }
        self.at += 1;
        Ok(Json::List(items))
    }

    /// A key without quotes; the reserved words alone are none.
    fn bare_key(&mut self, problem: &str) -> Result<Cow<'a, str>, String> {
        let rest = &self.text[self.at..];
        let length = rest
            .bytes()
            .position(|byte| !starts_word(byte) && !byte.is_ascii_digit())
            .unwrap_or(rest.len());
        if length == rest.len() {
            self.resume_at(self.at);
        }
        self.at += length;
        let key = &rest[..length];
        if RESERVED.contains(&key) {
            return Err(self.wrong(problem));
        }
        Ok(Cow::Borrowed(key))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, String> {
        let start = self.at;
        let quote = self.text.as_bytes()[start];
        let rest = &self.text[start + 1..];
        match end_or_escape(rest.as_bytes(), quote) {
            Some(end) if rest.as_bytes()[end] == quote => {
                self.at = start + end + 2;
                Ok(Cow::Borrowed(&rest[..end]))
            }
            Some(end) => self.escaped(start, quote, end).map(Cow::Owned),
            None => Err(self.unclosed(start)),
        }
    }

    /// The string from `start` on, whose first escape stands after `plain` bytes.
    fn escaped(&mut self, start: usize, quote: u8, plain: usize) -> Result<String, String> {
        let bytes = self.text.as_bytes();
        let mut text = self.text[start + 1..=start + plain].to_owned();
        let mut at = start + 1 + plain;
        loop {
            let Some(&byte) = bytes.get(at) else {
                return Err(self.unclosed(start));
            };
            if byte == quote {
                self.at = at + 1;
                return Ok(text);
            }
            if byte != b'\\' {
                let run = end_or_escape(&bytes[at..], quote).unwrap_or(bytes.len() - at);
                text.push_str(&self.text[at..at + run]);
                at += run;
                continue;
            }
            let Some(escaped) = self.text[at + 1..].chars().next() else {
                return Err(self.unclosed(start));
            };
            if escaped == 'u' {
                let (c, length) = self.code_point(at, start)?;
                text.push(c);
                at += length;
                continue;
            }
            text.push(match escaped {
                'b' => '\u{8}',
                'f' => '\u{C}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\u{B}',
                other => other,
            });
            at += 1 + escaped.len_utf8();
        }
    }

    /// The character of a `\uXXXX` at `at`, or of two that make a pair, and its length in bytes.
    fn code_point(&mut self, at: usize, start: usize) -> Result<(char, usize), String> {
        let high = self.hex(at, start, "Illegal hex string.")?;
        if !(0xD800..=0xDBFF).contains(&high) {
            return match char::from_u32(high) {
                Some(c) => Ok((c, 6)),
                None => Err(self.wrong_at(at, "Invalid unicode code point.")),
            };
        }
        if self
            .text
            .as_bytes()
            .get(at + 6..at + 8)
            .is_some_and(|bytes| bytes != b"\\u")
        {
            return Err(self.wrong_at(at, "Missing low surrogate."));
        }
        let low = self.hex(at + 6, start, "Missing low surrogate.")?;
        if !(0xDC00..=0xDFFF).contains(&low) {
            return Err(self.wrong_at(at, "Invalid low surrogate."));
        }
        let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        char::from_u32(code).map_or_else(
            || Err(self.wrong_at(at, "Invalid unicode code point.")),
            |c| Ok((c, 12)),
        )
    }

    /// The four digits of the `\uXXXX` at `at`.
    fn hex(&mut self, at: usize, start: usize, too_short: &str) -> Result<u32, String> {
        let Some(digits) = self.text.as_bytes().get(at + 2..at + 6) else {
            self.resume_at(start);
            return Err(self.wrong_at(at, too_short));
        };
        let code = digits.iter().try_fold(0, |code, digit| {
            char::from(*digit).to_digit(16).map(|digit| code * 16 + digit)
        });
        code.ok_or_else(|| self.wrong_at(at, "Invalid escape sequence."))
    }

    fn number(&mut self) -> Result<Json<'a>, String> {
        let rest = &self.text[self.at..];
        let length = rest
            .bytes()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E' | b'x'))
            .unwrap_or(rest.len());
        if length == rest.len() {
            self.resume_at(self.at);
        }
        let digits = &rest[..length];
        let is_whole = !digits.contains(['.', 'e', 'E']);
        let magnitude = digits.strip_prefix('-').unwrap_or(digits);
        if is_whole && magnitude.len() > 1 && magnitude.starts_with('0') {
            return Err(self.wrong("Octal/hex numbers are not valid JSON values."));
        }
        let whole = is_whole
            .then(|| {
                digits
                    .parse()
                    .map(Json::Int)
                    .or_else(|_| digits.parse().map(Json::UInt))
            })
            .and_then(Result::ok);
        let number = match whole {
            Some(whole) => whole,
            None => match digits.parse::<f64>() {
                Err(_) => return Err(self.wrong("Unable to parse number.")),
                Ok(float) if float.is_infinite() => {
                    return Err(self.wrong("Number exceeds the range of double."));
                }
                Ok(float) => Json::Float(float),
            },
        };
        self.at += length;
        Ok(number)
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| is_blank(**byte)).count();
    }

    fn next(&mut self) -> Next {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        match rest.bytes().next() {
            Some(sign @ (b'{' | b'}' | b'[' | b']' | b':' | b',')) => Next::Sign(sign),
            Some(b'"' | b'\'') => Next::Quote,
            Some(b'-' | b'0'..=b'9') => Next::Digit,
            Some(byte) if starts_word(byte) => RESERVED
                .into_iter()
                .find(|word| rest.starts_with(word))
                .map_or(Next::Word, Next::Reserved),
            _ => Next::Nothing,
        }
    }

    fn resume_at(&mut self, at: usize) {
        self.resumed.get_or_insert(at);
    }

    fn expected(&mut self, next: Next, problem: &str) -> String {
        if next == Next::Nothing {
            self.missing(problem)
        } else {
            self.wrong(problem)
        }
    }

    /// Nothing that could be read stands here.
    fn missing(&mut self, problem: &str) -> String {
        self.resume_at(self.at);
        if self.at == self.text.len() {
            self.wrong(&format!("Unexpected end of string. {problem}"))
        } else {
            self.wrong(problem)
        }
    }

    fn unclosed(&mut self, start: usize) -> String {
        self.resume_at(start);
        self.wrong_at(start, "Closing quote expected in string.")
    }

    fn wrong(&self, problem: &str) -> String {
        self.wrong_at(self.at, problem)
    }

    fn wrong_at(&self, at: usize, problem: &str) -> String {
        let bytes = self.text.as_bytes();
        let begin = at.saturating_sub(EXCERPT).max(self.resumed.unwrap_or(0)).min(at);
        let end = at.saturating_add(EXCERPT).min(bytes.len());
        let excerpt = String::from_utf8_lossy(&bytes[begin..end]);
        let blanks = " ".repeat(at - begin);
        format!("{problem}\n{excerpt}\n{blanks}^")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_wrong(body: &str, problem: &str) {
        assert_eq!(Json::parse(body.as_bytes()).unwrap_err(), problem, "{body}");
    }

    #[track_caller]
    fn check(body: &str, value: &serde_json::Value) {
        assert_eq!(Json::parse(body.as_bytes()).unwrap().to_value(), *value, "{body}");
    }

    #[test]
    fn mistakes_are_shown_as_captured() {
        check_wrong("not json", "Unexpected token.\nnot json\n^");
        check_wrong(
            "{not json",
            "Expected : between key:value pair.\n{not json\n     ^",
        );
        check_wrong(
            r#"{"contents":"#,
            "Unexpected end of string. Expected a value.\n\n^",
        );
        check_wrong(
            r#"{"a": {"b": "c"}"#,
            "Unexpected end of string. Expected , or } after key:value pair.\n\n^",
        );
        check_wrong(
            "{\"prompt\": \"use this following structure:\n{\n  \"name\": 1}",
            "Expected , or } after key:value pair.\ning structure:\n{\n  \"name\": 1}\n                    ^",
        );
    }

    #[test]
    fn mistakes_that_nobody_posted_are_shown_in_the_same_manner() {
        check_wrong("", "Unexpected end of string. Expected a value.\n\n^");
        check_wrong(
            "[",
            "Unexpected end of string. Expected a value or ] within an array.\n\n^",
        );
        check_wrong("[1 2]", "Expected , or ] after array value.\n[1 2]\n   ^");
        check_wrong("{true: 1}", "Expected an object key or }.\n{true: 1}\n     ^");
        check_wrong(r#"{"a": "b"#, "Closing quote expected in string.\n\"b\n^");
        check_wrong(r#"["\ud800"]"#, "Missing low surrogate.\n[\"\\ud800\"]\n  ^");
        check_wrong(r#"["\u12"]"#, "Invalid escape sequence.\n[\"\\u12\"]\n  ^");
        check_wrong("[01]", "Octal/hex numbers are not valid JSON values.\n[01]\n ^");
        check_wrong("[1e999]", "Number exceeds the range of double.\n[1e999]\n ^");
        check_wrong("[-]", "Unable to parse number.\n[-]\n ^");
        check_wrong("{} x", "Parsing terminated before end of input.\n{} x\n   ^");
        check_wrong("[NaN]", "Unexpected token.\nNaN]\n^");
        assert_eq!(
            Json::parse(b"\"\xFF\"").unwrap_err(),
            "Encountered non UTF-8 code points."
        );
    }

    #[test]
    fn the_depth_is_bounded() {
        let deep = |depth: usize| format!("{}{}", "{\"a\":[".repeat(depth), "]}".repeat(depth));
        assert!(Json::parse(deep(50).as_bytes()).is_ok());
        check_wrong(
            &deep(51),
            "Message too deep. Max recursion depth reached for key ''",
        );
        check_wrong(
            &format!("{}{}", "{\"a\":".repeat(101), "}".repeat(101)),
            "Message too deep. Max recursion depth reached for key 'a'",
        );
        assert!(Json::parse("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn what_is_looser_than_the_rfc_is_read() {
        use serde_json::json;
        check("{a: 'b', \"c\": [1,],}", &json!({"a": "b", "c": [1]}));
        check("\"a\tb\"", &json!("a\tb"));
        check(r#""\ud83d\ude00\n\q\u0041é""#, &json!("😀\nqAé"));
        check(
            "[18446744073709551615, -7, 0.5, 1E3]",
            &json!([u64::MAX, -7, 0.5, 1000.0]),
        );
        check(" [ true , false , null ] ", &json!([true, false, null]));
    }

    #[test]
    fn a_text_ends_wherever_its_quote_stands() {
        for length in 0..40 {
            for end in ["\"", "\\n\""] {
                let text = "é".repeat(length);
                let expected = if end.len() > 1 {
                    format!("{text}\n")
                } else {
                    text.clone()
                };
                check(&format!("\"{text}{end}"), &serde_json::json!(expected));
            }
        }
    }

    #[test]
    fn floats_are_quoted_as_c_prints_them() {
        for (value, text) in [(0.5, "0.5"), (1e20, "1e+20"), (1e-9, "1e-9"), (100.0, "100")] {
            assert_eq!(Json::Float(value).to_string(), text);
        }
    }
}
