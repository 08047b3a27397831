//! What a style is: a row of a table.
//!
//! Drum lines are written `letter:pattern`, several in one text, a character a step; a pattern repeats
//! with its own length, from the beginning of each section. See [`crate::pattern`] for the characters.

use crate::sound::Tone;

/// How exactly it is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feel {
    /// Sequenced: exact, at a constant tempo.
    Machine,
    /// Played to a click.
    Tight,
    /// Played together, the tempo breathes.
    Live,
    /// Played alone or freely.
    Loose,
}

/// How it is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Layers come and go, breaks, build-ups, drops.
    Club,
    /// Intro, verse, chorus, bridge.
    Song,
    /// Twelve-bar choruses.
    Twelve,
    /// The same all the time.
    Plain,
}

/// Which family of drum sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KitKind {
    /// Deep, long, round.
    Eight,
    /// Punchy machine.
    Nine,
    /// A drum set in a room.
    Acoustic,
    /// A tight, clicky drum set.
    Metal,
    /// Brushes, light sticks.
    Soft,
    /// Short noise and square waves.
    Chip,
    /// Distorted.
    Hard,
}

/// Which pairs are swung, and how far: where in the pair the second comes, 0.5 straight, 0.667 triplet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Swing {
    /// Pairs a beat: 1 swings eighths, 2 swings sixteenths.
    pub(crate) pairs: f64,
    /// The least.
    pub(crate) low: f64,
    /// The most.
    pub(crate) high: f64,
}

/// Nothing swings.
pub(crate) const STRAIGHT: Swing = Swing { pairs: 1.0, low: 0.5, high: 0.5 };

/// Swung eighths.
pub(crate) const fn eighths(low: f64, high: f64) -> Swing {
    Swing { pairs: 1.0, low, high }
}

/// Swung sixteenths.
pub(crate) const fn sixteenths(low: f64, high: f64) -> Swing {
    Swing { pairs: 2.0, low, high }
}

/// A kind of music.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// What it is asked for by.
    pub(crate) name: &'static str,
    /// How often it is drawn, against the other weights.
    pub(crate) weight: u32,
    /// Beats a minute, as a listener taps: from, to.
    pub(crate) bpm: (f64, f64),
    /// Beats a bar.
    pub(crate) beats: u32,
    /// Steps a beat: 4 sixteenths, 2 eighths, 3 triplets.
    pub(crate) steps: usize,
    /// What swings.
    pub(crate) swing: Swing,
    /// How exactly it is played.
    pub(crate) feel: Feel,
    /// Which drum sounds.
    pub(crate) kits: &'static [KitKind],
    /// Kick, snare and the like; one or two are drawn for a song.
    pub(crate) grooves: &'static [&'static str],
    /// Hats, cymbals and hand drums, drawn independently of the groove.
    pub(crate) tops: &'static [&'static str],
    /// Bass figures.
    pub(crate) bass: &'static [&'static str],
    /// Chord, strum and arpeggio figures.
    pub(crate) comp: &'static [&'static str],
    /// Sounds of the bass.
    pub(crate) bass_tones: &'static [Tone],
    /// Sounds of the chords.
    pub(crate) comp_tones: &'static [Tone],
    /// Sounds of the melody.
    pub(crate) lead_tones: &'static [Tone],
    /// How often a held chord layer is there.
    pub(crate) pad: f64,
    /// How often a melody is there.
    pub(crate) lead: f64,
    /// How often chords come an eighth early.
    pub(crate) push: f64,
    /// How it is laid out.
    pub(crate) form: Form,
    /// Whether there is a downbeat to be heard.
    pub(crate) metre_known: bool,
}

/// What a row need not say.
pub(crate) const BASE: Style = Style {
    name: "",
    weight: 10,
    bpm: (100.0, 130.0),
    beats: 4,
    steps: 4,
    swing: STRAIGHT,
    feel: Feel::Machine,
    kits: &[KitKind::Eight, KitKind::Nine],
    grooves: &[],
    tops: &[],
    bass: &[],
    comp: &[],
    bass_tones: &[Tone::Sub, Tone::SawBass, Tone::SquareBass],
    comp_tones: &[Tone::Stab, Tone::Piano, Tone::EPiano],
    lead_tones: &[Tone::SawLead, Tone::Voice, Tone::Bell],
    pad: 0.4,
    lead: 0.4,
    push: 0.0,
    form: Form::Club,
    metre_known: true,
};
