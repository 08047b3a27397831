//! Beat, bar and tempo as they are heard: from samples to the next beat, before it comes.
//!
//! [`frames`] makes a log spectrum every 10 ms; [`activation`] says how strongly something begins in it;
//! [`pulse`] follows tempo and phase of a pulse between 88 and 182 BPM, fast; [`tatum`] finds its
//! half-beats, [`measures`] what the music does at them; [`metre`] decides, slowly, which of them are beats and where bars
//! begin; [`clarity`] says how far the music agrees. [`listener`] is all of it in one. Everything is causal.

pub mod activation;
pub mod clarity;
pub mod frames;
pub mod listener;
pub mod measures;
pub mod metre;
pub mod pulse;
pub mod tatum;
