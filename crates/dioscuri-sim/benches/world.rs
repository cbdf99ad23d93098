//! What a call costs in virtual time, quotas on: the aim is a million a second, the floor 300 000.
//!
//! `cargo bench -p dioscuri-sim --bench world`. One call a millisecond, so that a minute's log holds 60 000.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput};
use dioscuri_sim::{Admission, Ask, Scenario, World};
use dioscuri_vocab::Now;

/// Of the world, between two calls.
const GAP: Duration = Duration::from_millis(1);

const TOKENS: u64 = 700;

const KEYS: [&str; 8] = ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let quotas = |enforcement: &str| {
        format!(
            r#"quota = [{{ model = "gemini-3.8-flash", rpm = 100000, tpm = 100000000, rpd = 1000000000,
                enforcement = "{enforcement}" }}]"#
        )
    };
    for enforcement in ["sliding", "fixed", "bucket", "smoothed"] {
        let world = world(1, &quotas(enforcement), "");
        bench(
            &mut criterion,
            &format!("one key, {enforcement}"),
            world,
            &KEYS[..1],
        );
    }
    let world_of_eight = world(8, &quotas("sliding"), "");
    bench(&mut criterion, "eight projects", world_of_eight, &KEYS);
    let shared = r#"
        [[capacity]]
        model = "gemini-3.8-flash"
        surface = "developer"
        rpm = 1000000
        [[load]]
        model = "gemini-3.8-flash"
        rpm = { min = 6000, max = 6000 }
        "#;
    let crowded = world(1, &quotas("sliding"), shared);
    bench(&mut criterion, "one key among others", crowded, &KEYS[..1]);
    let refusing = world(1, r#"quota = [{ model = "gemini-3.8-flash", rpm = 1 }]"#, "");
    bench(&mut criterion, "one key, refused", refusing, &KEYS[..1]);
    criterion.final_summary();
}

/// Projects of one key each, with these lines of TOML in each and after them.
fn world(projects: usize, each: &str, rest: &str) -> World {
    let projects = KEYS[..projects].iter().fold(String::new(), |projects, key| {
        projects
            + &format!(
                r#"
                    [[project]]
                    id = "{key}"
                    surface = "developer"
                    key = [{{ secret = "{key}" }}]
                    {each}
                    "#
            )
    });
    let text = format!(
        r#"
        [[model]]
        name = "gemini-3.8-pro"
        [[model]]
        name = "gemini-3.8-flash"
        {projects}
        {rest}
        "#
    );
    let scenario = Scenario::parse(&text).expect("a scenario of this crate");
    World::new(&scenario, Some(1))
}

fn bench(criterion: &mut Criterion, name: &str, mut world: World, keys: &[&str]) {
    let asks: Vec<_> = keys
        .iter()
        .map(|key| Ask::developer(key, "gemini-3.8-flash", TOKENS))
        .collect();
    let mut now = Now::default();
    // Takes the only place where there is one.
    black_box(world.admit(&asks[0], now));
    let mut asks = asks.iter().cycle();
    let mut refused = 0;
    let mut group = criterion.benchmark_group("admit");
    group.throughput(Throughput::Elements(1));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            now = now.after(GAP);
            let ask = asks.next().expect("a cycle has no end");
            let admission = world.admit(black_box(ask), now);
            refused += u64::from(!matches!(admission, Admission::Answered { .. }));
            black_box(admission);
        });
    });
    group.finish();
    assert_eq!(
        refused > 0,
        name.ends_with("refused"),
        "{name}: {refused} refused"
    );
}
