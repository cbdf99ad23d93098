//! The typed details of google.rpc that an error body may carry.

mod strict;

use crate::{ServerText, duration};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
pub(crate) use strict::{Strict, Text, text};

/// One entry of `details`.
///
/// Source: `google/rpc/error_details.proto`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Detail {
    /// Why, as a constant of the API.
    ErrorInfo(ErrorInfo),
    /// When to come back, uncapped; `None` if the delay could not be read.
    RetryInfo(Option<Duration>),
    /// Which quotas were exceeded.
    QuotaFailure(Vec<QuotaViolation>),
    /// Which fields of the request are wrong.
    BadRequest(Vec<FieldViolation>),
    /// Which conditions are not met.
    PreconditionFailure(Vec<PreconditionViolation>),
    /// Where to read more.
    Help(Vec<Link>),
    /// The message in a human language.
    LocalizedMessage {
        /// The language, for example `en-US`.
        locale: Arc<str>,
        /// The message.
        message: ServerText,
    },
    /// What to tell Google when asking about the request.
    RequestInfo {
        /// The request's id at the server.
        request_id: Arc<str>,
        /// What the server noted about it, mostly encrypted.
        serving_data: ServerText,
    },
    /// Which resource it is about.
    ResourceInfo(ResourceInfo),
    /// What the server's developers wanted to know.
    DebugInfo {
        /// The message; may quote the request.
        detail: ServerText,
        /// Stack frames.
        stack: Vec<ServerText>,
    },
    /// A detail that this crate does not know.
    Unknown {
        /// Its `@type`, where it has one.
        type_url: Option<Arc<str>>,
        /// The detail as JSON.
        json: ServerText,
    },
}

/// `google.rpc.ErrorInfo`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct ErrorInfo {
    /// The cause: `[A-Z][A-Z0-9_]+[A-Z0-9]`, at most 63 characters.
    pub reason: Arc<str>,
    /// Who defined the reason, for example `googleapis.com`.
    pub domain: Arc<str>,
    /// Further facts by name.
    pub metadata: BTreeMap<Arc<str>, ServerText>,
}

/// One violation of `google.rpc.QuotaFailure`, as it stands in the body.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct QuotaViolation {
    /// What was counted (`quotaMetric`).
    pub metric: Option<Arc<str>>,
    /// The quota's id (`quotaId`).
    pub quota_id: Option<Arc<str>>,
    /// The dimensions it is counted by: `model`, `location`, sometimes more.
    pub dimensions: BTreeMap<Arc<str>, Arc<str>>,
    /// The limit (`quotaValue`), written as a string or as a number.
    pub value: Option<u64>,
    /// Whom it concerns.
    pub subject: Option<ServerText>,
    /// How it was exceeded, in words.
    pub description: Option<ServerText>,
    /// The service that counts, where it is not the one that was called.
    pub api_service: Option<Arc<str>>,
    /// The limit that will hold once a roll-out is complete (`futureQuotaValue`).
    pub future_value: Option<u64>,
}

/// One violation of `google.rpc.BadRequest`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct FieldViolation {
    /// The path of the field; empty for the root of the request.
    pub field: Arc<str>,
    /// What is wrong with it; may quote its value.
    pub description: ServerText,
    /// The cause as a constant, where given.
    pub reason: Option<Arc<str>>,
    /// What is wrong with it in a human language, where given.
    pub localized_message: Option<ServerText>,
}

/// One violation of `google.rpc.PreconditionFailure`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct PreconditionViolation {
    /// The kind of condition.
    pub kind: Arc<str>,
    /// What it concerns.
    pub subject: ServerText,
    /// How it failed.
    pub description: ServerText,
}

/// One link of `google.rpc.Help`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Link {
    /// What the page is about.
    pub description: Arc<str>,
    /// Where it is.
    pub url: Arc<str>,
}

/// `google.rpc.ResourceInfo`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct ResourceInfo {
    /// The type of the resource.
    pub kind: Arc<str>,
    /// Its name.
    pub name: ServerText,
    /// Whose it is.
    pub owner: ServerText,
    /// What went wrong with it.
    pub description: ServerText,
}

type Object = Map<String, Value>;

impl Detail {
    pub(crate) fn read(value: &Value) -> Self {
        let known = value.as_object().and_then(|object| {
            let kind = kind_of(object)?;
            Self::typed(kind, object)
        });
        known.unwrap_or_else(|| Self::Unknown {
            type_url: value.as_object().and_then(|object| optional(object, "@type")),
            json: value.to_string().into(),
        })
    }

    fn typed(kind: &str, object: &Object) -> Option<Self> {
        Some(match kind {
            "ErrorInfo" => Self::ErrorInfo(ErrorInfo {
                reason: string(object, "reason"),
                domain: string(object, "domain"),
                metadata: dictionary(object, "metadata"),
            }),
            "RetryInfo" => Self::RetryInfo(field(object, "retryDelay").and_then(duration::from_json)),
            "QuotaFailure" => Self::QuotaFailure(each(object, "violations", quota)),
            "BadRequest" => Self::BadRequest(each(object, "fieldViolations", |object| FieldViolation {
                field: string(object, "field"),
                description: string(object, "description").into(),
                reason: optional(object, "reason"),
                localized_message: field(object, "localizedMessage").and_then(localized),
            })),
            "PreconditionFailure" => {
                Self::PreconditionFailure(each(object, "violations", |object| PreconditionViolation {
                    kind: string(object, "type"),
                    subject: string(object, "subject").into(),
                    description: string(object, "description").into(),
                }))
            }
            "Help" => Self::Help(each(object, "links", |object| Link {
                description: string(object, "description"),
                url: string(object, "url"),
            })),
            "LocalizedMessage" => Self::LocalizedMessage {
                locale: string(object, "locale"),
                message: string(object, "message").into(),
            },
            "RequestInfo" => Self::RequestInfo {
                request_id: string(object, "requestId"),
                serving_data: string(object, "servingData").into(),
            },
            "ResourceInfo" => Self::ResourceInfo(ResourceInfo {
                kind: string(object, "resourceType"),
                name: string(object, "resourceName").into(),
                owner: string(object, "owner").into(),
                description: string(object, "description").into(),
            }),
            "DebugInfo" => Self::DebugInfo {
                detail: string(object, "detail").into(),
                stack: list(object, "stackEntries")
                    .filter_map(scalar)
                    .map(ServerText::from)
                    .collect(),
            },
            _ => return None,
        })
    }
}

/// Fields that occur in one type only.
const TELLING: &[(&str, &str)] = &[
    ("reason", "ErrorInfo"),
    ("retryDelay", "RetryInfo"),
    ("fieldViolations", "BadRequest"),
    ("links", "Help"),
    ("stackEntries", "DebugInfo"),
];

/// The last part of `@type`; where it is lost, the fields give the type away.
fn kind_of(object: &Object) -> Option<&str> {
    if let Some(url) = field(object, "@type").and_then(Value::as_str) {
        return url.trim().rsplit(['.', '/']).next();
    }
    let told = TELLING.iter().find(|(name, _)| field(object, name).is_some());
    told.map(|(_, kind)| *kind).or_else(|| {
        list(object, "violations")
            .filter_map(Value::as_object)
            .any(|violation| {
                field(violation, "quotaId")
                    .or(field(violation, "quotaMetric"))
                    .is_some()
            })
            .then_some("QuotaFailure")
    })
}

fn quota(object: &Object) -> QuotaViolation {
    QuotaViolation {
        metric: optional(object, "quotaMetric"),
        quota_id: optional(object, "quotaId"),
        dimensions: dictionary(object, "quotaDimensions"),
        value: field(object, "quotaValue").and_then(integer),
        subject: optional(object, "subject").map(Into::into),
        description: optional(object, "description").map(Into::into),
        api_service: optional(object, "apiService"),
        future_value: field(object, "futureQuotaValue").and_then(integer),
    }
}

/// A `LocalizedMessage` inside another detail.
fn localized(value: &Value) -> Option<ServerText> {
    optional(value.as_object()?, "message").map(Into::into)
}

/// The value of field `name`, also where the key has lost its camel case or gained blanks.
pub(crate) fn field<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(key, _)| same_key(key, name))
            .map(|(_, value)| value)
    })
}

fn same_key(key: &str, name: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        let kept = text
            .bytes()
            .filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'@');
        kept.map(|byte| byte.to_ascii_lowercase())
    }
    letters(key).eq(letters(name))
}

/// A string field, or a number as its text; absent fields and empty strings are `None`.
pub(crate) fn optional(object: &Object, name: &str) -> Option<Arc<str>> {
    field(object, name)
        .and_then(scalar)
        .filter(|text| !text.is_empty())
}

fn string(object: &Object, name: &str) -> Arc<str> {
    optional(object, name).unwrap_or_default()
}

fn scalar(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::String(text) => Some(text.trim().into()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

fn integer(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

fn list<'a>(object: &'a Object, name: &str) -> impl Iterator<Item = &'a Value> {
    field(object, name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn each<T>(object: &Object, name: &str, read: impl Fn(&Object) -> T) -> Vec<T> {
    list(object, name)
        .filter_map(Value::as_object)
        .map(read)
        .collect()
}

fn dictionary<V: From<Arc<str>>>(object: &Object, name: &str) -> BTreeMap<Arc<str>, V> {
    field(object, name)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.trim().into(), scalar(value)?.into())))
        .collect()
}
