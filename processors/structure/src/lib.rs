//! Sections, build-ups, drops and breaks of every source, heard live.
//!
//! In: samples (`audio.block`) and the beats of the same source (`beat.tick`, `beat.grid`). Out:
//! `structure.section` at each boundary, `structure.event` when a build-up is clear, on a drop and after a
//! break has begun, and `structure.progress` ten times a second.
//!
//! [`core::Core`] is the whole of it without I/O: a file, a test and the live bus drive the same core. It hears
//! the sound on two scales: frames of the spectrum every 20 ms, added up to bars and beats, and the energy of
//! three bands every 10 ms, prompt enough to say a drop on its beat. Bars go through `novelty` (is this one
//! new?) and `phrase` (is a phrase over?) to `labels` (have we heard it before?). Beats go through
//! `tension` and `drops`. Without beats, time is counted in steps of half a second instead.
//!
//! To analyse a file: `Core::new(rate)`, then for each block of samples [`core::Core::tick`] for the beats that
//! were announced, then [`core::Core::process`]; every [`core::Emitted`] carries the seconds heard and the
//! instant it speaks of.
//!
//! It finds no beats: that is `processors/beat`.

mod bar;
mod beats;
pub mod core;
#[cfg(test)]
mod core_tests;
mod drops;
mod energy;
mod envelope;
mod frames;
mod labels;
#[cfg(test)]
mod live_tests;
mod meter;
mod novelty;
mod phrase;
mod piece;
mod role;
mod sections;
mod shell;
mod source;
mod tension;

pub use shell::{Config, Structure};
