//! The stacks, a file each.

pub(crate) mod by_hand;
pub(crate) mod driver;
pub(crate) mod facade;
