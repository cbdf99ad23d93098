//! One job, by us and by the oracle: what it costs. Ratios are those to the first strategy.
//!
//! `cargo run --release -p dioscuri-scenarios --example try -- [enforcement] [rpm] [projects] [windows] [seed]
//! [known|learned|unknown] [counted|free] [all|STRATEGY,STRATEGY,...]`

use dioscuri_scenarios::{Knowledge, Load, Measured, Setup, Strategy};
use dioscuri_sim::Scenario;
use std::fmt::Write as _;

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |index: usize, usual: &'static str| words.get(index).map_or(usual, String::as_str);
    let number = |index: usize, usual: &'static str| word(index, usual).parse::<usize>().expect("a number");
    let (enforcement, rpm) = (word(0, "sliding"), number(1, "60"));
    let (projects, windows) = (number(2, "1"), number(3, "100"));
    let counted = word(6, "") == "counted";
    let mut toml = String::from(
        "latency = { min = \"200ms\", max = \"900ms\" }\n[[model]]\nname = \"gemini-3.8-flash\"\n",
    );
    for project in 0..projects {
        let quota = format!("rpm = {rpm}, enforcement = \"{enforcement}\", count_refused = {counted}");
        write!(
            toml,
            "[[project]]\nid = \"p{project}\"\nsurface = \"developer\"\nkey = [{{ secret = \"AQ.p{project}\" }}]\n\
             quota = [{{ model = \"gemini-3.8-flash\", {quota} }}]\n"
        )
        .expect("a string takes everything");
    }
    let knowledge = match word(5, "known") {
        "learned" => Knowledge::Learned,
        "unknown" => Knowledge::Unknown,
        _ => Knowledge::Known,
    };
    let setup = Setup::new(Scenario::parse(&toml).expect("a sound scenario"))
        .with_load(Load::closed(rpm * projects * windows))
        .with_seed(number(4, "1") as u64)
        .with_knowledge(knowledge);
    let mut oracle: Option<Measured> = None;
    let strategies = match word(7, "oracle,dioscuri") {
        "all" => Strategy::ALL.to_vec(),
        names => names
            .split(',')
            .map(|name| name.parse().expect("a strategy's name"))
            .collect(),
    };
    for strategy in strategies {
        let run = setup.run(strategy);
        let oracle = oracle.get_or_insert_with(|| run.clone());
        println!(
            "{strategy:<14} answered {}/{}  makespan {:.1} s, ratio {:.4}  refusals/answer {:.5}  attempts/answer {:.4}  \
             wait p50 {:.2} s, p99 {:.2} s (ratio {:.3})  {:?}",
            run.answered,
            run.calls,
            run.makespan.as_secs_f64(),
            run.makespan.as_secs_f64() / oracle.makespan.as_secs_f64(),
            run.refusals_per_answer(),
            run.attempts_per_answer(),
            run.waits.p50.as_secs_f64(),
            run.waits.p99.as_secs_f64(),
            run.waits.p99.as_secs_f64() / oracle.waits.p99.as_secs_f64(),
            run.refusals,
        );
    }
}
