//! How clearly the music follows the pulse: onsets at the expected instants against onsets anywhere.

use crate::rhythm::activation::{ALL, Activations, LOW};
use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::tatum::Tatum;

/// Time constant of the comparison in seconds: two bars or so.
const MEMORY_S: f32 = 6.0;
/// An onset this many frames from its tatum is on it.
const REACH: f32 = 3.0;
/// An onset shows in the frames this long after it began.
const DELAY_FRAMES: f32 = 2.5;
/// Share of the frames that is on a tatum: no more than this counts as chance.
const MOST: f32 = 0.45;

/// Compares onsets on and off the tatums that were announced before they came, so that a pulse which
/// runs after the music gains nothing.
#[derive(Debug, Default)]
pub struct Clarity {
    on: f32,
    all: f32,
    chance: f32,
    heard: f32,
    tatums: [Option<Tatum>; 2],
}

impl Clarity {
    /// The tatum that comes next.
    pub fn announce(&mut self, tatum: Tatum) {
        self.tatums = [self.tatums[1], Some(tatum)];
    }

    /// Takes the activations of frame number `frame`.
    pub fn update(&mut self, frame: u64, activations: &Activations) {
        let [Some(last), Some(next)] = self.tatums else { return };
        let rate = 1.0 / (MEMORY_S * FRAMES_PER_S as f32);
        let strength = activations[ALL] + activations[LOW];
        let distance = |tatum: Tatum| (frame as f64 - tatum.at) as f32 - DELAY_FRAMES;
        let on = distance(last).abs() <= REACH || distance(next).abs() <= REACH;
        let chance = ((2.0 * REACH + 1.0) / next.period).min(MOST);
        self.on += rate * (if on { strength } else { 0.0 } - self.on);
        self.all += rate * (strength - self.all);
        self.chance += rate * (chance - self.chance);
        self.heard += rate * (1.0 - self.heard);
    }

    /// 0 where onsets fall anywhere, 1 where all fall on tatums; below 0 where they avoid them.
    pub fn value(&self) -> f32 {
        if self.all <= f32::MIN_POSITIVE || self.heard <= f32::MIN_POSITIVE {
            return 0.0;
        }
        let chance = self.chance / self.heard;
        (self.on / self.all - chance) / (1.0 - chance)
    }

    /// Mean strength of onsets on tatums, 0..2.
    pub fn strength(&self) -> f32 {
        if self.chance <= f32::MIN_POSITIVE { 0.0 } else { self.on / self.chance }
    }

    /// As if nothing had been heard.
    pub fn reset(&mut self) {
        *self = Clarity::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhythm::activation::KINDS;

    fn clarity(loud: impl Fn(u64) -> bool) -> f32 {
        let mut clarity = Clarity::default();
        for frame in 0..2000_u64 {
            if frame.is_multiple_of(25) {
                let (number, at) = (frame / 25, frame as f64 + 10.0);
                clarity.announce(Tatum { number, at, period: 25.0, regular: true, certainty: 1.0 });
            }
            clarity.update(frame, &[if loud(frame) { 1.0 } else { 0.0 }; KINDS]);
        }
        clarity.value()
    }

    #[test]
    fn tells_music_on_the_pulse_from_music_that_is_not() {
        let on = clarity(|frame| frame % 50 == 12);
        let anywhere = clarity(|frame| frame.wrapping_mul(2_654_435_761) >> 7 & 31 == 0);
        assert!(on > 0.9, "{on}");
        assert!(anywhere.abs() < 0.25, "{anywhere}");
    }
}
