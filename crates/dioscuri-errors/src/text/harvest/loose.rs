//! Members that stand loose in prose: a fragment of a body, lines copied by hand, the fields of protobuf text.

use super::{Answer, Harvest, Hit, Object, code_words, names_a_code, search};
use crate::text::keys::letters;
use serde_json::{Value, json};

/// The error that loose members make, as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct Loose {
    error: Object,
    legacy: Vec<Value>,
    quota: Object,
    info: Object,
    answer: Object,
    /// Whether the members that follow are of a `LocalizedMessage`, which is no error's own.
    localized: bool,
}

impl Loose {
    pub(super) fn take(&mut self, key: &str, value: Value, depth: usize, found: &mut Harvest) {
        if key.trim() == "@type" {
            let kind = value.as_str().and_then(|url| url.rsplit(['.', '/']).next());
            self.localized = kind == Some("LocalizedMessage");
            return;
        }
        let name = letters(key);
        if (value.is_array() || value.is_object()) && !holds_structure(&name) {
            // `Reason: [{"error": …`: words before a body.
            search(&value, false, depth, found);
            return;
        }
        match name.as_str() {
            name if names_a_code(name) => self.code(name, &value),
            "message" | "errormessage" | "grpcmessage" => self.message(value, depth, found),
            "details" => match value {
                Value::Array(details) => found.details.extend(details),
                Value::String(text) => self.message(text.into(), depth, found),
                other => found.details.push(other),
            },
            "errors" if value.is_array() => self
                .legacy
                .extend(value.as_array().into_iter().flatten().cloned()),
            "reason" => self.reason(&value),
            "domain" | "metadata" => {
                self.info.insert(name, value);
            }
            "quotaid" | "quotametric" | "quotavalue" | "quotadimensions" => self.quota(&name, value, found),
            "quotalimit" | "quotalimitvalue" | "quotalocation" | "quotaunit" | "quotaresetdelay" => {
                self.metadata(key, value);
            }
            "retrydelay" | "retryafter" => found
                .details
                .push(json!({"@type": "RetryInfo", "retryDelay": value})),
            "violations" => found.details.push(violations(value)),
            "fieldviolations" => found
                .details
                .push(json!({"@type": "BadRequest", "fieldViolations": listed(value)})),
            "field" => found
                .details
                .push(json!({"@type": "BadRequest", "fieldViolations": [{"field": value}]})),
            "description" => description(value, found),
            "finishreason" | "blockreason" | "candidates" | "promptfeedback" | "finishmessage" => {
                self.answer.insert(key.to_owned(), value);
            }
            "error" if !value.is_string() => search(&json!({"error": value}), false, depth, found),
            _ => search(&value, false, depth, found),
        }
    }

    fn code(&mut self, name: &str, value: &Value) {
        if name == "grpcstatus" {
            // A number of google.rpc, as it is.
            self.error.entry("status").or_insert_with(|| value.clone());
            return;
        }
        for word in code_words(value) {
            let number = word.is_number() || word.as_str().is_some_and(|word| word.parse::<u16>().is_ok());
            self.error
                .entry(if number { "code" } else { "status" })
                .or_insert(word);
        }
    }

    fn message(&mut self, value: Value, depth: usize, found: &mut Harvest) {
        if self.localized {
            return;
        }
        let before = found.errors.len();
        search(&value, false, depth, found);
        if found.errors.len() == before && value.is_string() {
            self.error.entry("message").or_insert(value);
        }
    }

    fn reason(&mut self, value: &Value) {
        let value = value.as_str().map_or(value.clone(), |reason| {
            reason.trim_matches(['*', '`', ' ']).into()
        });
        let constant = value.as_str().is_some_and(|reason| {
            reason.len() > 3
                && reason
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
        });
        if constant {
            self.info.entry("reason").or_insert(value);
        } else if value.as_str().is_some_and(|reason| !reason.contains(' ')) {
            self.legacy.push(json!({"reason": value}));
        }
    }

    fn quota(&mut self, name: &str, value: Value, found: &mut Harvest) {
        let key = match name {
            "quotaid" => "quotaId",
            "quotametric" => "quotaMetric",
            "quotavalue" => "quotaValue",
            _ => "quotaDimensions",
        };
        if self.quota.contains_key(key) {
            self.end_quota(found);
        }
        self.quota.insert(key.to_owned(), value);
    }

    fn end_quota(&mut self, found: &mut Harvest) {
        if !self.quota.is_empty() {
            let violation = std::mem::take(&mut self.quota);
            found
                .details
                .push(json!({"@type": "QuotaFailure", "violations": [violation]}));
        }
    }

    fn metadata(&mut self, key: &str, value: Value) {
        let metadata = self.info.entry("metadata").or_insert_with(|| json!({}));
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert(key.to_owned(), value);
        }
    }

    /// Adds what the loose members make to what was found.
    pub(super) fn finish(mut self, found: &mut Harvest) {
        if !self.answer.is_empty() {
            found.answers.push(Answer {
                event: self.answer.clone(),
                strict: false,
            });
        }
        self.end_quota(found);
        if !self.info.is_empty() {
            self.info.insert("@type".to_owned(), "ErrorInfo".into());
            found.details.push(Value::Object(self.info));
        }
        let mut error = self.error;
        if !found.errors.is_empty() {
            // The same error has been found whole, or this is what stands around it.
            error.remove("message");
        }
        if !found.details.is_empty() {
            error.insert("details".to_owned(), std::mem::take(&mut found.details).into());
        }
        if !self.legacy.is_empty() {
            error.insert("errors".to_owned(), self.legacy.into());
        }
        let Some(first) = found.errors.first_mut() else {
            if !error.is_empty() {
                let words = super::collapsed(&found.prose);
                if !words.is_empty() {
                    error.entry("message").or_insert_with(|| words.into());
                }
                found.errors.push(Hit {
                    chain: vec![error],
                    strict: false,
                    loose: true,
                });
            }
            return;
        };
        first.chain.insert(0, error);
    }
}

/// Whether a member of this name holds structure of its own.
fn holds_structure(name: &str) -> bool {
    matches!(
        name,
        "candidates"
            | "details"
            | "error"
            | "errors"
            | "fieldviolations"
            | "metadata"
            | "promptfeedback"
            | "quotadimensions"
            | "retrydelay"
            | "violations"
    )
}

/// `violations { … }` of protobuf text: of a quota or of a field.
fn violations(value: Value) -> Value {
    let violations = listed(value);
    if violations
        .iter()
        .any(|violation| violation.get("field").is_some())
    {
        json!({"@type": "BadRequest", "fieldViolations": violations})
    } else {
        json!({"@type": "QuotaFailure", "violations": violations})
    }
}

/// Describes the field that was named last.
fn description(value: Value, found: &mut Harvest) {
    let fields = found
        .details
        .last_mut()
        .and_then(|detail| detail.get_mut("fieldViolations"));
    if let Some(Value::Object(field)) = fields.and_then(|fields| fields.get_mut(0)) {
        field.entry("description").or_insert(value);
    }
}

/// A repeated field of protobuf text that occurred once is no list.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        value => vec![value],
    }
}
