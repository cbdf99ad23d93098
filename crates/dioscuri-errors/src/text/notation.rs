//! Reads structure in whatever notation a program printed it, in one pass that looks a little ahead.
//!
//! JSON, also damaged, cut, or still escaped inside a string; the `repr` of Python objects; Go's `map[…]`; protobuf
//! text; `util.inspect` of Node; `var_dump` of PHP. What is no structure is prose.

mod brackets;
mod lexis;
mod string;
mod value;

use super::keys;
use lexis::is_word;
use serde_json::Value;
use value::Mode;

/// Deeper structure is skipped: no error is nested so far.
const MAX_DEPTH: usize = 64;

/// How often valid JSON is looked for before everything is read with patience. An attempt is linear.
const MAX_STRICT: usize = 16;

/// The longest name of a member, in bytes, line breaks of a terminal included.
const MAX_KEY: usize = 80;

/// How much of an unquoted sentence is taken for the value of a loose member, in bytes.
const MAX_SENTENCE: usize = 4096;

/// How many commas of such a sentence are looked at.
const MAX_COMMAS: usize = 64;

/// A piece of structure.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Node {
    /// What stood without quotes: a number, a constant, a sentence.
    Word(String),
    /// What stood in quotes, unescaped.
    Text(String),
    /// The beginning of a name whose end was cut off: it may be any name.
    Cut(String),
    /// A list.
    List(Vec<Self>),
    /// Members, in order; a name may occur twice, and what has no name has an empty one.
    Map(Vec<(String, Self)>),
    /// A structure that was valid JSON.
    Json(Value),
}

/// A text, taken apart.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Structures, nameless, and members that stand loose in the prose, in order.
    pub(super) items: Vec<(String, Node)>,
    /// Everything else, loose members included.
    pub(super) prose: String,
}

/// Takes `text` apart.
pub(super) fn page(text: &str) -> Page {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        open: Vec::new(),
        strict_left: MAX_STRICT,
    };
    reader.page()
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// The closing brackets that are due, the next one last.
    open: Vec<u8>,
    strict_left: usize,
}

impl Reader<'_> {
    fn page(&mut self) -> Page {
        let mut page = Page::default();
        let mut prose_from = 0;
        while self.at < self.bytes.len() {
            let start = self.at;
            let item = self.item();
            debug_assert!(self.at > start, "every step goes forward");
            let Some((key, node)) = item else { continue };
            // Structure of which we know nothing stays prose: it may be a program's, or a sentence in brackets.
            let known = !key.is_empty() || matches!(node, Node::Json(_)) || keys::any_known(&node);
            if !known {
                continue;
            }
            if !matches!(node, Node::Word(_) | Node::Text(_) | Node::Cut(_)) {
                page.prose.push_str(&self.text[prose_from..start]);
                page.prose.push(' ');
                prose_from = self.at;
            }
            page.items.push((key, node));
        }
        page.prose.push_str(&self.text[prose_from.min(self.text.len())..]);
        page
    }

    /// One step through prose: a structure, a loose member, or nothing of note.
    fn item(&mut self) -> Option<(String, Node)> {
        let start = self.at;
        match self.bytes[start] {
            b'{' => Some((String::new(), self.structure())),
            b'[' if self.list_begins() => Some((String::new(), self.structure())),
            b'"' | b'\'' | b'\\' => self.loose_quoted().or_else(|| {
                self.at = start + 1;
                None
            }),
            byte if is_word(byte) && !self.after_word(start) => self.loose_word(),
            _ => {
                self.step();
                None
            }
        }
    }

    /// A structure at the top: valid JSON if it can be.
    fn structure(&mut self) -> Node {
        let start = self.at;
        if self.strict_left > 0 && self.bytes[start] != b'm' {
            self.strict_left -= 1;
            let mut values = serde_json::Deserializer::from_str(&self.text[start..]).into_iter();
            if let Some(Ok(value)) = values.next() {
                self.at = start + values.byte_offset();
                return Node::Json(value);
            }
        }
        self.value(Mode::Inside).unwrap_or_else(|| {
            self.at = self.at.max(start + 1);
            Node::Map(Vec::new())
        })
    }

    /// Whether the bracket here opens a list, not a remark in prose.
    fn list_begins(&self) -> bool {
        let next = self.skipped(self.at + 1);
        match self.bytes.get(next) {
            Some(b'{' | b'[' | b'"' | b'\'' | b'\\') => true,
            _ => self.text[next.min(self.text.len())..].starts_with("map["),
        }
    }

    /// `"name": value` in the middle of prose, if the name is one of ours.
    fn loose_quoted(&mut self) -> Option<(String, Node)> {
        if self.after_word(self.at) {
            return None;
        }
        let key = self.quoted_key()?;
        let at = self.separator(self.at)?;
        if !keys::is_known(&key) {
            return None;
        }
        self.at = at;
        let node = self.value(Mode::Loose)?;
        Some((key, node))
    }

    /// `name: value`, `name {…}` or `Name(…)` in the middle of prose.
    fn loose_word(&mut self) -> Option<(String, Node)> {
        let word = self.word();
        let (word, start) = (&self.text[word.clone()], word.start);
        match self.bytes.get(self.at) {
            Some(b'[') if word == "map" => {
                self.at = start;
                return Some((String::new(), self.structure()));
            }
            Some(b'(') if self.constructor_begins() => {
                return Some((String::new(), self.map(b')')));
            }
            _ => {}
        }
        let mut key = word.to_owned();
        // Names meant for people: `Quota ID`.
        if self.bytes.get(self.at) == Some(&b' ') && self.bytes.get(self.at + 1).copied().is_some_and(is_word)
        {
            let end = self.word_end(self.at + 1);
            let both = format!("{word}{}", &self.text[self.at + 1..end]);
            if keys::is_known_loose(&both) && self.separator(end).is_some() {
                key = both;
                self.at = end;
            }
        }
        if !keys::is_known_loose(&key) {
            return None;
        }
        if let Some(at) = self.separator(self.at) {
            let after = self.at;
            self.at = at;
            let value = if keys::is_sentence(&key) {
                self.sentence()
            } else {
                self.value(Mode::Loose)
            };
            // `Details:` before a sentence is a heading.
            let heading = keys::letters(&key) == "details" && matches!(value, Some(Node::Word(_)));
            if heading || value.is_none() {
                self.at = after.max(self.at.min(at));
                return None;
            }
            return value.map(|node| (key, node));
        }
        let brace = self.skipped(self.at);
        if self.bytes.get(brace) == Some(&b'{') && keys::is_protobuf(&key) {
            self.at = brace + 1;
            return Some((key, self.map(b'}')));
        }
        None
    }

    /// The words after `Message:`, up to the next member of ours or the end of the line.
    fn sentence(&mut self) -> Option<Node> {
        let start = self.skipped(self.at);
        if matches!(self.bytes.get(start)?, b'"' | b'\'' | b'\\' | b'{' | b'[') {
            return self.value(Mode::Loose);
        }
        let ahead = self.ahead(start, MAX_SENTENCE);
        let line_end = start + ahead.find('\n').unwrap_or(ahead.len());
        let commas = ahead.match_indices(',').take(MAX_COMMAS);
        let next = { commas }.find_map(|(comma, _)| {
            let from = self.skipped(start + comma + 1);
            let end = self.word_end(from);
            let named =
                end > from && keys::is_known_loose(&self.text[from..end]) && self.separator(end).is_some();
            named.then_some(start + comma)
        });
        let end = next.unwrap_or(line_end);
        self.at = end;
        let sentence = self.text[start..end].trim();
        (!sentence.is_empty()).then(|| Node::Text(sentence.to_owned()))
    }
}

/// `OTHER` of `BlockedReason.OTHER` and of `Enums\Reason::OTHER`.
pub(super) fn last_segment(path: &str) -> &str {
    path.trim().rsplit(['.', ':', '\\']).next().unwrap_or(path)
}
