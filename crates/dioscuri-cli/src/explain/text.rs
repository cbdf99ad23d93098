//! The reference for a terminal.

use super::{Kind, Reference, of_topic};
use crate::paper::{Ink, Paper};
use dioscuri::parts::errors::catalogue::Entry;

/// Whole entries, one under the other.
pub(super) fn entries(reference: &Reference, chosen: &[&'static Entry], mut paper: Paper) -> String {
    for entry in chosen {
        whole(reference, entry, &mut paper);
    }
    paper.into_text()
}

fn whole(reference: &Reference, entry: &Entry, paper: &mut Paper) {
    let (words, phrases) = (reference.words, reference.phrases);
    let mut title = format!("{} · {}", entry.name, reference.topic(entry.topic));
    if let Some(class) = entry.class.filter(|class| class.name() != entry.name) {
        title = format!("{title} · {} {class}", words.class);
    }
    paper.title(&title);
    let mut texts = vec![(words.what_happened, entry.meaning), (words.why, entry.cause)];
    if let Some([scope, transient]) = reference.facts(entry) {
        texts.push((phrases.scope, scope));
        texts.push((phrases.transient, transient));
    }
    let carrying = reference.carrying(entry);
    texts.push((phrases.dioscuri, &carrying));
    for (heading, text) in texts {
        paper.heading(heading, Ink::Bold);
        paper.paragraph(text);
    }
    let lists = [
        (words.do_now, entry.now),
        (words.do_for_good, entry.for_good),
        (words.prevent, entry.prevent),
        (words.read, entry.pages),
    ];
    for (heading, items) in lists {
        if !items.is_empty() {
            paper.heading(heading, Ink::Bold);
            paper.items(items);
        }
    }
}

/// A line for each entry.
pub(super) fn list(reference: &Reference, chosen: &[&'static Entry], mut paper: Paper) -> String {
    for (kind, heading) in Kind::ALL.into_iter().zip(reference.phrases.topics) {
        let rows: Vec<_> = of_topic(chosen, kind).map(|entry| row(entry, kind)).collect();
        if !rows.is_empty() {
            paper.title(heading);
            paper.table(&rows, None);
        }
    }
    paper.into_text()
}

/// The class of a class is itself: its scope says more.
fn row(entry: &Entry, kind: Kind) -> Vec<String> {
    let told = match (kind, entry.class) {
        (Kind::Class, Some(class)) => class.usual_scope().name(),
        (_, Some(class)) => class.name(),
        (_, None) => "",
    };
    vec![entry.name.to_owned(), told.to_owned(), entry.meaning.to_owned()]
}
