//! The page `docs/scenarios.md`: what is measured, how, and what came out.
//!
//! It holds nothing but figures of virtual time, so that it is the same on every machine. All but one section
//! follow from seed 1 alone: that is what a quick check runs. The section of the worst seed is between two
//! marks, and a page that is made from one seed keeps what stands there.

pub(crate) mod chart;
pub(crate) mod documents;
mod tables;

use crate::table::{FAMILIES, Judged};

/// How the page begins and ends; `{{…}}` are the places of what is computed.
const TEMPLATE: &str = include_str!("page/template.txt");

const BEGIN: &str = "<!-- every seed: begin -->\n";
const END: &str = "<!-- every seed: end -->\n";

/// The page. `first` are the lines of seed 1, `all` those of every seed, if they were run; otherwise the
/// section about them is taken from `stands`.
pub(crate) fn page(first: &[Judged], all: Option<&[Judged]>, stands: &str) -> String {
    let worst = match all {
        Some(all) => tables::worst(all),
        None => between_marks(stands).to_owned(),
    };
    let figures: Vec<String> = FAMILIES
        .iter()
        .map(|family| {
            let table = tables::figures(first, family.name);
            format!("### `{}`\n\n{}\n\n{table}", family.name, family.about.trim())
        })
        .collect();
    TEMPLATE
        .replace("{{summary}}", &tables::summary(first))
        .replace("{{figures}}", figures.join("\n").trim_end())
        .replace("{{recipes}}", tables::beside_recipes(first).trim_end())
        .replace("{{worst}}", &format!("{BEGIN}{worst}{END}"))
}

/// What stands between the marks; nothing if they are not there.
fn between_marks(page: &str) -> &str {
    let inner = page.split_once(BEGIN).map(|(_, after)| after);
    let inner = inner.and_then(|after| after.split_once(END));
    inner.map_or("", |(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{row::tests::row, verdict::Verdict};

    fn judged(time: f64, seed: u64) -> Judged {
        let mut row = row("one-key", "dioscuri");
        row.seed = seed;
        row.makespan_ratio = Some(time);
        let verdict = Verdict::all_answered(row.answered, row.calls).at_most("time", Some(time), 1.01);
        Judged::new(row, Some(verdict))
    }

    #[test]
    fn a_target_that_is_missed_is_shown_with_its_number() {
        let page = page(&[judged(1.0234, 1)], None, "");
        assert!(page.contains("**time 1.023** (≤ 1.01)"), "{page}");
    }

    #[test]
    fn every_seed_counts_in_the_section_of_the_worst() {
        let (first, second) = (judged(1.005, 1), judged(1.02, 2));
        let page = page(std::slice::from_ref(&first), Some(&[first.clone(), second]), "");
        let section = between_marks(&page);
        assert!(section.contains("1 of 2"), "{section}");
        assert!(section.contains("**time 1.020** (≤ 1.01)"), "{section}");
    }

    #[test]
    fn a_page_from_one_seed_keeps_what_stands_of_all() {
        let first = [judged(1.005, 1)];
        let whole = page(&first, Some(&[judged(1.005, 1), judged(1.02, 2)]), "");
        assert_eq!(page(&first, None, &whole), whole);
    }

    #[test]
    fn no_place_of_the_template_stays_empty() {
        assert!(!page(&[judged(1.005, 1)], None, "").contains("{{"));
    }
}
