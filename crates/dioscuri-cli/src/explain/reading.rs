//! What a name means to the taxonomy: it is asked, so that the reference cannot say otherwise.

use dioscuri::{
    Class,
    parts::{
        errors::{
            Code, Taxonomy,
            catalogue::{Entry, Topic},
        },
        vocab::{Failure, UnixTime},
    },
};
use serde_json::{Value, json};

/// What an answer with nothing but the name of `entry` is; `None` if it is no failure.
pub(super) fn failure(entry: &Entry) -> Option<Failure> {
    let class = entry.class?;
    // Where the name is not all that decides, the catalogue says what it mostly is.
    let certain = alone(entry).filter(|read| read.class == class);
    Some(certain.unwrap_or_else(|| Failure::new(class)))
}

fn alone(entry: &Entry) -> Option<Failure> {
    let name = entry.name;
    match entry.topic {
        Topic::Reason => {
            let info = json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": name });
            read(None, &json!({ "error": { "details": [info] } }))
        }
        Topic::FinishReason => read(Some(200), &json!({ "candidates": [{ "finishReason": name }] })),
        Topic::BlockReason => read(Some(200), &json!({ "promptFeedback": { "blockReason": name } })),
        _ => None,
    }
}

/// What an error is of which only the status is known, as a number or by its name.
pub(super) fn class_of_status(name: &str) -> Option<Class> {
    let known = |status: &u16| (400..600).contains(status);
    // With words, as errors have them; these mean nothing.
    let message = "-";
    let body = match (name.trim().parse().ok().filter(known), Code::from_name(name)) {
        (Some(status), _) => json!({ "error": { "code": status, "message": message } }),
        (None, Some(code)) => {
            json!({ "error": { "code": code.http(), "status": code.name(), "message": message } })
        }
        (None, None) => return None,
    };
    read(None, &body).map(|read| read.class)
}

/// Every class that an error can be of which only the status is known; the likeliest alone, where others are rare.
pub(super) fn classes_of_status(name: &str) -> Vec<Class> {
    match class_of_status(name) {
        Some(Class::QuotaUnspecified) => OF_429.to_vec(),
        class => class.into_iter().collect(),
    }
}

/// What a 429 can be: no other status says so little.
const OF_429: [Class; 6] = [
    Class::QuotaMinute,
    Class::QuotaDay,
    Class::QuotaZero,
    Class::QuotaUnspecified,
    Class::Capacity,
    Class::Billing,
];

fn read(status: Option<u16>, body: &Value) -> Option<Failure> {
    let found = Taxonomy::new().find_in(body.to_string().as_bytes(), status, UnixTime(0));
    Some(found.into_iter().next()?.diagnosis.failure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri::{
        Scope,
        parts::errors::catalogue::{Lang, entries},
    };

    #[test]
    fn a_status_alone_is_the_least_that_it_can_mean() {
        let classes = [
            "429",
            "RESOURCE_EXHAUSTED",
            "503",
            "invalid argument",
            "200",
            "teapot",
        ]
        .map(class_of_status);
        let expected = [
            Some(Class::QuotaUnspecified),
            Some(Class::QuotaUnspecified),
            Some(Class::Unavailable),
            Some(Class::InvalidRequest),
            None,
            None,
        ];
        assert_eq!(classes, expected);
    }

    #[test]
    fn a_429_is_everything_that_the_taxonomy_reads_from_one() {
        let quota = |id: &str, value: &str| {
            let violation = json!({ "quotaId": id, "quotaValue": value });
            json!([{ "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation] }])
        };
        let reason =
            |name: &str| json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": name }]);
        let classes = [
            quota("GenerateRequestsPerMinutePerProjectPerModel", "5"),
            quota("GenerateRequestsPerDayPerProjectPerModel", "20"),
            quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "0"),
            json!([]),
            reason("MODEL_CAPACITY_EXHAUSTED"),
            reason("INSUFFICIENT_G1_CREDITS_BALANCE"),
        ]
        .map(|details| {
            let error = json!({ "code": 429, "message": "-", "details": details });
            read(None, &json!({ "error": error })).unwrap().class
        });
        assert_eq!(classes_of_status("429"), classes);
        assert_eq!(classes_of_status("503"), [Class::Unavailable]);
        assert_eq!(classes_of_status("teapot"), []);
    }

    #[test]
    fn a_reason_reaches_as_far_as_its_rule_says() {
        let reason = |name| entries(Lang::En).find(|entry| entry.name == name).unwrap();
        let scope = failure(reason("CONSUMER_SUSPENDED")).unwrap().scope;
        assert_eq!(
            (scope, Class::PermissionDenied.usual_scope()),
            (Scope::Endpoint, Scope::Key)
        );
    }

    #[test]
    fn the_taxonomy_and_the_catalogue_mean_the_same_by_a_name() {
        for entry in entries(Lang::En).filter(|entry| entry.class.is_some()) {
            let read = alone(entry).map(|read| read.class);
            // Some reasons mean something only together with their code.
            let is_open = matches!(read, None | Some(Class::Unknown));
            assert!(is_open || read == entry.class, "{} is {read:?}", entry.name);
        }
    }
}
