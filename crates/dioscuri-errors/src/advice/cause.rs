//! Why it happened, with the numbers and names that were found.

use super::Phrases;
use super::clues::Clues;
use super::fields::{self, Problem, Wrong};
use crate::catalogue::{Book, Entry, Lang, Words, fill};
use dioscuri_vocab::{Class, QuotaTier, Unit, Violation, Window};

/// At most this many wrong fields are named; a schema repeated in ten tools makes hundreds.
const MAX_FIELDS: usize = 5;

/// At most this many quotas are named; the most seen is four.
const MAX_QUOTAS: usize = 4;

/// The facts, then the cause in general.
pub(super) fn tell(clues: &Clues<'_>, entry: &Entry, lang: Lang) -> String {
    let teller = Teller {
        phrases: Book::of(lang).phrases,
        words: Words::of(lang),
    };
    let mut sentences = teller.facts(clues);
    sentences.push(entry.cause.to_owned());
    sentences.join(teller.phrases.gap)
}

struct Teller {
    phrases: &'static Phrases,
    words: &'static Words,
}

impl Teller {
    fn facts(&self, clues: &Clues<'_>) -> Vec<String> {
        let say = self.phrases;
        let mut facts = Vec::new();
        facts.extend(self.quotas(clues));
        match clues.class() {
            Class::InvalidRequest => facts.extend(self.wrong_fields(clues)),
            Class::ContextTooLong => facts.extend(self.sizes(clues)),
            Class::NotFound => {
                let model = model(clues.finding.diagnosis.error.message());
                facts.extend(model.map(|name| fill(say.named_model, &[("name", name)])));
            }
            Class::PermissionDenied | Class::ServiceDisabled => {
                let permission = clues.metadata("permission");
                facts.extend(permission.map(|name| fill(say.permission, &[("name", &name)])));
                let service = clues.metadata("service");
                facts.extend(service.map(|name| fill(say.service, &[("name", &name)])));
            }
            _ => {}
        }
        facts
    }

    fn quotas(&self, clues: &Clues<'_>) -> Option<String> {
        let mut told: Vec<String> = Vec::new();
        for violation in clues.violations() {
            let quota = self.quota(violation);
            if !quota.is_empty() && !told.contains(&quota) {
                told.push(quota);
            }
        }
        told.truncate(MAX_QUOTAS);
        let zero = clues.class() == Class::QuotaZero;
        let phrase = if zero {
            self.phrases.quota_is_zero
        } else {
            self.phrases.quota_used_up
        };
        let told = told.join(self.phrases.list);
        (!told.is_empty()).then(|| fill(phrase, &[("quotas", &told)]))
    }

    /// "20 requests a day, model gemini-2.5-flash, free tier": as much of it as is known.
    fn quota(&self, violation: &Violation) -> String {
        let say = self.phrases;
        let named = |phrase, name: &Option<_>| name.as_deref().map(|name| fill(phrase, &[("name", name)]));
        let tier = violation.tier.and_then(|tier| match tier {
            QuotaTier::Free => Some(say.free_tier.to_owned()),
            QuotaTier::Paid => Some(say.paid_tier.to_owned()),
            _ => None,
        });
        let name = violation.metric.clone().or(violation.quota_id.clone());
        let facts = [
            self.amount(violation).or_else(|| named(say.metric, &name)),
            named(say.model, &violation.model),
            // "global" is where all of the Developer API is counted.
            named(
                say.location,
                &violation.location.clone().filter(|place| **place != *"global"),
            ),
            tier,
        ];
        facts.into_iter().flatten().collect::<Vec<_>>().join(say.facts)
    }

    fn amount(&self, violation: &Violation) -> Option<String> {
        let say = self.phrases;
        let unit = match violation.unit? {
            Unit::Requests => say.requests,
            Unit::InputTokens => say.input_tokens,
            Unit::OutputTokens => say.output_tokens,
            Unit::MicroUsd => say.micro_usd,
            Unit::InFlight => say.in_flight,
            _ => return None,
        };
        let window = violation.window.map_or("", |window| match window {
            Window::Second => say.a_second,
            Window::Minute => say.a_minute,
            Window::Day => say.a_day,
            _ => "",
        });
        // That it is 0 is what the sentence begins with.
        let limit = violation.limit.filter(|limit| *limit > 0);
        let count = limit.map_or_else(String::new, |limit| self.words.number(limit));
        let amount = fill(
            say.quota,
            &[("count", &count), ("unit", unit), ("window", window)],
        );
        Some(amount.trim().to_owned())
    }

    fn wrong_fields(&self, clues: &Clues<'_>) -> Option<String> {
        let wrong = fields::wrong(&clues.finding.diagnosis.error);
        let mut told: Vec<_> = wrong
            .iter()
            .take(MAX_FIELDS)
            .map(|wrong| self.field(wrong))
            .collect();
        if wrong.len() > MAX_FIELDS {
            let count = (wrong.len() - MAX_FIELDS).to_string();
            told.push(fill(self.phrases.more, &[("count", &count)]));
        }
        let told = told.join(self.phrases.list);
        (!told.is_empty()).then(|| fill(self.phrases.wrong_fields, &[("fields", &told)]))
    }

    fn field(&self, wrong: &Wrong) -> String {
        let say = self.phrases;
        let field = if wrong.field.is_empty() {
            say.whole_request
        } else {
            &wrong.field
        };
        let problem = match &wrong.problem {
            Problem::Unknown => say.unknown_field.to_owned(),
            Problem::Expected(kind) => fill(say.expected, &[("expected", kind)]),
            Problem::NotAList => say.not_a_list.to_owned(),
            Problem::Said(said) => said.clone(),
        };
        format!("{field} ({problem})")
    }

    fn sizes(&self, clues: &Clues<'_>) -> Option<String> {
        let say = self.phrases;
        let sizes = sizes(clues.finding.diagnosis.error.message());
        let (both, limit_only) = if clues.says("token") {
            (say.tokens, say.tokens_limit)
        } else {
            (say.bytes, say.bytes_limit)
        };
        let number = |size: u64| self.words.number(size);
        match *sizes.as_slice() {
            [limit] => Some(fill(limit_only, &[("limit", &number(limit))])),
            [a, b] if a != b => {
                // What is too large is the larger one, whichever comes first.
                let (limit, count) = (a.min(b), a.max(b));
                let excess = number(count - limit);
                let gaps = [
                    ("count", &*number(count)),
                    ("limit", &*number(limit)),
                    ("excess", &*excess),
                ];
                Some(fill(both, &gaps))
            }
            _ => None,
        }
    }
}

/// Whole numbers of at least three digits that stand alone: no versions, no parts of names.
fn sizes(message: &str) -> Vec<u64> {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ':' | '=' | '"' | '\'');
    let mut sizes = Vec::new();
    for word in message.split(is_edge) {
        let digits: String = word.trim_end_matches(['.', ',', ';']).replace(',', "");
        if digits.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            sizes.extend(digits.parse::<u64>());
        }
    }
    sizes
}

/// The model that a message names by its path.
fn model(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("models/")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    let name = rest.split(|c| !is_name(c)).next()?.trim_end_matches('.');
    (!name.is_empty() && name.len() <= 64).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_that_stand_alone() {
        let message = "Model gemini-2.5-flash: 1,200,000 tokens (1048576). Error 7.";
        assert_eq!(sizes(message), [1_200_000, 1_048_576]);
        assert_eq!(sizes("size=4194304 bytes"), [4_194_304]);
        assert_eq!(sizes("99999999999999999999"), [0_u64; 0]);
    }

    #[test]
    fn a_model_is_named_by_its_path() {
        assert_eq!(model("models/gemini-x.1 is not found"), Some("gemini-x.1"));
        let path = "Publisher Model `projects/p/locations/l/publishers/google/models/gemini-9` not found.";
        assert_eq!(model(path), Some("gemini-9"));
        assert_eq!(model("models/ are many"), None);
    }
}
