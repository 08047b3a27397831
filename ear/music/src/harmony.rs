//! Keys, chords and when they change.

use crate::{random::Random, style::Form};

const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];
const DORIAN: [i32; 7] = [0, 2, 3, 5, 7, 9, 10];
const MIXOLYDIAN: [i32; 7] = [0, 2, 4, 5, 7, 9, 10];
const PHRYGIAN: [i32; 7] = [0, 1, 3, 5, 7, 8, 10];
const HARMONIC: [i32; 7] = [0, 2, 3, 5, 7, 8, 11];

/// Degrees from 0, one a chord.
const PROGRESSIONS: [&[i32]; 24] = [
    &[0, 4, 5, 3],
    &[5, 3, 0, 4],
    &[0, 5, 3, 4],
    &[0, 3, 4, 3],
    &[0, 3, 0, 4],
    &[1, 4, 0, 0],
    &[1, 4, 0, 5],
    &[0, 6, 5, 6],
    &[0, 5, 2, 6],
    &[0, 2, 3, 4],
    &[3, 4, 2, 5],
    &[3, 0, 4, 5],
    &[0, 0, 3, 3],
    &[0, 3],
    &[0, 6],
    &[0, 4, 5, 2, 3, 0, 3, 4],
    &[0, 5, 1, 4],
    &[2, 5, 1, 4],
    &[0, 0, 0, 4],
    &[0, 6, 3, 0],
    &[0, 5],
    &[0, 1, 3, 0],
    &[0, 0, 5, 6],
    &[5, 4, 3, 4],
];
const TWELVE: [&[i32]; 3] = [
    &[0, 0, 0, 0, 3, 3, 0, 0, 4, 3, 0, 4],
    &[0, 3, 0, 0, 3, 3, 0, 0, 4, 4, 0, 4],
    &[0, 0, 0, 0, 3, 3, 0, 0, 1, 4, 0, 4],
];

/// A key, and the chords of verse and chorus.
#[derive(Debug, Clone)]
pub(crate) struct Harmony {
    tonic: i32,
    scale: [i32; 7],
    chords: [Vec<i32>; 2],
    /// Beats that a chord lasts.
    pub(crate) beats_per_chord: f64,
    tones: usize,
    centre: i32,
    bass_low: i32,
}

impl Harmony {
    /// Draws a key and what goes with it.
    pub(crate) fn new(form: Form, beats_per_bar: u32, random: &mut Random) -> Harmony {
        let major = random.chance(0.5);
        let scale = match (major, random.below(8)) {
            (_, _) if form == Form::Twelve => MIXOLYDIAN,
            (true, 0..2) => MIXOLYDIAN,
            (true, _) => MAJOR,
            (false, 0..2) => DORIAN,
            (false, 2) => PHRYGIAN,
            (false, 3) => HARMONIC,
            (false, _) => MINOR,
        };
        let bar = f64::from(beats_per_bar);
        let half = if beats_per_bar.is_multiple_of(2) { bar / 2.0 } else { bar };
        let per_chord = [bar, bar, bar, bar, bar, half, 2.0 * bar, 2.0 * bar];
        let beats_per_chord = if form == Form::Twelve { bar } else { random.pick(&per_chord, bar) };
        let verse = progression(form, random);
        let chorus = if random.chance(0.5) { verse.clone() } else { progression(form, random) };
        Harmony {
            tonic: random.below(12) as i32,
            scale,
            chords: [verse, chorus],
            beats_per_chord,
            tones: if random.chance(0.35) { 4 } else { 3 },
            centre: 55 + random.below(14) as i32,
            bass_low: 28 + random.below(8) as i32,
        }
    }

    /// The degree of the chord so many beats into a section.
    pub(crate) fn chord(&self, part: usize, beat: f64) -> i32 {
        let chords = &self.chords[part % 2];
        let index = (beat / self.beats_per_chord + 1e-6).floor().max(0.0) as usize;
        chords.get(index % chords.len().max(1)).copied().unwrap_or(0)
    }

    /// The MIDI pitch of a degree of the scale, in the octave from C-1.
    fn pitch(&self, degree: i32) -> i32 {
        self.tonic + 12 * degree.div_euclid(7) + self.scale[degree.rem_euclid(7) as usize]
    }

    /// A degree in the octave around the given MIDI pitch.
    pub(crate) fn near(&self, degree: i32, centre: i32) -> f64 {
        f64::from(fold(self.pitch(degree), centre - 6))
    }

    /// The same as a melody goes: degrees above 7 stay above.
    pub(crate) fn melody(&self, degree: i32, centre: i32) -> f64 {
        let octave = 12 * ((f64::from(centre - self.tonic) / 12.0).round() as i32);
        f64::from(self.pitch(degree) + octave)
    }

    /// The chord, close to the centre of the song.
    pub(crate) fn voicing(&self, root: i32) -> Vec<f64> {
        let mut all: Vec<f64> =
            (0..self.tones).map(|n| self.near(root + 2 * n as i32, self.centre)).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    /// Root, fifth and octave, low.
    pub(crate) fn fifths(&self, root: i32) -> Vec<f64> {
        let low = self.bass(root, 0) + 12.0;
        vec![low, low + 7.0, low + 12.0]
    }

    /// In the bass octave, so many degrees above the root.
    pub(crate) fn bass(&self, root: i32, above: i32) -> f64 {
        let base = fold(self.pitch(root), self.bass_low);
        f64::from(base + self.pitch(root + above) - self.pitch(root))
    }
}

/// Into the octave from `low`.
fn fold(pitch: i32, low: i32) -> i32 {
    low + (pitch - low).rem_euclid(12)
}

fn progression(form: Form, random: &mut Random) -> Vec<i32> {
    if form == Form::Twelve {
        return random.pick(&TWELVE, TWELVE[0]).to_vec();
    }
    if random.chance(0.3) {
        let length = random.pick(&[2, 4, 4, 4, 8], 4);
        // Begins at home in most cases; a chord never follows itself.
        let mut all = vec![random.pick(&[0, 0, 0, 5, 3], 0)];
        while all.len() < length {
            let next = (all[all.len() - 1] + 1 + random.below(6) as i32) % 7;
            all.push(next);
        }
        return all;
    }
    random.pick(&PROGRESSIONS, PROGRESSIONS[0]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_change_when_they_should() {
        let harmony = Harmony::new(Form::Song, 4, &mut Random::new(3));
        let length = harmony.beats_per_chord;
        assert_eq!(harmony.chord(0, 0.0), harmony.chord(0, length - 0.1));
        for degree in 0..7 {
            let bass = harmony.bass(degree, 0);
            assert!((28.0..48.0).contains(&bass), "{bass}");
            assert!(harmony.voicing(degree).iter().all(|p| (45.0..80.0).contains(p)));
        }
    }
}
