//! One attempt over a service: ready first, then called.

use dioscuri_vocab::Phase;
use std::{error::Error, future::Future, future::poll_fn, pin::Pin};
use tower_service::Service;

/// A future of these services.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Any error that can go to another thread: what tower's own layers answer with.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Waits until `service` is ready and sends `request`; an error comes with how far it had come at least.
///
/// Readiness belongs to the instance that was polled, so the same one is called. One whose readiness fails must not
/// be used again: whoever repeats takes a fresh clone.
pub(crate) async fn attempt<S, Q>(mut service: S, request: Q) -> Result<S::Response, (S::Error, Phase)>
where
    S: Service<Q>,
{
    poll_fn(|cx| service.poll_ready(cx))
        .await
        .map_err(|error| (error, Phase::NotSent))?;
    service.call(request).await.map_err(|error| (error, Phase::Sent))
}
