//! What can be shared, sent and cloned.

use crate::script::{Page, Script};
use bytes::Bytes;
use dioscuri_tower::{
    BudgetError, ClassifyLayer, ClassifyService, Held, PoolError, PoolLayer, PoolService, RateBudgetLayer,
    RateBudgetService, RetryLayer, RetryService,
};
use http::{Request, Response};
use http_body_util::Full;
use tower::{
    ServiceBuilder, ServiceExt as _,
    util::{BoxCloneSyncService, BoxCloneSyncServiceLayer},
};

const fn shared<T: Clone + Send + Sync + 'static>() {}
const fn sent<T: Send + Sync + 'static>() {}
const fn unpinned<T: Unpin>() {}

/// A reader that is not `Clone` asks nothing of those that hold it.
struct NotClone;

#[test]
fn layers_and_services_are_clone_send_and_sync() {
    shared::<ClassifyLayer>();
    shared::<ClassifyService<Script>>();
    shared::<RetryLayer<NotClone>>();
    shared::<RetryService<Script, NotClone>>();
    shared::<RateBudgetLayer>();
    shared::<RateBudgetService<Script>>();
    shared::<PoolLayer>();
    shared::<PoolService<Script>>();
    #[cfg(feature = "errors")]
    shared::<dioscuri_tower::GateService<Script>>();
    #[cfg(feature = "retry")]
    shared::<dioscuri_tower::TowerPolicy<NotClone>>();
    #[cfg(feature = "engine")]
    shared::<dioscuri_tower::EngineService<Script>>();
    sent::<Held<Page>>();
    sent::<BudgetError>();
    sent::<PoolError>();
    unpinned::<Held<Page>>();
}

#[tokio::test]
async fn a_stack_fits_towers_boxes() {
    let pool = std::sync::Arc::new(dioscuri_pool::RegionPool::default());
    let policy = std::sync::Arc::new(dioscuri_retry::Profile::Default.policy());
    let stack = ServiceBuilder::new()
        .layer(RetryLayer::new(policy))
        .layer(PoolLayer::new(pool, |_, _| {}));
    let layer: BoxCloneSyncServiceLayer<_, Request<Full<Bytes>>, Response<Held<Page>>, PoolError> =
        BoxCloneSyncServiceLayer::new(stack);
    let service: BoxCloneSyncService<_, _, _> = ServiceBuilder::new().layer(layer).service(Script::new([]));
    assert!(
        service
            .oneshot(Request::new(Full::default()))
            .await
            .unwrap_err()
            .is_closed()
    );
}
