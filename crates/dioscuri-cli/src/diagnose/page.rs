//! `--format text`: what a person reads.

mod summary;

use super::{
    again::moment,
    clock::Clock,
    phrases::Phrases,
    report::{Group, Report},
    stamp::Stamp,
    told,
};
use crate::paper::{Ink, Paper, UNBROKEN};
use dioscuri::parts::errors::{
    Again,
    catalogue::{Lang, Words, fill},
};

/// Kinds of failures that get their whole advice. More is a book.
const SHOWN: usize = 5;

/// Failures from which on a summary goes before the advice: fewer are a summary themselves.
const SUMMARISED: u64 = 10;

/// Writes `report` on `paper`.
pub(super) fn write(report: &Report, clock: &Clock, lang: Lang, mut paper: Paper) -> String {
    let page = Page {
        clock,
        lang,
        words: Words::of(lang),
        phrases: Phrases::of(lang),
    };
    let is_long = report.total > SUMMARISED || report.groups.len() > SHOWN;
    let groups = if is_long {
        page.summary(report, &mut paper);
        report.by_need()
    } else {
        report.groups.iter().collect()
    };
    for group in groups.iter().take(SHOWN) {
        page.advice(group, &mut paper);
    }
    if groups.len() > SHOWN {
        let left = page.words.number((groups.len() - SHOWN) as u64);
        paper.gap();
        paper.paragraph(&fill(page.phrases.more, &[("count", &left)]));
    }
    paper.into_text()
}

/// What is the same for everything on the page.
struct Page<'a> {
    clock: &'a Clock,
    lang: Lang,
    words: &'static Words,
    phrases: &'static Phrases,
}

impl Page<'_> {
    fn advice(&self, group: &Group, paper: &mut Paper) {
        let advice = told::advice(&group.finding, self.lang);
        let words = self.words;
        paper.title(&name(group));
        if let Some(seen) = self.seen(group) {
            paper.note(&seen);
        }
        let texts = [
            (words.server_said, advice.sentence.as_deref()),
            (words.translation, advice.translation.as_deref()),
            (words.what_happened, Some(advice.what.as_str())),
            (words.why, Some(advice.why.as_str())),
        ];
        for (heading, text) in texts {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                paper.heading(heading, Ink::Bold);
                paper.paragraph(text);
            }
        }
        if !advice.warnings.is_empty() {
            paper.heading(words.beware, Ink::Yellow);
            paper.items(&advice.warnings);
        }
        let lists = [
            (words.do_now, &advice.now),
            (words.do_for_good, &advice.for_good),
            (words.prevent, &advice.prevent),
        ];
        for (heading, items) in lists {
            list(heading, items, paper);
        }
        paper.heading(words.try_again, Ink::Bold);
        for sentence in self.again(advice.again, group) {
            paper.paragraph(&sentence);
        }
        list(words.read, &advice.pages, paper);
        list(words.status_page, advice.status_page.as_slice(), paper);
    }

    /// How often and when, where that says anything.
    fn seen(&self, group: &Group) -> Option<String> {
        let times =
            (group.count > 1).then(|| fill(self.words.seen, &[("count", &self.words.number(group.count))]));
        let when = group.first.zip(group.last).map(|(first, last)| {
            let [from, to] = [first, last].map(|stamp| self.time(stamp));
            if from == to {
                from
            } else {
                fill(self.words.between, &[("from", &from), ("to", &to)])
            }
        });
        let seen: Vec<_> = times.into_iter().chain(when).collect();
        (!seen.is_empty()).then(|| seen.join(", "))
    }

    fn time(&self, stamp: Stamp) -> String {
        let local = stamp.at.to_zoned(self.clock.zone().clone());
        local.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// When to try again, in sentences.
    fn again(&self, again: Again, group: &Group) -> Vec<String> {
        let words = self.words;
        let moment = moment(again, group, self.clock).map(|at| (at, self.clock.wait(at)));
        if let Some((at, None)) = moment {
            let when = self.clock.both(at, words);
            return vec![fill(self.phrases.over, &[("when", &when)])];
        }
        let when = moment.map_or_else(String::new, |(at, _)| self.clock.both(at, words));
        let wait = moment.and_then(|(_, wait)| wait).map(|wait| words.duration(wait));
        let wait = wait.unwrap_or_default().replace(' ', UNBROKEN);
        match again {
            Again::After(_) => vec![fill(words.again_after, &[("wait", &wait), ("when", &when)])],
            Again::NextPacificDay { hint } => {
                let when = format!("{when} ({wait})");
                let reset = fill(words.again_next_pacific_day, &[("when", &when)]);
                let probe = hint.map(|hint| fill(words.again_probe, &[("wait", &words.duration(hint))]));
                [reset].into_iter().chain(probe).collect()
            }
            Again::AtReset => vec![words.again_at_reset.to_owned()],
            Again::Backoff {
                first,
                last,
                attempts,
            } => {
                let [first, last] = [first, last].map(|wait| words.duration(wait));
                let attempts = attempts.to_string();
                let gaps = [
                    ("first", first.as_str()),
                    ("last", &last),
                    ("attempts", &attempts),
                ];
                vec![fill(words.again_backoff, &gaps)]
            }
            Again::Once => vec![words.again_once.to_owned()],
            _ => vec![words.again_after_change.to_owned()],
        }
    }
}

/// `quota_day · 429 RESOURCE_EXHAUSTED`
fn name(group: &Group) -> String {
    let label = &group.label;
    let number = group
        .finding
        .diagnosis
        .error
        .status()
        .map(|status| status.to_string());
    let status = number.iter().map(String::as_str).chain(label.status);
    let status = status.collect::<Vec<_>>().join(" ");
    let parts = [
        Some(label.class),
        Some(status.as_str()),
        label.reason.as_deref(),
        label.finish_reason.as_deref(),
        label.block_reason.as_deref(),
    ]
    .into_iter()
    .flatten()
    .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

fn list<T: AsRef<str>>(heading: &str, items: &[T], paper: &mut Paper) {
    if !items.is_empty() {
        paper.heading(heading, Ink::Bold);
        paper.items(items);
    }
}

#[cfg(test)]
mod tests;
