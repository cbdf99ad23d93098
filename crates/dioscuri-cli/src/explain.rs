//! `dioscuri explain`: what a class, a reason, a finish reason or a block reason means, and the table of all.

mod carrying;
mod markdown;
mod object;
mod phrases;
mod reading;
mod text;

use crate::{
    args::{self, ExplanationForm},
    exit::{CannotStart, Exit},
    paper::Paper,
    progress::print,
    stdout,
};
use anyhow::anyhow;
use dioscuri::parts::{
    errors::catalogue::{Entry, Lang, Topic, Words, entries, fill, lookup},
    retry::Standard,
    vocab::Phase,
};
use phrases::Phrases;
use std::io::{self, Write as _};

/// How alike a name must be to be meant, from 0 to 1. Below, guesses are noise: clap draws the line there too.
const ALIKE: f64 = 0.7;

/// Names that are proposed at most.
const PROPOSED: usize = 3;

/// Explains one name, or lists all.
pub(crate) fn explain(args: &args::Explain) -> Result<Exit, CannotStart> {
    let chosen = match &args.name {
        Some(name) => named(name, args.lang)?,
        None => entries(args.lang).collect(),
    };
    let reference = Reference::new(args.lang);
    // Whole, they would be a book.
    let are_many = chosen.iter().any(|entry| entry.name != chosen[0].name);
    let text = match (args.format, args.list) {
        (ExplanationForm::Json, _) => object::write(&reference, &chosen),
        (ExplanationForm::Markdown, true) => markdown::page(&reference, &chosen),
        (ExplanationForm::Markdown, false) => markdown::sections(&reference, &chosen),
        (ExplanationForm::Text, is_list) if is_list || are_many => {
            text::list(&reference, &chosen, Paper::for_stdout())
        }
        (ExplanationForm::Text, _) => text::entries(&reference, &chosen, Paper::for_stdout()),
    };
    stdout::is_over(io::stdout().lock().write_all(text.as_bytes()))?;
    Ok(Exit::Answered)
}

/// Every entry of that name: `SAFETY` ends an answer, and blocks a prompt. A status stands for the class of an error
/// that says nothing else.
fn named(name: &str, lang: Lang) -> Result<Vec<&'static Entry>, CannotStart> {
    if let Some(found) = lookup(name, lang) {
        return Ok(entries(lang).filter(|entry| entry.name == found.name).collect());
    }
    let (classes, phrases) = (reading::classes_of_status(name), Phrases::of(lang));
    match *classes {
        [] => return Err(unknown(name, lang).into()),
        [class] => print(&fill(
            phrases.status_alone,
            &[("name", name), ("class", class.name())],
        )),
        _ => print(&fill(phrases.status_of_many, &[("name", name)])),
    }
    let is_one = |entry: &&Entry| matches!(entry.topic, Topic::Class(class) if classes.contains(&class));
    Ok(entries(lang).filter(is_one).collect())
}

fn unknown(name: &str, lang: Lang) -> anyhow::Error {
    let told = fill(Words::of(lang).unknown_name, &[("name", &format!("`{name}`"))]);
    let asked = name.to_lowercase();
    let mut alike: Vec<_> = entries(lang)
        .map(|entry| {
            (
                strsim::jaro_winkler(&asked, &entry.name.to_lowercase()),
                entry.name,
            )
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut names: Vec<_> = alike.into_iter().map(|(_, name)| format!("`{name}`")).collect();
    names.dedup();
    names.truncate(PROPOSED);
    let phrases = Phrases::of(lang);
    if names.is_empty() {
        anyhow!("{told} {}", phrases.see_list)
    } else {
        anyhow!(
            "{told} {}",
            fill(phrases.did_you_mean, &[("names", &names.join(", "))])
        )
    }
}

/// What is the same for every entry: the language, and what dioscuri does.
struct Reference {
    lang: Lang,
    words: &'static Words,
    phrases: &'static Phrases,
    /// The policy that carries calls by default: what it does is read from its table.
    policy: Standard,
}

impl Reference {
    fn new(lang: Lang) -> Self {
        Self {
            lang,
            words: Words::of(lang),
            phrases: Phrases::of(lang),
            policy: Standard::default(),
        }
    }

    /// What dioscuri does about `entry`.
    fn carrying(&self, entry: &Entry) -> String {
        match reading::failure(entry) {
            Some(reading) => {
                let row = self.policy.table().row(&reading, Phase::Sent);
                carrying::told(&row, self.phrases)
            }
            None => self.phrases.no_failure.to_owned(),
        }
    }

    /// How far `entry` reaches, and whether it may pass by itself; nothing of what is no failure.
    fn facts(&self, entry: &Entry) -> Option<[&'static str; 2]> {
        let reading = reading::failure(entry)?;
        let [no, yes] = self.phrases.no_and_yes;
        let transient = if reading.transient { yes } else { no };
        Some([self.phrases.scope(reading.scope), transient])
    }

    /// What kind of name it is.
    fn topic(&self, topic: Topic) -> &'static str {
        match topic {
            Topic::Class(_) => self.words.class,
            Topic::FinishReason => self.words.finish_reason,
            Topic::BlockReason => self.words.block_reason,
            _ => self.words.reason,
        }
    }
}

/// The entries of a topic, in their order.
fn of_topic<'a>(chosen: &'a [&'static Entry], wanted: Kind) -> impl Iterator<Item = &'static Entry> + 'a {
    chosen
        .iter()
        .copied()
        .filter(move |entry| Kind::of(entry.topic) == wanted)
}

/// The topics, without what they are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Class,
    Reason,
    Finish,
    Block,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Class, Self::Reason, Self::Finish, Self::Block];

    const fn of(topic: Topic) -> Self {
        match topic {
            Topic::Class(_) => Self::Class,
            Topic::FinishReason => Self::Finish,
            Topic::BlockReason => Self::Block,
            _ => Self::Reason,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Reason => "reason",
            Self::Finish => "finish_reason",
            Self::Block => "block_reason",
        }
    }
}

#[cfg(test)]
mod tests;
