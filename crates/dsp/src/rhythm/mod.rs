//! Beat, bar and tempo as they are heard: from samples to the next beat, before it comes.
//!
//! [`frames`] makes a log spectrum every 10 ms; [`activation`] says how strongly something begins in it;
//! [`pulse`] follows tempo and phase of a pulse between 88 and 182 BPM, fast; [`tatum`] finds its
//! half-beats, also those that went by before it was found, [`measures`] what the music does at
//! them and [`patch`] what it sounds like there; [`clarity`] says how far the music agrees, and
//! [`steadiness`] how steady its tones are. [`hearing`] is all of these in one. [`metre`] decides, slowly, which of
//! the half-beats are beats and where bars begin; [`confidence`] says how likely each of them is right; both by
//! networks whose [`weights`] were trained. [`listener`] is everything together. All of it is causal.

pub mod activation;
pub mod clarity;
pub mod confidence;
pub mod frames;
pub mod hearing;
mod layer;
pub mod listener;
pub mod measures;
pub mod metre;
pub mod patch;
pub mod pulse;
mod rows;
pub mod steadiness;
pub mod tatum;
pub mod weights;
