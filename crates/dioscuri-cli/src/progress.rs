//! What a run shows on standard error while it goes, and at its end.

use crate::{
    args::ProgressForm,
    figures::{count, counted, seconds, span},
    summary::{Style, Summary, render},
};
use dioscuri::{WaitingFor, Why};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

/// Time between two lines where no terminal is: often enough to see that it moves, and 720 lines an hour.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Time between two JSON events: often enough for a bar that somebody else draws.
const BETWEEN_EVENTS: Duration = Duration::from_secs(1);

/// Where a run stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Standing {
    /// Requests in the input.
    pub(crate) total: u64,
    /// Requests with an answer, earlier runs included.
    pub(crate) answered: u64,
    /// Requests that failed.
    pub(crate) failed: u64,
    /// Attempts on their way.
    pub(crate) in_flight: u64,
    /// Calls that wait for quota, capacity or a retry.
    pub(crate) waiting: u64,
    /// What they wait for; `None` if none waits.
    pub(crate) waiting_for: Option<WaitingFor>,
    /// Since the run began.
    pub(crate) elapsed: Duration,
}

/// Standard error, in one of its forms.
#[derive(Debug)]
pub(crate) struct Console {
    form: Form,
    style: Style,
    shown: Option<Standing>,
}

#[derive(Debug)]
enum Form {
    Bar(ProgressBar),
    Lines,
    Json,
    Quiet,
}

impl Console {
    /// The console that the command line asks for: without a wish, a bar on a terminal and lines elsewhere.
    pub(crate) fn new(quiet: bool, progress: Option<ProgressForm>) -> Self {
        let terminal = io::stderr().is_terminal();
        let form = match progress {
            Some(ProgressForm::Json) => Form::Json,
            None if quiet => Form::Quiet,
            None if terminal => Form::Bar(bar()),
            None => Form::Lines,
        };
        let plain = !terminal || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            form,
            style: if plain { Style::Plain } else { Style::Terminal },
            shown: None,
        }
    }

    /// The run begins: how much there is, how much is done already, how much will be sent.
    pub(crate) fn begin(&mut self, standing: Standing, to_send: u64) {
        match &self.form {
            Form::Json => event(&json!({
                "event": "start",
                "total": standing.total,
                "already_answered": standing.answered,
                "failed": standing.failed,
                "to_send": to_send,
            })),
            Form::Bar(bar) => {
                bar.reset_elapsed();
                bar.set_length(standing.total);
                bar.set_position(standing.answered + standing.failed);
            }
            Form::Lines | Form::Quiet => {}
        }
        let before = match standing.answered {
            0 => String::new(),
            answered => format!("{} answered before, ", count(answered)),
        };
        self.note(&format!(
            "{}: {before}{} to send",
            counted(standing.total, "request"),
            count(to_send)
        ));
        self.shown = Some(standing);
    }

    /// Something worth knowing. Not shown if quiet.
    pub(crate) fn note(&self, text: &str) {
        match &self.form {
            // Before the run begins there is no bar to show.
            Form::Bar(_) if self.shown.is_none() => print(text),
            Form::Bar(bar) => bar.suspend(|| print(text)),
            Form::Lines => print(text),
            Form::Json => event(&json!({ "event": "note", "message": text })),
            Form::Quiet => {}
        }
    }

    /// Something that is not as it should be, and does not stop the run. Always shown.
    pub(crate) fn warn(&self, text: &str) {
        match &self.form {
            Form::Quiet => print(&format!("warning: {text}")),
            _ => self.note(&format!("warning: {text}")),
        }
    }

    /// Something that went wrong. Always shown.
    pub(crate) fn error(&self, text: &str) {
        match &self.form {
            Form::Bar(bar) => bar.suspend(|| print(&format!("error: {text}"))),
            Form::Lines | Form::Quiet => print(&format!("error: {text}")),
            Form::Json => event(&json!({ "event": "error", "message": text })),
        }
    }

    /// The run has moved on. Shown now and then.
    pub(crate) fn progress(&mut self, standing: Standing) {
        let pause = match &self.form {
            Form::Bar(bar) => {
                bar.set_position(standing.answered + standing.failed);
                bar.set_message(details(&standing));
                return;
            }
            Form::Lines => BETWEEN_LINES,
            Form::Json => BETWEEN_EVENTS,
            Form::Quiet => return,
        };
        let last = self.shown.map_or(Duration::ZERO, |shown| shown.elapsed);
        if standing.elapsed < last + pause {
            return;
        }
        self.shown = Some(standing);
        if matches!(self.form, Form::Json) {
            event(&json!({
                "event": "progress",
                "answered": standing.answered,
                "failed": standing.failed,
                "in_flight": standing.in_flight,
                "waiting": standing.waiting,
                "waiting_for": standing.waiting_for.map(|what| what.why.name()),
                "opens_in_s": standing.waiting_for.and_then(|what| what.until).map(seconds),
                "elapsed_s": seconds(standing.elapsed),
            }));
        } else {
            let (answered, total) = (count(standing.answered), count(standing.total));
            let elapsed = span(standing.elapsed);
            print(&format!(
                "{answered} of {total} answered · {} · {elapsed}",
                details(&standing)
            ));
        }
    }

    /// The run is over. The last thing that is shown.
    pub(crate) fn end(&self, summary: &Summary) {
        match &self.form {
            Form::Json => print(&serde_json::to_string(summary).expect("a summary has string keys")),
            Form::Bar(bar) => {
                bar.finish_and_clear();
                print(render(summary, self.style).trim_end());
            }
            Form::Lines | Form::Quiet => print(render(summary, self.style).trim_end()),
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:28} {pos} of {len} · {msg} · {elapsed}")
        .expect("the template names fields that exist")
        .progress_chars("━╸─");
    ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
        .with_style(style)
        .with_message(details(&Standing::default()))
}

fn details(standing: &Standing) -> String {
    let mut parts = vec![format!("{} in flight", count(standing.in_flight))];
    if standing.waiting > 0 {
        let what = standing.waiting_for.map(phrase).unwrap_or_default();
        parts.push(format!("{} waiting{what}", count(standing.waiting)));
    }
    if standing.failed > 0 {
        parts.push(format!("{} failed", count(standing.failed)));
    }
    parts.join(", ")
}

/// What is waited for, and how long at least.
fn phrase(waiting: WaitingFor) -> String {
    let until = waiting.until.map(span);
    match (waiting.why, until) {
        (Why::Queue, _) => " for their turn".to_owned(),
        (Why::Quota, Some(until)) => format!(" for quota, the next in {until}"),
        (Why::Quota, None) => " for quota".to_owned(),
        (_, Some(until)) => format!(" for a place to recover, asked again in {until}"),
        (_, None) => " for a place to recover".to_owned(),
    }
}

fn event(value: &serde_json::Value) {
    print(&value.to_string());
}

/// A line on standard error. If nobody reads it the run goes on: the answers are in the output.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
