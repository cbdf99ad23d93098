//! The pool from outside: properties over random events, and a stranger's pool.

mod allocation;
mod closing;
mod outage;
mod preference;
mod properties;
mod stage;
mod stranger;
