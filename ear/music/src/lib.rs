//! Music made by rule from a seed, with every beat and downbeat known: what a beat model learns from.
//!
//! [`Song::new`] draws one of [`styles()`] from the seed and gives 40 to 75 s of it: samples and labels.
//! What varies is what a listener has to see through: rhythm, tempo and its drift, arrangement, sounds,
//! balance, noise, and where in the song one comes in. It is no pleasure to listen to, and need not be.
//!
//! | module | decides |
//! |---|---|
//! | `styles` | the tables: one row a style |
//! | `style`, `pattern`, `crossing` | what a row says, how its patterns are written, what comes of three of them |
//! | `plan`, `form`, `tempo`, `harmony` | beginning, sections, when each beat is, key and chords |
//! | `drums`, `score`, `lead`, `invent`, `pace` | who plays what when |
//! | `kit`, `sound`, `tables`, `voice` | what it sounds like |
//! | `instruments`, `font`, `general_midi` | what it sounds like when a sound font plays it instead |
//! | `mix`, `bus`, `master`, `song` | balance, effects, level; cuts from one song to another |
//!
//! To add a style, add a row to a table in `styles`: a name, its tempo as a listener taps it, its metre,
//! and at least one groove, bass or comp figure; a row says only what differs from the one it builds on.
//! Those of `styles::unheard` have no weight and are for validation alone.
//! The tests then check that its patterns can be read and that its songs are plausible.
//!
//! Everything is a function of seed, rate and [`Instruments`]: no clock, and no file but a sound font. A song whose beats are all alike has
//! [`Song::metre_known`] false: the positions of its beats count on, but nothing says where a bar begins.

mod bus;
mod crossing;
mod drums;
mod font;
mod form;
mod general_midi;
mod harmony;
mod instruments;
mod invent;
mod kit;
mod layer;
mod lead;
mod master;
mod mix;
mod pace;
mod pattern;
mod plan;
mod random;
mod score;
mod song;
mod sound;
mod style;
mod styles;
mod tables;
mod tempo;
mod voice;

pub use instruments::{FontError, Instruments, SoundFont};

use song::Wanted;

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// When, in s from the first sample.
    pub at_s: f64,
    /// Its number in the bar, from 1.
    pub position: u32,
    /// How many a bar has.
    pub beats_per_bar: u32,
}

/// What may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<'a> {
    /// A style drawn by weight.
    Any,
    /// The style of this name.
    Style(&'a str),
    /// The drums of one style, the hats of another and the music of a third.
    Crossed,
}

/// Music and its beats.
#[derive(Debug, Clone)]
pub struct Song {
    /// What it was made from.
    pub seed: u64,
    /// The style, of the first song where another follows.
    pub style: &'static str,
    /// Samples a second.
    pub rate_hz: u32,
    /// Mono, within ±1.
    pub samples: Vec<f32>,
    /// All beats that are heard or counted, in order.
    pub beats: Vec<Beat>,
    /// Beats a minute at the first beat.
    pub bpm: f64,
    /// Whether something tells where a bar begins.
    pub metre_known: bool,
}

impl Song {
    /// The song of this seed, of a style drawn from it, by the generator's own synthesis.
    pub fn new(seed: u64, rate_hz: u32) -> Song {
        song::song(seed, None, &Instruments::Own, rate_hz)
    }

    /// The song of this seed, of this choice, by these instruments; none where there is no such style.
    pub fn of(choice: Choice<'_>, seed: u64, instruments: &Instruments, rate_hz: u32) -> Option<Song> {
        let wanted = match choice {
            Choice::Any => None,
            Choice::Style(name) => Some(Wanted::Style(styles::named(name)?)),
            Choice::Crossed => Some(Wanted::Crossed),
        };
        Some(song::song(seed, wanted, instruments, rate_hz))
    }
}

/// The names of all styles.
pub fn styles() -> &'static [&'static str] {
    styles::names()
}

/// The names of those that are never drawn: no training has heard them, so they can judge one.
pub fn unheard() -> Vec<&'static str> {
    styles::unheard()
}
