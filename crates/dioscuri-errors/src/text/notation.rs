//! Reads structure in whatever notation a program printed it, in one pass and without going back.
//!
//! JSON, also damaged, cut, or still escaped inside a string; the `repr` of Python objects; Go's `map[…]`; protobuf
//! text; `util.inspect` of Node; `var_dump` of PHP. What is no structure is prose.

mod string;

use super::keys;
use serde_json::Value;

/// Deeper structure is skipped: no error is nested so far.
const MAX_DEPTH: usize = 64;

/// How often valid JSON is looked for before everything is read with patience. An attempt is linear.
const MAX_STRICT: usize = 16;

/// The longest name of a member, in bytes, line breaks of a terminal included.
const MAX_KEY: usize = 80;

/// How much of an unquoted sentence is taken for the value of a loose member, in bytes.
const MAX_SENTENCE: usize = 4096;

/// The longest remark in brackets that belongs to a value, in bytes: the size of an array, the name of a constant.
const MAX_REMARK: usize = 160;

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

impl<'t> Reader<'t> {
    fn page(&mut self) -> Page {
        let mut page = Page::default();
        let mut prose_from = 0;
        while self.at < self.bytes.len() {
            let start = self.at;
            let item = self.item();
            debug_assert!(self.at > start, "every step goes forward");
            let Some((key, node)) = item else { continue };
            if key.is_empty() {
                // Structure of which we know nothing stays prose: it may be a program's, or a sentence in brackets.
                if !matches!(node, Node::Json(_)) && !keys::any_known(&node) {
                    continue;
                }
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
            Some(b'{' | b'[') => true,
            Some(b'"' | b'\'' | b'\\') => true,
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

    /// Whether `(` here opens the fields of an object, not a remark.
    fn constructor_begins(&self) -> bool {
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

    /// The value here; `None` if there is none, or the next thing is a member already.
    fn value(&mut self, mode: Mode) -> Option<Node> {
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
    fn call(&mut self, enumerator: bool) -> Option<Node> {
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

    fn string_value(&mut self) -> Option<Node> {
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

    fn ends_quoted(&self) -> bool {
        matches!(self.bytes.last(), Some(b'"' | b'\''))
    }

    /// `<Reason.OTHER: 'OTHER'>`, or a placeholder.
    fn enumerator(&mut self) -> Node {
        let start = self.at + 1;
        let inner = self.ahead(start, MAX_REMARK);
        let end = inner.find(['>', '\n']).unwrap_or(0);
        self.at = start + end + usize::from(inner[end..].starts_with('>'));
        let name = inner[..end].split(':').next().unwrap_or_default();
        Node::Word(last_segment(name).to_owned())
    }

    /// A value without quotes.
    fn bare(&mut self, mode: Mode) -> Option<Node> {
        let start = self.at;
        while let Some(byte) = self.bytes.get(self.at) {
            let ends = match byte {
                b'\n' | b'}' | b']' => true,
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
    fn member_follows(&self, blank: usize) -> bool {
        let from = self.skipped(blank);
        let end = self.word_end(from);
        end > from
            && end - from <= MAX_KEY
            && self.bytes.get(end) == Some(&b':')
            && !self.text[end..].starts_with("://")
    }

    /// Whether `name=` stands here.
    fn field_follows(&self, from: usize) -> bool {
        let end = self.word_end(from);
        end > from && end - from <= MAX_KEY && self.bytes.get(end) == Some(&b'=')
    }

    fn map(&mut self, close: u8) -> Node {
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
    fn bracket(&mut self, members: &mut Vec<(String, Node)>) {
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
    fn member(&mut self, key: String, members: &mut Vec<(String, Node)>) {
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

    fn go_map(&mut self) -> Node {
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

    fn list(&mut self, mode: Mode) -> Node {
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

    /// At most `length` bytes of the text from `from` on.
    fn ahead(&self, from: usize, length: usize) -> &'t str {
        let end = (0..=(from + length).min(self.text.len()))
            .rev()
            .find(|at| self.text.is_char_boundary(*at));
        self.text.get(from..end.unwrap_or(0)).unwrap_or_default()
    }

    /// One character further.
    fn step(&mut self) {
        self.at += 1;
        while !self.text.is_char_boundary(self.at.min(self.text.len())) {
            self.at += 1;
        }
    }

    /// The word here, which is passed. It may hold dots, but does not end with one.
    fn word(&mut self) -> std::ops::Range<usize> {
        let start = self.at;
        self.at = self.word_end(start).max(start + 1);
        start..self.at
    }

    fn word_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|byte| is_word(**byte) || **byte == b'.')
            .count();
        let word = &rest[..length];
        from + word
            .iter()
            .rposition(|byte| *byte != b'.')
            .map_or(0, |last| last + 1)
    }

    /// Whether the byte before `at` belongs to a word: then a quote at `at` is an apostrophe.
    fn after_word(&self, at: usize) -> bool {
        at > 0 && is_word(self.bytes[at - 1])
            // … unless it is the n of an escaped line break.
            && !(at > 1 && self.bytes[at - 2] == b'\\' && matches!(self.bytes[at - 1], b'n' | b't' | b'r'))
    }

    /// Where the value begins, if the name before `at` is followed by `:`, `=` or `=>`.
    fn separator(&self, at: usize) -> Option<usize> {
        let at = self.skipped(at);
        let rest = self.bytes.get(at..)?;
        match rest {
            [b':', b'/', b'/', ..] | [b':', b':', ..] | [b'=', b'=', ..] => None,
            [b'=', b'>', ..] => Some(at + 2),
            [b':' | b'=', ..] => Some(at + 1),
            _ => None,
        }
    }

    fn colon_follows(&self) -> bool {
        self.bytes.get(self.skipped(self.at)) == Some(&b':')
    }

    /// The next place that is no blank: neither white space, nor an escaped line break, nor emphasis.
    fn skipped(&self, mut at: usize) -> usize {
        loop {
            match self.bytes.get(at) {
                Some(byte) if byte.is_ascii_whitespace() || *byte == b'*' => at += 1,
                Some(b'\\') => match self.escaped_blank(at) {
                    Some(next) => at = next,
                    None => return at,
                },
                _ => return at,
            }
        }
    }

    /// The end of an escaped line break or tab at `at`, however often it was escaped.
    fn escaped_blank(&self, at: usize) -> Option<usize> {
        let backslashes = self.bytes[at..]
            .iter()
            .take_while(|byte| **byte == b'\\')
            .take(16)
            .count();
        let letter = at + backslashes;
        matches!(self.bytes.get(letter), Some(b'n' | b't' | b'r')).then_some(letter + 1)
    }
}

/// Where a value stands, which decides where it ends if it has no quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// In prose.
    Loose,
    /// Inside brackets.
    Inside,
    /// Inside Go's `map[…]`, where blanks separate.
    Go,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'$')
}

/// `OTHER` of `BlockedReason.OTHER` and of `Enums\Reason::OTHER`.
pub(super) fn last_segment(path: &str) -> &str {
    path.trim().rsplit(['.', ':', '\\']).next().unwrap_or(path)
}
