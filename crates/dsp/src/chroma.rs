//! How strongly each of the twelve pitch classes sounds, whatever the tuning of the instruments.
//!
//! A harmonic pitch class profile (E. Gómez, "Tonal description of music audio signals", 2006): every peak
//! of the spectrum speaks for the notes of which it may be a harmonic, in proportion to its height on a scale of
//! decibels under the highest peak, so that gain does not matter and bass does not drown the chords. Where the
//! semitones lie is estimated from the peaks themselves, slowly.

use std::f32::consts::{FRAC_PI_2, PI, TAU};
use std::ops::Range;

use crate::envelope::coefficient;
use crate::peaks::Peak;

/// Pitch classes, C first.
pub const CLASSES: usize = 12;
/// Peaks within this range count; beside it are percussion and harmonics too high to be told apart.
pub const PEAKS_HZ: Range<f32> = 60.0..1600.0;

/// Frequency in Hz of a C in concert pitch (A = 440 Hz).
const C_HZ: f32 = 261.625_58;
/// Full weight between these; towards the ends of the range it tapers, so that no class is favoured
/// because its octave lies just inside.
const FULL_HZ: Range<f32> = 130.0..400.0;
/// Peaks further below the highest one do not count.
const RANGE_DB: f32 = 60.0;
/// Peaks that stand out less do not count at all (noise, drums), those that stand out more count fully.
const STANDS_OUT_DB: Range<f32> = 8.0..16.0;
/// A spectrum whose highest peak lies under this is silence.
const SILENCE_DB: f32 = -70.0;
/// Harmonics that a peak may be, and how much less each next one counts (Gómez: 0.6 to 0.8).
const HARMONICS: usize = 6;
const HARMONIC_DECAY: f32 = 0.7;
/// Semitones to either side that a class takes in (Gómez: 4/3 of a semitone wide).
const REACH: f32 = 0.7;
/// Time constant in seconds of the tuning: a mix of tracks, one of them pitched, is followed in a phrase.
const TUNING_S: f32 = 12.0;
/// The tuning goes this many semitones over half a one before it is taken for the next semitone's.
const TUNING_SLACK: f32 = 0.12;

/// What sounds at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// Share of each pitch class, C first; they add up to 1.
    pub classes: [f32; CLASSES],
    /// Share of tones in all that sounds, 0..1: near 0 in noise and drums.
    pub tonalness: f32,
}

/// Makes a profile of each spectrum.
#[derive(Debug, Clone)]
pub struct Chroma {
    /// Semitones above C of each harmonic, as an offset that is taken off, with its weight.
    harmonics: [(f32, f32); HARMONICS],
    tuning: Tuning,
}

impl Default for Chroma {
    fn default() -> Chroma {
        Chroma::new()
    }
}

impl Chroma {
    /// Expects concert pitch until something else is heard.
    pub fn new() -> Chroma {
        let harmonic = |h: usize| (semitones((h + 1) as f32), HARMONIC_DECAY.powi(h as i32));
        Chroma { harmonics: std::array::from_fn(harmonic), tuning: Tuning::default() }
    }

    /// The profile of a spectrum that was heard `dt_s` seconds after the one before; `None` in silence and
    /// where nothing is a tone.
    pub fn update(&mut self, peaks: &[Peak], dt_s: f32) -> Option<Profile> {
        let top_db = peaks.iter().map(|p| p.db).fold(f32::MIN, f32::max);
        if top_db < SILENCE_DB {
            return None;
        }
        let heard = peaks.iter().map(|peak| {
            let height = height(peak, top_db);
            (semitones(peak.hz / C_HZ), height * tone(peak), height)
        });
        self.tuning.update(heard.clone().map(|(note, weight, _)| (note, weight)), dt_s);
        let mut classes = [0.0; CLASSES];
        for (note, weight, _) in heard.clone().filter(|(_, weight, _)| *weight > 0.0) {
            for (above, decay) in self.harmonics {
                share(note - above - self.tuning.offset, weight * decay, &mut classes);
            }
        }
        let sum: f32 = classes.iter().sum();
        let (tones, all) = heard.fold((0.0, 0.0), |(tones, all), (_, w, height)| (tones + w, all + height));
        (sum > 0.0).then(|| Profile { classes: classes.map(|c| c / sum), tonalness: tones / all })
    }

    /// Tuning in semitones above concert pitch, about -0.6..0.6.
    pub fn tuning(&self) -> f32 {
        self.tuning.offset
    }

    /// Forgets the tuning.
    pub fn reset(&mut self) {
        self.tuning = Tuning::default();
    }
}

/// Where between the semitones of concert pitch the notes lie: the mean angle of all peaks on a circle
/// of one semitone.
#[derive(Debug, Clone, Default)]
struct Tuning {
    sum: (f32, f32),
    offset: f32,
}

impl Tuning {
    fn update(&mut self, heard: impl Iterator<Item = (f32, f32)>, dt_s: f32) {
        let (mut re, mut im) = (0.0, 0.0);
        for (note, weight) in heard {
            let (sin, cos) = (TAU * note).sin_cos();
            (re, im) = (re + weight * cos, im + weight * sin);
        }
        let keep = 1.0 - coefficient(dt_s, TUNING_S);
        self.sum = (keep * self.sum.0 + re * dt_s, keep * self.sum.1 + im * dt_s);
        if self.sum.0.hypot(self.sum.1) > f32::MIN_POSITIVE {
            let offset = self.sum.1.atan2(self.sum.0) / TAU;
            // Music half a semitone off stays with the names that it has.
            let near = offset + (self.offset - offset).round();
            self.offset = if near.abs() <= 0.5 + TUNING_SLACK { near } else { offset };
        }
    }
}

fn semitones(ratio: f32) -> f32 {
    CLASSES as f32 * ratio.max(f32::MIN_POSITIVE).log2()
}

/// Height of a peak on the scale of decibels, 0..1, tapered at both ends of the range.
fn height(peak: &Peak, top_db: f32) -> f32 {
    let height = (1.0 + (peak.db - top_db) / RANGE_DB).max(0.0);
    height * rise(peak.hz, PEAKS_HZ.start, FULL_HZ.start) * rise(peak.hz, PEAKS_HZ.end, FULL_HZ.end)
}

/// How much of a tone a peak is, 0..1.
fn tone(peak: &Peak) -> f32 {
    let width_db = STANDS_OUT_DB.end - STANDS_OUT_DB.start;
    ((peak.above_db - STANDS_OUT_DB.start) / width_db).clamp(0.0, 1.0)
}

/// 0 at `from`, 1 at `to`, half a cosine on the scale of octaves between.
fn rise(hz: f32, from: f32, to: f32) -> f32 {
    let way = ((hz / from).ln() / (to / from).ln()).clamp(0.0, 1.0);
    0.5 - 0.5 * (PI * way).cos()
}

/// Shares out `weight` between the classes near `note`.
fn share(note: f32, weight: f32, classes: &mut [f32; CLASSES]) {
    let lower = note.floor();
    for class in [lower, lower + 1.0] {
        let away = (note - class).abs();
        if away < REACH {
            let part = (FRAC_PI_2 * away / REACH).cos();
            classes[(class as i32).rem_euclid(CLASSES as i32) as usize] += weight * part * part;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(notes: &[f32], cents: f32) -> Vec<Peak> {
        let hz = |note: f32| C_HZ * ((note + cents / 100.0) / 12.0).exp2();
        notes.iter().map(|note| Peak { hz: hz(*note), db: -20.0, above_db: 40.0 }).collect()
    }

    fn strongest(classes: &[f32; CLASSES], count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..CLASSES).collect();
        order.sort_by(|a, b| classes[*b].total_cmp(&classes[*a]));
        order.truncate(count);
        order.sort_unstable();
        order
    }

    #[test]
    fn the_notes_of_a_chord_stand_out_at_any_tuning_and_gain() {
        for cents in [-45.0, -20.0, 0.0, 13.0, 45.0] {
            let mut chroma = Chroma::new();
            let peaks = chord(&[-3.0, 0.0, 4.0], cents);
            let classes = (0..20).filter_map(|_| chroma.update(&peaks, 0.1)).last().unwrap().classes;
            assert_eq!(strongest(&classes, 3), [0, 4, 9], "{cents} cents: {classes:?}");
            assert!((100.0 * chroma.tuning() - cents).abs() < 1.0, "{} for {cents}", chroma.tuning());
            assert!((classes.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            let quiet: Vec<Peak> = peaks.iter().map(|p| Peak { db: p.db - 30.0, ..*p }).collect();
            let again = chroma.update(&quiet, 0.1).unwrap().classes;
            assert!(again.iter().zip(&classes).all(|(a, b)| (a - b).abs() < 1e-4));
        }
    }

    #[test]
    fn a_tuning_that_drifts_over_the_half_keeps_its_names() {
        let mut chroma = Chroma::new();
        let mut before = chroma.update(&chord(&[0.0, 7.0], 40.0), 0.1).unwrap().classes;
        for step in 0..300 {
            let cents = 40.0 + 0.05 * step as f32;
            let now = chroma.update(&chord(&[0.0, 7.0], cents), 0.1).unwrap().classes;
            assert!(now.iter().zip(&before).all(|(a, b)| (a - b).abs() < 0.05), "jump at {cents} cents");
            before = now;
        }
        assert!(chroma.tuning() > 0.5);
    }

    #[test]
    fn silence_has_no_profile() {
        let mut chroma = Chroma::new();
        assert_eq!(chroma.update(&[], 0.1), None);
        assert_eq!(chroma.update(&[Peak { hz: 220.0, db: -90.0, above_db: 40.0 }], 0.1), None);
    }
}
