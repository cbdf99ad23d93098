//! The transport itself.

use crate::{attempt::BoxError, fault_of};
use bytes::{Buf, Bytes};
use dioscuri_transport::{BodyBox, Fault, SendError, Sent, Transport};
use dioscuri_vocab::Phase;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use std::{error::Error, fmt, future::poll_fn, sync::Arc};
use tower_service::Service;

/// Sends over a tower service. Cheap to clone if the service is.
///
/// The service takes whole requests, absolute URI and credential included, and answers with any body. Its
/// errors become the causes of [`SendError`], so their text must hold neither key nor URL; hyper's do not.
#[derive(Clone)]
pub struct TowerTransport<S> {
    service: S,
    reading: Reading,
}

/// How errors are read: what failed, and how far the attempt had come.
pub(crate) type Reading = Arc<dyn Fn(&(dyn Error + 'static), Phase) -> (Phase, Fault) + Send + Sync>;

impl<S> TowerTransport<S> {
    /// A transport over `service`, whose errors are read by [`fault_of`].
    pub fn new(service: S) -> Self {
        Self {
            service,
            reading: Arc::new(fault_of),
        }
    }

    /// The same transport with errors read by `reading`, which is given the phase that is known without it.
    ///
    /// The phase it returns counts for errors of the call itself. Before the call nothing was sent, and in the
    /// body the head has arrived, whatever it says.
    ///
    /// ```
    /// use dioscuri_tower::{TowerTransport, fault_of};
    /// use dioscuri_transport::Fault;
    /// use dioscuri_vocab::Phase;
    /// use std::{fmt, error::Error};
    ///
    /// /// What a layer says that lets nothing through.
    /// #[derive(Debug)]
    /// struct Shed;
    /// # impl fmt::Display for Shed {
    /// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("shed") }
    /// # }
    /// # impl Error for Shed {}
    /// # let service = ();
    /// let transport = TowerTransport::new(service).with_fault(|error, phase| {
    ///     if error.is::<Shed>() {
    ///         (Phase::NotSent, Fault::Other)
    ///     } else {
    ///         fault_of(error, phase)
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn with_fault<F>(mut self, reading: F) -> Self
    where
        F: Fn(&(dyn Error + 'static), Phase) -> (Phase, Fault) + Send + Sync + 'static,
    {
        self.reading = Arc::new(reading);
        self
    }
}

impl<S> fmt::Debug for TowerTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TowerTransport")
    }
}

#[async_trait::async_trait]
impl<S, B> Transport for TowerTransport<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    async fn send(&self, request: Request<Bytes>, sent: Sent) -> Result<Response<BodyBox>, SendError> {
        send_over(self.service.clone(), request.map(Full::new), &self.reading, sent).await
    }
}

/// Sends `request` over `service`, once it is ready.
pub(crate) async fn send_over<S, Q, B>(
    mut service: S,
    request: Q,
    reading: &Reading,
    sent: Sent,
) -> Result<Response<BodyBox>, SendError>
where
    S: Service<Q, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    poll_fn(|cx| service.poll_ready(cx))
        .await
        .map_err(|error| at(Phase::NotSent, reading, error))?;
    sent.mark();
    let answer = service
        .call(request)
        .await
        .map_err(|error| called(reading, error))?;
    let reading = Arc::clone(reading);
    Ok(answer.map(|body| boxed(body, reading)))
}

/// The failure of a call: `reading` knows best how far it had come.
fn called(reading: &Reading, error: impl Into<BoxError>) -> SendError {
    let error = error.into();
    let (phase, fault) = reading(&*error, Phase::Sent);
    SendError::new(phase, fault).because(error)
}

/// A failure at a phase that is certain.
fn at(phase: Phase, reading: &Reading, error: impl Into<BoxError>) -> SendError {
    let error = error.into();
    let (_, fault) = reading(&*error, phase);
    SendError::new(phase, fault).because(error)
}

/// The same body in bytes, its errors read.
fn boxed<B>(body: B, reading: Reading) -> BodyBox
where
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    Box::pin(
        body.map_frame(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining())))
            .map_err(move |error| at(Phase::Answered, &reading, error)),
    )
}
