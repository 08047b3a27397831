//! Chooses the source whose beat is the room's, and republishes it as source `room`.
//!
//! Sinks follow the room. What a source says of its grid and beats comes in, `beat.grid.room` and
//! `beat.tick.room` go out with a count of their own, and `beat.active` says which source it is and why.
//! [`core::Core`] does it without I/O; [`choice`] is the order among sources.

pub mod choice;
pub mod core;
#[cfg(test)]
mod core_tests;
#[cfg(test)]
mod live_tests;
mod shell;

pub use shell::{Clock, Config};
