//! Values: what stands after a name.

use super::lexis::is_word;
use super::{MAX_KEY, Node, Reader, last_segment};

/// The longest remark in brackets that belongs to a value, in bytes: the size of an array, the name of a constant.
const MAX_REMARK: usize = 160;

/// Where a value stands, which decides where it ends if it has no quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// In prose.
    Loose,
    /// Inside brackets.
    Inside,
    /// Inside Go's `map[…]`, where blanks separate.
    Go,
}

impl Reader<'_> {
    /// The value here; `None` if there is none, or the next thing is a member already.
    pub(super) fn value(&mut self, mode: Mode) -> Option<Node> {
        self.at = self.skipped(self.at);
        let start = self.at;
        match *self.bytes.get(start)? {
            b'{' => {
                self.at += 1;
                Some(self.map(b'}'))
            }
            b'[' => {
                self.at += 1;
                Some(self.list(mode))
            }
            b'"' | b'\'' | b'\\' => self.string_value(),
            b'<' => Some(self.enumerator()),
            b'}' | b']' | b')' | b',' => None,
            byte if is_word(byte) => {
                let word = self.word();
                let word = &self.text[word];
                match self.bytes.get(self.at) {
                    Some(b'[') if word == "map" => {
                        self.at += 1;
                        return Some(self.go_map());
                    }
                    // Prefixed strings of Python: b'…', u'…'.
                    Some(b'\'' | b'"') if word.len() == 1 => return self.string_value(),
                    Some(b'(') => {
                        if let Some(node) = self.call(word == "enum") {
                            return Some(node);
                        }
                    }
                    _ => {}
                }
                self.at = start;
                self.bare(mode)
            }
            _ => self.bare(mode),
        }
    }

    /// What follows a name and `(`: the fields of an object, the size of a PHP array, a PHP enumerator.
    pub(super) fn call(&mut self, enumerator: bool) -> Option<Node> {
        let open = self.at;
        if enumerator {
            let inner = self.ahead(open + 1, MAX_REMARK);
            let inner = &inner[..inner.find([')', '\n'])?];
            self.at = open + 1 + inner.len();
            return Some(Node::Word(last_segment(inner).to_owned()));
        }
        if self.constructor_begins() {
            self.at = open + 1;
            return Some(self.map(b')'));
        }
        // `array(1) {` and `object(Name)#30 (3) {`
        let line = self.ahead(open, MAX_REMARK);
        let line = &line[..line.find('\n')?];
        let brace = line.trim_end().strip_suffix('{')?.len();
        self.at = open + brace + 1;
        Some(self.map(b'}'))
    }

    /// Whether `(` here opens the fields of an object, not a remark.
    pub(super) fn constructor_begins(&self) -> bool {
        let next = self.skipped(self.at + 1);
        match self.bytes.get(next) {
            Some(b'{') => true,
            Some(byte) if is_word(*byte) => {
                let end = self.word_end(next);
                self.bytes.get(end) == Some(&b'=') && self.bytes.get(end + 1) != Some(&b'=')
            }
            _ => false,
        }
    }

    pub(super) fn string_value(&mut self) -> Option<Node> {
        let start = self.at;
        // A member begins where its value should stand: `"error": "code": 401`.
        if self.quoted_key().is_some() && self.colon_follows() {
            self.at = start;
            return None;
        }
        self.at = start;
        if self.structure_in_quotes() {
            // The escapes were lost on the way: the quote is noise.
            while matches!(self.bytes.get(self.at), Some(b'"' | b'\'' | b'\\')) {
                self.at += 1;
            }
            return self.value(Mode::Inside);
        }
        match self.string() {
            Some(text) if self.at == self.bytes.len() && !self.ends_quoted() && !text.contains(' ') => {
                Some(Node::Cut(text))
            }
            Some(text) => Some(Node::Text(text)),
            None => {
                self.at = start + 1;
                None
            }
        }
    }

    pub(super) fn ends_quoted(&self) -> bool {
        matches!(self.bytes.last(), Some(b'"' | b'\''))
    }

    /// `<Reason.OTHER: 'OTHER'>`, or a placeholder.
    pub(super) fn enumerator(&mut self) -> Node {
        let start = self.at + 1;
        let inner = self.ahead(start, MAX_REMARK);
        let end = inner.find(['>', '\n']).unwrap_or(0);
        self.at = start + end + usize::from(inner[end..].starts_with('>'));
        let name = inner[..end].split(':').next().unwrap_or_default();
        Node::Word(last_segment(name).to_owned())
    }

    /// A value without quotes.
    pub(super) fn bare(&mut self, mode: Mode) -> Option<Node> {
        let start = self.at;
        while let Some(byte) = self.bytes.get(self.at) {
            let ends = match byte {
                b'\n' | b'}' | b']' => true,
                // The body after `status: 503 `.
                b'{' => mode == Mode::Loose,
                b'[' => mode == Mode::Loose && self.list_begins(),
                b',' | b';' | b')' => mode != Mode::Go,
                b' ' if mode == Mode::Go => {
                    if !self.member_follows(self.at) {
                        self.at = self.skipped(self.at);
                        continue;
                    }
                    true
                }
                // Pydantic separates the fields of an object by blanks.
                b' ' => mode == Mode::Loose && self.field_follows(self.at + 1),
                b'\\' => self.escaped_blank(self.at).is_some(),
                _ => false,
            };
            if ends {
                break;
            }
            self.step();
        }
        let word = self.text[start..self.at]
            .trim()
            .trim_matches(['*', '`'])
            .trim_end_matches(['"', '\'', '`']);
        (!word.is_empty()).then(|| Node::Word(word.to_owned()))
    }

    /// Whether a blank of Go's `map[…]` is followed by the next member.
    pub(super) fn member_follows(&self, blank: usize) -> bool {
        let from = self.skipped(blank);
        let end = self.word_end(from);
        end > from
            && end - from <= MAX_KEY
            && self.bytes.get(end) == Some(&b':')
            && !self.text[end..].starts_with("://")
    }

    /// Whether `name=` stands here.
    pub(super) fn field_follows(&self, from: usize) -> bool {
        let end = self.word_end(from);
        end > from && end - from <= MAX_KEY && self.bytes.get(end) == Some(&b'=')
    }
}
