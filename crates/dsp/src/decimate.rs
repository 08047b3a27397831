//! Fewer samples per second, for what only needs the low octaves: pitch and harmony.

use std::f64::consts::{PI, TAU};

/// Rate in Hz that the decimated signal never falls below, unless the source itself does.
const LEAST_RATE_HZ: u32 = 11_025;
/// Taps of the low-pass per unit of the factor: with this window, 3 kHz passes and what would fold
/// onto the octaves below 4 kHz is 70 dB down.
const TAPS_PER_FACTOR: usize = 16;
/// Corner of the low-pass as a share of the new rate.
const CORNER: f64 = 0.46;
/// Samples beyond this magnitude are not sound (full scale is 1) and are limited to it.
const LIMIT: f32 = 4.0;

/// Sums that run side by side.
const LANES: usize = 8;

/// Low-pass (windowed sinc; Blackman window, Harris 1978) that keeps every n-th sample.
#[derive(Debug, Clone)]
pub struct Decimator {
    taps: Vec<f32>,
    /// The newest samples, twice over, so that they always lie in one piece.
    past: Vec<f32>,
    next: usize,
    phase: usize,
    factor: usize,
    rate_hz: f32,
}

impl Decimator {
    /// From `rate_hz` to the lowest whole share of it that is at least 11,025 Hz.
    pub fn new(rate_hz: u32) -> Decimator {
        let factor = (rate_hz / LEAST_RATE_HZ).max(1) as usize;
        let taps = low_pass(factor);
        Decimator {
            past: vec![0.0; 2 * taps.len()],
            taps,
            next: 0,
            phase: 0,
            factor,
            rate_hz: rate_hz as f32 / factor as f32,
        }
    }

    /// Rate in Hz of what comes out.
    pub fn rate_hz(&self) -> f32 {
        self.rate_hz
    }

    /// Samples in per sample out.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Samples by which what comes out lags behind what went in, counted in samples that go in.
    pub fn delay(&self) -> usize {
        self.taps.len() / 2
    }

    /// One sample in, and every n-th time one out. What is not a number counts as silence.
    pub fn next(&mut self, sample: f32) -> Option<f32> {
        let sample = if sample.is_finite() { sample.clamp(-LIMIT, LIMIT) } else { 0.0 };
        let len = self.taps.len();
        self.past[self.next] = sample;
        self.past[self.next + len] = sample;
        self.next = (self.next + 1) % len;
        self.phase += 1;
        if self.phase < self.factor {
            return None;
        }
        self.phase = 0;
        let newest = &self.past[self.next..self.next + len];
        Some(dot(newest, &self.taps))
    }

    /// Silence came before, and the next sample out is a whole factor away.
    pub fn reset(&mut self) {
        self.past.fill(0.0);
        (self.next, self.phase) = (0, 0);
    }
}

/// Sum of products in [`LANES`] independent parts, which the processor can do side by side.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Taps of unit sum; a factor of 1 is a wire.
fn low_pass(factor: usize) -> Vec<f32> {
    if factor == 1 {
        return vec![1.0];
    }
    let len = TAPS_PER_FACTOR * factor + 1;
    let corner = CORNER / factor as f64;
    let tap = |i: usize| {
        let x = i as f64 - (len - 1) as f64 / 2.0;
        let sinc = if x == 0.0 { 2.0 * corner } else { (TAU * corner * x).sin() / (PI * x) };
        let turn = TAU * (i as f64 + 0.5) / len as f64;
        sinc * (0.42 - 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos())
    };
    let taps: Vec<f64> = (0..len).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|t| (t / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rms_of(hz: f64, rate_hz: u32) -> f32 {
        let mut decimator = Decimator::new(rate_hz);
        let tone = (0..rate_hz).map(|i| (TAU * hz * f64::from(i) / f64::from(rate_hz)).sin() as f32);
        let out: Vec<f32> = tone.filter_map(|s| decimator.next(s)).skip(500).collect();
        (out.iter().map(|s| s * s).sum::<f32>() / out.len() as f32).sqrt()
    }

    #[test]
    fn the_low_octaves_pass_and_nothing_folds_onto_them() {
        for rate in [22_050, 44_100, 48_000, 96_000, 192_000] {
            let new_hz = f64::from(Decimator::new(rate).rate_hz());
            for hz in [30.0, 440.0, 2000.0, 3000.0] {
                assert!((rms_of(hz, rate) - 0.707).abs() < 0.02, "{hz} Hz at {rate}: {}", rms_of(hz, rate));
            }
            for hz in [new_hz - 3500.0, new_hz - 440.0, new_hz + 100.0] {
                assert!(rms_of(hz.min(0.49 * f64::from(rate)), rate) < 1e-3, "{hz} Hz at {rate}");
            }
        }
    }

    #[test]
    fn rates_are_whole_shares_and_low_ones_stay() {
        let rates = [8_000, 16_000, 44_100, 48_000, 96_000, 192_000].map(|r| Decimator::new(r).rate_hz());
        assert_eq!(rates[..5], [8_000.0, 16_000.0, 11_025.0, 12_000.0, 12_000.0]);
        assert!((11_025.0..12_500.0).contains(&rates[5]));
        let mut wire = Decimator::new(8_000);
        assert_eq!((wire.next(0.25), wire.next(f32::NAN)), (Some(0.25), Some(0.0)));
    }
}
