//! Open Sound Control to any number of targets, mapped by files.
//!
//! * [`target`]: the files, and where they are found.
//! * [`mapping`]: what a file says, checked against the schema of the bus when it is loaded.
//! * [`send`]: datagrams, rates, and sockets that never wait.
//! * [`Osc`]: the component. Values are sent from its loop on arrival; beats, phase and the second
//!   half of triggers from the beat thread, at their instant.
//!
//! Deliberately not here: OSC input, and any knowledge of a single receiver. What Resolume or
//! TouchDesigner want stands in `targets/*.toml`.

mod clockwork;
mod component;
mod config;
mod follow;
#[cfg(test)]
mod manual_tests;
pub mod mapping;
mod memory;
pub mod send;
pub mod target;
mod trial;
mod values;

pub use component::Osc;
pub use config::{Config, TargetConfig};
pub use trial::{TrialError, check_target, test_target};
