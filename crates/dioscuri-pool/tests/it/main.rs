//! The pool from outside: properties over random events, and a stranger's pool.

mod outage;
mod properties;
mod stranger;
