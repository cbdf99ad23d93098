//! One tree of JSON against one message.

use std::{borrow::Cow, fmt::Write as _};

use super::{Enum, Field, Kind, Message, base64, json::Json};
use crate::{scenario::Surface, wire::error::FieldViolation};

/// More than this nobody reads, and a body of 100 MB could hold a million.
const MOST_VIOLATIONS: usize = 500;

/// How much of a text an error repeats, in bytes. Google repeats all of it; ours may be 100 MB.
const LONGEST_QUOTE: usize = 64 * 1024;

/// A step of the path to a value.
#[derive(Clone, Copy)]
enum Step {
    Field(&'static str),
    /// An element of the list before it.
    Index(usize),
    /// The value of an entry of the map before it: "[8].value".
    Entry(usize),
}

pub(super) struct Checker<'v> {
    surface: Surface,
    version: &'v str,
    path: Vec<Step>,
    violations: Vec<FieldViolation>,
}

impl<'v> Checker<'v> {
    pub(super) const fn new(surface: Surface, version: &'v str) -> Self {
        Self {
            surface,
            version,
            path: Vec::new(),
            violations: Vec::new(),
        }
    }

    /// Everything in `tree` that does not fit `message`; what fits is brought into the one form.
    pub(super) fn check(mut self, tree: &mut Json<'_>, message: &'static Message) -> Vec<FieldViolation> {
        match tree {
            Json::Object(members) => self.members(members, message),
            _ => self.unknown("", "Root element must be a message."),
        }
        self.violations
    }

    fn members(&mut self, members: &mut Vec<(Cow<'_, str>, Json<'_>)>, message: &'static Message) {
        let mut taken = None;
        members.retain_mut(|(key, value)| {
            let Some(field) = message.field(self.surface, key) else {
                self.unknown(key, "Cannot find field.");
                return false;
            };
            if matches!(value, Json::Null) {
                return false;
            }
            if let Some(group) = field.oneof {
                if taken == Some(group) {
                    let problem = format!("oneof field '{group}' is already set. Cannot set '{key}'");
                    self.wrong("oneof", &problem);
                    return false;
                }
                taken = Some(group);
            }
            self.field(key, value, field);
            *key = Cow::Borrowed(field.name);
            true
        });
    }

    fn field(&mut self, key: &str, value: &mut Json<'_>, field: &'static Field) {
        if matches!(value, Json::List(_)) && !field.is_list && !matches!(field.kind, Kind::Value) {
            match field.kind {
                // Captured: what PHP makes of an empty object.
                Kind::Map(_) | Kind::Labels => {
                    self.wrong("Map", &format!("Cannot bind a list to map for field '{key}'."));
                }
                _ => self.unknown(key, "Proto field is not repeating, cannot start list."),
            }
            return;
        }
        if !field.is_list {
            self.step(Step::Field(field.name), |this| this.value(value, field));
            return;
        }
        // Google's reader takes a lone element for a list of one, and names it without a number.
        if !matches!(value, Json::List(_)) {
            self.step(Step::Field(field.name), |this| this.value(value, field));
            let lone = std::mem::replace(value, Json::Null);
            *value = Json::List(vec![lone]);
            return;
        }
        if let Json::List(items) = value {
            // That a null element is skipped is a guess.
            items.retain(|item| !matches!(item, Json::Null));
            self.step(Step::Field(field.name), |this| {
                for (index, item) in items.iter_mut().enumerate() {
                    this.step(Step::Index(index), |this| {
                        if matches!(item, Json::List(_)) && !matches!(field.kind, Kind::Value) {
                            // A guess: nobody posted a list of lists.
                            this.unknown("", "Proto field is not repeating, cannot start list.");
                        } else {
                            this.value(item, field);
                        }
                    });
                }
            });
        }
    }

    /// A value that is no list; the path ends with it.
    fn value(&mut self, value: &mut Json<'_>, field: &'static Field) {
        match (field.kind, &mut *value) {
            (Kind::Message(message), Json::Object(members)) => self.members(members, message),
            (Kind::Map(message), Json::Object(entries)) => {
                for (index, (_, value)) in entries.iter_mut().enumerate() {
                    self.step(Step::Entry(index), |this| match value {
                        Json::Object(members) => this.members(members, message),
                        Json::Null => {}
                        other => {
                            this.wrong(&this.type_url(message.name.on(this.surface)), &other.to_string());
                        }
                    });
                }
            }
            (Kind::Labels, Json::Object(entries)) => {
                for (index, (_, value)) in entries.iter().enumerate() {
                    if !matches!(value, Json::Text(_)) {
                        self.step(Step::Entry(index), |this| {
                            this.wrong("TYPE_STRING", &value.to_string());
                        });
                    }
                }
            }
            (Kind::Struct, Json::Object(_)) | (Kind::Value, _) => {}
            (_, Json::Object(_)) => self.object_on_scalar(field.name),
            (kind, scalar) => self.scalar(scalar, kind),
        }
    }

    fn scalar(&mut self, value: &mut Json<'_>, kind: Kind) {
        let quoted = |value: &Json<'_>| value.to_string();
        match kind {
            Kind::Text if matches!(value, Json::Text(_)) => {}
            Kind::Text => self.wrong("TYPE_STRING", &quoted(value)),
            Kind::Bool => match value {
                Json::Bool(_) => {}
                Json::Text(text) if text == "true" || text == "false" => *value = Json::Bool(text == "true"),
                _ => self.wrong("TYPE_BOOL", &quoted(value)),
            },
            Kind::Int32 => match whole(value).filter(|int| i32::try_from(*int).is_ok()) {
                Some(int) => *value = Json::Int(int),
                None => self.wrong("TYPE_INT32", &quoted(value)),
            },
            Kind::Int64 => match whole(value) {
                Some(int) => *value = Json::Int(int),
                None => self.wrong("TYPE_INT64", &quoted(value)),
            },
            Kind::Float | Kind::Double => match real(value) {
                Some(float) => *value = Json::Float(float),
                None if matches!(kind, Kind::Float) => self.wrong("TYPE_FLOAT", &quoted(value)),
                None => self.wrong("TYPE_DOUBLE", &quoted(value)),
            },
            Kind::Bytes => match value {
                Json::Text(text) if base64::is_valid(text) => {}
                Json::Text(_) => {
                    let problem = format!("Base64 decoding failed for {}", quoted(value));
                    self.wrong("TYPE_BYTES", &problem);
                }
                _ => self.wrong("TYPE_BYTES", &quoted(value)),
            },
            Kind::Duration => match value {
                Json::Text(text) if is_duration(text) => {}
                // Known of other APIs of Google.
                Json::Text(_) => {
                    let problem = format!(
                        "Field '{}', Illegal duration format; duration must end with 's'",
                        self.last_name()
                    );
                    self.wrong("type.googleapis.com/google.protobuf.Duration", &problem);
                }
                _ => self.wrong("type.googleapis.com/google.protobuf.Duration", &quoted(value)),
            },
            Kind::Timestamp => {
                if !matches!(value, Json::Text(_)) {
                    self.wrong("type.googleapis.com/google.protobuf.Timestamp", &quoted(value));
                }
            }
            Kind::Enum(of) => match name_of(of, value) {
                Some(name) => *value = name,
                None => self.wrong(&self.type_url(of.name.on(self.surface)), &quoted(value)),
            },
            Kind::Message(message) => {
                self.wrong(&self.type_url(message.name.on(self.surface)), &quoted(value));
            }
            Kind::Struct => self.wrong("type.googleapis.com/google.protobuf.Struct", &quoted(value)),
            // A guess.
            Kind::Labels | Kind::Map(_) => {
                self.wrong(
                    "Map",
                    &format!("Cannot bind a scalar to map for field '{}'.", self.last_name()),
                );
            }
            Kind::Value => {}
        }
    }

    fn step(&mut self, step: Step, inside: impl FnOnce(&mut Self)) {
        self.path.push(step);
        inside(self);
        self.path.pop();
    }

    /// Captured: `Invalid JSON payload received. Unknown name "x" at 'contents[0]': Cannot find field.`
    fn unknown(&mut self, key: &str, problem: &str) {
        if self.is_full() {
            return;
        }
        let place = self.place();
        let at = if place.is_empty() {
            String::new()
        } else {
            format!(" at '{place}'")
        };
        self.push(
            place,
            format!("Invalid JSON payload received. Unknown name \"{key}\"{at}: {problem}"),
        );
    }

    /// Captured: `Invalid value at 'contents[0].parts[0]' (text), Starting an object on a scalar field`.
    fn object_on_scalar(&mut self, name: &'static str) {
        let inner = self.path.pop();
        // The element of a list is named by the list.
        let list = matches!(inner, Some(Step::Index(_)))
            .then(|| self.path.pop())
            .flatten();
        self.wrong(name, "Starting an object on a scalar field");
        self.path.extend(list);
        self.path.extend(inner);
    }

    /// Captured: `Invalid value at 'generation_config.seed' (TYPE_INT32), 3812238859`.
    fn wrong(&mut self, what: &str, problem: &str) {
        if self.is_full() {
            return;
        }
        let place = self.place();
        let at = if place.is_empty() {
            String::new()
        } else {
            format!(" at '{place}'")
        };
        let mut end = problem.len().min(LONGEST_QUOTE);
        while !problem.is_char_boundary(end) {
            end -= 1;
        }
        let problem = &problem[..end];
        self.push(place, format!("Invalid value{at} ({what}), {problem}"));
    }

    fn push(&mut self, place: String, description: String) {
        self.violations.push(FieldViolation {
            field: Some(place).filter(|place| !place.is_empty()),
            description,
        });
    }

    const fn is_full(&self) -> bool {
        self.violations.len() >= MOST_VIOLATIONS
    }

    /// The path as Google writes it: `tools[0].function_declarations[5].parameters.properties[8].value`.
    fn place(&self) -> String {
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) => {
                    if !place.is_empty() {
                        place.push('.');
                    }
                    place.push_str(name);
                }
                Step::Index(index) => write!(place, "[{index}]").expect("a string takes all"),
                Step::Entry(index) => write!(place, "[{index}].value").expect("a string takes all"),
            }
        }
        place
    }

    fn last_name(&self) -> &'static str {
        let mut names = self.path.iter().rev().filter_map(|step| match step {
            Step::Field(name) => Some(*name),
            Step::Index(_) | Step::Entry(_) => None,
        });
        names.next().unwrap_or_default()
    }

    /// Captured with the version of the path in it.
    fn type_url(&self, name: &str) -> String {
        let package = match self.surface {
            Surface::Developer => "google.ai.generativelanguage",
            Surface::Vertex => "google.cloud.aiplatform",
        };
        let version = self.version;
        format!("type.googleapis.com/{package}.{version}.{name}")
    }
}

/// A whole number, also as text or as a float without a fraction.
fn whole(value: &Json<'_>) -> Option<i64> {
    match value {
        Json::Int(int) => Some(*int),
        Json::Text(digits) => digits.parse().ok(),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::float_cmp,
            reason = "the comparison finds out whether the cast lost anything"
        )]
        Json::Float(float) => Some(*float as i64).filter(|int| *int as f64 == *float),
        _ => None,
    }
}

/// A float, also as text.
fn real(value: &Json<'_>) -> Option<f64> {
    match value {
        Json::Text(text) => match text.as_ref() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            digits => digits.parse().ok().filter(|float: &f64| float.is_finite()),
        },
        number => number.float(),
    }
}

/// The name of an enum's value, which may be given in lower case or by number. Unknown numbers pass.
fn name_of<'a>(of: &'static Enum, value: &Json<'_>) -> Option<Json<'a>> {
    let by_number = |number: i64| {
        let name = usize::try_from(number)
            .ok()
            .and_then(|index| of.values.get(index));
        name.map_or(Json::Int(number), |name| Json::Text(Cow::Borrowed(*name)))
    };
    if let Json::Text(text) = value {
        let named = of.values.iter().find(|name| name.eq_ignore_ascii_case(text));
        if let Some(name) = named {
            return Some(Json::Text(Cow::Borrowed(*name)));
        }
    }
    whole(value)
        .filter(|number| i32::try_from(*number).is_ok())
        .map(by_number)
}

/// Seconds with at most nine decimals, and an `s`.
fn is_duration(text: &str) -> bool {
    let Some(number) = text.strip_suffix('s') else {
        return false;
    };
    let number = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction) && fraction.len() <= 9
}
