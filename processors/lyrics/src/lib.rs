//! The words of what is playing, each line and word at its instant.
//!
//! | module | does |
//! |---|---|
//! | [`document`] | reads LRC, enhanced LRC, Lyricsfile and plain text, however broken |
//! | [`refrain`], [`keywords`] | mark what comes again and what matters |
//! | [`identity`] | says which song a track is |
//! | [`timing`], [`player`] | say where in the words a player is, and when the next begin: pure |
//! | [`sources`], [`cache`], [`lrclib`], [`lookup`] | find the words, never on the loop |
//! | [`Lyrics`] | carries messages between these and the bus |
//!
//! One meaning everywhere: a positive offset is *later*. Only `[offset:]` within an LRC file is the other way
//! round, as its readers agree.

pub mod cache;
mod component;
mod config;
pub mod document;
pub mod identity;
pub mod keywords;
pub mod lookup;
pub mod lrclib;
pub mod player;
pub mod prepare;
pub mod refrain;
pub mod sources;
pub mod text;
pub mod timing;

pub use crate::component::Lyrics;
pub use config::{Config, MAX_OFFSET_MS, check_offset};
