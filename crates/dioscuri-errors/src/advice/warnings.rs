//! Where the server's words comfort wrongly, and what makes a diagnosis less sure.

use super::clues::Clues;
use super::sentence::Sentence;
use super::{Again, Phrases};
use crate::Evidence;
use crate::catalogue::{Book, Lang, Words, fill};
use dioscuri_vocab::Class;
use std::time::Duration;

/// A hint on a daily quota up to this length is taken from the quota per minute beside it, and means nothing
/// for the day. gemini-cli draws the line at the same place.
const SHORT: Duration = Duration::from_secs(300);

/// Longer than this nobody should hold a connection or a worker.
pub(super) const LONG: Duration = Duration::from_secs(15 * 60);

/// A known sentence leaves less doubt than other words.
pub(super) fn tell(clues: &Clues<'_>, again: Again, sentence: &Sentence, lang: Lang) -> Vec<String> {
    let say = Book::of(lang).phrases;
    let failure = &clues.finding.diagnosis.failure;
    let mut warnings = Vec::new();
    let is_of_anybody = clues.is_of_anybody() && !sentence.is_googles;
    if is_of_anybody {
        warnings.push(say.unnamed.to_owned());
    }
    match failure.hint() {
        Some(hint) => {
            let hint_phrase = match (failure.class, again) {
                (Class::QuotaUnspecified, Again::NextPacificDay { .. }) => Some(say.hint_if_minute),
                (_, Again::NextPacificDay { .. }) => (hint <= SHORT).then_some(say.hint_but_daily),
                (Class::QuotaZero, _) => Some(say.hint_but_zero),
                (Class::Billing, Again::AfterChange) => Some(say.hint_but_billing),
                (_, Again::AfterChange) => Some(say.hint_but_change),
                _ => (hint > LONG).then_some(say.hint_is_long),
            };
            let hint = Words::of(lang).duration(hint);
            warnings.extend(hint_phrase.map(|phrase| fill(phrase, &[("hint", &hint)])));
        }
        None => warnings.extend(words_of_comfort(clues, again, say).map(str::to_owned)),
    }
    if failure.class == Class::QuotaUnspecified && !clues.is_own_quota() && clues.says("check quota") {
        warnings.push(say.check_quota_proves_nothing.to_owned());
    }
    if failure.violations.len() > 1 && failure.class != Class::QuotaZero {
        let count = failure.violations.len().to_string();
        warnings.push(fill(say.several_quotas, &[("count", &count)]));
    }
    if failure.counted == Some(true) && matches!(again, Again::Backoff { .. } | Again::Once) {
        warnings.push(say.attempts_count.to_owned());
    }
    if clues.finding.diagnosis.rule.starts_with("guess-") {
        warnings.push(say.guessed.to_owned());
    } else if clues.finding.evidence == Evidence::Words && sentence.told.is_none() && !is_of_anybody {
        warnings.push(say.words_only.to_owned());
    }
    warnings
}

/// What to say of words of comfort without a time that the server stands for.
fn words_of_comfort(clues: &Clues<'_>, again: Again, say: &Phrases) -> Option<&'static str> {
    if clues.says_any(&["retrying in ", "retrying after ", "will retry in "]) {
        return Some(say.clients_own_backoff);
    }
    let hopeless = again == Again::AfterChange;
    // "… and try again" after what to change is no comfort, but advice.
    let comforts = clues.says_any(&["try again later", "please retry", "retry later", "try again in "]);
    (hopeless && comforts).then_some(say.says_try_again)
}
