//! The policies from outside: properties, decorators, a stranger's policy, and the loops of other people.

#[cfg(feature = "backoff")]
mod backoff;
#[cfg(feature = "backon")]
mod backon;
mod decorators;
mod properties;
#[cfg(feature = "retry-policies")]
mod retry_policies;
