//! The page's tables.

use super::chart::lost;
use crate::table::{FAMILIES, Judged, RECIPES, row::Row, verdict::Figure};
use std::fmt::Write as _;

/// How many worlds of each family meet every target.
pub(super) fn summary(lines: &[Judged]) -> String {
    let met = |lines: &[&Judged]| {
        lines
            .iter()
            .filter(|line| line.row.target_met == Some(true))
            .count()
    };
    let ours: Vec<&Judged> = lines.iter().filter(|line| line.is_ours()).collect();
    let mut text = format!(
        "With seed 1, {} of {} worlds meet every target:\n\n| scenario | worlds | meet every target |\n\
         | --- | --- | --- |\n",
        met(&ours),
        ours.len()
    );
    for family in FAMILIES {
        let its: Vec<&Judged> = ours
            .iter()
            .copied()
            .filter(|line| line.is_of(family.name))
            .collect();
        let _ = writeln!(text, "| `{}` | {} | {} |", family.name, its.len(), met(&its));
    }
    text.trim_end().to_owned()
}

/// A world in words: `one-key (sliding, limits known, refused counted)`.
fn circumstances(row: &Row) -> String {
    let counted = if row.refused_counted {
        ", refused counted"
    } else {
        ""
    };
    format!(
        "`{}` ({}, limits {}{counted})",
        row.scenario, row.enforcement, row.limits
    )
}

/// What dioscuri reached in a family's worlds.
pub(super) fn figures(lines: &[Judged], family: &str) -> String {
    let mut table = "| scenario | enforcement | limits | refused counted | W | reached (asked) | met |\n\
                     | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for line in lines.iter().filter(|line| line.is_ours() && line.is_of(family)) {
        let verdict = line.verdict.clone().unwrap_or_default();
        let met = if verdict.is_met() { "yes" } else { "**no**" };
        let figures = listed(verdict.figures.iter());
        let _ = writeln!(table, "{} {figures} | {met} |", first_columns(&line.row));
    }
    table
}

fn first_columns(row: &Row) -> String {
    let counted = if row.refused_counted { "yes" } else { "no" };
    format!(
        "| `{}` | {} | {} | {counted} | {} |",
        row.scenario, row.enforcement, row.limits, row.windows
    )
}

fn listed<'a>(figures: impl Iterator<Item = &'a Figure>) -> String {
    let shown = figures.map(|figure| {
        let reached = format!("{} {}", figure.name, figure.value());
        if figure.is_met() {
            format!("{reached} ({})", figure.asked())
        } else {
            format!("**{reached}** ({})", figure.asked())
        }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// dioscuri and the recipes, world by world: lost, time, refusals.
pub(super) fn beside_recipes(lines: &[Judged]) -> String {
    let mut table = "| world | dioscuri |".to_owned();
    for name in RECIPES {
        let _ = write!(table, " {name} |");
    }
    table.push_str("\n| --- | --- |");
    table.push_str(&" --- |".repeat(RECIPES.len()));
    table.push('\n');
    for ours in lines.iter().filter(|line| line.is_ours()) {
        let others: Vec<_> = RECIPES
            .iter()
            .map(|name| {
                lines
                    .iter()
                    .find(|line| line.row.strategy == *name && line.row.is_same_world(&ours.row))
            })
            .collect();
        if others.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(table, "| {} | {} |", circumstances(&ours.row), outcome(&ours.row));
        for other in others {
            let shown = other.map_or_else(|| "–".to_owned(), |line| outcome(&line.row));
            let _ = write!(table, " {shown} |");
        }
        table.push('\n');
    }
    table
}

/// `6.1 % lost, 1.52, 0.34`.
fn outcome(row: &Row) -> String {
    let lost = lost(row).filter(|lost| *lost > 0.0);
    let lost = lost.map_or_else(String::new, |lost| format!("{:.1} % lost, ", lost * 100.0));
    let shown = |figure: Option<f64>, digits: usize| {
        figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.digits$}"))
    };
    format!(
        "{lost}{}, {}",
        shown(row.makespan_ratio, 3),
        shown(row.refusals_per_answer, 4)
    )
}

/// The worst of every figure over all seeds, world by world.
pub(super) fn worst(lines: &[Judged]) -> String {
    let ours: Vec<&Judged> = lines.iter().filter(|line| line.is_ours()).collect();
    let mut table =
        "| scenario | enforcement | limits | refused counted | W | worst of every seed (asked) | seeds \
                     that meet all |\n| --- | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for (number, line) in ours.iter().enumerate() {
        let is_seen = ours[..number]
            .iter()
            .any(|seen| seen.row.is_same_world(&line.row));
        if is_seen {
            continue;
        }
        let seeds: Vec<_> = ours
            .iter()
            .filter(|other| other.row.is_same_world(&line.row))
            .collect();
        let met = seeds
            .iter()
            .filter(|line| line.row.target_met == Some(true))
            .count();
        let verdict = line.verdict.clone().unwrap_or_default();
        let figures = (0..verdict.figures.len()).filter_map(|at| {
            let of_seeds = seeds
                .iter()
                .filter_map(|line| line.verdict.as_ref()?.figures.get(at));
            of_seeds.max_by(|one, other| one.excess().total_cmp(&other.excess()))
        });
        let _ = writeln!(
            table,
            "{} {} | {met} of {} |",
            first_columns(&line.row),
            listed(figures),
            seeds.len()
        );
    }
    table
}
