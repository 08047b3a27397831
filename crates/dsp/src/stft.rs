//! Short-time Fourier transform of the newest samples, as power per bin.

use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::bands::Band;
use crate::history::History;

/// Hann-windowed transform of one size; owns its buffers and allocates nothing per frame.
pub struct Stft {
    plan: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    windowed: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f32>,
    bin_hz: f32,
    scale: f32,
}

impl Stft {
    /// A transform over `size` samples (at least 2) at `rate_hz`.
    pub fn new(size: usize, rate_hz: u32) -> Stft {
        let size = size.max(2);
        let plan = RealFftPlanner::<f32>::new().plan_fft_forward(size);
        let window = hann(size);
        let energy: f32 = window.iter().map(|w| w * w).sum();
        Stft {
            windowed: plan.make_input_vec(),
            bins: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            power: vec![0.0; size / 2 + 1],
            bin_hz: rate_hz as f32 / size as f32,
            // Parseval: the bins of a stationary signal then add up to its mean square.
            scale: 2.0 / (size as f32 * energy),
            plan,
            window,
        }
    }

    /// Samples in a window.
    pub fn size(&self) -> usize {
        self.window.len()
    }

    /// Distance of two bins in Hz.
    pub fn bin_hz(&self) -> f32 {
        self.bin_hz
    }

    /// Bins of a spectrum, from 0 Hz to half the sample rate.
    pub fn bins(&self) -> usize {
        self.power.len()
    }

    /// The band `hz` in the spectra of this transform.
    pub fn band(&self, hz: Range<f32>) -> Band {
        Band::new(hz, self.bin_hz, self.bins())
    }

    /// Power of each bin of the newest window; a sine of amplitude A adds up to A²/2.
    pub fn power(&mut self, history: &History) -> &[f32] {
        let (head, tail) = history.newest(self.window.len());
        let samples = head.iter().chain(tail);
        for ((out, w), s) in self.windowed.iter_mut().zip(&self.window).zip(samples) {
            *out = w * s;
        }
        let done = self.plan.process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch);
        // The only error of the transform is a buffer of the wrong length; all three come from the plan.
        debug_assert!(done.is_ok());
        for (power, bin) in self.power.iter_mut().zip(&self.bins) {
            *power = bin.norm_sqr() * self.scale;
        }
        &self.power
    }
}

/// Periodic Hann window.
fn hann(size: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU / size as f64;
    (0..size).map(|i| (0.5 - 0.5 * (i as f64 * step).cos()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_adds_up_to_its_mean_square_at_its_bin() {
        let mut history = History::new(4096);
        let tone: Vec<f32> = (0..9000).map(|i| 0.5 * (i as f32 * 0.1309).sin()).collect();
        history.push(&tone);
        let mut stft = Stft::new(4096, 48_000);
        let power = stft.power(&history).to_vec();
        let total: f32 = power.iter().sum();
        assert!((total - 0.125).abs() < 1e-3, "{total}");
        let peak = (0..power.len()).max_by(|a, b| power[*a].total_cmp(&power[*b])).unwrap();
        assert!((peak as f32 * stft.bin_hz() - 1000.0).abs() < 12.0);
    }
}
