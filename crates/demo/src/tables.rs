//! Wave tables: one period of a tone, dark and bright side by side.

use crate::filter::Svf;
use crate::random::Random;

/// 2¹¹ points: linear interpolation between them is some 80 dB down for the few harmonics used here.
const POINTS_LOG2: u32 = 11;
const POINTS: usize = 1 << POINTS_LOG2;
/// Samples of one loop of noise.
const NOISE_FRAMES: usize = 1 << 15;
/// Centres of the noise bands that a riser glides through, in Hz.
const NOISE_BANDS_HZ: [f64; 6] = [300.0, 700.0, 1500.0, 3000.0, 6000.0, 10_000.0];

/// One period of a tone.
#[derive(Debug)]
pub(crate) struct Table {
    /// (dark, bright) pairs; one more than a period for interpolation.
    pairs: Vec<(f32, f32)>,
}

impl Table {
    /// Sums harmonics 1.. of amplitude n^-`slope`, none above half the sample rate at `top_hz`.
    /// The dark form has the first two harmonics, the bright one up to `harmonics`.
    pub(crate) fn new(harmonics: u32, slope: f64, top_hz: f64, rate_hz: f64) -> Table {
        let allowed = (0.45 * rate_hz / top_hz) as u32;
        let wave = |i: usize, limit: u32| -> f32 {
            let turn = i as f64 / POINTS as f64 * std::f64::consts::TAU;
            let limit = limit.min(allowed).max(1);
            (1..=limit).map(|n| (turn * f64::from(n)).sin() * f64::from(n).powf(-slope)).sum::<f64>() as f32
        };
        let mut pairs: Vec<_> = (0..POINTS).map(|i| (wave(i, 2), wave(i, harmonics))).collect();
        pairs.push(pairs[0]);
        Table { pairs }
    }

    /// Value at `phase` (2³² is one turn), `bright` from 0 to 1.
    #[inline]
    pub(crate) fn at(&self, phase: u32, bright: f32) -> f32 {
        let index = (phase >> (32 - POINTS_LOG2)) as usize;
        let fraction = (phase << POINTS_LOG2) as f32 * (1.0 / 4_294_967_296.0);
        let (a, b) = (self.pairs[index], self.pairs[index + 1]);
        let dark = a.0 + (b.0 - a.0) * fraction;
        let full = a.1 + (b.1 - a.1) * fraction;
        dark + (full - dark) * bright
    }
}

/// Noise in bands, looped without a seam.
#[derive(Debug)]
pub(crate) struct NoiseBands(Vec<Vec<f32>>);

impl NoiseBands {
    pub(crate) fn new(random: &mut Random, rate_hz: f64) -> NoiseBands {
        let white: Vec<f32> = (0..NOISE_FRAMES).map(|_| random.noise()).collect();
        NoiseBands(NOISE_BANDS_HZ.iter().map(|hz| band(&white, *hz, rate_hz)).collect())
    }

    /// Sample `k`, gliding from the lowest band at `x` = 0 to the highest at 1.
    #[inline]
    pub(crate) fn at(&self, k: u32, x: f32) -> f32 {
        let place = x.clamp(0.0, 1.0) * (NOISE_BANDS_HZ.len() - 1) as f32;
        let low = (place as usize).min(NOISE_BANDS_HZ.len() - 2);
        let (mix, i) = (place - low as f32, k as usize % NOISE_FRAMES);
        self.0[low][i] * (1.0 - mix) + self.0[low + 1][i] * mix
    }
}

// The filter hears the loop twice and the second time is kept: its state at the end is that at the start.
fn band(white: &[f32], hz: f64, rate_hz: f64) -> Vec<f32> {
    let mut filter = Svf::new(hz, 1.2, rate_hz);
    for x in white {
        filter.step(*x);
    }
    white.iter().map(|x| filter.step(*x).1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dark_table_is_smooth_over_its_seam() {
        let table = Table::new(8, 1.0, 1000.0, 48_000.0);
        let step = 1 << 22;
        for k in 0..2048u32 {
            let jump = table.at(k.wrapping_mul(step), 0.0) - table.at((k + 1).wrapping_mul(step), 0.0);
            assert!(jump.abs() < 0.02, "{k}: {jump}");
        }
    }

    #[test]
    fn noise_bands_loop_without_a_seam() {
        let noise = NoiseBands::new(&mut Random::new(1), 48_000.0);
        let end = NOISE_FRAMES as u32 - 1;
        let inside = (0..end).map(|k| (noise.at(k + 1, 0.0) - noise.at(k, 0.0)).abs()).fold(0.0, f32::max);
        assert!((noise.at(end + 1, 0.0) - noise.at(end, 0.0)).abs() <= inside);
    }
}
