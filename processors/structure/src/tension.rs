//! Build-ups: for bars on end it gets brighter and the highs get louder, until it drops.
//!
//! A riser, a snare roll that quickens and a filter that takes the bass away have this in common: the upper
//! end of the spectrum grows, bar by bar, while a new section grows in one step. So the newest beats are
//! cut into quarters, and each must lie above the one before it, in level above 4 kHz and in brightness.

use crate::beats::{Beat, Beats, mean};

/// Spans that are looked at, in beats: from four bars of 3/4 to eight of 4/4.
const SPANS: [usize; 4] = [12, 16, 24, 32];
/// Quarters of a span.
const PARTS: usize = 4;
/// Rise in dB above 4 kHz from the first quarter to the last that leaves no doubt.
const CLEAR_RISE_DB: f32 = 10.0;
/// Rise of the brightness that leaves no doubt: an eighth of the mel scale.
const CLEAR_BRIGHTER: f32 = 0.12;
/// Brightness of the last quarter below which nothing is about to drop: when the bass has left and noise
/// fills the treble, the centre of the spectrum lies above 1.5 kHz. Full music lies well below.
const THIN: f32 = 0.28;
/// Each step from quarter to quarter is at least this share of the whole rise, or it is no ramp. The first may be
/// small: a riser that lasts three bars is hidden at first by what is still played.
const LEAST_STEPS: [f32; PARTS - 1] = [0.03, 0.08, 0.08];
/// The level of the highs may go back a little at first: what was before was full, and risers begin low.
const LEAST_HIGH_STEPS: [f32; PARTS - 1] = [-0.15, 0.08, 0.08];
/// Tension that is lost per beat when nothing rises any more: the last bar before a drop may be silent.
const RELEASE: f32 = 0.12;
/// From this tension on it is a build-up …
const CLEAR: f32 = 0.7;
/// … until it is below this.
const OVER: f32 = 0.2;

/// How tense it is.
#[derive(Debug, Clone)]
pub(crate) struct Tension {
    now: f32,
    rising: bool,
    // beats since it dropped: what was before belongs to the build-up that is over
    since: usize,
}

impl Tension {
    pub(crate) fn new() -> Tension {
        Tension { now: 0.0, rising: false, since: 0 }
    }

    /// One more beat; true when a build-up has just become clear.
    pub(crate) fn beat(&mut self, beats: &Beats) -> bool {
        self.since = self.since.saturating_add(1);
        let spans = SPANS.iter().filter(|span| **span <= self.since);
        let heard = spans.map(|span| rise(beats, *span)).fold(0.0, f32::max);
        self.now = heard.max(self.now - RELEASE).max(0.0);
        let began = self.now >= CLEAR && !self.rising;
        self.rising = (self.rising || began) && self.now > OVER;
        began
    }

    /// What it is when `beats` have one more than it was told about.
    pub(crate) fn after(&self, beats: &Beats) -> Tension {
        let mut next = self.clone();
        next.beat(beats);
        next
    }

    /// 0 none, 1 about to drop.
    pub(crate) fn now(&self) -> f32 {
        self.now
    }

    /// Whether a build-up is under way.
    pub(crate) fn is_rising(&self) -> bool {
        self.rising
    }

    /// It has dropped.
    pub(crate) fn release(&mut self) {
        *self = Tension::new();
    }
}

// How clearly the newest `span` beats rise, 0..1.
fn rise(beats: &Beats, span: usize) -> f32 {
    let last = beats.newest(span / PARTS);
    if beats.len() < span || mean(last, |beat| beat.brightness) < THIN {
        return 0.0;
    }
    let high = ramp(beats, span, LEAST_HIGH_STEPS, |beat| beat.high_db);
    let bright = ramp(beats, span, LEAST_STEPS, |beat| beat.brightness);
    if high > 0.0 && bright > 0.0 {
        0.5 * (high / CLEAR_RISE_DB).min(1.0) + 0.5 * (bright / CLEAR_BRIGHTER).min(1.0)
    } else {
        0.0
    }
}

// From the first to the last quarter, 0 when it is no ramp.
fn ramp(beats: &Beats, span: usize, least: [f32; PARTS - 1], value: impl Fn(&Beat) -> f32) -> f32 {
    let part = span / PARTS;
    let parts: [f32; PARTS] =
        std::array::from_fn(|i| mean(beats.newest(span).skip(i * part).take(part), &value));
    let whole = parts[PARTS - 1] - parts[0];
    let steady = parts.windows(2).zip(least).all(|(pair, least)| pair[1] - pair[0] >= least * whole);
    if steady { whole.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensions(high_db: impl Fn(usize) -> f32, brightness: impl Fn(usize) -> f32) -> Vec<(f32, bool)> {
        let (mut beats, mut tension) = (Beats::new(), Tension::new());
        let mut one = |i: usize| {
            let (high_db, brightness) = (high_db(i), brightness(i));
            let (punch_db, attack_db) = (-20.0, None);
            beats.push(Beat { at_s: i as f64, punch_db, attack_db, all_db: -20.0, high_db, brightness });
            let began = tension.beat(&beats);
            (tension.now(), began)
        };
        (0..64).map(&mut one).collect()
    }

    #[test]
    fn a_ramp_is_a_build_up_once_and_a_step_is_none() {
        let ramp = |i: usize| i.saturating_sub(32) as f32 / 32.0;
        let ramped = tensions(|i| -40.0 + 18.0 * ramp(i), |i| 0.2 + 0.25 * ramp(i));
        assert!(ramped[..40].iter().all(|(tension, _)| *tension < 0.3));
        assert!(ramped[63].0 > 0.9, "{:?}", ramped[63]);
        assert_eq!(ramped.iter().filter(|(_, began)| *began).count(), 1);
        let step = |i: usize| f32::from(u8::from(i >= 32));
        let stepped = tensions(|i| -40.0 + 18.0 * step(i), |i| 0.2 + 0.25 * step(i));
        assert!(stepped.iter().all(|(_, began)| !began));
    }

    #[test]
    fn what_only_gets_louder_is_no_build_up() {
        let louder = tensions(|i| -60.0 + i as f32 / 2.0, |_| 0.3);
        assert!(louder.iter().all(|(tension, _)| *tension == 0.0));
    }
}
