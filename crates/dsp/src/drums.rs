//! Drum strokes in a whole mix: kick, snare, hi-hat, and other clear onsets, each with its instant and strength.
//!
//! Per frame of 5 ms: `levels` hears in narrow bands how strong the sound is, compared with the
//! strongest that the band had lately; `curves` tells from the rises of these levels how much the
//! moment is like the attack of each kind; `picker` takes the peaks of each curve that stand out
//! from the other peaks of the last seconds; `company` silences the rumble of steady noise; `leak` takes off a snare what the kick alone brings along.
//!
//! The kinds are told apart by what their instruments do (Fletcher & Rossing, "The Physics of Musical
//! Instruments", ch. 18-20): a bass drum rises below 160 Hz, the wires of a snare fill everything from
//! 300 Hz to 7 kHz with noise for some 50 ms, a hi-hat has its energy above 7 kHz, a chord rises at its
//! partials and not between them.
//!
//! Causal: a stroke is told at most [`LATENCY_S`] after its instant. Level and polarity of the signal do
//! not matter. Hits of one call need not be in order of time: each kind is decided on its own.

use crate::dc::DcBlocker;
use crate::history::History;
use crate::{RATES_HZ, UnsupportedRate};

use self::company::Company;
use self::curves::{Curve, Curves};
use self::leak::Leak;
use self::levels::Levels;
use self::picker::{Picker, Spec};

mod company;
mod curves;
mod leak;
mod levels;
mod picker;
#[cfg(test)]
mod tests;

/// Longest time in seconds from a stroke to its hit.
pub const LATENCY_S: f64 = 0.08;

/// Frames per second.
const FRAMES_PER_S: f64 = 200.0;
/// Time in seconds around a drum stroke in which no other onset is told: it is part of the stroke.
const MASKED_S: f64 = 0.06;

/// Kick: its curve tells that it was struck, the attack before the peak of the curve tells when.
const KICK: Spec = Spec {
    low: 0.35,
    high: 0.47,
    bend: 1.0,
    share: 0.43,
    ahead: 1,
    delay: 7,
    late_s: 0.019,
    refractory_s: 0.06,
};
/// Snare: ghost notes and rolls make the valley between strokes and the rest shallow, hence the bend.
const SNARE: Spec = Spec {
    low: 0.14,
    high: 0.49,
    bend: 0.5,
    share: 0.45,
    ahead: 3,
    delay: 9,
    late_s: 0.018,
    refractory_s: 0.06,
};
/// Hi-hat: soft and loud strokes differ much, hence the bend.
const HAT: Spec = Spec {
    low: 0.42,
    high: 0.5,
    bend: 0.5,
    share: 0.4,
    ahead: 4,
    delay: 9,
    late_s: 0.0155,
    refractory_s: 0.06,
};
/// Other onsets: only clear ones.
const OTHER: Spec = Spec {
    low: 0.5,
    high: 0.9,
    bend: 1.0,
    share: 0.5,
    ahead: 4,
    delay: 9,
    late_s: 0.0155,
    refractory_s: 0.12,
};

/// What was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Bass drum.
    Kick,
    /// Snare drum or clap.
    Snare,
    /// Hi-hat, open or closed.
    Hat,
    /// A clear onset that is none of these: a chord, a bass note, a voice.
    Other,
}

/// One stroke.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its instant in samples since the start or the last reset.
    pub at: f64,
    /// What was struck.
    pub kind: Kind,
    /// How hard, 0..1, compared with the hardest of its kind in the last seconds.
    pub strength: f32,
}

/// Detects drum strokes in one mono signal.
pub struct DrumDetector {
    rate_hz: u32,
    hop: usize,
    blocker: DcBlocker,
    history: History,
    pending: Vec<f32>,
    levels: Levels,
    curves: Curves,
    kick: Picker,
    snare: Picker,
    hat: Picker,
    other: Picker,
    leak: Leak,
    company: Company,
    frame: u64,
    drum_at: f64,
}

impl DrumDetector {
    /// A detector for `rate_hz`.
    ///
    /// # Errors
    /// When the rate is outside 8-192 kHz.
    pub fn new(rate_hz: u32) -> Result<DrumDetector, UnsupportedRate> {
        if !RATES_HZ.contains(&rate_hz) {
            return Err(UnsupportedRate(rate_hz));
        }
        let hop = (f64::from(rate_hz) / FRAMES_PER_S).round() as usize;
        let frame_s = hop as f64 / f64::from(rate_hz);
        let levels = Levels::new(hop, rate_hz);
        Ok(DrumDetector {
            rate_hz,
            hop,
            blocker: DcBlocker::new(rate_hz),
            history: History::new(levels.window()),
            pending: Vec::with_capacity(hop),
            curves: Curves::new(levels.audible()),
            levels,
            kick: Picker::new(KICK, frame_s),
            snare: Picker::new(SNARE, frame_s),
            hat: Picker::new(HAT, frame_s),
            other: Picker::new(OTHER, frame_s),
            leak: Leak::default(),
            company: Company::new(frame_s),
            frame: 0,
            drum_at: f64::NEG_INFINITY,
        })
    }

    /// Takes the next samples, any number of them, and appends the strokes that were recognised.
    pub fn process(&mut self, mut samples: &[f32], out: &mut Vec<Hit>) {
        while !samples.is_empty() {
            let (taken, rest) = samples.split_at(samples.len().min(self.hop - self.pending.len()));
            let blocker = &mut self.blocker;
            self.pending.extend(taken.iter().map(|sample| blocker.next(*sample)));
            samples = rest;
            if self.pending.len() == self.hop {
                self.history.push(&self.pending);
                self.pending.clear();
                self.hear(out);
            }
        }
    }

    /// Forgets everything; instants count from 0 again.
    pub fn reset(&mut self) {
        self.blocker.reset();
        self.history.clear();
        self.pending.clear();
        self.levels.reset();
        self.curves.reset();
        for picker in [&mut self.kick, &mut self.snare, &mut self.hat, &mut self.other] {
            picker.reset();
        }
        self.leak = Leak::default();
        self.company.reset();
        (self.frame, self.drum_at) = (0, f64::NEG_INFINITY);
    }

    fn hear(&mut self, out: &mut Vec<Hit>) {
        let frame = self.frame;
        self.frame += 1;
        self.curves.push(frame, self.levels.frame(&self.history));
        let curves = &self.curves;
        let kick = self.kick.pick(frame, |at| curves.value(Curve::Kick, at), |_, height| height);
        let kick = kick.filter(|_| self.kick.is_distinct() || self.company.is_there(frame));
        let leak = &mut self.leak;
        let snare = self.snare.pick(
            frame,
            |at| curves.value(Curve::Snare, at),
            |at, height| leak.without_kick(curves.tail(at) + height, curves.is_kick(at, KICK.low)),
        );
        let hat = self.hat.pick(frame, |at| curves.value(Curve::Hat, at), |_, height| height);
        let other = self.other.pick(frame, |at| curves.value(Curve::Other, at), |_, height| height);
        let struck = self.curves.attack(frame.saturating_sub(KICK.delay));
        let drums = [
            (Kind::Kick, kick, self.instant(struck, KICK.late_s)),
            (Kind::Snare, snare, self.decided(frame, &SNARE)),
            (Kind::Hat, hat, self.decided(frame, &HAT)),
        ];
        for (kind, picked, at) in drums {
            if let Some(strength) = picked {
                if kind != Kind::Kick {
                    self.company.joins(frame);
                }
                self.drum_at = self.drum_at.max(at);
                out.push(Hit { at, kind, strength });
            }
        }
        let at = self.decided(frame, &OTHER);
        if let Some(strength) = other
            && (at - self.drum_at).abs() > MASKED_S * f64::from(self.rate_hz)
        {
            out.push(Hit { at, kind: Kind::Other, strength });
        }
    }

    /// Instant in samples of the stroke whose curve peaks where `spec` decides at `frame`.
    fn decided(&self, frame: u64, spec: &Spec) -> f64 {
        self.instant(frame.saturating_sub(spec.delay), spec.late_s)
    }

    /// Instant in samples that lies `late_s` seconds before the end of `frame`.
    fn instant(&self, frame: u64, late_s: f64) -> f64 {
        let end = (frame + 1) as f64 * self.hop as f64;
        (end - late_s * f64::from(self.rate_hz)).max(0.0)
    }
}
