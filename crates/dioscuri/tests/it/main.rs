//! The façade over real HTTP: against the simulator, and against a socket that shows what was sent.

mod strangers;
mod wire;
mod world;
