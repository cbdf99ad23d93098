//! The sentences of advice that carry facts, with gaps in braces.

/// What each language says, see [`fill`](crate::catalogue::fill). A gap that one language has, all have.
#[derive(Debug)]
pub(crate) struct Phrases {
    /// What ends a sentence.
    pub(crate) stop: &'static str,
    /// What parts two sentences.
    pub(crate) gap: &'static str,
    /// What parts the items of a list.
    pub(crate) list: &'static str,

    /// `{quotas}`.
    pub(crate) quota_used_up: &'static str,
    /// `{quotas}`.
    pub(crate) quota_is_zero: &'static str,
    /// `{count}`, `{unit}`, `{window}`.
    pub(crate) quota: &'static str,
    /// Between the facts of one quota.
    pub(crate) facts: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) input_tokens: &'static str,
    pub(crate) output_tokens: &'static str,
    pub(crate) micro_usd: &'static str,
    pub(crate) in_flight: &'static str,
    pub(crate) a_second: &'static str,
    pub(crate) a_minute: &'static str,
    pub(crate) a_day: &'static str,
    /// `{name}`.
    pub(crate) model: &'static str,
    /// `{name}`.
    pub(crate) location: &'static str,
    /// `{name}`.
    pub(crate) metric: &'static str,
    pub(crate) free_tier: &'static str,
    pub(crate) paid_tier: &'static str,

    /// `{fields}`.
    pub(crate) wrong_fields: &'static str,
    /// `{count}`: how many are not shown.
    pub(crate) more: &'static str,
    pub(crate) whole_request: &'static str,
    pub(crate) unknown_field: &'static str,
    /// `{expected}`.
    pub(crate) expected: &'static str,
    pub(crate) not_a_list: &'static str,

    /// `{count}`, `{limit}`, `{excess}`.
    pub(crate) tokens: &'static str,
    /// `{limit}`.
    pub(crate) tokens_limit: &'static str,
    /// `{count}`, `{limit}`, `{excess}`.
    pub(crate) bytes: &'static str,
    /// `{limit}`.
    pub(crate) bytes_limit: &'static str,
    /// `{name}`.
    pub(crate) service: &'static str,
    /// `{name}`.
    pub(crate) permission: &'static str,
    /// `{name}`.
    pub(crate) named_model: &'static str,

    /// `{hint}`.
    pub(crate) hint_but_daily: &'static str,
    /// `{hint}`.
    pub(crate) hint_but_zero: &'static str,
    /// `{hint}`.
    pub(crate) hint_but_billing: &'static str,
    /// `{hint}`.
    pub(crate) hint_but_change: &'static str,
    /// `{hint}`.
    pub(crate) hint_if_minute: &'static str,
    /// `{hint}`.
    pub(crate) hint_is_long: &'static str,
    pub(crate) says_try_again: &'static str,
    pub(crate) clients_own_backoff: &'static str,
    pub(crate) check_quota_proves_nothing: &'static str,
    /// `{count}`.
    pub(crate) several_quotas: &'static str,
    pub(crate) attempts_count: &'static str,
    pub(crate) guessed: &'static str,
    pub(crate) unnamed: &'static str,
    pub(crate) words_only: &'static str,
}

#[cfg(test)]
mod tests {
    use crate::catalogue::{Book, Lang};

    /// Each field on a line of its own.
    fn lines(lang: Lang) -> Vec<String> {
        let shown = format!("{:#?}", Book::of(lang).phrases);
        shown.lines().map(str::to_owned).collect()
    }

    fn gaps(line: &str) -> Vec<&str> {
        let mut gaps: Vec<_> = line
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect();
        gaps.sort_unstable();
        gaps
    }

    #[test]
    fn every_phrase_has_the_same_gaps_in_every_language() {
        for lang in Lang::ALL {
            for (line, english) in lines(*lang).iter().zip(lines(Lang::En)) {
                assert_eq!(gaps(line), gaps(&english), "{lang}: {line}");
            }
        }
    }
}
