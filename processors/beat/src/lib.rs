//! Beat grid and ticks, predicted ahead, from an engine behind a trait.
//!
//! Samples come in as `audio.block`; what leaves is the grid (`beat.grid`), each beat about 100 ms before
//! its instant (`beat.tick`), and onsets (`beat.onset`).
//!
//! [`core::Core`] is the whole of it without I/O: a file, a test and the live bus drive the same core. An
//! [`engine::Engine`] hears beats; the [`tracker::Tracker`] makes them steady, runs on when they vanish,
//! and takes the operator's corrections. What an engine does not know (aubio: the bar) is null.
//!
//! To analyse a file: `Core::new(rate, Config::default().settings())`, then [`core::Core::process`]; every
//! [`tracker::Emitted`] carries the seconds heard and the instant it speaks of.

mod args;
pub mod bar;
pub mod config;
pub mod core;
#[cfg(test)]
mod core_tests;
pub mod corrections;
pub mod engine;
pub mod evidence;
mod follow;
pub mod guide;
#[cfg(test)]
mod live_tests;
pub mod pulse;
mod shell;
mod source;
pub mod tracker;
#[cfg(test)]
mod tracker_tests;
pub mod weights;

pub use config::Config;
pub use shell::Beat;
