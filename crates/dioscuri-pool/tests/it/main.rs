//! The pool from outside: properties over random events, and a stranger's pool.

mod properties;
mod stranger;
