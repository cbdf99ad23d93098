//! A quota that another program uses as well.

use super::{
    Case, World, base,
    judge::Bounds,
    world::{
        Enforcement::{Bucket, Fixed, Sliding},
        MODEL,
    },
};
use dioscuri_scenarios::Knowledge;

pub(super) const ABOUT: &str = "One project with 100 requests a minute, of which another program takes 10 to 70, at a \
rate that is drawn anew every 3 minutes; its requests come at random moments and are always served. Asked: time ≤ 1.10 of the oracle's and \
≤ 0.05 refusals per answer with fixed windows and a bucket; 1.15 and 0.10 with sliding ones.";

pub(super) fn cases() -> Vec<Case> {
    [Sliding, Fixed, Bucket]
        .map(|enforcement| {
            let world = World::new(100).with_enforcement(enforcement).and(&format!(
                "[[load]]\nmodel = \"{MODEL}\"\nproject = \"{}\"\nrpm = {{ min = 10, max = 70 }}\n\
                 change_every = \"3m\"\ninsists = true\n",
                World::project(1)
            ));
            let windows = base::long(enforcement);
            let bounds = match enforcement {
                Sliding => Bounds {
                    time: 1.15,
                    refusals: 0.10,
                    wait_p99: None,
                },
                _ => Bounds {
                    time: 1.10,
                    refusals: 0.05,
                    wait_p99: None,
                },
            };
            Case::new(
                "neighbour",
                &world,
                Knowledge::Known,
                windows,
                base::setup(&world, windows, 4.0),
                move |trial| trial.within(&bounds),
            )
            .with_recipes(enforcement == Sliding)
        })
        .into()
}
