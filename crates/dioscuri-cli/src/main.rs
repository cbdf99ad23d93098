//! The command `dioscuri`.

fn main() {}
