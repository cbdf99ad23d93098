//! The chart: a line for each scenario, a mark for each strategy, in three fields: calls lost, time, refusals.

mod scale;

use crate::table::row::Row;
use scale::Scale;
use std::fmt::Write as _;

/// Pixels. A line is as high as its text and half of that; the fields are as wide as their ticks need.
const LINE: u32 = 26;
const TOP: u32 = 104;
const LEFT: f64 = 214.0;
const GAP: f64 = 34.0;
const FIELD: f64 = 232.0;
const WIDTH: f64 = LEFT + 3.0 * FIELD + 2.0 * GAP + 24.0;

/// The look. Colours are those of Okabe and Ito, which people with colour blindness can tell apart; text and
/// lines follow the reader's scheme, light or dark.
const STYLE: &str = "\
.bg{fill:#fff}text{fill:#24292f;font:12px system-ui,sans-serif}.small{font-size:11px;fill:#57606a}\
.head{font-weight:600}.grid{stroke:#d0d7de}.best{stroke:#57606a;stroke-dasharray:3 3}\
.s0{fill:#0072b2;stroke:#0072b2}.s1{fill:#d55e00;stroke:#d55e00}.s2{fill:#e69f00;stroke:#e69f00}\
.s3{fill:#009e73;stroke:#009e73}.s4{fill:#cc79a7;stroke:#cc79a7}.s5{fill:#7f7f7f;stroke:#7f7f7f}\
@media(prefers-color-scheme:dark){.bg{fill:#0d1117}text{fill:#e6edf3}.small{fill:#9198a1}\
.grid{stroke:#30363d}.best{stroke:#9198a1}.s0{fill:#56b4e9;stroke:#56b4e9}}";

/// A field of the chart: what it shows, on which scale.
struct Field {
    title: &'static str,
    scale: Scale,
    figure: fn(&Row) -> Option<f64>,
}

const FIELDS: [Field; 3] = [
    Field {
        title: "calls not answered",
        scale: Scale::SHARE,
        figure: lost,
    },
    Field {
        title: "time, as a multiple of the oracle's",
        scale: Scale::TIME,
        figure: time,
    },
    Field {
        title: "refused requests per answer",
        scale: Scale::REFUSALS,
        figure: |row| row.refusals_per_answer,
    },
];

/// The share of the calls that were lost.
#[expect(clippy::cast_precision_loss, reason = "counts of calls lie far below 2^52")]
pub(crate) fn lost(row: &Row) -> Option<f64> {
    (row.calls > 0).then(|| 1.0 - row.answered as f64 / row.calls as f64)
}

/// The time, where it says something: whoever loses calls is done sooner for that.
fn time(row: &Row) -> Option<f64> {
    let is_whole = row.answered == row.calls;
    row.makespan_ratio.filter(|ratio| is_whole || *ratio > 1.0)
}

/// The chart of `lines`: what stands beside each, and the rows of its strategies. `strategies` decides colours,
/// shapes and the legend; the first is drawn last, above the others.
pub(crate) fn chart(lines: &[(String, Vec<&Row>)], strategies: &[&'static str]) -> String {
    let count = u32::try_from(lines.len()).expect("a chart has few lines");
    let height = TOP + count * LINE + 16;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">dioscuri and five published recipes, scenario by \
         scenario</title>\n<desc id=\"desc\">For each scenario: the share of calls that were not answered, the \
         time as a multiple of the oracle's, and the refused requests per answer. Further left is better. The \
         numbers stand in scenarios.md.</desc>\n<style>{STYLE}</style>\n<rect class=\"bg\" width=\"{WIDTH}\" \
         height=\"{height}\"/>\n"
    );
    legend(&mut svg, strategies);
    for (number, field) in (0..).zip(&FIELDS) {
        frame(&mut svg, field, left(number), height - 16);
    }
    for (number, (name, rows)) in (0..).zip(lines) {
        let y = TOP + number * LINE + LINE / 2;
        line(&mut svg, y, name, rows, strategies);
    }
    svg.push_str("</svg>\n");
    svg
}

fn left(field: u32) -> f64 {
    LEFT + f64::from(field) * (FIELD + GAP)
}

fn legend(svg: &mut String, strategies: &[&str]) {
    // Three to a line, as wide as the longest name of a recipe.
    const COLUMN: u32 = 260;
    for (number, name) in (0..).zip(strategies) {
        let (x, y) = (24 + number % 3 * COLUMN, 20 + number / 3 * 20);
        mark(svg, number, f64::from(x), y, name);
        write_to(
            svg,
            format_args!(
                "<text x=\"{}\" y=\"{}\">{}</text>\n",
                x + 12,
                y + 4,
                escaped(name)
            ),
        );
    }
}

fn frame(svg: &mut String, field: &Field, left: f64, bottom: u32) {
    write_to(
        svg,
        format_args!(
            "<text class=\"head\" x=\"{left:.1}\" y=\"{}\">{}</text>\n",
            TOP - 26,
            escaped(field.title)
        ),
    );
    for (number, (tick, label)) in field.scale.ticks.iter().enumerate() {
        let x = left + FIELD * field.scale.place(*tick);
        let class = if number == 0 { "best" } else { "grid" };
        write_to(
            svg,
            format_args!(
                "<line class=\"{class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{bottom}\"/>\n\
                 <text class=\"small\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{}\">{label}</text>\n",
                TOP - 4,
                TOP - 9
            ),
        );
    }
}

fn line(svg: &mut String, y: u32, name: &str, rows: &[&Row], strategies: &[&str]) {
    write_to(
        svg,
        format_args!(
            "<text text-anchor=\"end\" x=\"{}\" y=\"{}\">{}</text>\n",
            LEFT - 14.0,
            y + 4,
            escaped(name)
        ),
    );
    for (number, field) in (0..).zip(&FIELDS) {
        let marks: Vec<_> = (0..).zip(strategies).collect();
        for (shape, strategy) in marks.into_iter().rev() {
            let row = rows.iter().find(|row| row.strategy == *strategy);
            let Some(figure) = row.and_then(|row| (field.figure)(row)) else {
                continue;
            };
            let x = left(number) + FIELD * field.scale.place(figure);
            let words = format!("{name}, {strategy}: {figure:.4}");
            mark(svg, shape, x, y, &words);
        }
    }
}

/// A mark of its own for each strategy: shape and colour say the same.
fn mark(svg: &mut String, shape: u32, x: f64, y: u32, words: &str) {
    let title = format!("<title>{}</title>", escaped(words));
    let around = |points: [(i32, i32); 4]| {
        let y = f64::from(y);
        let corners =
            points.map(|(right, down)| format!("{:.1},{:.1}", x + f64::from(right), y + f64::from(down)));
        format!(
            "<polygon class=\"s{shape}\" points=\"{}\">{title}</polygon>\n",
            corners.join(" ")
        )
    };
    let drawn = match shape {
        0 => format!("<circle class=\"s0\" cx=\"{x:.1}\" cy=\"{y}\" r=\"6\">{title}</circle>\n"),
        1 => around([(-4, -4), (4, -4), (4, 4), (-4, 4)]),
        2 => around([(0, -5), (5, 0), (0, 5), (-5, 0)]),
        3 => around([(0, -5), (5, 4), (-5, 4), (0, -5)]),
        4 => around([(0, 5), (5, -4), (-5, -4), (0, 5)]),
        _ => around([(-5, -2), (5, -2), (5, 2), (-5, 2)]),
    };
    svg.push_str(&drawn);
}

fn write_to(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("writing to a text does not fail");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
