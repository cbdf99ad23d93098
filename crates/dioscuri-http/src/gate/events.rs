//! Cuts the body of a stream into its events: server-sent events, or the elements of a JSON array.

use std::mem;

/// What ends an array of tokens in other APIs of the same form; it is no event.
const DONE: &[u8] = b"[DONE]";

/// Cuts the body of a stream into its events, however it is cut into frames.
///
/// Which form it has shows at its first byte: JSON begins with a bracket. Among server-sent events bare JSON is an
/// event too: Google's servers send errors so, and Google's clients read them.
#[derive(Debug, Default)]
pub(crate) struct Events {
    form: Form,
    /// What has come of the event under way.
    held: Vec<u8>,
}

#[derive(Debug, Default)]
enum Form {
    #[default]
    Unknown,
    Sse(Lines),
    Json(Nesting),
}

/// Where in its lines a stream of server-sent events is.
#[derive(Debug, Default)]
struct Lines {
    /// The line under way.
    line: Vec<u8>,
    /// A line has ended with a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// The event under way is JSON without the form of an event.
    is_bare: bool,
    /// Where in that JSON: an empty line within its brackets does not end it.
    nesting: Nesting,
}

/// Where in its brackets a JSON text is.
#[derive(Debug, Default)]
struct Nesting {
    /// Open brackets of the event under way; 0 between events.
    depth: usize,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Place {
    #[default]
    Outside,
    InString,
    /// After a backslash.
    Escaped,
}

impl Events {
    /// Takes the next bytes of the body; `each` is called for each event that they complete.
    pub(crate) fn feed(&mut self, mut data: &[u8], each: &mut impl FnMut(&[u8])) {
        if let Form::Unknown = self.form {
            let Some(first) = data.iter().position(|byte| !is_blank(*byte)) else {
                return;
            };
            data = &data[first..];
            self.form = match data[0] {
                b'[' | b'{' => Form::Json(Nesting::default()),
                _ => Form::Sse(Lines::default()),
            };
        }
        match &mut self.form {
            Form::Unknown => {}
            Form::Sse(lines) => lines.feed(data, &mut self.held, each),
            Form::Json(nesting) => nesting.feed(data, &mut self.held, each),
        }
    }

    /// The body has ended; `each` is called for an event that was under way.
    pub(crate) fn end(&mut self, each: &mut impl FnMut(&[u8])) {
        if let Form::Sse(lines) = &mut self.form {
            if !lines.line.is_empty() {
                lines.end_line(&mut self.held, each);
            }
            lines.end_event(&mut self.held, each);
        } else if !self.held.is_empty() {
            each(&mem::take(&mut self.held));
        }
    }

    /// How many bytes are held of the event under way.
    pub(crate) fn held(&self) -> usize {
        match &self.form {
            Form::Sse(lines) => self.held.len() + lines.line.len(),
            _ => self.held.len(),
        }
    }
}

/// White space, or a part of the mark that some put before UTF-8.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF)
}

impl Lines {
    fn feed(&mut self, data: &[u8], held: &mut Vec<u8>, each: &mut impl FnMut(&[u8])) {
        let mut rest = data;
        if mem::take(&mut self.after_return) && rest.first() == Some(&b'\n') {
            rest = &rest[1..];
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(&rest[..end]);
            self.end_line(held, each);
            let after = &rest[end + 1..];
            rest = match (rest[end], after.first()) {
                (b'\r', Some(b'\n')) => &after[1..],
                (b'\r', None) => {
                    self.after_return = true;
                    after
                }
                _ => after,
            };
        }
        self.line.extend_from_slice(rest);
    }

    fn end_line(&mut self, held: &mut Vec<u8>, each: &mut impl FnMut(&[u8])) {
        let line = mem::take(&mut self.line);
        if line.is_empty() {
            if self.nesting.depth == 0 {
                self.end_event(held, each);
            }
        } else if let Some(value) = line.strip_prefix(b"data:") {
            if self.is_bare {
                self.end_event(held, each);
            }
            if !held.is_empty() {
                held.push(b'\n');
            }
            held.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
        } else if self.is_bare || matches!(line[0], b'{' | b'[') {
            if !self.is_bare {
                self.end_event(held, each);
            }
            self.is_bare = true;
            for byte in &line {
                self.nesting.step(*byte);
            }
            held.extend_from_slice(&line);
            held.push(b'\n');
        }
        // Everything else is a comment, or a field that says nothing of the event: its name, its number.
        self.line = line;
        self.line.clear();
    }

    fn end_event(&mut self, held: &mut Vec<u8>, each: &mut impl FnMut(&[u8])) {
        self.is_bare = false;
        self.nesting = Nesting::default();
        if !held.is_empty() && held != DONE {
            each(held);
        }
        held.clear();
    }
}

impl Nesting {
    fn step(&mut self, byte: u8) {
        match (self.place, byte) {
            (Place::Outside, b'{') => self.depth += 1,
            (Place::Outside, b'}') => self.depth = self.depth.saturating_sub(1),
            (Place::Outside, b'"') if self.depth > 0 => self.place = Place::InString,
            (Place::InString, b'"') => self.place = Place::Outside,
            (Place::InString, b'\\') => self.place = Place::Escaped,
            (Place::Escaped, _) => self.place = Place::InString,
            _ => {}
        }
    }

    fn feed(&mut self, data: &[u8], held: &mut Vec<u8>, each: &mut impl FnMut(&[u8])) {
        // Where the event under way begins in `data`; before it, if some of it is held.
        let mut from = 0;
        for (at, byte) in data.iter().enumerate() {
            let before = self.depth;
            self.step(*byte);
            match (before, self.depth) {
                (0, 1) => from = at,
                (1, 0) => {
                    let event = &data[from..=at];
                    if held.is_empty() {
                        each(event);
                    } else {
                        held.extend_from_slice(event);
                        each(held);
                        held.clear();
                    }
                    from = at + 1;
                }
                _ => {}
            }
        }
        if self.depth > 0 {
            held.extend_from_slice(&data[from..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of `body`, cut into frames of `size` bytes.
    fn events(body: &str, size: usize) -> Vec<String> {
        let (mut events, mut found) = (Events::default(), Vec::new());
        let mut each = |event: &[u8]| found.push(String::from_utf8(event.to_vec()).unwrap());
        for frame in body.as_bytes().chunks(size) {
            events.feed(frame, &mut each);
        }
        events.end(&mut each);
        assert_eq!(events.held(), 0, "nothing is held back at the end");
        found
    }

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        for size in 1..=body.len().max(1) {
            assert_eq!(events(body, size), expected, "in frames of {size} bytes");
        }
    }

    #[test]
    fn server_sent_events_end_with_a_blank_line_of_any_kind() {
        check(
            "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n",
            &["{\"a\":1}", "{\"b\":2}"],
        );
        check("data: 1\r\n\r\ndata: 2\r\n\r\n", &["1", "2"]);
        check("data: 1\r\rdata: 2\r\r", &["1", "2"]);
        check("data:1\n\n\n\ndata:  2\n", &["1", " 2"]);
    }

    #[test]
    fn data_on_several_lines_is_one_event() {
        check("data: {\ndata: }\n\n", &["{\n}"]);
    }

    #[test]
    fn comments_names_and_the_mark_of_the_end_are_no_events() {
        check(
            ": ping\n\nevent: message\nid: 7\ndata: 1\n\ndata: [DONE]\n\n",
            &["1"],
        );
        check("\u{feff}data: 1\n\n", &["1"]);
        check("", &[]);
        check("  \n", &[]);
    }

    #[test]
    fn an_event_that_the_end_cuts_is_an_event() {
        check("data: 1\n\ndata: {\"a", &["1", "{\"a"]);
        check("[{\"a\": 1},{\"b", &["{\"a\": 1}", "{\"b"]);
    }

    #[test]
    fn bare_json_among_events_is_one() {
        check(
            "data: 1\n\n{\n  \"error\": {}\n}\n",
            &["1", "{\n  \"error\": {}\n}\n"],
        );
        check("data: 1\n\n[{}]\ndata: 2\n\n", &["1", "[{}]\n", "2"]);
        check(
            "data: 1\n\n{\n\n\"a\": \"}\"\n\n}\n\ndata: 2\n\n",
            &["1", "{\n\"a\": \"}\"\n}\n", "2"],
        );
        check("data: 1\n\n{\n\ndata: 2\n\n", &["1", "{\n", "2"]);
    }

    #[test]
    fn the_elements_of_an_array_are_events_whatever_stands_between() {
        check(
            "[{\"a\": [{}]}\n,\r\n{\"b\": \"}]\\\"{\"}]\n",
            &["{\"a\": [{}]}", "{\"b\": \"}]\\\"{\"}"],
        );
        check("[]", &[]);
        check(" {\"error\": {}}", &["{\"error\": {}}"]);
    }
}
