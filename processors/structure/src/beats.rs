//! The newest beats in numbers: how loud, how low, how high, how bright.

use std::collections::VecDeque;

use crate::core::Ears;
use crate::frames::{Frame, MELS};

/// Beats kept: eight bars of 4/4, and one more bar.
const KEPT: usize = 36;
/// Steps of 10 ms over which the peak of the low band is taken: as long as a kick is loud.
pub(crate) const PUNCH_STEPS: usize = 3;

/// A beat's low end may begin so much before and after its instant.
const EARLY_S: f64 = 0.02;
const LATE_S: f64 = 0.06;

/// One beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Beat {
    /// Where it began, in seconds of the stream.
    pub(crate) at_s: f64,
    /// Loudest 30 ms below 130 Hz, in dB.
    pub(crate) punch_db: f32,
    /// How loud the low end begins, in dB; `None` where it does not.
    pub(crate) attack_db: Option<f32>,
    /// Mean level in dB.
    pub(crate) all_db: f32,
    /// Mean level above 4 kHz, in dB.
    pub(crate) high_db: f32,
    /// Centre of the spectrum, 0..1 over the mel bands.
    pub(crate) brightness: f32,
}

impl Beat {
    /// The beat between two instants.
    pub(crate) fn heard(ears: &Ears, from_s: f64, to_s: f64) -> Beat {
        let (_, high_db, all_db) = ears.envelope.levels_db(from_s, to_s);
        let (mut brightness, mut count) = (0.0, 0.0f32);
        for frame in ears.frames.between(from_s, to_s) {
            brightness += centre(frame);
            count += 1.0;
        }
        let punch_db = ears.envelope.punch_db(from_s, to_s, PUNCH_STEPS);
        let attack = ears.envelope.attack(from_s - EARLY_S, from_s + LATE_S, punch_db);
        Beat {
            at_s: from_s,
            punch_db,
            attack_db: attack.map(|attack| attack.db),
            all_db,
            high_db,
            brightness: brightness / count.max(1.0),
        }
    }
}

/// The newest beats, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Beats(VecDeque<Beat>);

impl Beats {
    pub(crate) fn new() -> Beats {
        Beats(VecDeque::with_capacity(KEPT + 1))
    }

    pub(crate) fn push(&mut self, beat: Beat) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(beat);
    }

    /// The newest `count` beats, oldest first; fewer when there are not so many.
    pub(crate) fn newest(&self, count: usize) -> impl ExactSizeIterator<Item = &Beat> + Clone {
        self.0.range(self.0.len().saturating_sub(count)..)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Mean of `value` over `beats`.
pub(crate) fn mean<'a>(beats: impl Iterator<Item = &'a Beat>, value: impl Fn(&Beat) -> f32) -> f32 {
    let (sum, count) = beats.fold((0.0, 0.0f32), |(sum, count), beat| (sum + value(beat), count + 1.0));
    sum / count.max(1.0)
}

// Centroid of the amplitudes, in bands.
fn centre(frame: &Frame) -> f32 {
    let amplitude = |db: f32| 10f32.powf(db / 20.0);
    let (mut sum, mut moment) = (0.0, 0.0);
    for (band, db) in frame.mel_db.iter().enumerate() {
        let amplitude = amplitude(*db);
        (sum, moment) = (sum + amplitude, moment + amplitude * band as f32);
    }
    if sum > 0.0 { moment / sum / MELS as f32 } else { 0.0 }
}
