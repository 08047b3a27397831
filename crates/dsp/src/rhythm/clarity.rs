//! How clearly the music follows the pulse: onsets at the expected instants against onsets anywhere.

use crate::rhythm::activation::{ALL, Activations, LOW};
use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::tatum::Tatum;

/// Time constants of the comparison in seconds: two bars or so, and eight.
const LATE_S: f32 = 6.0;
const LASTING_S: f32 = 24.0;
/// Standard deviations of the lower bound.
const DEVIATIONS: f32 = 2.0;
/// An onset this many frames from its tatum is on it.
const REACH: f32 = 3.0;
/// An onset shows in the frames this long after it began.
const DELAY_FRAMES: f32 = 2.5;
/// What follows its pulse less clearly than this does not follow it.
const LEAST: f32 = 0.1;
/// Share of the frames that is on a tatum: no more than this counts as chance.
const MOST: f32 = 0.45;

/// Compares onsets on and off the tatums that were announced before they came, so that a pulse which
/// runs after the music gains nothing.
#[derive(Debug, Default)]
pub struct Clarity {
    late: Share,
    lasting: Share,
    // since the mark, and what `lasting` was there
    since: Share,
    before: f32,
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
        let strength = activations[ALL] + activations[LOW];
        let distance = |tatum: Tatum| (frame as f64 - tatum.at) as f32 - DELAY_FRAMES;
        let on = distance(last).abs() <= REACH || distance(next).abs() <= REACH;
        let chance = ((2.0 * REACH + 1.0) / next.period).min(MOST);
        self.late.update(LATE_S, on, strength, chance);
        self.lasting.update(LASTING_S, on, strength, chance);
        self.since.update(LASTING_S, on, strength, chance);
    }

    /// From here on the music is compared with what it was until now.
    pub fn mark(&mut self) {
        self.before = self.lasting();
        self.since = Share::default();
    }

    /// How clearly the music since the mark follows the pulse, as a share of how clearly it did before: some 1
    /// where it goes on in time, some 0 where its onsets fall anywhere.
    pub fn since_mark(&self) -> f32 {
        self.since.value() / self.before.max(LEAST)
    }

    /// Of late: 0 where onsets fall anywhere, 1 where all fall on tatums; below 0 where they avoid them, or
    /// where they are so few that they may be on tatums by chance.
    pub fn value(&self) -> f32 {
        self.late.surely(LATE_S)
    }

    /// The same over the last eight bars or so, and without regard to their number.
    pub fn lasting(&self) -> f32 {
        self.lasting.value()
    }

    /// Mean strength of onsets on tatums, 0..2.
    pub fn strength(&self) -> f32 {
        if self.late.chance <= f32::MIN_POSITIVE { 0.0 } else { self.late.on / self.late.chance }
    }

    /// As if nothing had been heard.
    pub fn reset(&mut self) {
        *self = Clarity::default();
    }
}

/// Strength of onsets on tatums and anywhere: running means.
#[derive(Debug, Default)]
struct Share {
    on: f32,
    all: f32,
    squares: f32,
    chance: f32,
    heard: f32,
}

impl Share {
    fn update(&mut self, memory_s: f32, on: bool, strength: f32, chance: f32) {
        let rate = 1.0 / (memory_s * FRAMES_PER_S as f32);
        self.on += rate * (if on { strength } else { 0.0 } - self.on);
        self.all += rate * (strength - self.all);
        self.squares += rate * (strength * strength - self.squares);
        self.chance += rate * (chance - self.chance);
        self.heard += rate * (1.0 - self.heard);
    }

    fn value(&self) -> f32 {
        self.above_chance(|share| share)
    }

    // Lower bound of the share (Wilson, "Probable inference", JASA 1927), with the number of onsets that
    // the means stand for; one shows in some four frames.
    fn surely(&self, memory_s: f32) -> f32 {
        let frames = self.all * self.all / self.squares.max(f32::MIN_POSITIVE);
        let onsets = (frames * memory_s * FRAMES_PER_S as f32 / 4.0).max(1.0);
        self.above_chance(|share| {
            let z = DEVIATIONS * DEVIATIONS / onsets;
            let spread = (share * (1.0 - share) / onsets + z / (4.0 * onsets)).max(0.0).sqrt();
            (share + z / 2.0 - DEVIATIONS * spread) / (1.0 + z)
        })
    }

    fn above_chance(&self, bound: impl Fn(f32) -> f32) -> f32 {
        if self.all <= f32::MIN_POSITIVE || self.heard <= f32::MIN_POSITIVE {
            return 0.0;
        }
        let chance = self.chance / self.heard;
        (bound(self.on / self.all) - chance) / (1.0 - chance)
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
                let at = frame as f64 + 10.0;
                clarity.announce(Tatum { at, period: 25.0, regular: true, certainty: 1.0 });
            }
            clarity.update(frame, &[if loud(frame) { 1.0 } else { 0.0 }; KINDS]);
        }
        clarity.lasting()
    }

    #[test]
    fn tells_music_on_the_pulse_from_music_that_is_not() {
        let on = clarity(|frame| frame % 50 == 12);
        let anywhere = clarity(|frame| frame.wrapping_mul(2_654_435_761) >> 7 & 31 == 0);
        assert!(on > 0.9, "{on}");
        assert!(anywhere.abs() < 0.2, "{anywhere}");
    }

    #[test]
    fn tells_since_a_mark_whether_the_music_goes_on_in_time() {
        // Half of the onsets lie on tatums, so that the clarity is far from 1 before the mark too.
        let music = |frame: u64| frame % 50 == 12 || frame % 50 == 25;
        let since = |late: &dyn Fn(u64) -> bool| {
            let mut clarity = Clarity::default();
            for frame in 0..1100_u64 {
                if frame == 1000 {
                    clarity.mark();
                }
                if frame.is_multiple_of(25) {
                    let at = frame as f64 + 10.0;
                    clarity.announce(Tatum { at, period: 25.0, regular: true, certainty: 1.0 });
                }
                let onset = if frame < 1000 { music(frame) } else { late(frame) };
                clarity.update(frame, &[if onset { 1.0 } else { 0.0 }; KINDS]);
            }
            (clarity.since_mark(), clarity.lasting())
        };
        let (on, before) = since(&music);
        assert!((0.9..1.1).contains(&on) && before < 0.5, "{on} of {before}");
        assert!(since(&|frame| music(frame + 8)).0 < 0.3);
        assert_eq!(since(&|_| false).0, 0.0);
    }
}
