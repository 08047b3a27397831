//! Energy as it is heard: a running mean over the track, and its course.

use schemas::audio::Features;

/// Seconds of sound after which the mean is believed.
pub(crate) const BELIEVED_S: f64 = 8.0;
/// Quieter than this, in LUFS, is a pause and not music.
const SILENCE_LUFS: f32 = -60.0;
/// Loudness that counts as no energy and as full energy, in LUFS: a quiet recording and a loud master.
const SOFT_LUFS: f32 = -36.0;
const LOUD_LUFS: f32 = -8.0;
/// Longest time that one message stands for, in seconds: what lies between is not known after that. Sound is glanced at
/// four times a second; on a busy machine two glances in a row may see nothing.
const LONGEST_S: f64 = 0.8;
/// Points of the curve, and seconds of sound in each at first; when it is full, neighbours become one.
const POINTS: usize = 32;
const POINT_S: f64 = 8.0;

/// What was heard of one track.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    last_s: Option<f64>,
    whole: Mean,
    part: Mean,
    curve: Vec<f32>,
    point_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Mean {
    sum: f64,
    seconds: f64,
}

impl Default for Measured {
    fn default() -> Measured {
        Measured {
            last_s: None,
            whole: Mean::default(),
            part: Mean::default(),
            curve: Vec::new(),
            point_s: POINT_S,
        }
    }
}

impl Measured {
    /// Takes the features of one moment, in seconds on any steady clock.
    pub fn hear(&mut self, at_s: f64, features: &Features) {
        let since = at_s - self.last_s.unwrap_or(at_s);
        self.last_s = Some(at_s);
        let energy = f64::from(energy(features));
        if !energy.is_finite() || features.loudness < SILENCE_LUFS || !(since > 0.0 && since <= LONGEST_S) {
            return;
        }
        self.whole.add(energy, since);
        self.part.add(energy, since);
        if self.part.seconds >= self.point_s {
            self.curve.push(std::mem::take(&mut self.part).value() as f32);
        }
        if self.curve.len() > POINTS {
            self.curve =
                self.curve.chunks(2).map(|pair| pair.iter().sum::<f32>() / pair.len() as f32).collect();
            self.point_s *= 2.0;
        }
    }

    /// The mean, 0..1, once enough was heard.
    pub fn energy(&self) -> Option<f32> {
        (self.whole.seconds >= BELIEVED_S).then(|| self.whole.value() as f32)
    }

    /// The course so far: means of equal parts, at most 32.
    pub fn curve(&self) -> &[f32] {
        &self.curve
    }
}

impl Mean {
    fn add(&mut self, value: f64, seconds: f64) {
        self.sum += value * seconds;
        self.seconds += seconds;
    }

    fn value(&self) -> f64 {
        self.sum / self.seconds.max(f64::MIN_POSITIVE)
    }
}

/// Energy of a moment: mostly intensity (energy, brightness and density), and how loud it is.
fn energy(features: &Features) -> f32 {
    let loud = ((features.loudness - SOFT_LUFS) / (LOUD_LUFS - SOFT_LUFS)).clamp(0.0, 1.0);
    0.6 * features.intensity.clamp(0.0, 1.0) + 0.4 * loud
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(intensity: f32, loudness: f32) -> Features {
        Features { intensity, loudness, ..Features::default() }
    }

    fn heard(seconds: f64, what: impl Fn(f64) -> Features) -> Measured {
        let mut measured = Measured::default();
        for n in 0..=(seconds * 10.0) as i64 {
            let at_s = n as f64 / 10.0;
            measured.hear(at_s, &what(at_s));
        }
        measured
    }

    #[test]
    fn it_is_believed_after_eight_seconds_of_sound() {
        assert_eq!(heard(7.0, |_| features(1.0, -8.0)).energy(), None);
        assert!((heard(9.0, |_| features(1.0, -8.0)).energy().unwrap() - 1.0).abs() < 1e-6);
        assert!(heard(9.0, |_| features(0.1, -36.0)).energy().unwrap() < 0.1);
    }

    #[test]
    fn pauses_gaps_and_nonsense_count_as_nothing() {
        assert_eq!(heard(60.0, |_| features(0.0, -70.0)).energy(), None);
        assert_eq!(heard(60.0, |_| features(f32::NAN, -10.0)).energy(), None);
        let mut measured = heard(9.0, |_| features(1.0, -8.0));
        measured.hear(500.0, &features(0.0, -50.0));
        assert!(measured.energy().unwrap() > 0.99, "one message does not stand for minutes");
    }

    #[test]
    fn glances_that_see_nothing_do_not_make_the_sound_unknown() {
        let mut measured = Measured::default();
        (0..12).for_each(|n| measured.hear(0.75 * f64::from(n), &features(1.0, -8.0)));
        assert!(measured.energy().is_some());
    }

    #[test]
    fn the_curve_keeps_its_shape_however_long_the_track_is() {
        let measured = heard(4000.0, |at_s| features(if at_s < 2000.0 { 0.0 } else { 1.0 }, -8.0));
        let curve = measured.curve();
        assert!((16..=32).contains(&curve.len()), "{}", curve.len());
        assert!(curve[2] < 0.5 && curve[curve.len() - 2] > 0.9, "{curve:?}");
    }
}
