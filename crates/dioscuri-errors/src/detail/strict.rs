//! The details exactly as `error_details.proto` maps to JSON, read in one pass without a tree.
//!
//! Whatever differs (another type, another field, a number for a string) is refused: it is read leniently then.

use super::{
    Detail, ErrorInfo, FieldViolation, Link, PreconditionViolation, QuotaViolation, ResourceInfo, ServerText,
};
use crate::duration;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc, time::Duration};

/// A detail of a known type, its `@type` first.
pub(crate) struct Strict(pub(crate) Detail);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DetailVisitor).map(Self)
    }
}

struct DetailVisitor;

#[derive(serde::Deserialize)]
#[serde(field_identifier)]
enum TypeField {
    #[serde(rename = "@type")]
    Type,
}

impl<'de> Visitor<'de> for DetailVisitor {
    type Value = Detail;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a detail that begins with its type")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Detail, A::Error> {
        let Some((TypeField::Type, TypeUrl(kind))) = map.next_entry()? else {
            return Err(A::Error::custom("a detail has a type"));
        };
        let rest = MapAccessDeserializer::new(map);
        Ok(match kind {
            Kind::ErrorInfo => Detail::ErrorInfo(ErrorInfoForm::deserialize(rest)?),
            Kind::RetryInfo => Detail::RetryInfo(Some(RetryInfoForm::deserialize(rest)?.retry_delay)),
            Kind::QuotaFailure => {
                let QuotaFailureForm { violations } = Deserialize::deserialize(rest)?;
                Detail::QuotaFailure(violations.into_iter().map(|Quota(violation)| violation).collect())
            }
            Kind::BadRequest => {
                let BadRequestForm { field_violations } = Deserialize::deserialize(rest)?;
                Detail::BadRequest(field_violations.into_iter().map(|Field(field)| field).collect())
            }
            Kind::PreconditionFailure => {
                let PreconditionFailureForm { violations } = Deserialize::deserialize(rest)?;
                Detail::PreconditionFailure(violations.into_iter().map(|Condition(unmet)| unmet).collect())
            }
            Kind::Help => {
                let HelpForm { links } = Deserialize::deserialize(rest)?;
                Detail::Help(links.into_iter().map(|Page(link)| link).collect())
            }
            Kind::LocalizedMessage => {
                let LocalizedMessageForm { locale, message } = Deserialize::deserialize(rest)?;
                Detail::LocalizedMessage { locale, message }
            }
            Kind::RequestInfo => {
                let form: RequestInfoForm = Deserialize::deserialize(rest)?;
                Detail::RequestInfo {
                    request_id: form.request_id,
                    serving_data: form.serving_data,
                }
            }
            Kind::ResourceInfo => Detail::ResourceInfo(ResourceInfoForm::deserialize(rest)?),
            Kind::DebugInfo => {
                let form: DebugInfoForm = Deserialize::deserialize(rest)?;
                Detail::DebugInfo {
                    detail: form.detail,
                    stack: form.stack_entries.into_iter().map(|Frame(frame)| frame).collect(),
                }
            }
        })
    }
}

#[derive(Clone, Copy)]
enum Kind {
    ErrorInfo,
    RetryInfo,
    QuotaFailure,
    BadRequest,
    PreconditionFailure,
    Help,
    LocalizedMessage,
    RequestInfo,
    ResourceInfo,
    DebugInfo,
}

/// `type.googleapis.com/google.rpc.…`.
struct TypeUrl(Kind);

impl<'de> Deserialize<'de> for TypeUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |url: &str| match url.strip_prefix("type.googleapis.com/google.rpc.")? {
            "ErrorInfo" => Some(Kind::ErrorInfo),
            "RetryInfo" => Some(Kind::RetryInfo),
            "QuotaFailure" => Some(Kind::QuotaFailure),
            "BadRequest" => Some(Kind::BadRequest),
            "PreconditionFailure" => Some(Kind::PreconditionFailure),
            "Help" => Some(Kind::Help),
            "LocalizedMessage" => Some(Kind::LocalizedMessage),
            "RequestInfo" => Some(Kind::RequestInfo),
            "ResourceInfo" => Some(Kind::ResourceInfo),
            "DebugInfo" => Some(Kind::DebugInfo),
            _ => None,
        };
        deserializer.deserialize_str(Text(read)).map(Self)
    }
}

#[derive(serde::Deserialize)]
#[serde(remote = "ErrorInfo", deny_unknown_fields)]
struct ErrorInfoForm {
    #[serde(default, deserialize_with = "text")]
    reason: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    domain: Arc<str>,
    #[serde(default, deserialize_with = "dictionary")]
    metadata: BTreeMap<Arc<str>, ServerText>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RetryInfoForm {
    #[serde(deserialize_with = "delay")]
    retry_delay: Duration,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaFailureForm {
    violations: Vec<Quota>,
}

#[derive(serde::Deserialize)]
struct Quota(#[serde(with = "QuotaForm")] QuotaViolation);

#[derive(serde::Deserialize)]
#[serde(remote = "QuotaViolation", deny_unknown_fields, rename_all = "camelCase")]
struct QuotaForm {
    #[serde(default, rename = "quotaMetric", deserialize_with = "optional")]
    metric: Option<Arc<str>>,
    #[serde(default, deserialize_with = "optional")]
    quota_id: Option<Arc<str>>,
    #[serde(default, rename = "quotaDimensions", deserialize_with = "dictionary")]
    dimensions: BTreeMap<Arc<str>, Arc<str>>,
    #[serde(default, rename = "quotaValue", deserialize_with = "count")]
    value: Option<u64>,
    #[serde(default, deserialize_with = "optional")]
    subject: Option<ServerText>,
    #[serde(default, deserialize_with = "optional")]
    description: Option<ServerText>,
    #[serde(default, deserialize_with = "optional")]
    api_service: Option<Arc<str>>,
    #[serde(default, rename = "futureQuotaValue", deserialize_with = "count")]
    future_value: Option<u64>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct BadRequestForm {
    field_violations: Vec<Field>,
}

#[derive(serde::Deserialize)]
struct Field(#[serde(with = "FieldForm")] FieldViolation);

#[derive(serde::Deserialize)]
#[serde(remote = "FieldViolation", deny_unknown_fields)]
struct FieldForm {
    #[serde(default, deserialize_with = "text")]
    field: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    description: ServerText,
    #[serde(default, deserialize_with = "optional")]
    reason: Option<Arc<str>>,
    #[serde(skip)]
    localized_message: Option<ServerText>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PreconditionFailureForm {
    violations: Vec<Condition>,
}

#[derive(serde::Deserialize)]
struct Condition(#[serde(with = "ConditionForm")] PreconditionViolation);

#[derive(serde::Deserialize)]
#[serde(remote = "PreconditionViolation", deny_unknown_fields)]
struct ConditionForm {
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    subject: ServerText,
    #[serde(default, deserialize_with = "text")]
    description: ServerText,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct HelpForm {
    links: Vec<Page>,
}

#[derive(serde::Deserialize)]
struct Page(#[serde(with = "LinkForm")] Link);

#[derive(serde::Deserialize)]
#[serde(remote = "Link", deny_unknown_fields)]
struct LinkForm {
    #[serde(default, deserialize_with = "text")]
    description: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    url: Arc<str>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalizedMessageForm {
    #[serde(default, deserialize_with = "text")]
    locale: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    message: ServerText,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RequestInfoForm {
    #[serde(default, deserialize_with = "text")]
    request_id: Arc<str>,
    #[serde(default, deserialize_with = "text")]
    serving_data: ServerText,
}

#[derive(serde::Deserialize)]
#[serde(remote = "ResourceInfo", deny_unknown_fields)]
struct ResourceInfoForm {
    #[serde(default, rename = "resourceType", deserialize_with = "text")]
    kind: Arc<str>,
    #[serde(default, rename = "resourceName", deserialize_with = "text")]
    name: ServerText,
    #[serde(default, deserialize_with = "text")]
    owner: ServerText,
    #[serde(default, deserialize_with = "text")]
    description: ServerText,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DebugInfoForm {
    #[serde(default, deserialize_with = "text")]
    detail: ServerText,
    #[serde(default)]
    stack_entries: Vec<Frame>,
}

#[derive(serde::Deserialize)]
struct Frame(#[serde(deserialize_with = "text")] ServerText);

/// A string and nothing else, read by a function while it is still borrowed; `None` refuses it.
pub(crate) struct Text<F>(pub(crate) F);

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string of the form that is due here")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).ok_or_else(|| E::custom("another string is due here"))
    }
}

/// A string without the blanks around it.
pub(crate) fn text<'de, T: From<Arc<str>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let read = |text: &str| Some(Arc::<str>::from(trimmed(text)).into());
    deserializer.deserialize_str(Text(read))
}

/// `text` without the blanks around it, which are seldom there: two bytes tell.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// An empty string says as little as an absent one.
fn optional<'de, T: From<Arc<str>>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let read = |text: &str| {
        let text = trimmed(text);
        Some((!text.is_empty()).then(|| Arc::<str>::from(text).into()))
    };
    deserializer.deserialize_str(Text(read))
}

/// An `int64`, which JSON carries as a string.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    deserializer.deserialize_str(Text(|text: &str| text.parse().ok().map(Some)))
}

fn delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(Text(duration::parse))
}

fn dictionary<'de, V, D>(deserializer: D) -> Result<BTreeMap<Arc<str>, V>, D::Error>
where
    V: From<Arc<str>>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(Dictionary(PhantomData))
}

struct Dictionary<V>(PhantomData<V>);

impl<'de, V: From<Arc<str>>> Visitor<'de> for Dictionary<V> {
    type Value = BTreeMap<Arc<str>, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a dictionary of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut dictionary = BTreeMap::new();
        while let Some((Entry(key), Entry(value))) = map.next_entry()? {
            dictionary.insert(key, V::from(value));
        }
        Ok(dictionary)
    }
}

/// A key or a value of a dictionary.
struct Entry(Arc<str>);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Self)
    }
}
