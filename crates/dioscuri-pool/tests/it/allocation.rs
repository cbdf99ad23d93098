//! A call that is served costs the pool no allocation, and a look costs none however many there are.

use crate::stage::Stage;
use dioscuri_pool::{Config, EndpointSpec, Pool as _, RegionPool, Want};
use dioscuri_vocab::{CredentialId, EndpointId, GroupId, SplitMix64};
use std::ops::ControlFlow;

#[test]
fn a_call_that_is_served_costs_no_allocation() {
    let pool = RegionPool::new(Config::new());
    for number in 0..1000 {
        let spec =
            EndpointSpec::new(EndpointId(number), [CredentialId(number / 4)]).with_group(GroupId(number / 4));
        pool.add(spec).expect("each number is new");
    }
    let mut stage = Stage::new(pool);
    (0..1000).for_each(|number| stage.succeed(number, None));
    let mut rng = SplitMix64::new(1);
    let info = allocation_counter::measure(|| {
        for avoid in [&[][..], &[EndpointId(3)]] {
            for affinity in [None, Some(GroupId(0))] {
                let want = Want::link(0).avoiding(avoid).within(affinity);
                stage.pool.visit(
                    &want,
                    stage.moment(),
                    &mut rng,
                    &mut |_| ControlFlow::Continue(()),
                );
            }
        }
        (0..1000).for_each(|number| stage.succeed(number, None));
    });
    assert_eq!(info.count_total, 0);
}
