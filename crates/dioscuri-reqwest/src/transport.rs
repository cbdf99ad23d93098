//! The transport itself.

use crate::{
    Redirected,
    body::{Answer, Marked},
    fault::fault,
    lanes::Lanes,
};
use bytes::Bytes;
use dioscuri_transport::{BodyBox, Fault, SendError, Sent, Transport};
use dioscuri_vocab::Phase;
use std::{error::Error, fmt, net::IpAddr, num::NonZeroUsize, time::Duration};

/// How long a connection may take to stand, TLS included. Google answers within 100 ms from most places; ten
/// seconds bear two lost SYN packets.
const CONNECT: Duration = Duration::from_secs(10);

/// How often an HTTP/2 connection is pinged, and how long the pong may take. Half of the 45 s after which
/// common firewalls forget an idle connection.
const PING: Duration = Duration::from_secs(20);

/// Sends over [`reqwest::Client`]s. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct ReqwestTransport {
    lanes: Lanes<Clients>,
}

struct Clients {
    far: reqwest::Client,
    /// For this machine, which no proxy reaches better.
    loopback: reqwest::Client,
}

impl ReqwestTransport {
    /// A transport over clients with the settings that this crate's page gives.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if TLS cannot be set up, for example where the platform's certificates cannot be read.
    ///
    /// # Panics
    ///
    /// With the feature `rustls-no-provider` alone, if the program has installed no default provider of rustls: that is
    /// reqwest's own.
    pub fn new() -> Result<Self, BuildError> {
        Self::with_lanes(NonZeroUsize::MIN)
    }

    /// The same with up to `lanes` HTTP/2 connections to each host.
    ///
    /// One carries about a hundred requests at a time, which Google's servers set; more queue inside of it. Take one lane
    /// for every hundred that are to be in flight. Further lanes are used only while the first are busier.
    ///
    /// # Errors
    ///
    /// As [`ReqwestTransport::new`].
    ///
    /// # Panics
    ///
    /// As [`ReqwestTransport::new`].
    pub fn with_lanes(lanes: NonZeroUsize) -> Result<Self, BuildError> {
        let clients = || -> Result<Clients, BuildError> {
            Ok(Clients {
                far: builder().build().map_err(BuildError)?,
                loopback: builder().no_proxy().build().map_err(BuildError)?,
            })
        };
        let lanes: Result<_, _> = (0..lanes.get()).map(|_| clients()).collect();
        Ok(Self {
            lanes: Lanes::new(lanes?),
        })
    }

    /// A transport over a client of your own: your proxy, your certificates.
    ///
    /// Leave its total timeout unset and its redirects off, for the reasons on this crate's page. An answer that a
    /// redirect brought from another host is an error, of which [`Redirected`](crate::Redirected) is the cause.
    #[must_use]
    pub fn from_client(client: reqwest::Client) -> Self {
        let clients = Clients {
            loopback: client.clone(),
            far: client,
        };
        Self {
            lanes: Lanes::new(vec![clients]),
        }
    }
}

impl Clients {
    fn reaching(&self, uri: &http::Uri) -> &reqwest::Client {
        if uri.host().is_some_and(is_loopback) {
            &self.loopback
        } else {
            &self.far
        }
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(PING)
        .http2_keep_alive_while_idle(true)
        .user_agent(concat!("dioscuri/", env!("CARGO_PKG_VERSION")))
}

/// Whether `host`, as it stands in a URI, is this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}

#[async_trait::async_trait]
impl Transport for ReqwestTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        sent: Sent,
    ) -> Result<http::Response<BodyBox>, SendError> {
        let (parts, bytes) = request.into_parts();
        let (clients, lane) = self.lanes.least_busy();
        let client = clients.reaching(&parts.uri);
        let body = reqwest::Body::wrap(Marked::new(bytes, sent));
        let request = reqwest::Request::try_from(http::Request::from_parts(parts, body))
            .map_err(|error| SendError::new(Phase::NotSent, Fault::Other).because(error.without_url()))?;
        let asked = request.url().clone();
        let response = client
            .execute(request)
            .await
            .map_err(|error| fault(error, Phase::Sent))?;
        Redirected::check(&asked, response.url())
            .map_err(|error| SendError::new(Phase::Answered, Fault::Other).because(error))?;
        let (parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
        let body: BodyBox = Box::pin(Answer::new(body, Some(lane)));
        Ok(http::Response::from_parts(parts, body))
    }
}

/// The client could not be set up.
#[derive(Debug)]
pub struct BuildError(reqwest::Error);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HTTP client could not be set up")
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn this_machine_is_told_from_others() {
        for host in ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LocalHost"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "generativelanguage.googleapis.com",
            "10.0.0.1",
            "[::2]",
            "localhost.example.com",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
