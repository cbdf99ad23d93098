//! What dioscuri does about a failure, in words: read from the row of its class, so that it cannot be wrong.

use super::phrases::Phrases;
use dioscuri::parts::{
    errors::catalogue::fill,
    retry::{Row, When},
};

/// `row` as sentences.
pub(super) fn told(row: &Row, phrases: &Phrases) -> String {
    if row.is_permanent() {
        return phrases.gives_up.to_owned();
    }
    let places = [
        here(row, phrases),
        elsewhere(row, phrases),
        fallback(row, phrases),
    ];
    let places: Vec<_> = places.into_iter().flatten().collect();
    let mut told = fill(phrases.tries, &[("places", &places.join(phrases.and_then))]);
    if !row.counts {
        told.push_str(phrases.free);
    }
    told
}

fn here(row: &Row, phrases: &Phrases) -> Option<String> {
    let mut text = match row.here {
        When::Never => return None,
        When::Now => phrases.here_now,
        When::OtherKey => phrases.here_other_key,
        When::Backoff => phrases.here_backoff,
        When::Hinted => phrases.here_hinted,
    }
    .to_owned();
    if row.attempts_here < u32::MAX {
        text.push_str(&fill(
            phrases.attempts_here,
            &[("attempts", &row.attempts_here.to_string())],
        ));
    }
    Some(text)
}

fn elsewhere(row: &Row, phrases: &Phrases) -> Option<String> {
    let text = match row.elsewhere {
        When::Never => return None,
        When::Now | When::OtherKey => phrases.elsewhere_now,
        When::Backoff | When::Hinted => phrases.elsewhere_backoff,
    };
    Some(text.to_owned())
}

fn fallback(row: &Row, phrases: &Phrases) -> Option<String> {
    if row.fallback == When::Never {
        return None;
    }
    Some(if row.fallback_after > 1 {
        fill(
            phrases.fallback_after,
            &[("attempts", &row.fallback_after.to_string())],
        )
    } else {
        phrases.fallback_now.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri::{
        Class,
        parts::{errors::catalogue::Lang, retry::Table},
    };

    #[track_caller]
    fn check(row: Row, expected: &str) {
        assert_eq!(told(&row, Phrases::of(Lang::En)), expected);
    }

    #[test]
    fn a_row_without_a_place_gives_up() {
        check(
            Row::PERMANENT,
            "Gives up at once: the same request would fail again.",
        );
    }

    #[test]
    fn every_part_of_a_row_is_told() {
        let row = Row::PERMANENT
            .with_here(When::Backoff)
            .with_attempts_here(2)
            .with_elsewhere(When::Now)
            .with_fallback(When::Now, 3)
            .uncounted();
        check(
            row,
            "Tries again at the same place after a backoff, never before the server's time or while its quota is \
             closed, 2 attempts there at most; at another place at once; with the next model of the chain after 3 \
             attempts. It does not count as an attempt.",
        );
    }

    #[test]
    fn a_changed_table_changes_what_is_told() {
        let standard = Table::standard().of(Class::Recitation);
        let changed = Table::standard()
            .with(Class::Recitation, Row::PERMANENT)
            .of(Class::Recitation);
        let phrases = Phrases::of(Lang::En);
        assert_ne!(told(&standard, phrases), told(&changed, phrases));
    }
}
