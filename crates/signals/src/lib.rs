//! Test music whose beats are known exactly, and how far what was heard of it is right.
//!
//! | module | gives |
//! |---|---|
//! | [`suite`] | nine kinds of rhythm at eight tempi |
//! | [`changes`] | a tempo that steps or glides, another track, a breakdown without drums |
//! | [`bars`] | 4/4 and 3/4 with clear downbeats |
//! | [`nothing`] | silence, noise, speech, random events: nothing to follow |
//! | [`figures`] | the figures of one signal |
//! | [`measure`] | F-measure, right tempo, time to it |
//! | [`tempo`], [`groove`], [`voice`], [`canvas`], [`noise`], [`stereo`] | what these are made of |
//!
//! Everything is made by rule from its arguments: no file, no clock, the same samples on every machine.
//! It knows no engine and no bus, so that every crate may use it in its tests.

pub mod bars;
pub mod canvas;
pub mod changes;
pub mod figures;
pub mod groove;
pub mod measure;
pub mod noise;
pub mod nothing;
pub mod random;
pub mod signal;
pub mod stereo;
pub mod suite;
mod talk;
pub mod tempo;
pub mod voice;

pub use signal::{Beat, Signal};
