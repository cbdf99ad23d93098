//! How Google lays out JSON: whole bodies over many lines, the frames of a stream on one.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// `value` as a whole body: over many lines, and with the end of the last.
pub(crate) fn body(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = lines(value);
    bytes.push(b'\n');
    bytes
}

/// `value` over many lines, indented by two blanks.
fn lines(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2048);
    let mut serializer = Serializer::with_formatter(&mut bytes, Lines(PrettyFormatter::new()));
    value.serialize(&mut serializer).expect(ALWAYS_JSON);
    bytes
}

/// `value` on one line, appended to `bytes`: a blank follows a colon and no comma, as captured.
pub(crate) fn append_line(bytes: &mut Vec<u8>, value: &impl Serialize) {
    let mut serializer = Serializer::with_formatter(bytes, Line);
    value.serialize(&mut serializer).expect(ALWAYS_JSON);
}

const ALWAYS_JSON: &str = "strings, finite numbers, lists and maps with names are JSON";

struct Lines(PrettyFormatter<'static>);

impl Formatter for Lines {
    fn begin_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_array(to)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array(to)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(to, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array_value(to)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object(to)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object(to)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(to, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object_value(to)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object_value(to)
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        without_angles(to, text)
    }
}

struct Line;

impl Formatter for Line {
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        CompactFormatter.begin_object_value(to)?;
        to.write_all(b" ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        without_angles(to, text)
    }
}

/// Google's JSON can stand in a page of HTML: it escapes the angle brackets, as captured.
fn without_angles<W: ?Sized + io::Write>(to: &mut W, text: &str) -> io::Result<()> {
    let mut rest = text.as_bytes();
    // Nearly no text has one. Counting all is faster than stopping at the first: many bytes are compared at once.
    if rest.iter().filter(|byte| matches!(byte, b'<' | b'>')).count() == 0 {
        return to.write_all(rest);
    }
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'<' | b'>')) {
        to.write_all(&rest[..at])?;
        to.write_all(if rest[at] == b'<' { b"\\u003c" } else { b"\\u003e" })?;
        rest = &rest[at + 1..];
    }
    to.write_all(rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_stands_on_many_lines() {
        let value = json!({"a": [1, {"b": "<é>\n"}], "c": {}});
        let expected =
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"\\u003cé\\u003e\\n\"\n    }\n  ],\n  \"c\": {}\n}";
        assert_eq!(String::from_utf8(lines(&value)).unwrap(), expected);
    }

    #[test]
    fn a_frame_stands_on_one_line() {
        let mut bytes = b"data: ".to_vec();
        append_line(&mut bytes, &json!({"a": [1, 2], "b": {"c": "a<b"}}));
        let expected = r#"data: {"a": [1,2],"b": {"c": "a\u003cb"}}"#;
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
