//! What is still to do: the input held against what earlier runs have left in the output.

use crate::{
    input::{BadLine, Item},
    output::{Entry, LastLines},
};
use dioscuri::{Class, Scope};
use std::collections::BTreeMap;

/// What a run will do, decided before anything is sent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Plan {
    /// The items to send, by their place in the input.
    pub(crate) send: Vec<usize>,
    /// Requests whose answer is in the output already.
    pub(crate) answered: u64,
    /// Lines whose request changed after it had been answered. The old answer stands and nothing is sent: the
    /// key may belong to another file as well as to a better prompt.
    pub(crate) changed: Vec<u64>,
    /// Requests that failed for good in an earlier run, by class. They are left alone.
    pub(crate) failed: BTreeMap<String, u64>,
    /// The bad lines that the output does not list yet, by their place among those of the input.
    pub(crate) list: Vec<usize>,
    /// Keys of the output that the input does not have.
    pub(crate) strangers: u64,
}

/// Whether requests that failed for good are sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FailedBefore {
    /// They would fail again: leave them alone.
    Leave,
    /// Send them again.
    Retry,
}

impl Plan {
    /// Decides for every line of an input what the lines of the output call for.
    pub(crate) fn new(
        items: &[Item],
        bad_lines: &[BadLine],
        last_lines: &LastLines,
        failed: FailedBefore,
    ) -> Self {
        let mut plan = Self::default();
        let mut known = 0;
        for (at, item) in items.iter().enumerate() {
            let entry = last_lines.get(&*item.key);
            known += u64::from(entry.is_some());
            plan.place(at, item, entry, failed);
        }
        for (at, bad) in bad_lines.iter().enumerate() {
            if last_lines.contains_key(&*bad.key) {
                known += 1;
            } else {
                plan.list.push(at);
            }
        }
        plan.strangers = last_lines.len() as u64 - known;
        plan
    }

    fn place(&mut self, at: usize, item: &Item, entry: Option<&Entry>, failed: FailedBefore) {
        let Some(entry) = entry else {
            return self.send.push(at);
        };
        let same = entry.fingerprint == Some(item.fingerprint);
        match &entry.error {
            None if same => self.answered += 1,
            None => self.changed.push(item.line),
            // What failed was another request: this one has never been sent.
            Some(_) if !same => self.send.push(at),
            Some(class) if failed == FailedBefore::Leave && Remedy::of(class) == Remedy::Request => {
                *self.failed.entry(class.clone()).or_default() += 1;
            }
            Some(_) => self.send.push(at),
        }
    }
}

/// What it takes until a request that failed can be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Remedy {
    /// Time: capacity comes back, a day begins.
    Time,
    /// Another key, project, model or place; then the same request is answered.
    Setup,
    /// Another request: this one fails again, whoever sends it and when.
    Request,
}

impl Remedy {
    /// The remedy for a failure of `class`, in words. What this version does not know is left to time, so that
    /// it is tried again.
    pub(crate) fn of(class: &str) -> Self {
        let Ok(class) = class.parse::<Class>() else {
            return Self::Time;
        };
        match class {
            Class::QuotaDay => Self::Time,
            // Said of where the call comes from, or of what the project has; the request may be good.
            Class::UnsupportedRegion | Class::FailedPrecondition => Self::Setup,
            _ if class.is_transient() => Self::Time,
            _ if class.usual_scope() == Scope::Caller => Self::Request,
            _ => Self::Setup,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Fingerprint, Trouble};
    use serde_json::json;

    fn print(text: &str) -> Fingerprint {
        Fingerprint::of(&json!(text))
    }

    fn entry(prompt: &str, error: Option<&str>) -> LastLines {
        let entry = Entry {
            fingerprint: Some(print(prompt)),
            error: error.map(str::to_owned),
        };
        LastLines::from([("a".to_owned(), entry)])
    }

    /// The plan for one item, key `a`, prompt `hi`.
    fn plan(last_lines: &LastLines, failed: FailedBefore) -> Plan {
        Plan::new(&[Item::at_line(1, "a", print("hi"))], &[], last_lines, failed)
    }

    fn sends() -> Plan {
        Plan {
            send: vec![0],
            ..Plan::default()
        }
    }

    #[test]
    fn what_has_no_line_yet_is_sent() {
        assert_eq!(plan(&LastLines::new(), FailedBefore::Leave), sends());
    }

    #[test]
    fn what_is_answered_is_not_sent_again() {
        for failed in [FailedBefore::Leave, FailedBefore::Retry] {
            let plan = plan(&entry("hi", None), failed);
            assert_eq!((plan.answered, plan.send.len()), (1, 0));
        }
    }

    #[test]
    fn a_transient_error_is_sent_again() {
        for class in [
            "capacity",
            "quota_minute",
            "deadline_exceeded",
            "connection",
            "recitation",
        ] {
            assert_eq!(
                plan(&entry("hi", Some(class)), FailedBefore::Leave),
                sends(),
                "{class}"
            );
        }
    }

    #[test]
    fn what_an_operator_or_midnight_can_mend_is_sent_again() {
        for class in [
            "quota_day",
            "billing",
            "auth_invalid_key",
            "not_found",
            "unsupported_region",
            "a_class_of_tomorrow",
        ] {
            assert_eq!(
                plan(&entry("hi", Some(class)), FailedBefore::Leave),
                sends(),
                "{class}"
            );
        }
    }

    #[test]
    fn a_permanent_error_is_sent_again_only_if_told_so() {
        for class in [
            "invalid_request",
            "context_too_long",
            "blocked_prompt",
            "blocked_response",
        ] {
            let last_lines = entry("hi", Some(class));
            let left = plan(&last_lines, FailedBefore::Leave);
            assert_eq!(
                (left.failed.get(class), left.send.len()),
                (Some(&1), 0),
                "{class}"
            );
            assert_eq!(plan(&last_lines, FailedBefore::Retry), sends(), "{class}");
        }
    }

    #[test]
    fn only_what_an_operator_can_mend_asks_for_an_operator() {
        for class in ["billing", "auth_invalid_key", "not_found", "quota_zero"] {
            assert_eq!(Remedy::of(class), Remedy::Setup, "{class}");
        }
        for class in ["quota_day", "capacity", "connection", "a_class_of_tomorrow"] {
            assert_eq!(Remedy::of(class), Remedy::Time, "{class}");
        }
    }

    #[test]
    fn a_prompt_that_changed_after_its_answer_is_told_and_not_sent() {
        let plan = plan(&entry("ho", None), FailedBefore::Retry);
        assert_eq!((plan.changed, plan.send.len()), (vec![1], 0));
    }

    #[test]
    fn a_prompt_that_changed_after_its_error_is_new() {
        assert_eq!(
            plan(&entry("ho", Some("invalid_request")), FailedBefore::Leave),
            sends()
        );
    }

    #[test]
    fn keys_of_other_inputs_are_counted_and_left_alone() {
        let mut last_lines = entry("hi", None);
        last_lines.insert("b".to_owned(), last_lines["a"].clone());
        assert_eq!(plan(&last_lines, FailedBefore::Leave).strangers, 1);
    }

    #[test]
    fn a_bad_line_is_listed_once() {
        let bad = BadLine {
            line: 1,
            key: "a".into(),
            trouble: Trouble::NotAnObject,
        };
        let listed = |last_lines: LastLines| {
            Plan::new(&[], std::slice::from_ref(&bad), &last_lines, FailedBefore::Retry)
        };
        assert_eq!(listed(LastLines::new()).list, [0]);
        assert_eq!(listed(entry("", Some("invalid_request"))), Plan::default());
    }
}
