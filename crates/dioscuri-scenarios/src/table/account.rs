//! What closes for good: an account whose credits are gone, a key that has leaked.

use super::{Case, Trial, World, base, judge::figure, verdict::Verdict};
use dioscuri_scenarios::{Knowledge, Refused};
use dioscuri_vocab::Class;

pub(super) const CLOSED_ACCOUNT: &str = "Four projects with 60 requests a minute each, workers for four times that; the \
first two pay from one prepaid account, whose credits are gone in mid-run. Asked: all answered by the others, and \
after the first word at most one request to the account, whichever of its projects.";

pub(super) const LEAKED_KEY: &str = "One project with two keys and 60 requests a minute; the first key is reported as \
leaked in mid-run. Asked: all answered with the other key, and after the first word at most one request with it.";

pub(super) fn closed_account() -> Vec<Case> {
    // A token of a prompt costs a millionth of a dollar, a mean prompt has 700: half of 100 windows of two
    // projects, 6,000 calls.
    let world = World::new(60).with_projects(4).with_prepaid(4.2);
    let windows = 100;
    let setup = base::setup(&world, windows, 4.0);
    let case = Case::new(
        "closed-account",
        &world,
        Knowledge::Known,
        windows,
        setup,
        |trial| judged(trial, |refused| refused.class == Class::Billing),
    );
    vec![case.with_recipes(true)]
}

pub(super) fn leaked_key() -> Vec<Case> {
    let world = World::new(60).with_keys(2).and(&format!(
        "[[incident]]\nwhat = \"key_leaked\"\nproject = \"{}\"\nkey = 1\nat = \"50m\"\n",
        World::project(1)
    ));
    let windows = 100;
    let setup = base::setup(&world, windows, 4.0);
    let case = Case::new("leaked-key", &world, Knowledge::Known, windows, setup, |trial| {
        judged(trial, |refused| refused.class == Class::PermissionDenied)
    });
    vec![case.with_recipes(true)]
}

/// Each of the failures that `is_word` picks is a request to what is closed.
fn judged(trial: &Trial<'_>, is_word: impl Fn(&Refused) -> bool) -> Verdict {
    let words = trial
        .run
        .refused
        .iter()
        .filter(|refused| is_word(refused))
        .count();
    trial
        .verdict()
        // It must have happened to be judged.
        .at_least("refusals that say so", Some(figure(words)), 1.0)
        .at_most(
            "requests after the first word",
            Some(figure(trial.sent_after_the_word(is_word))),
            1.0,
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::judge::tests::{run, why_not};

    #[track_caller]
    fn check(sent: &[u64], expected: &str) {
        let failed: Vec<_> = sent.iter().map(|at| (0, *at, at + 1, Class::Billing)).collect();
        let of_account = |refused: &Refused| refused.class == Class::Billing;
        let run = run(2, &failed, &[]);
        assert_eq!(
            why_not(&run, "known", |trial| judged(trial, of_account)),
            expected
        );
    }

    #[test]
    fn one_request_may_follow_the_first_word() {
        check(&[10], "");
        check(&[10, 11, 11, 400], "");
        check(&[10, 400, 800], "requests after the first word is 2.0, not ≤ 1");
    }

    #[test]
    fn an_account_that_never_closed_was_not_tried() {
        check(&[], "refusals that say so is 0.0, not ≥ 1");
    }
}
