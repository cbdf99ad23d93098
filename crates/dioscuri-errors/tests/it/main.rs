//! The specification of the crate, through its public API.

mod answers;
mod api_errors;
mod catalogue;
mod hostile;
mod properties;
mod rules;
mod texts;
