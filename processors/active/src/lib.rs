//! Chooses the player that the audience hears, and republishes it as player `room`.
//!
//! Words, tags and sinks follow the room. What every player says of its track and its position comes in,
//! `playback.track.room` and `playback.position.room` go out with the instants that the player itself gave,
//! and `playback.active` says which player it is and why. [`core::Core`] does it without I/O; [`choice`] is
//! the order among players, [`heard`] what is known of one.
//!
//! It does not listen to the sound: whether the audience hears a player is what the player says.

pub mod choice;
#[cfg(test)]
mod choice_tests;
mod config;
pub mod core;
#[cfg(test)]
mod core_tests;
pub mod heard;
#[cfg(test)]
mod live_tests;
mod shell;

pub use config::Config;
pub use shell::Active;
