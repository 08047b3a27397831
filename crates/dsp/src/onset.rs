//! Pulses of kick, snare and hi-hat: rises of the level in the band of each drum.
//!
//! Causal peak picking after Dixon, "Onset detection revisited" (2006), kept simple: the rise of the
//! band's compressed level within some 20 ms is compared with an adaptive threshold. It makes lights
//! twitch; [`crate::drums`] transcribes, and later. On synthetic tracks kicks are nearly all found, and four of
//! five that are called a snare are one; on recordings of bands it is about every second.

use std::ops::Range;

use crate::envelope::coefficient;

/// What one drum sounds like.
#[derive(Debug, Clone)]
pub struct Drum {
    /// Band in Hz in which it strikes.
    pub hz: Range<f32>,
    /// Shortest time in seconds between two strokes.
    pub refractory_s: f32,
    /// Time constant in seconds of the pulse.
    pub decay_s: f32,
    /// How far back in seconds a level is compared: about as long as its filter takes to rise.
    pub look_back_s: f32,
    /// Smallest rise of the compressed level (see [`Pulse`]) that can be a stroke.
    pub least_rise: f32,
    /// Share of the recent strongest level that a stroke must reach: other drums leak into the band.
    pub least_share: f32,
}

/// The beater and skin of a bass drum; two strokes at most every 100 ms (sixteenths at 150 BPM).
pub const KICK: Drum = Drum {
    hz: 30.0..120.0,
    refractory_s: 0.1,
    decay_s: 0.12,
    look_back_s: 0.022,
    least_rise: 0.4,
    least_share: 0.5,
};
/// The wires of a snare, above most tones.
pub const SNARE: Drum = Drum {
    hz: 1250.0..7000.0,
    refractory_s: 0.1,
    decay_s: 0.12,
    look_back_s: 0.016,
    least_rise: 0.45,
    least_share: 0.55,
};
/// The shimmer of a hi-hat.
pub const HAT: Drum = Drum {
    hz: 7000.0..16_000.0,
    refractory_s: 0.06,
    decay_s: 0.06,
    look_back_s: 0.016,
    least_rise: 0.4,
    least_share: 0.2,
};

/// Level in RMS of full scale under which nothing counts as a stroke (-60 dBFS).
const FLOOR: f32 = 1e-3;
/// Frames kept to compare a level with.
const LOOK_BACK: usize = 12;
/// Share of the strongest level at which the compression bends from linear to logarithmic.
const BEND: f32 = 0.1;
/// Mean deviations above the mean rise at which the threshold stands.
const DEVIATIONS: f32 = 2.5;
/// Time in seconds after an interruption in which the window fills again and its rise means nothing.
const BLIND_S: f32 = 0.04;
/// Memory in seconds of the threshold.
const MEMORY_S: f32 = 1.0;
/// Memory in seconds of the strongest level.
const STRONGEST_S: f32 = 3.0;

/// Detects the strokes of one drum.
#[derive(Debug, Clone)]
pub struct Pulse {
    drum: Drum,
    recent: [f32; LOOK_BACK],
    mean: f32,
    deviation: f32,
    strongest: f32,
    since_s: f32,
    value: f32,
}

impl Pulse {
    /// No stroke so far.
    pub const fn new(drum: Drum) -> Pulse {
        let since_s = drum.refractory_s;
        Pulse {
            drum,
            recent: [FLOOR; LOOK_BACK],
            mean: 0.0,
            deviation: 0.0,
            strongest: 0.0,
            since_s,
            value: 0.0,
        }
    }

    /// The band has RMS level `level` after `dt_s` more seconds. Returns the pulse: 1 at a stroke, then decaying.
    pub fn update(&mut self, level: f32, dt_s: f32) -> f32 {
        self.since_s += dt_s;
        self.value *= 1.0 - coefficient(dt_s, self.drum.decay_s);
        self.strongest = level.max(self.strongest * (1.0 - coefficient(dt_s, STRONGEST_S)));
        if self.is_stroke(level, dt_s) {
            (self.value, self.since_s) = (1.0, 0.0);
        } else if self.value < 1e-3 {
            self.value = 0.0;
        }
        self.value
    }

    /// Present pulse 0..1.
    pub fn value(&self) -> f32 {
        self.value
    }

    /// The signal was interrupted: what comes next is not compared with what was before.
    pub fn interrupt(&mut self) {
        self.recent = [f32::MAX; LOOK_BACK];
        self.since_s = self.drum.refractory_s - BLIND_S;
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Pulse::new(self.drum.clone());
    }

    fn is_stroke(&mut self, level: f32, dt_s: f32) -> bool {
        let frames = ((self.drum.look_back_s / dt_s).round() as usize).clamp(1, LOOK_BACK);
        let before = self.recent[LOOK_BACK - frames..].iter().copied().fold(f32::MAX, f32::min);
        self.recent.rotate_left(1);
        self.recent[LOOK_BACK - 1] = level;
        // Compressed as in mu-law: loud sustained sound in the band hides a stroke less than in a plain logarithm.
        let bend = FLOOR.max(BEND * self.strongest);
        let rise = ((level + bend) / (before + bend)).ln().max(0.0);
        let stroke = rise > self.drum.least_rise
            && rise > self.mean + DEVIATIONS * self.deviation
            && level > FLOOR.max(self.drum.least_share * self.strongest)
            && self.since_s >= self.drum.refractory_s;
        let share = coefficient(dt_s, MEMORY_S);
        self.deviation += share * ((rise - self.mean).abs() - self.deviation);
        self.mean += share * (rise - self.mean);
        stroke
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DT_S: f32 = 256.0 / 48_000.0;

    fn strokes(level: impl Fn(f32) -> f32, seconds: f32) -> usize {
        let mut pulse = Pulse::new(KICK);
        (0..(seconds / DT_S) as usize).filter(|i| pulse.update(level(*i as f32 * DT_S), DT_S) == 1.0).count()
    }

    #[test]
    fn every_stroke_of_a_pattern_once() {
        let kick = |t: f32| 0.02 + 0.4 * (-(t % 0.5) / 0.08).exp() * ((t % 0.5) / 0.01).min(1.0);
        assert_eq!(strokes(kick, 10.0), 20);
    }

    #[test]
    fn steady_levels_slow_swells_and_silence_are_no_strokes() {
        assert_eq!(strokes(|_| 0.0, 10.0), 0);
        assert!(strokes(|_| 0.3, 10.0) <= 1, "at most the entry itself");
        assert!(strokes(|t| 0.01 + 0.03 * t, 10.0) <= 1);
        assert_eq!(strokes(|t| if t % 0.5 < 0.02 { 5e-4 } else { 1e-5 }, 10.0), 0, "under the floor");
    }

    #[test]
    fn a_pulse_decays_and_an_interruption_is_no_stroke() {
        let mut pulse = Pulse::new(KICK);
        assert_eq!(pulse.update(0.3, DT_S), 1.0);
        let later = (0..22).map(|_| pulse.update(0.3, DT_S)).last().unwrap();
        assert!((0.3..0.45).contains(&later), "{later}");
        (0..400).for_each(|_| _ = pulse.update(1e-4, DT_S));
        pulse.interrupt();
        assert!(pulse.update(0.3, DT_S) < 1.0);
    }
}
