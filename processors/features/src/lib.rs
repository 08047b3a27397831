//! Levels, bands, spectrum and envelopes of every source, once per hop of samples; its pitch and its key.
//!
//! In: `audio.block` of each source, and `audio.input`, which says when a source is lost. Out:
//! `audio.features`, `audio.spectrum`, `audio.pitch` and `audio.key` of the same source. The analysis itself is
//! [`core`], which a file or a test drives as well; around it, [`Features`] keeps one analyser per source and
//! does the I/O.
//!
//! When samples stop, the levels of that source fade to silence and then nothing more is sent; its
//! pitch ends, its key stays.
//! It finds no beats: that is `processors/beat`.

pub mod core;
mod shell;
mod source;

pub use shell::{Config, Features};
