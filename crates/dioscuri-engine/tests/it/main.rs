//! The engine from outside, over a scripted pool, budget and policy.

mod choice;
mod closing;
mod contract;
mod deadline;
mod driver;
mod events;
mod failure;
mod giving_up;
mod hedge;
mod leases;
mod many;
mod pace;
mod probe;
mod queue;
mod receipt;
mod stage;
mod threads;
