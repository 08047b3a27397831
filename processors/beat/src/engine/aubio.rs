//! The beat and onset detectors of aubio 0.4.9.
//!
//! Tempo: Stark, Davies, Plumbley, "Real-time beat-synchronous analysis of musical audio" (DAFx 2009),
//! in the form of aubio's `beattracking.c`: a window of about 6 s, looked at anew every 1.5 s.
//! aubio does not know bars. Its tempo lies between 41 and 206 BPM.

use aubio_rs::{Onset as OnsetDetector, OnsetMode, Tempo};

use schemas::beat::OnsetKind;

use super::{Beat, Engine, EngineError, EngineEvent, Onset};

/// aubio's own figures, made for this rate. Hop and window grow with the rate, so that its windows
/// last as long at every rate: aubio rounds their length up to a power of two, and 512 frames at
/// 48 kHz would double it.
const REFERENCE_RATE_HZ: f64 = 44_100.0;
const HOP_FRAMES: f64 = 512.0;
const WINDOW_FRAMES: f64 = 1024.0;

/// aubio's period is short by about this many hops, so that its tempo is 1 to 2 % too fast: tooth `a` of its
/// comb covers lags `ia` to `ia + 2a - 2`, whose middle belongs to a period of `i + 1 - 1/a` and is
/// counted as `i` (`beattracking.c`). 0.6 is the mean over recordings of known, constant tempo.
const SHORT_HOPS: f64 = 0.6;

/// With the period put right, what aubio says lies this many hops (6 ms) after the beat as people hear it:
/// median over recordings that it follows well.
const LATE_HOPS: f64 = 0.5;

/// aubio's tempo confidence is the height of the autocorrelation peak over its sum: this much is very sure.
const SURE: f32 = 0.25;

/// Half-life of the largest onset strength, to which others are compared.
const STRENGTH_HALF_LIFE_S: f64 = 10.0;

/// aubio as an [`Engine`].
pub struct Aubio {
    rate_hz: u32,
    hop: usize,
    tempo: Tempo,
    onset: OnsetDetector,
    pending: Vec<f32>,
    hops: u64,
    estimate_hops: u64,
    loudest: f32,
}

impl Engine for Aubio {
    fn process(&mut self, mut samples: &[f32], out: &mut Vec<EngineEvent>) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(self.hop - self.pending.len()));
            self.pending.extend_from_slice(now);
            samples = later;
            if self.pending.len() == self.hop {
                self.hear_hop(out);
                self.pending.clear();
            }
        }
    }

    fn reset(&mut self) {
        // aubio has no reset for its tempo; a failure here cannot happen after the same call worked once.
        if let Ok(fresh) = Aubio::new(self.rate_hz) {
            *self = fresh;
        }
    }
}

impl Aubio {
    /// An engine for one sample rate.
    ///
    /// # Errors
    /// When the rate lies outside 8 to 192 kHz, or aubio refuses it.
    pub fn new(rate_hz: u32) -> Result<Aubio, EngineError> {
        if !(8_000..=192_000).contains(&rate_hz) {
            return Err(EngineError::Rate { rate_hz, source: None });
        }
        let scale = f64::from(rate_hz) / REFERENCE_RATE_HZ;
        let hop = (HOP_FRAMES * scale).round() as usize;
        // aubio's own Fourier transform wants a power of two.
        let window = (WINDOW_FRAMES * scale.log2().round().exp2()) as usize;
        // aubio listens to about 5.8 s and looks at them anew after each quarter (`tempo.c`).
        let estimate_hops = ((5.8 * f64::from(rate_hz) / hop as f64) as u64).next_power_of_two() / 4;
        let refused = |source| EngineError::Rate { rate_hz, source: Some(source) };
        Ok(Aubio {
            rate_hz,
            hop,
            tempo: Tempo::new(OnsetMode::SpecFlux, window, hop, rate_hz).map_err(refused)?,
            onset: OnsetDetector::new(OnsetMode::Hfc, window, hop, rate_hz).map_err(refused)?,
            pending: Vec::with_capacity(hop),
            hops: 0,
            estimate_hops,
            loudest: 0.0,
        })
    }

    fn hear_hop(&mut self, out: &mut Vec<EngineEvent>) {
        let start = self.hops * self.hop as u64;
        let beat = self.tempo.do_result(self.pending.as_slice());
        let onset = self.onset.do_result(self.pending.as_slice());
        self.hops += 1;
        self.loudest *= (-(self.hop as f64 / f64::from(self.rate_hz)) / STRENGTH_HALF_LIFE_S).exp2() as f32;
        if onset.is_ok_and(|found| found > 0.0) {
            let at = unwrapped(self.onset.get_last(), start);
            out.push(EngineEvent::Onset(Onset { at, kind: OnsetKind::Other, strength: self.strength() }));
        }
        // The value is the fraction of the hop at which the beat lies, 0 for none and in silence.
        let heard = beat.is_ok_and(|fraction| fraction > 0.0);
        let short = f64::from(self.tempo.get_period_s()) * f64::from(self.rate_hz) / self.hop as f64;
        if heard && short > 0.0 {
            let period = short + SHORT_HOPS;
            let said = unwrapped(self.tempo.get_last(), start);
            // Beats are laid out at the short period from each estimate on, so they come ever earlier until the next.
            let since_estimate = ((self.hops - 1) % self.estimate_hops) as f64;
            let at = said + (SHORT_HOPS / period * since_estimate - LATE_HOPS) * self.hop as f64;
            let bpm = 60.0 * f64::from(self.rate_hz) / (period * self.hop as f64);
            let confidence = (self.tempo.get_confidence() / SURE).clamp(0.0, 1.0);
            out.push(EngineEvent::Beat(Beat { at, bpm, confidence, place: None }));
        }
    }

    fn strength(&mut self) -> f32 {
        let height = self.onset.get_thresholded_descriptor().max(0.0);
        self.loudest = self.loudest.max(height);
        if self.loudest > 0.0 { height / self.loudest } else { 0.0 }
    }
}

/// aubio counts samples in 32 bits, which is a day at 48 kHz; `start` of the current hop is near by.
fn unwrapped(frames: usize, start: u64) -> f64 {
    let apart = (frames as u32).wrapping_sub(start as u32) as i32;
    start as f64 + f64::from(apart)
}
