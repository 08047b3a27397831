//! A piece of test music, and what is true about it.

use std::fmt::Write as _;

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// Its instant in seconds.
    pub at_s: f64,
    /// Its number in the bar, 1 the downbeat.
    pub position: u32,
}

/// Mono samples with their beats.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Short and unique, of letters, digits and dashes.
    pub name: String,
    /// Samples per second.
    pub rate_hz: u32,
    /// Full scale ±1, peak at -3 dBFS.
    pub samples: Vec<f32>,
    /// Every beat, in order; none when there is nothing to follow.
    pub beats: Vec<Beat>,
}

impl Signal {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate_hz)
    }

    /// The true tempo in BPM between the beats around `at_s`; before the first and after the last, that of
    /// its neighbours. `None` without two beats.
    pub fn bpm_at(&self, at_s: f64) -> Option<f64> {
        let after = self.beats.partition_point(|beat| beat.at_s <= at_s);
        let later = after.clamp(1, self.beats.len().max(2) - 1);
        let (from, to) = (self.beats.get(later - 1)?, self.beats.get(later)?);
        Some(60.0 / (to.at_s - from.at_s))
    }

    /// Lines `time TAB position`, as annotation files have them.
    pub fn beats_text(&self) -> String {
        self.beats.iter().fold(String::new(), |mut text, beat| {
            // Writing to a String cannot fail.
            let _ok = writeln!(text, "{:.4}\t{}", beat.at_s, beat.position);
            text
        })
    }

    /// This, and after it `other` without a gap.
    #[must_use]
    pub fn then(mut self, other: Signal) -> Signal {
        let after_s = self.seconds();
        self.samples.extend(other.samples);
        self.beats.extend(other.beats.iter().map(|beat| Beat { at_s: beat.at_s + after_s, ..*beat }));
        self.name = format!("{}-{}", self.name, other.name);
        self
    }
}
