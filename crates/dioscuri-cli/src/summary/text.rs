//! The summary as people read it: one sentence, then a table without lines.

use super::{QuotaUse, RefusalCount, Summary, WaitedFor, sheet::Sheet};
use crate::{
    figures::{count, counted, span},
    resume::Remedy,
};
use std::{fmt::Write as _, time::Duration};

/// A minute of quota, everywhere but in simulated worlds.
const MINUTE: Duration = Duration::from_secs(60);

/// A spent day that opens sooner than this is probed first: servers hint at seconds, at most at a minute or
/// two, and the day's end is rarely so near.
const PROBE: Duration = Duration::from_secs(600);

/// Whether the summary may use the terminal's bold and dim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    Plain,
    Terminal,
}

/// The summary as text, with a line feed at its end.
pub(crate) fn render(summary: &Summary, style: Style) -> String {
    let mut sheet = Sheet::default();
    answers(summary, &mut sheet);
    requests(summary, &mut sheet);
    refusals(summary, &mut sheet);
    failures(summary, &mut sheet);
    waits(summary, &mut sheet);
    quotas(summary, &mut sheet);
    sheet.line("output", summary.output.display().to_string());
    let next = next(summary);
    for (at, advice) in next.iter().enumerate() {
        sheet.line(if at == 0 { "next" } else { "" }, advice.clone());
    }
    let headline = match style {
        Style::Plain => headline(summary),
        Style::Terminal => format!("\u{1b}[1m{}\u{1b}[0m", headline(summary)),
    };
    format!("{headline}\n\n{}", sheet.text(style))
}

fn headline(summary: &Summary) -> String {
    let mut text = format!(
        "{} of {} answered",
        count(summary.with_answer()),
        count(summary.total)
    );
    match (summary.already_answered, summary.answered) {
        (0, _) => {}
        (_, 0) => text.push_str(", all of them before"),
        (before, _) => write!(text, ", {} of them before", count(before)).expect("a string takes all text"),
    }
    let elapsed = Duration::from_secs_f64(summary.elapsed_s);
    write!(text, " · {}", span(elapsed)).expect("a string takes all text");
    if summary.minute != MINUTE && summary.sent > 0 {
        let minute = summary.minute.as_secs_f64();
        write!(
            text,
            " · {:.1} minutes of quota, each {minute} s",
            summary.minutes
        )
        .expect("a string takes all text");
    }
    text
}

fn answers(summary: &Summary, sheet: &mut Sheet) {
    let mut models: Vec<_> = summary.by_model.iter().collect();
    models.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
    let rows = models.into_iter().map(|(model, answers)| {
        let note = if summary.fallbacks.contains(model) {
            "fallback"
        } else {
            ""
        };
        (count(*answers), vec![model.clone(), note.to_owned()])
    });
    sheet.section("answers", rows);
    let cut_off =
        (summary.cut_off > 0).then(|| (count(summary.cut_off), vec!["by maxOutputTokens".to_owned()]));
    sheet.section("cut off", cut_off);
}

fn requests(summary: &Summary, sheet: &mut Sheet) {
    let per_answer = summary
        .sent_per_answer
        .map_or_else(String::new, |ratio| format!(", {ratio:.2} per answer"));
    let sent = (count(summary.sent), vec![format!("sent{per_answer}")]);
    let given_up = (summary.given_up > 0).then(|| {
        let were = if summary.given_up == 1 { "was" } else { "were" };
        let note = format!("{were} in flight when the run ended, and may be billed");
        (count(summary.given_up), vec![note])
    });
    sheet.section("requests", [sent]);
    sheet.section("given up", given_up);
}

fn refusals(summary: &Summary, sheet: &mut Sheet) {
    let rows = summary.refused_at.iter().map(|refused| {
        let cells = vec![
            refused.refusal.class.clone(),
            refused.refusal.place.clone(),
            why(refused),
        ];
        (count(refused.count), cells)
    });
    sheet.section("refused", rows);
}

/// What a refusal meant, and what was done about it.
fn why(refused: &RefusalCount) -> String {
    let text = match refused.refusal.class.as_str() {
        "quota_minute" => "its minute was full; waited for the next",
        "quota_day" => return day(refused.closed_for),
        "quota_zero" => "its plan does not have this model; left out",
        "capacity" | "quota_unspecified" | "unavailable" => "overloaded; asked again later or elsewhere",
        "billing" => "its billing account does not pay; left out",
        "auth_invalid_key" => "the key is invalid; left out",
        "unauthenticated" => "the credential was not accepted; left out",
        "permission_denied" => "the key may not do this; left out",
        "service_disabled" => "the API is switched off there; left out",
        "not_found" => "there is no such model there; left out",
        "connection" if refused.refusal.unreached => "could not be reached, or had no credential",
        "connection" => "the connection broke after sending; may have been billed",
        "deadline_exceeded" => "took too long",
        "internal" | "gateway_error" | "unknown" | "cancelled" => "a fault of the server",
        _ => "",
    };
    text.to_owned()
}

/// What a refusal by a day's quota meant, where the place stays closed for `closed_for`.
fn day(closed_for: Option<Duration>) -> String {
    match closed_for {
        Some(time) if time >= PROBE => format!(
            "its day is spent; closed until midnight Pacific, in {}",
            span(time)
        ),
        Some(time) if !time.is_zero() => format!("its day is spent; asked once more in {}", span(time)),
        // The pause is over. Either nobody has wanted this place since, or the day was not spent after all.
        _ => "its day was said to be spent; the next request there may ask again".to_owned(),
    }
}

fn failures(summary: &Summary, sheet: &mut Sheet) {
    let rows = summary.failed_by_class.iter().map(|(class, failed)| {
        let note = match Remedy::of(class) {
            Remedy::Time => "may be answered later",
            Remedy::Setup => "needs another key, project, model or place",
            Remedy::Request => "the request itself is wrong or was blocked",
        };
        (count(*failed), vec![class.clone(), note.to_owned()])
    });
    sheet.section("failed", rows);
    let others = [
        (summary.changed, "changed since its answer, which stands"),
        (summary.unfinished, "not begun or not finished"),
        (summary.lost, "answered, and could not be written"),
    ];
    let rows = others.into_iter().filter(|(number, _)| *number > 0);
    sheet.section(
        "open",
        rows.map(|(number, note)| (count(number), vec![note.to_owned()])),
    );
}

fn waits(summary: &Summary, sheet: &mut Sheet) {
    // Of what was given up nobody knows how long it had waited.
    if summary.sent == summary.given_up {
        return;
    }
    let [mean, p99, max] = [summary.waited_s.mean, summary.waited_s.p99, summary.waited_s.max]
        .map(|seconds| span(Duration::from_secs_f64(seconds)));
    sheet.line(
        "waited",
        format!("{mean} on average · 99 of 100 at most {p99} · the longest {max}"),
    );
    let WaitedFor {
        quota,
        queue,
        capacity,
        backoff,
    } = summary.waited_for_s;
    let kinds = [
        (quota, "for quota"),
        (queue, "for their turn"),
        (capacity, "for places to recover"),
        (backoff, "in backoffs"),
    ];
    let total: f64 = kinds.iter().map(|(seconds, _)| seconds).sum();
    let told: Vec<_> = kinds
        .into_iter()
        .filter(|(seconds, _)| *seconds >= LEAST_SHARE * total && *seconds > 0.0)
        .map(|(seconds, what)| format!("{} % {what}", percent(seconds / total)))
        .collect();
    if !told.is_empty() {
        sheet.line("", told.join(" · "));
    }
}

/// Shares of the waiting below this are not told: they would read as nothing.
const LEAST_SHARE: f64 = 0.005;

/// One row for each endpoint that was used, one column for each kind of quota.
fn quotas(summary: &Summary, sheet: &mut Sheet) {
    let used = |quota: &&QuotaUse| quota.used > 0 || quota.refused > 0;
    let used: Vec<_> = summary.quotas.iter().filter(used).collect();
    let kinds = distinct(used.iter().map(|quota| kind(quota)));
    let endpoints = distinct(used.iter().map(|quota| quota.endpoint.clone()));
    let mut rows = vec![
        [String::new()]
            .into_iter()
            .chain(kinds.iter().cloned())
            .collect::<Vec<_>>(),
    ];
    for endpoint in endpoints {
        let of = |wanted: &String| {
            let is_it = |quota: &&&QuotaUse| quota.endpoint == endpoint && kind(quota) == *wanted;
            used.iter()
                .find(is_it)
                .map_or_else(String::new, |quota| share(quota))
        };
        let cells: Vec<_> = kinds.iter().map(of).collect();
        rows.push([endpoint.clone()].into_iter().chain(cells).collect());
    }
    if rows.len() > 1 {
        sheet.table("quotas", &rows);
    }
}

/// `requests a minute`.
fn kind(quota: &QuotaUse) -> String {
    let unit = quota.unit.unwrap_or("unnamed quota").replace('_', " ");
    quota
        .window
        .map_or(unit.clone(), |window| format!("{unit} a {window}"))
}

/// `97 % of 60`, or what was used of a quota whose size nobody knows.
fn share(quota: &QuotaUse) -> String {
    let is_spent = quota.window == Some("day") && quota.closed_for_s.is_some();
    match (quota.share, quota.limit) {
        // Others have used it before us: our own share says nothing.
        (_, Some(limit)) if is_spent => format!("{} spent", count(limit)),
        (Some(share), Some(limit)) => {
            format!("{:>3} % of {}{}", percent(share), count(limit), remarks(quota))
        }
        _ => format!("{} used{}", count(quota.used), remarks(quota)),
    }
}

/// What is not as usual with a quota: where its limit comes from, refusals by it, its guard.
fn remarks(quota: &QuotaUse) -> String {
    let mut remarks = Vec::new();
    if quota.limit.is_some() && quota.source != "configured" {
        remarks.push(quota.source.to_owned());
    }
    if quota.refused > 0 {
        remarks.push(format!("{} refused", count(quota.refused)));
    }
    if let Some(guard) = quota.learned_guard {
        remarks.push(format!("guard {} ms", guard.as_millis()));
    }
    if remarks.is_empty() {
        return String::new();
    }
    format!(" ({})", remarks.join(", "))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is from 0 to about 1"
)]
fn percent(share: f64) -> u64 {
    (share * 100.0).round() as u64
}

/// In the order of their first appearance.
fn distinct(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut distinct = Vec::new();
    for word in words {
        if !distinct.contains(&word) {
            distinct.push(word);
        }
    }
    distinct
}

/// What to do now about everything that has no answer: first what takes a person, last what takes a command.
fn next(summary: &Summary) -> Vec<String> {
    let output = summary.output.display();
    let mut next = Vec::new();
    if let Some(rescued) = &summary.rescued_to {
        let rescued = rescued.display();
        next.push(format!(
            "make room, then keep what was rescued: cat {rescued} >> {output}"
        ));
    }
    let needing = |remedy| -> u64 {
        let by_class = summary.failed_by_class.iter();
        let of_it = by_class.filter(|(class, _)| Remedy::of(class) == remedy);
        of_it.map(|(_, failed)| failed).sum()
    };
    let setup = needing(Remedy::Setup);
    if setup > 0 {
        let what = counted(setup, "request");
        next.push(format!(
            "{what} could not be answered anywhere: see \"message\" in {output}, mend the configuration and run again"
        ));
    }
    let for_good = needing(Remedy::Request);
    if for_good > 0 {
        let what = counted(for_good, "request");
        next.push(format!(
            "{what} would fail again: see \"message\" in {output}, mend the input and run again"
        ));
    }
    if summary.sent == 0 && summary.failed_by_class.contains_key("connection") {
        next.push(format!(
            "nothing could be sent: see \"message\" in {output}, mend the network, the address or the credential"
        ));
    }
    let later = needing(Remedy::Time) + summary.unfinished + summary.lost;
    if later > 0 {
        let what = counted(later, "request");
        next.push(format!(
            "run the same command again: it sends the {what} that may still be answered"
        ));
    }
    if summary.changed > 0 {
        next.push(
            "give changed requests a new key, or name another output, to have them answered".to_owned(),
        );
    }
    next
}
