//! What examples share, and the guides of `docs/guide/`, compiled: each code block there is a documentation test here.

pub mod own_client;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/reqwest.md")]
mod reqwest {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/reqwest-middleware.md")]
mod reqwest_middleware {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/reqwest-retry.md")]
mod reqwest_retry {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/tower.md")]
mod tower {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/classifier.md")]
mod classifier {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/backoff.md")]
mod backoff {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/own-http-client.md")]
mod own_http_client {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/vertex.md")]
mod vertex {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/free-quotas.md")]
mod free_quotas {}

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/test-against-bad-days.md")]
mod test_against_bad_days {}
