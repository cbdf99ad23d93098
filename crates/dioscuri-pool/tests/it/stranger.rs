//! A stranger can implement the trait.

use dioscuri_pool::{Candidate, Pool, Report, Want};
use dioscuri_vocab::{AttemptId, CredentialId, EndpointId, Now, Rng, SplitMix64, Tick};
use std::{ops::ControlFlow, sync::Arc};

/// One endpoint with one key, always open.
struct One;

impl Pool for One {
    fn visit(
        &self,
        _: &Want<'_>,
        now: Now,
        _: &mut dyn Rng,
        each: &mut dyn FnMut(Candidate) -> ControlFlow<()>,
    ) {
        let _ = each(Candidate::new(EndpointId(0), Some(now.tick)));
    }

    fn begin(&self, _: EndpointId, _: AttemptId, _: Now) -> Option<CredentialId> {
        Some(CredentialId(0))
    }

    fn report(&self, _: &Report<'_>, _: Now) {}
}

#[test]
fn a_pool_of_somebody_else_serves_as_well() {
    let pool: Arc<dyn Pool> = Arc::new(One);
    let mut offered = 0;
    pool.visit(
        &Want::link(0),
        Now::default(),
        &mut SplitMix64::new(1),
        &mut |candidate| {
            assert_eq!(candidate.open_at, Some(Tick::ZERO));
            offered += 1;
            ControlFlow::Break(())
        },
    );
    assert_eq!((offered, pool.links()), (1, 1));
}
