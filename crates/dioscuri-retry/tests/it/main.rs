//! The policies from outside: properties, decorators, a stranger's policy.

mod decorators;
mod properties;
#[cfg(feature = "retry-policies")]
mod retry_policies;
