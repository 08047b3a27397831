//! A track that nobody recorded: synthesised from a seed, so that its beats, bars, sections and drum
//! hits are known to the sample.
//!
//! It is what plays on a machine without a sound card, and what tests and accuracy programs listen to:
//! [`Track::new`] with [`FIRST_LIGHT`] makes the demo track, any other seed another tempo, metre,
//! arrangement, key and drum kit.
//!
//! In: a seed and a sample rate. Out: mono samples ([`Track::render`]) and [`Annotations`].
//! Every sample is a function of seed, rate and its own index alone, so rendering may begin anywhere,
//! in blocks of any size, and loops without a seam. The drums are rendered when the track is made
//! (some milliseconds); everything else while it plays, at well under 3 % of a core.
//!
//! It plays nothing and opens nothing: no device, no file, no clock.

mod annotations;
mod compose;
mod drums;
mod event;
mod filter;
mod kit;
mod plan;
mod random;
mod tables;
#[cfg(test)]
mod tests;
mod track;
mod words;

pub use annotations::{Annotations, Beat, Drum, Onset, Role, Section};
pub use track::{RateError, Track};

/// Seed of the demo track itself, “First Light”: 126 BPM, 2:25, eight sections.
pub const FIRST_LIGHT: u64 = 0;
/// Artist of every track made here.
pub const ARTIST: &str = "vjbus";
