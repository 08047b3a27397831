//! What any Linux player plays, over D-Bus: MPRIS, the Media Player Remote Interfacing Specification 2.2.
//!
//! In: every player on the session bus (mpv, VLC, browsers, Spotify, …), as they come and go. Out: for each of them
//! `playback.track` and `playback.position` of a player `<instance>-<short name>`, e.g. `mpris-mpv`.
//!
//! All properties of a player are read in one call, every 0.5 s and at once when it signals a change: then track,
//! status and position belong to one instant, which is taken as the middle of the round trip. A signal is only a
//! nudge; what it says is not trusted, and `Position` is in none (it never emits `PropertiesChanged`).
//!
//! Tasks: one watches the bus, one follows each player, all on the component's thread. They hand over what is to be
//! said through one bounded queue. A player that does not answer keeps its own task waiting, for 1 s at a time, and
//! nobody else.
//!
//! [`seen`] and [`player`] are the pure part. It controls no player, and cannot know whether the audience hears one.

mod component;
mod config;
mod follow;
pub mod naming;
mod platform;
pub mod player;
#[cfg(test)]
mod player_tests;
mod roster;
pub mod seen;
#[cfg(test)]
mod seen_tests;
mod text;
mod values;
mod watch;

pub use crate::component::Mpris;
pub use config::Config;
