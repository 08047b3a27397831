//! Tells what the song that plays is about: mood, energy, themes, words, colours, a prompt for pictures.
//!
//! Words come from `lyrics.document`, the name from `playback.track`, and tempo, key and energy are measured
//! by those who hear the sound. [`rules`] tag at once and need no network; a language model, where one is
//! configured, replaces them when it answers. A model is asked in a task of its own, so a slow or absent one
//! delays nothing; what it says is foreign text, and only fills [`schemas::tags::Song`] within the bounds of `song`.
//!
//! [`Measured`], [`of`] and [`by_model`] do the same for a track that is not playing, e.g. to prepare a set;
//! [`of_answer`] reads what a model said.

mod answer;
mod breaker;
mod cache;
mod config;
mod desk;
mod ears;
mod facts;
#[cfg(test)]
mod live_tests;
mod measured;
mod model;
mod moods;
mod player;
mod policy;
mod prompt;
mod provider;
pub mod rules;
mod shell;
mod song;
mod text;
mod wishes;
mod work;

pub use config::{Config, Service};
pub use facts::Facts;
pub use measured::Measured;
pub use model::{Failure, by_model, of_answer};
pub use moods::Mood;
pub use rules::of;
pub use shell::Tags;
