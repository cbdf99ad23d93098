//! The reference for programs.

use super::{Kind, Reference, reading::failure};
use dioscuri::{Class, parts::errors::catalogue::Entry};
use serde::Serialize;

/// Fields are added, never changed: other programs read them.
#[derive(Serialize)]
struct Object {
    lang: &'static str,
    entries: Vec<Explained>,
}

#[derive(Serialize)]
struct Explained {
    name: &'static str,
    /// `class`, `reason`, `finish_reason` or `block_reason`.
    kind: &'static str,
    /// The class of a failure that this name alone tells; of a class, itself.
    class: Option<&'static str>,
    scope: Option<&'static str>,
    retryable: Option<bool>,
    meaning: &'static str,
    cause: &'static str,
    /// What dioscuri does.
    dioscuri: String,
    now: &'static [&'static str],
    for_good: &'static [&'static str],
    prevent: &'static [&'static str],
    pages: &'static [&'static str],
}

/// One line of JSON.
pub(super) fn write(reference: &Reference, chosen: &[&'static Entry]) -> String {
    let explained = |entry: &&'static Entry| Explained {
        name: entry.name,
        kind: Kind::of(entry.topic).name(),
        class: entry.class.map(Class::name),
        scope: failure(entry).map(|reading| reading.scope.name()),
        retryable: failure(entry).map(|reading| reading.transient),
        meaning: entry.meaning,
        cause: entry.cause,
        dioscuri: reference.carrying(entry),
        now: entry.now,
        for_good: entry.for_good,
        prevent: entry.prevent,
        pages: entry.pages,
    };
    let object = Object {
        lang: reference.lang.name(),
        entries: chosen.iter().map(explained).collect(),
    };
    serde_json::to_string(&object).expect("an entry has string keys") + "\n"
}
