//! When each beat is.

use crate::random::Random;

/// What the tempo does besides standing still.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Motion {
    /// Most that it wanders, as a share.
    pub(crate) drift: f64,
    /// Glides from this beat, over so many, by so much.
    pub(crate) glide: Option<(f64, f64, f64)>,
    /// Jumps at this beat by this factor.
    pub(crate) step: Option<(f64, f64)>,
    /// Slows down into this beat over so many.
    pub(crate) ritardando: Option<(f64, f64)>,
}

impl Motion {
    /// How much faster than at first at this beat, drift apart.
    fn factor(&self, beat: f64) -> f64 {
        let mut factor = 1.0;
        if let Some((from, over, by)) = self.glide {
            factor *= 1.0 + by * ((beat - from) / over).clamp(0.0, 1.0);
        }
        if let Some((at, by)) = self.step
            && beat >= at
        {
            factor *= by;
        }
        if let Some((end, over)) = self.ritardando
            && beat < end
            && beat >= end - over
        {
            factor *= 1.0 - 0.28 * (beat - end + over + 1.0) / over;
        }
        factor
    }
}

/// Beats to seconds.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    at: Vec<f64>,
}

impl Clock {
    /// The times of so many beats.
    pub(crate) fn new(bpm: f64, motion: &Motion, beats: usize, random: &mut Random) -> Clock {
        let mut at = Vec::with_capacity(beats + 1);
        let (mut now, mut pull) = (0.0, 0.0_f64);
        for beat in 0..=beats {
            at.push(now);
            // A walk that is drawn back to the middle: the tempo breathes over some tens of beats.
            pull = (pull * 0.97 + 0.18 * random.normal()).clamp(-1.0, 1.0);
            now += 60.0 / (bpm * motion.factor(beat as f64) * (1.0 + motion.drift * pull));
        }
        Clock { at }
    }

    /// The second of this beat; beyond both ends the first and last tempo go on.
    pub(crate) fn at(&self, beat: f64) -> f64 {
        let last = self.at.len().saturating_sub(2);
        let index = (beat.floor().max(0.0) as usize).min(last);
        match self.at.get(index..index + 2) {
            Some(&[from, to]) => from + (to - from) * (beat - index as f64),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_tempo_is_constant() {
        let clock = Clock::new(120.0, &Motion::default(), 100, &mut Random::new(1));
        for beat in [-1.0, 0.0, 0.5, 33.25, 99.0, 120.0] {
            assert!((clock.at(beat) - beat * 0.5).abs() < 1e-9, "{beat}");
        }
    }

    #[test]
    fn drift_stays_within_its_bound() {
        let motion = Motion { drift: 0.03, ..Motion::default() };
        let clock = Clock::new(120.0, &motion, 500, &mut Random::new(1));
        for beat in 0..499 {
            let bpm = 60.0 / (clock.at(f64::from(beat) + 1.0) - clock.at(f64::from(beat)));
            assert!((116.3..123.7).contains(&bpm), "{bpm}");
        }
    }
}
