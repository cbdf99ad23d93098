//! Reads quotas from wherever a refusal names them, and merges what is said twice.

use crate::text::keys::letters;
use crate::{ApiError, Form, QuotaViolation, ServerText};
use dioscuri_vocab::{QuotaTier, Unit, Violation, Window};
use memchr::memmem::Finder;
use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

/// How much of a sentence about a quota is read, in bytes. The longest seen takes some 300.
const MAX_SENTENCE: usize = 600;

/// At most this many quotas are kept of one refusal; the most seen is four.
const MAX_VIOLATIONS: usize = 64;

/// Every quota that `error` names: `QuotaFailure` first, then the older `ErrorInfo`, then the message.
pub(crate) fn violations(error: &ApiError) -> Vec<Violation> {
    let mut found = Vec::new();
    for violation in error.quota_violations().take(MAX_VIOLATIONS) {
        found.push(from_detail(violation));
    }
    if let Some(violation) = from_metadata(error) {
        merge(&mut found, violation);
    }
    let message = in_one_line(error);
    for sentence in sentences(&message) {
        if !repeats(sentence, &found)
            && let Some(violation) = from_sentence(sentence)
        {
            merge(&mut found, violation);
        }
    }
    from_words(&message, &mut found);
    found
}

/// The message, in which each quota still begins a line but no sentence is broken: a terminal may have done that.
fn in_one_line(error: &ApiError) -> Cow<'_, str> {
    let message = error.message();
    let lenient = matches!(error.form(), Form::Salvaged | Form::Text);
    if lenient && message.contains('\n') {
        let lines = message.replace('\n', " ").replace(" * ", "\n* ");
        Cow::Owned(lines)
    } else {
        Cow::Borrowed(message)
    }
}

fn from_detail(detail: &QuotaViolation) -> Violation {
    let mut violation = Violation::new();
    violation.metric.clone_from(&detail.metric);
    violation.quota_id.clone_from(&detail.quota_id);
    let dimension = |name| {
        let value = detail.dimensions.get(name);
        value.filter(|value| is_name(value)).cloned()
    };
    violation.model = dimension("model");
    violation.location = dimension("location").or_else(|| dimension("region"));
    violation.limit = detail.value;
    let description = detail.description.as_ref().map_or("", ServerText::as_str);
    for said in sentences(description).filter_map(from_sentence) {
        fill(&mut violation, said);
    }
    name(&mut violation, description);
    // The beginning of a name tells what is counted, but it is no name.
    let whole = |name: &Arc<str>| !name.ends_with('…');
    violation.quota_id = violation.quota_id.filter(whole);
    violation.metric = violation.metric.filter(whole);
    violation
}

/// The older way: one quota in `ErrorInfo.metadata`.
fn from_metadata(error: &ApiError) -> Option<Violation> {
    let metadata = &error.error_info()?.metadata;
    let get = |key: &str| {
        metadata
            .get(key)
            .map(ServerText::as_str)
            .filter(|text| !text.is_empty())
    };
    let mut violation = Violation::new();
    violation.metric = get("quota_metric").map(Arc::from);
    violation.quota_id = get("quota_limit").map(Arc::from);
    if violation
        .metric
        .as_ref()
        .or(violation.quota_id.as_ref())
        .is_none()
    {
        // A subscription's quota has no name, but may be of one model.
        violation.model = get("model")
            .filter(|_| error.reason() == Some("QUOTA_EXHAUSTED"))
            .map(Arc::from);
        return violation.model.is_some().then_some(violation);
    }
    violation.location = get("quota_location").map(Arc::from);
    violation.limit = get("quota_limit_value").and_then(|text| text.parse().ok());
    name(&mut violation, "");
    if violation.window.is_none() {
        violation.window = get("quota_unit").and_then(window_of_unit);
    }
    Some(violation)
}

/// The window of a quota unit of Service Usage: `1/min/{project}/{region}`.
fn window_of_unit(unit: &str) -> Option<Window> {
    match unit.split('/').nth(1)? {
        "s" => Some(Window::Second),
        "min" => Some(Window::Minute),
        "d" => Some(Window::Day),
        _ => None,
    }
}

/// How a sentence about a quota goes on from where its subject is named.
static OPENING: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("uota exceeded for "));

/// The sentences of `message` that tell of an exceeded quota, from their "for" on.
fn sentences(message: &str) -> impl Iterator<Item = &str> {
    let mut rest = message;
    let next = move || {
        let start = OPENING.find(rest.as_bytes())? + OPENING.needle().len();
        let sentence = &rest[start..];
        let end = OPENING.find(sentence.as_bytes()).unwrap_or(sentence.len());
        rest = &sentence[end..];
        let end = (0..=end.min(MAX_SENTENCE))
            .rev()
            .find(|at| sentence.is_char_boundary(*at))?;
        Some(&sentence[..end])
    };
    std::iter::from_fn(next).take(MAX_VIOLATIONS)
}

/// Whether `sentence` says, letter by letter, what one of `found` says: so it is mostly, and need not be taken
/// apart. Not if it could fill a gap in another of them.
fn repeats(sentence: &str, found: &[Violation]) -> bool {
    let repeated = |known: &Violation| {
        let said = sentence.strip_prefix("metric: ")?;
        let said = said.strip_prefix(known.metric.as_deref()?)?;
        let said = said.strip_prefix(", limit: ")?;
        let (limit, said) = said.split_once(", model: ")?;
        let said = said.strip_prefix(known.model.as_deref()?)?;
        let ends = said.bytes().next().is_none_or(|byte| byte == b'\n');
        (ends && limit.parse().ok() == known.limit).then_some(())
    };
    found.iter().all(|known| known.limit.is_some()) && found.iter().any(|known| repeated(known).is_some())
}

/// Three forms: `metric: M, limit: N, model: X`, `M with base model: X.`, and the display names
/// `quota metric 'A' and limit 'B' of service …`, of which only the window and the unit are facts.
fn from_sentence(sentence: &str) -> Option<Violation> {
    let mut violation = Violation::new();
    if let Some(names) = sentence.strip_prefix("quota metric") {
        let names = names.split(" of service").next().unwrap_or(names);
        name(&mut violation, names);
        violation.window.or(violation.unit.map(|_| Window::Minute))?;
        return Some(violation);
    }
    let own = own_words(sentence);
    let metric = metric(own.strip_prefix("metric: ").unwrap_or(own));
    // A metric is `service/name`; anything else that is exceeded has no name to go by.
    metric.contains('/').then_some(())?;
    violation.metric = Some(metric.as_str().into());
    violation.limit = limit(own);
    violation.model = model(own);
    name(&mut violation, "");
    Some(violation)
}

/// What belongs to this sentence: the next one is a line of its own, or says when to come back.
fn own_words(sentence: &str) -> &str {
    let ends = ["\n*", "Please retry", "Please submit"]
        .iter()
        .filter_map(|next| sentence.find(next));
    let end = ends.min().unwrap_or(sentence.len());
    &sentence[..end]
}

/// The name of the metric at the beginning of `text`, also where a line break went through it.
fn metric(text: &str) -> String {
    let end = [",", " with base", "limit:"]
        .iter()
        .filter_map(|next| text.find(next))
        .min();
    let whole = end.map(|end| text[..end].split_whitespace().collect::<String>());
    let is_name = |name: &String| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte))
    };
    whole.filter(is_name).unwrap_or_else(|| word(text).to_owned())
}

/// Whether `text` is a name, not a placeholder that somebody has put in its place.
fn is_name(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_./@:-".contains(&byte))
}

/// The number after `limit:`, up to anything that is no digit.
fn limit(text: &str) -> Option<u64> {
    let digits = after(text, "limit:")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    // A letter read for a digit; but an `n` may be left of a line break.
    let rest = &digits[end..];
    let misread = rest.starts_with(|c: char| c.is_ascii_alphabetic() && c != 'n');
    // `1,500` and `0.5` are other numbers.
    let goes_on = rest
        .strip_prefix(['.', ','])
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    digits[..end].parse().ok().filter(|_| !misread && !goes_on)
}

/// The model that a sentence names. An `n` may be left at its end of a line break that lost its backslash.
fn model(text: &str) -> Option<Arc<str>> {
    let model = after(text, "model:")?;
    let model = model
        .strip_suffix("n*")
        .or(model.strip_suffix("nPlease"))
        .unwrap_or(model);
    let end = model
        .find(|c: char| !(c.is_ascii_alphanumeric() || "_./@:-".contains(c)))
        .unwrap_or(model.len());
    let model = model[..end].trim_end_matches(['.', ':']);
    (!model.is_empty()).then(|| model.into())
}

/// `quota exceeded for gemini-…`: a model where a metric stands otherwise.
fn model_exceeded(lower: &str) -> Option<Arc<str>> {
    let name = after(lower, "quota exceeded for ")?;
    let named = name.contains('-') && name.bytes().any(|byte| byte.is_ascii_digit()) && !name.contains('/');
    named.then(|| name.into())
}

fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let start = text.find(key)? + key.len();
    Some(word(text[start..].trim_start())).filter(|word| !word.is_empty())
}

/// The word at the beginning of `text`, without the punctuation that ends a sentence.
fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| c.is_whitespace() || c == ',')
        .unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ';', '\'', '"'])
}

/// The violation of which nothing is told but the window, or of which a shortened message tells the rest.
fn from_words(message: &str, found: &mut Vec<Violation>) {
    match found.as_mut_slice() {
        [] => found.extend(only_from_words(message)),
        [only] => {
            only.limit = only.limit.or_else(|| limit(message));
            only.model = only.model.take().or_else(|| model(message));
        }
        _ => {}
    }
}

fn only_from_words(message: &str) -> Option<Violation> {
    let lower = message.to_ascii_lowercase();
    lower.contains("quota").then_some(())?;
    let mut violation = Violation::new();
    violation.window = lower.contains("daily quota").then_some(Window::Day);
    violation.limit = limit(message);
    violation.model = model(message).or_else(|| model_exceeded(&lower));
    violation.unit = lower.contains("request quota exceeded").then_some(Unit::Requests);
    (violation != Violation::new()).then_some(violation)
}

/// Fills in what the names of a quota say: the id first, then the metric, then `words`.
fn name(violation: &mut Violation, words: &str) {
    let names = [violation.quota_id.clone(), violation.metric.clone()];
    for name in names.iter().flatten().map(|name| &**name).chain([words]) {
        if violation.window.is_some() && violation.unit.is_some() && violation.tier.is_some() {
            break;
        }
        let name = letters(name);
        violation.window = violation.window.or_else(|| window_in(&name));
        violation.unit = violation.unit.or_else(|| unit_in(&name));
        violation.tier = violation.tier.or_else(|| tier_in(&name));
    }
}

fn window_in(name: &str) -> Option<Window> {
    const WINDOWS: &[(&str, Window)] = &[
        ("perday", Window::Day),
        ("daily", Window::Day),
        ("perminute", Window::Minute),
        ("persecond", Window::Second),
        // Vertex counts these by the minute, though the name leaves it out.
        ("onlinepredictionrequestsperbasemodel", Window::Minute),
    ];
    find(WINDOWS, name)
}

fn unit_in(name: &str) -> Option<Unit> {
    const UNITS: &[(&str, Unit)] = &[
        ("outputtoken", Unit::OutputTokens),
        ("token", Unit::InputTokens),
        ("concurrent", Unit::InFlight),
        ("request", Unit::Requests),
    ];
    find(UNITS, name)
}

fn tier_in(name: &str) -> Option<QuotaTier> {
    const TIERS: &[(&str, QuotaTier)] = &[
        ("freetier", QuotaTier::Free),
        ("paidtier", QuotaTier::Paid),
        // The free tier counts on metrics of its own, so this one is paid.
        ("generaterequestspermodel", QuotaTier::Paid),
    ];
    find(TIERS, name)
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    let row = table.iter().find(|(part, _)| name.contains(part));
    row.map(|(_, fact)| *fact)
}

/// Adds `said` to the violation it speaks of, or as one more.
fn merge(found: &mut Vec<Violation>, said: Violation) {
    // Of several that it may mean, one of which nobody has said the limit yet.
    let open = found
        .iter()
        .position(|known| same(known, &said) && known.limit.is_none());
    let known = open.or_else(|| found.iter().position(|known| same(known, &said)));
    if let Some(known) = known.and_then(|at| found.get_mut(at)) {
        fill(known, said);
    } else if found.len() < MAX_VIOLATIONS {
        found.push(said);
    }
}

/// Whether nothing that both say differs.
fn same(a: &Violation, b: &Violation) -> bool {
    fn agree<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
        a.zip(b).is_none_or(|(a, b)| a == b)
    }
    agree(a.metric.as_ref(), b.metric.as_ref())
        && agree(a.quota_id.as_ref(), b.quota_id.as_ref())
        && agree(a.model.as_ref(), b.model.as_ref())
        && agree(a.location.as_ref(), b.location.as_ref())
        && agree(a.limit.as_ref(), b.limit.as_ref())
        && agree(a.window.as_ref(), b.window.as_ref())
        && agree(a.unit.as_ref(), b.unit.as_ref())
}

fn fill(known: &mut Violation, said: Violation) {
    known.metric = known.metric.take().or(said.metric);
    known.quota_id = known.quota_id.take().or(said.quota_id);
    known.model = known.model.take().or(said.model);
    known.location = known.location.take().or(said.location);
    known.unit = known.unit.or(said.unit);
    known.window = known.window.or(said.window);
    known.limit = known.limit.or(said.limit);
    known.tier = known.tier.or(said.tier);
}
