//! Samples to frames: every 10 ms the loudness of a semitone-spaced filter bank, on a logarithmic scale.

use std::ops::Range;

use crate::history::History;
use crate::stft::Stft;

/// Frames per second. 10 ms is the resolution of the field's beat trackers (Böck et al., madmom).
pub const FRAMES_PER_S: u32 = 100;
/// Length of the window; it ends with the frame, so that nothing is waited for.
const WINDOW_S: f64 = 0.0464;
/// Window lengths are multiples of this many samples, which the transform does quickly at every rate.
const WINDOW_STEP: usize = 64;
/// The filter bank: twelve triangles per octave over this range.
const BANK_HZ: Range<f32> = 30.0..17_000.0;
const BANDS_PER_OCTAVE: f32 = 12.0;
/// Compression ln(1 + 1000 m) of a magnitude m, a sine of full scale being 1: what lies 60 dB under it
/// still counts, and noise below does not.
const COMPRESSION: f32 = 1000.0;
/// Music is brought to this root mean square before compression, so that gain does not matter.
const USUAL_RMS: f32 = 0.12;
/// Signals below -66 dBFS are not raised any further.
const FAINTEST_RMS: f32 = 5e-4;
/// Time constant with which the level of the music is followed.
const LEVEL_S: f32 = 8.0;
/// A Hann window spreads the power of a sine over three bins: magnitude² = 3 × power.
const SINE_SPREAD: f32 = 3.0;

/// Makes frames of samples, whatever the size of the pieces in which they come.
pub struct Frames {
    hop: usize,
    pending: Vec<f32>,
    history: History,
    stft: Stft,
    bank: Vec<Triangle>,
    centres_hz: Vec<f32>,
    magnitudes: Vec<f32>,
    level: f64,
    level_weight: f64,
    frame: Vec<f32>,
}

struct Triangle {
    first: usize,
    weights: Vec<f32>,
}

impl Frames {
    /// Frames of a signal at `rate_hz`, 8 to 192 kHz.
    pub fn new(rate_hz: u32) -> Frames {
        let hop = (f64::from(rate_hz) / f64::from(FRAMES_PER_S)).round().max(1.0) as usize;
        let steps = (WINDOW_S * f64::from(rate_hz) / WINDOW_STEP as f64).round().max(1.0);
        let stft = Stft::new(steps as usize * WINDOW_STEP, rate_hz);
        let (bank, centres_hz) = bank(&stft);
        Frames {
            hop,
            pending: Vec::with_capacity(hop),
            history: History::new(stft.size()),
            magnitudes: vec![0.0; stft.bins()],
            frame: vec![0.0; bank.len()],
            level: 0.0,
            level_weight: 0.0,
            stft,
            bank,
            centres_hz,
        }
    }

    /// Takes samples from the front of `samples` until a frame is complete, and gives it.
    pub fn next(&mut self, samples: &mut &[f32]) -> Option<&[f32]> {
        let (taken, rest) = samples.split_at(samples.len().min(self.hop - self.pending.len()));
        self.pending.extend_from_slice(taken);
        *samples = rest;
        if self.pending.len() < self.hop {
            return None;
        }
        self.history.push(&self.pending);
        let gain = self.follow_level();
        self.pending.clear();
        for (magnitude, power) in self.magnitudes.iter_mut().zip(self.stft.power(&self.history)) {
            *magnitude = (SINE_SPREAD * power).sqrt();
        }
        for (out, triangle) in self.frame.iter_mut().zip(&self.bank) {
            *out = (COMPRESSION * gain * triangle.mean(&self.magnitudes)).ln_1p();
        }
        Some(&self.frame)
    }

    /// Centre of each band in Hz.
    pub fn centres_hz(&self) -> &[f32] {
        &self.centres_hz
    }

    /// Samples per frame.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// As if nothing had been heard.
    pub fn reset(&mut self) {
        self.pending.clear();
        self.history.clear();
        self.level = 0.0;
        self.level_weight = 0.0;
    }

    // The gain that brings the music of the last seconds to its usual level.
    fn follow_level(&mut self) -> f32 {
        let square: f32 = self.pending.iter().map(|sample| sample * sample).sum::<f32>() / self.hop as f32;
        let rate = 1.0 - (-1.0 / f64::from(LEVEL_S * FRAMES_PER_S as f32)).exp();
        // Silence says nothing about how loud the music is.
        if square > FAINTEST_RMS * FAINTEST_RMS {
            self.level += rate * (f64::from(square) - self.level);
            self.level_weight += rate * (1.0 - self.level_weight);
        }
        let mean = if self.level_weight > 0.0 { self.level / self.level_weight } else { 0.0 };
        USUAL_RMS / (mean.sqrt() as f32).max(FAINTEST_RMS)
    }
}

impl Triangle {
    fn mean(&self, magnitudes: &[f32]) -> f32 {
        let bins = magnitudes.get(self.first..).unwrap_or_default();
        self.weights.iter().zip(bins).map(|(weight, bin)| weight * bin).sum()
    }
}

/// Triangles between neighbouring edges, of unit sum; edges that fall on one bin are one edge.
fn bank(stft: &Stft) -> (Vec<Triangle>, Vec<f32>) {
    let mut edges: Vec<usize> = Vec::new();
    let mut hz = BANK_HZ.start;
    while hz <= BANK_HZ.end {
        let bin = (hz / stft.bin_hz()).round() as usize;
        if bin >= 1 && bin < stft.bins() && edges.last() != Some(&bin) {
            edges.push(bin);
        }
        hz *= (1.0 / BANDS_PER_OCTAVE).exp2();
    }
    let triangles = edges.windows(3).map(|edge| triangle(edge[0], edge[1], edge[2])).collect();
    (triangles, edges.windows(3).map(|edge| edge[1] as f32 * stft.bin_hz()).collect())
}

fn triangle(low: usize, centre: usize, high: usize) -> Triangle {
    let rise = |bin: usize| (bin - low) as f32 / (centre - low) as f32;
    let fall = |bin: usize| (high - bin) as f32 / (high - centre) as f32;
    let weights: Vec<f32> =
        (low..=high).map(|bin| if bin <= centre { rise(bin) } else { fall(bin) }).collect();
    let sum: f32 = weights.iter().sum();
    Triangle { first: low, weights: weights.into_iter().map(|weight| weight / sum).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, rate_hz: u32, gain: f32) -> Vec<f32> {
        let step = std::f32::consts::TAU * hz / rate_hz as f32;
        (0..rate_hz / 2).map(|i| gain * (i as f32 * step).sin()).collect()
    }

    fn last(rate_hz: u32, samples: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let mut frames = Frames::new(rate_hz);
        let (mut rest, mut newest) = (samples, Vec::new());
        while !rest.is_empty() {
            if let Some(frame) = frames.next(&mut rest) {
                newest = frame.to_vec();
            }
        }
        (newest, frames.centres_hz().to_vec())
    }

    #[test]
    fn a_tone_shows_in_its_band_at_every_rate() {
        for rate_hz in [16_000, 44_100, 48_000, 96_000] {
            let (frame, centres) = last(rate_hz, &tone(1000.0, rate_hz, 0.3));
            let loudest = (0..frame.len()).max_by(|a, b| frame[*a].total_cmp(&frame[*b])).unwrap();
            assert!((centres[loudest] / 1000.0).log2().abs() < 0.1, "{rate_hz}: {}", centres[loudest]);
        }
    }

    #[test]
    fn gain_does_not_matter() {
        let (loud, _) = last(44_100, &tone(440.0, 44_100, 0.8));
        let (soft, _) = last(44_100, &tone(440.0, 44_100, 0.02));
        assert!(loud.iter().zip(&soft).all(|(a, b)| (a - b).abs() < 1e-3));
    }
}
