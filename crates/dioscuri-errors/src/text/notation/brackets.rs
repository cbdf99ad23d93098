//! Maps and lists: what stands in brackets.

use super::lexis::is_word;
use super::value::Mode;
use super::{MAX_DEPTH, Node, Reader};

impl Reader<'_> {
    pub(super) fn map(&mut self, close: u8) -> Node {
        let mut members = Vec::new();
        if self.open.len() >= MAX_DEPTH {
            return Node::Map(members);
        }
        self.open.push(close);
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            match byte {
                b'}' | b']' | b')' => {
                    if byte == close {
                        self.at += 1;
                        break;
                    }
                    // Something inside was never closed, and this belongs to what is around us.
                    if self.open[..self.open.len() - 1].contains(&byte) {
                        break;
                    }
                    self.at += 1;
                }
                b'"' | b'\'' | b'\\' => {
                    let key = (!self.after_word(start)).then(|| self.quoted_key()).flatten();
                    if let Some(key) = key {
                        self.member(key, &mut members);
                    } else {
                        self.at = start + 1;
                    }
                }
                b'{' => {
                    self.at += 1;
                    members.push((String::new(), self.map(b'}')));
                }
                b'[' => self.bracket(&mut members),
                byte if is_word(byte) && !self.after_word(start) => {
                    let word = self.word();
                    let key = self.text[word].to_owned();
                    match self.bytes.get(self.at) {
                        Some(b'[') if key == "map" => {
                            self.at += 1;
                            members.push((String::new(), self.go_map()));
                        }
                        Some(b'(') if self.constructor_begins() => {
                            self.at += 1;
                            members.push((String::new(), self.map(b')')));
                        }
                        _ => self.member(key, &mut members),
                    }
                }
                _ => self.step(),
            }
        }
        self.open.pop();
        Node::Map(members)
    }

    /// `["name"]=>` of PHP, or a list without a name.
    pub(super) fn bracket(&mut self, members: &mut Vec<(String, Node)>) {
        let start = self.at;
        self.at += 1;
        if let Some(key) = self.quoted_key()
            && self.bytes.get(self.at) == Some(&b']')
        {
            self.at += 1;
            self.member(key, members);
            return;
        }
        self.at = start + 1;
        if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            return;
        }
        members.push((String::new(), self.list(Mode::Inside)));
    }

    /// The value of member `key`, whose name has just been read.
    pub(super) fn member(&mut self, key: String, members: &mut Vec<(String, Node)>) {
        if let Some(at) = self.separator(self.at) {
            self.at = at;
            if let Some(node) = self.value(Mode::Inside) {
                members.push((key, node));
            }
            return;
        }
        let brace = self.skipped(self.at);
        if self.bytes.get(brace) == Some(&b'{') {
            self.at = brace + 1;
            let node = self.map(b'}');
            members.push((key, node));
        }
    }

    pub(super) fn go_map(&mut self) -> Node {
        let mut members = Vec::new();
        if self.open.len() >= MAX_DEPTH {
            return Node::Map(members);
        }
        self.open.push(b']');
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b']' {
                self.at += 1;
                break;
            }
            if !is_word(byte) {
                self.step();
                continue;
            }
            let word = self.word();
            if self.bytes.get(self.at) == Some(&b':') {
                self.at += 1;
                let key = self.text[word].to_owned();
                if let Some(node) = self.value(Mode::Go) {
                    members.push((key, node));
                }
            }
        }
        self.open.pop();
        Node::Map(members)
    }

    pub(super) fn list(&mut self, mode: Mode) -> Node {
        let mut entries = Vec::new();
        if self.open.len() >= MAX_DEPTH {
            return Node::List(entries);
        }
        self.open.push(b']');
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            match byte {
                b']' => {
                    self.at += 1;
                    break;
                }
                b'}' | b')' => {
                    if self.open[..self.open.len() - 1].contains(&byte) {
                        break;
                    }
                    self.at += 1;
                }
                _ if self.skipped(start) > start => self.at = self.skipped(start),
                b',' => self.at += 1,
                _ => {
                    if let Some(node) = self.value(mode) {
                        entries.push(node);
                    }
                    if self.at == start {
                        self.step();
                    }
                }
            }
        }
        self.open.pop();
        Node::List(entries)
    }
}
