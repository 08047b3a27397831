//! One curve per kind: how much each moment is like the attack of that drum.
//!
//! All are rises: the level after the moment, less the level before it. Loud sustained sound cancels.

use std::ops::{Range, RangeInclusive};

use super::levels::{BODY, CHANNELS, Frame, HAT, KNOCK, LOW, TAIL, TONE};

/// Frames of levels and of curves that are remembered.
const REMEMBERED: usize = 32;
/// Frames after a moment that every curve has seen when it is computed.
const AHEAD: u64 = 6;

/// Frames before a moment that count as before it.
const BEFORE: RangeInclusive<u64> = 2..=5;
/// Frames after a moment in which a snare, a low sound and a tone have risen.
const BODY_AFTER: RangeInclusive<u64> = 1..=5;
const LOW_AFTER: RangeInclusive<u64> = 1..=4;
const TONE_AFTER: RangeInclusive<u64> = 0..=3;
/// Frames after a moment in which a snare still sounds; the click of a kick is over by then.
const TAIL_AFTER: RangeInclusive<u64> = 4..=7;
/// A kick is compared over a longer time: its period is as long as a few frames.
const KICK_AFTER: RangeInclusive<u64> = 2..=6;
const KICK_BEFORE: RangeInclusive<u64> = 1..=4;

/// Share of 70-160 Hz, into which the pitch of a kick falls from above, in the curve of the kick.
const KICK_UPPER: f32 = 0.3;
/// How much a rise of low sound, of tones, and of the body speaks against a snare, a snare, and a hi-hat.
const LOW_AGAINST_SNARE: f32 = 0.3;
const TONE_AGAINST_SNARE: f32 = 0.15;
const BODY_AGAINST_HAT: f32 = 0.2;
/// How much the sound that stays speaks for a snare.
const TAIL_FOR_SNARE: f32 = 0.33;

/// Frames before and after the peak of a kick's curve among which its attack is sought.
const ATTACK_BEFORE: u64 = 5;
const ATTACK_AFTER: u64 = 2;

/// Whose curve.
#[derive(Debug, Clone, Copy)]
pub(super) enum Curve {
    Kick,
    Snare,
    Hat,
    Other,
}

/// The curves of the last frames.
pub(super) struct Curves {
    audible: [bool; CHANNELS],
    frames: [Frame; REMEMBERED],
    values: [[f32; REMEMBERED]; 4],
}

impl Curves {
    pub(super) fn new(audible: [bool; CHANNELS]) -> Curves {
        Curves { audible, frames: [[0.0; CHANNELS]; REMEMBERED], values: [[0.0; REMEMBERED]; 4] }
    }

    /// Frame number `frame` has these levels; the curves are then known up to some frames before it.
    pub(super) fn push(&mut self, frame: u64, levels: Frame) {
        self.frames[slot(frame)] = levels;
        let Some(at) = frame.checked_sub(AHEAD) else { return };
        let values = [self.kick(at), self.snare(at), self.hat(at), self.rise(TONE, at, TONE_AFTER, BEFORE)];
        for (curve, value) in self.values.iter_mut().zip(values) {
            curve[slot(at)] = value.max(0.0);
        }
    }

    /// Value at frame `at`, one of the last.
    pub(super) fn value(&self, curve: Curve, at: u64) -> f32 {
        self.values[curve as usize][slot(at)]
    }

    /// Noise that stays after the attack.
    pub(super) fn tail(&self, at: u64) -> f32 {
        TAIL_FOR_SNARE * self.rise(TAIL, at, TAIL_AFTER, BEFORE)
    }

    /// Whether the curve of the kick exceeds `least` around frame `at` of the snare.
    pub(super) fn is_kick(&self, at: u64, least: f32) -> bool {
        (at.saturating_sub(5)..=at + 3).any(|at| self.value(Curve::Kick, at) > least)
    }

    /// The frame of the attack of the kick whose curve peaks at `at`: low sound takes longer to be heard than
    /// the knock and click at its start.
    pub(super) fn attack(&self, at: u64) -> u64 {
        let height = |at: u64| self.flux(KNOCK.start..KNOCK.end, at) + self.flux(TAIL, at);
        let frames = at.saturating_sub(ATTACK_BEFORE)..=at + ATTACK_AFTER;
        frames.max_by(|a, b| height(*a).total_cmp(&height(*b))).unwrap_or(at)
    }

    pub(super) fn reset(&mut self) {
        *self = Curves::new(self.audible);
    }

    fn kick(&self, at: u64) -> f32 {
        let rise = |bands| self.rise(bands, at, KICK_AFTER, KICK_BEFORE);
        (1.0 - KICK_UPPER) * rise(LOW.start..LOW.start + 3) + KICK_UPPER * rise(LOW.start + 2..LOW.end)
    }

    fn snare(&self, at: u64) -> f32 {
        // The mean of roots wants all bands to rise: a drum is broad, a guitar need not be.
        let body = self.mean(BODY, |band| self.band_rise(band, at, BODY_AFTER, BEFORE).sqrt()).powi(2);
        let low = self.rise(LOW.start..LOW.start + 3, at, LOW_AFTER, BEFORE);
        body - LOW_AGAINST_SNARE * low - TONE_AGAINST_SNARE * self.rise(TONE, at, TONE_AFTER, BEFORE)
    }

    fn hat(&self, at: u64) -> f32 {
        self.flux(HAT, at)
            - BODY_AGAINST_HAT * self.rise(BODY.start + 1..BODY.start + 4, at, BODY_AFTER, BEFORE)
    }

    /// Mean rise of some bands within the length of the short window.
    fn flux(&self, bands: Range<usize>, at: u64) -> f32 {
        let level = |back: u64, band: usize| self.frames[slot(at.wrapping_sub(back))][band];
        self.mean(bands, |band| (level(0, band) - level(3, band).max(level(4, band))).max(0.0))
    }

    /// Mean rise of some bands.
    fn rise(
        &self,
        bands: Range<usize>,
        at: u64,
        after: RangeInclusive<u64>,
        before: RangeInclusive<u64>,
    ) -> f32 {
        self.mean(bands, |band| self.band_rise(band, at, after.clone(), before.clone()))
    }

    fn band_rise(
        &self,
        band: usize,
        at: u64,
        after: RangeInclusive<u64>,
        before: RangeInclusive<u64>,
    ) -> f32 {
        let mean = |count: u64, sum: f32| sum / count as f32;
        let later =
            mean(after.end() - after.start() + 1, after.map(|i| self.frames[slot(at + i)][band]).sum());
        let count = before.end() - before.start() + 1;
        let earlier = mean(count, before.map(|i| self.frames[slot(at.wrapping_sub(i))][band]).sum());
        (later - earlier).max(0.0)
    }

    /// Mean over those bands that the sample rate can carry; 0 if there are none.
    fn mean(&self, bands: Range<usize>, value: impl Fn(usize) -> f32) -> f32 {
        let audible = bands.filter(|band| self.audible[*band]);
        let (sum, count) = audible.fold((0.0, 0), |(sum, count), band| (sum + value(band), count + 1));
        if count == 0 { 0.0 } else { sum / count as f32 }
    }
}

fn slot(frame: u64) -> usize {
    (frame % REMEMBERED as u64) as usize
}
