//! The client of `dioscuri` over a transport of one's own: hyper-util's client and nothing else.

use super::facade;
use crate::{
    setup::{Hyper, Setup},
    told::{Stack, Told},
};
use bytes::Bytes;
use dioscuri::Client;
use dioscuri_transport::{BodyBox, SendError, Sent, Transport, fault_of};
use dioscuri_vocab::Phase;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use std::error::Error;

struct Own(Client);

pub(crate) fn plug(setup: &Setup) -> Box<dyn Stack> {
    Box::new(Own(facade::client(setup, OverHyper(setup.hyper()))))
}

struct OverHyper(Hyper<Full<Bytes>>);

#[async_trait::async_trait]
impl Transport for OverHyper {
    async fn send(&self, request: Request<Bytes>, sent: Sent) -> Result<Response<BodyBox>, SendError> {
        sent.mark();
        let answer = self.0.request(request.map(Full::new)).await;
        let response = answer.map_err(|error| {
            let phase = if error.is_connect() {
                Phase::NotSent
            } else {
                Phase::Sent
            };
            fault(error, phase)
        })?;
        Ok(response.map(|body| {
            let body: BodyBox = Box::pin(body.map_err(|error| fault(error, Phase::Answered)));
            body
        }))
    }
}

fn fault(error: impl Error + Send + Sync + 'static, phase: Phase) -> SendError {
    let (phase, fault) = fault_of(&error, phase);
    SendError::new(phase, fault).because(error)
}

#[async_trait::async_trait]
impl Stack for Own {
    async fn call(&self, body: Bytes) -> Told {
        facade::ask(&self.0, body).await
    }

    fn busy(&self) -> usize {
        self.0.in_flight() + self.0.waiting()
    }
}
