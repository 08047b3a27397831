//! What is known about a track: beats, sections and drum hits, and the text forms that accuracy programs read.

use std::fmt::{self, Write as _};

/// Everything that is true about one pass of a track. Times are in seconds from its first sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotations {
    /// Tempo in beats per minute, constant.
    pub bpm: f64,
    /// Beats per bar.
    pub beats_per_bar: u32,
    /// Length in seconds: a whole number of bars, so that a loop keeps the beat.
    pub duration_s: f64,
    /// Every beat, whether or not a drum plays on it.
    pub beats: Vec<Beat>,
    /// Sections without gap, from 0 to the end.
    pub sections: Vec<Section>,
    /// Drum hits in order of time.
    pub onsets: Vec<Onset>,
}

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// When, in seconds.
    pub time_s: f64,
    /// Number in its bar, from 1.
    pub position: u32,
}

/// A section.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    /// Where it begins, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// Letter: sections of one letter have the same music.
    pub label: char,
    /// What it does in the track.
    pub role: Role,
}

/// What a section does in a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Opening.
    Intro,
    /// Main part, groove without the full force.
    Verse,
    /// Rising tension before a drop.
    Buildup,
    /// Full force.
    Drop,
    /// Without drums.
    Break,
    /// Ending.
    Outro,
}

impl Role {
    /// The word in annotation files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Intro => "intro",
            Role::Verse => "verse",
            Role::Buildup => "buildup",
            Role::Drop => "drop",
            Role::Break => "break",
            Role::Outro => "outro",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A drum hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Onset {
    /// When, in seconds.
    pub time_s: f64,
    /// Which drum.
    pub drum: Drum,
    /// How hard, 0..1.
    pub velocity: f32,
}

/// A kind of drum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Drum {
    /// Bass drum.
    Kick,
    /// Snare and clap.
    Snare,
    /// Hi-hat, open and closed.
    Hat,
}

impl Drum {
    /// The word in annotation files, as in `vj.beat.onset`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Drum::Kick => "kick",
            Drum::Snare => "snare",
            Drum::Hat => "hat",
        }
    }
}

impl Annotations {
    /// Times of all hits of one drum, in seconds.
    pub fn hits(&self, drum: Drum) -> impl Iterator<Item = f64> + '_ {
        self.onsets.iter().filter(move |onset| onset.drum == drum).map(|onset| onset.time_s)
    }

    /// Lines `time TAB position` (a `.beats` file).
    pub fn beats_text(&self) -> String {
        lines(&self.beats, |out, beat| writeln!(out, "{:.4}\t{}", beat.time_s, beat.position))
    }

    /// Lines `start TAB end TAB label TAB role` (a `.sections` file).
    pub fn sections_text(&self) -> String {
        lines(&self.sections, |out, s| {
            writeln!(out, "{:.4}\t{:.4}\t{}\t{}", s.start_s, s.end_s, s.label, s.role)
        })
    }

    /// Lines `time TAB drum` (a `.drums` file).
    pub fn drums_text(&self) -> String {
        lines(&self.onsets, |out, onset| writeln!(out, "{:.4}\t{}", onset.time_s, onset.drum.as_str()))
    }
}

fn lines<T>(items: &[T], write: impl Fn(&mut String, &T) -> fmt::Result) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    items.iter().try_for_each(|item| write(&mut out, item)).map(|()| out).unwrap_or_default()
}
