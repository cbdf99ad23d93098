//! What a reqwest error means: how far the attempt had come, and what failed.

use dioscuri_errors::{Classify as _, Fault, Seen, Taxonomy, connection};
use dioscuri_http::connection_failure;
use dioscuri_vocab::{Class, Failure, Phase, UnixTime};
use std::{
    error::Error,
    io::{self, ErrorKind},
};

/// Reads what `error` means, and how far the attempt had come.
///
/// | what failed | class | phase |
/// | --- | --- | --- |
/// | no address, nobody listens, no connection in time | `connection` | not sent |
/// | TLS was refused, or is not built in | `failed_precondition`: no retry mends it | not sent |
/// | the request could not be built | `invalid_request` | not sent |
/// | no answer in time | `deadline_exceeded` | sent |
/// | the connection broke before the head | `connection` | sent |
/// | the body stalled | `deadline_exceeded` | answered |
/// | the body broke, or was too short | `connection` | answered |
/// | the body is not the JSON that was asked for | `malformed_output` | answered |
/// | too many redirects | `invalid_request` | answered |
/// | a redirect took the key to another host (`Redirected`) | `failed_precondition` | answered |
/// | `error_for_status` | by the status: the body is gone, so read it first with [`read_error`](crate::read_error) | answered |
///
/// A timeout of the whole request says nothing of how far it came: it counts as sent. The failure holds nothing of the
/// error's text, which may show the URL and with it a key.
///
/// ```
/// use dioscuri_reqwest::classify;
/// use dioscuri_vocab::{Class, Phase};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let nobody_listens = "http://127.0.0.1:1/v1beta/models/gemini-3.8-flash:generateContent";
/// let error = reqwest::Client::builder().no_proxy().build()?.post(nobody_listens).send().await.unwrap_err();
///
/// let (failure, phase) = classify(&error);
/// assert_eq!((failure.class, phase), (Class::Connection, Phase::NotSent));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn classify(error: &reqwest::Error) -> (Failure, Phase) {
    #[cfg(feature = "transport")]
    if let Some(broken) = causes(error).find_map(<dyn Error>::downcast_ref::<dioscuri_transport::StreamError>)
    {
        return (broken.failure().clone(), broken.phase());
    }
    match Cause::of(error) {
        Cause::Broken(phase, Fault::Tls) => (not_counted(Class::FailedPrecondition), phase),
        Cause::Broken(phase, fault) => (connection(phase, fault), phase),
        #[cfg(feature = "middleware")]
        Cause::Late(Phase::NotSent) => (not_counted(Class::DeadlineExceeded), Phase::NotSent),
        #[cfg(feature = "middleware")]
        Cause::Late(phase) => (connection(phase, Fault::Timeout), phase),
        #[cfg(any(feature = "transport", feature = "tower"))]
        Cause::Redirected => redirected(),
        Cause::NoTls => (not_counted(Class::FailedPrecondition), Phase::NotSent),
        Cause::NotARequest => (not_counted(Class::InvalidRequest), Phase::NotSent),
        Cause::Redirects => (Failure::new(Class::InvalidRequest), Phase::Answered),
        Cause::NotJson => (Failure::new(Class::MalformedOutput), Phase::Answered),
        Cause::Status(status) => (by_status(status), Phase::Answered),
    }
}

/// Reads the first error among `error` and its causes that reqwest or its stack made; `None` if there is none.
///
/// For what stands around a reqwest error: the I/O errors of a response that is read as a stream, the errors of
/// reqwest-middleware and reqwest-retry (with their features), your own. Whatever wraps it must give it as its `source`.
///
/// ```
/// use dioscuri_reqwest::classify_any;
/// use dioscuri_vocab::{Class, Phase};
/// use std::io::{Error, ErrorKind};
///
/// let broken = Error::other(Error::from(ErrorKind::ConnectionReset));
/// let (failure, phase) = classify_any(&broken).expect("a connection broke");
/// assert_eq!((failure.class, phase), (Class::Connection, Phase::Sent));
/// assert!(classify_any(&std::fmt::Error).is_none());
/// ```
#[must_use]
pub fn classify_any(error: &(dyn Error + 'static)) -> Option<(Failure, Phase)> {
    if let Some(known) = causes(error).find_map(known) {
        return Some(known);
    }
    let broken = has::<io::Error>(error);
    broken.then(|| connection_failure(error, Phase::Sent))
}

pub(crate) fn known(cause: &(dyn Error + 'static)) -> Option<(Failure, Phase)> {
    #[cfg(feature = "transport")]
    if let Some(ended) = cause.downcast_ref::<dioscuri_transport::Undelivered>() {
        let last = ended.receipt.tries.last()?;
        return Some((ended.failure.clone()?, last.phase.unwrap_or(Phase::NotSent)));
    }
    #[cfg(any(feature = "transport", feature = "tower"))]
    if cause.is::<crate::Redirected>() {
        return Some(redirected());
    }
    #[cfg(feature = "middleware")]
    if let Some(error) = cause.downcast_ref::<reqwest_middleware::Error>() {
        return crate::middleware::classify(error);
    }
    #[cfg(feature = "retry")]
    if let Some(reqwest_retry::RetryError::WithRetries { err, .. } | reqwest_retry::RetryError::Error(err)) =
        cause.downcast_ref()
    {
        return crate::middleware::classify(err);
    }
    cause.downcast_ref().map(classify)
}

/// What a reqwest error says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cause {
    /// The connection, and how far the attempt had come.
    Broken(Phase, Fault),
    /// The time of an attempt ended, and how far it had come.
    #[cfg(feature = "middleware")]
    Late(Phase),
    /// The client went elsewhere, and took the key along.
    #[cfg(any(feature = "transport", feature = "tower"))]
    Redirected,
    /// `https://` without TLS built in.
    NoTls,
    /// The request could not be built.
    NotARequest,
    /// Redirects without an end.
    Redirects,
    /// A whole body that is not JSON.
    NotJson,
    /// A status that the caller made an error of.
    Status(u16),
}

impl Cause {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if let Some(status) = error.status() {
            Self::Status(status.as_u16())
        } else if error.is_redirect() {
            Self::Redirects
        } else if error.is_connect() {
            Self::of_connect(error)
        } else if error.is_builder() {
            Self::NotARequest
        } else if error.is_body() || error.is_decode() {
            Self::of_body(error)
        } else if error.is_timeout() {
            Self::Broken(Phase::Sent, Fault::Timeout)
        } else {
            Self::Broken(Phase::Sent, of_io(error).unwrap_or(Fault::Reset))
        }
    }

    fn of_connect(error: &reqwest::Error) -> Self {
        let fault = if lacks_tls(error) {
            return Self::NoTls;
        } else if error.is_dns() {
            Fault::Dns
        } else if error.is_timeout() {
            Fault::Timeout
        } else {
            match of_io(error) {
                Some(fault) => fault,
                // Native TLS libraries have error types of their own, where connections break with I/O errors.
                None if is_https(error) => Fault::Tls,
                None => Fault::Other,
            }
        };
        Self::Broken(Phase::NotSent, fault)
    }

    fn of_body(error: &reqwest::Error) -> Self {
        #[cfg(feature = "middleware")]
        if let Some(late) = causes(error).find_map(<dyn Error>::downcast_ref::<crate::AttemptTimeout>) {
            return Self::Late(late.phase);
        }
        #[cfg(any(feature = "transport", feature = "tower"))]
        if has::<crate::Redirected>(error) {
            return Self::Redirected;
        }
        if error.is_timeout() {
            Self::Broken(Phase::Answered, Fault::Timeout)
        } else if has::<serde_json::Error>(error) {
            Self::NotJson
        } else {
            Self::Broken(Phase::Answered, Fault::Truncated)
        }
    }
}

/// What the I/O error among the causes says; `None` if there is none, or none that is known.
fn of_io(error: &reqwest::Error) -> Option<Fault> {
    let kinds = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>().map(io::Error::kind));
    match kinds.last()? {
        ErrorKind::ConnectionRefused => Some(Fault::Refused),
        ErrorKind::TimedOut => Some(Fault::Timeout),
        // rustls reports a certificate or a protocol that it cannot accept as invalid data.
        ErrorKind::InvalidData if error.is_connect() => Some(Fault::Tls),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Some(Fault::Reset),
        _ => Some(Fault::Other),
    }
}

/// Whether the connector speaks no TLS. Its error has neither a type nor a code, only this text; a test holds it.
fn lacks_tls(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.to_string() == "invalid URL, scheme is not http")
}

fn is_https(error: &reqwest::Error) -> bool {
    error.url().is_some_and(|url| url.scheme() == "https")
}

/// Whether an `E` is among the causes.
fn has<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(<dyn Error>::is::<E>)
}

/// `error` and everything below it, outermost first. What an I/O error holds is not passed over, as its `source` does.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error))
}

fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match held {
        Some(held) => Some(held as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// Only another client mends it.
#[cfg(any(feature = "transport", feature = "tower"))]
fn redirected() -> (Failure, Phase) {
    (Failure::new(Class::FailedPrecondition), Phase::Answered)
}

/// A failure of `class` of which the server saw nothing.
fn not_counted(class: Class) -> Failure {
    let mut failure = Failure::new(class);
    failure.counted = Some(false);
    failure
}

fn by_status(status: u16) -> Failure {
    // The time serves to read dates in headers, and there are none left.
    let read = Taxonomy::new().classify(Seen::new(Some(status), b"").cut(), UnixTime(0));
    let mut failure = read.unwrap_or_else(|| Failure::new(Class::Unknown));
    failure.status = Some(status);
    failure
}
