//! Power of the noise in a band: what fills all of it, as wires and cymbals do, and not what stands out in it,
//! as the partials of a note do.

use std::ops::Range;

/// Least power of a bin: a product of [`PER_PRODUCT`] of them is still a number.
const LEAST_POWER: f64 = 1e-14;
const PER_PRODUCT: usize = 20;
/// Products that run side by side.
const LANES: usize = 4;
/// The mean logarithm of the power of noise lies this far under the logarithm of its mean (Euler's constant).
const NOISE_BIAS: f64 = 0.577;

/// Bins whose geometric mean is taken (spectral flatness: Johnston, "Transform coding of audio signals using
/// perceptual noise criteria", 1988).
#[derive(Debug, Clone)]
pub struct NoiseBand(Range<usize>);

impl NoiseBand {
    /// The band `hz` over `bins` bins that are `bin_hz` apart, without bin 0. Above the last bin it is empty.
    pub fn new(hz: Range<f32>, bin_hz: f32, bins: usize) -> NoiseBand {
        let last = bins.saturating_sub(1).max(1);
        let bin = |hz: f32| ((hz / bin_hz).ceil() as usize).clamp(1, last);
        NoiseBand(bin(hz.start)..bin(hz.end))
    }

    /// Whether the sample rate cannot carry the band.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Power that noise would have in the band if its bins had this geometric mean; 0 for an empty band.
    pub fn power(&self, power: &[f32]) -> f32 {
        let bins = power.get(self.0.clone()).unwrap_or_default();
        if bins.is_empty() {
            return 0.0;
        }
        let logs: f64 = bins.chunks(PER_PRODUCT).map(|bins| product(bins).ln()).sum();
        let count = bins.len() as f64;
        (count * (logs / count + NOISE_BIAS).exp()) as f32
    }
}

/// Product of some powers, in [`LANES`] independent parts, which the processor can do side by side.
fn product(bins: &[f32]) -> f64 {
    let mut lanes = [1.0; LANES];
    let groups = bins.chunks_exact(LANES);
    let rest: f64 = groups.remainder().iter().map(|p| f64::from(*p) + LEAST_POWER).product();
    for group in groups {
        for (lane, power) in lanes.iter_mut().zip(group) {
            *lane *= f64::from(*power) + LEAST_POWER;
        }
    }
    lanes.iter().product::<f64>() * rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_the_band_counts_and_a_partial_hardly_does() {
        let band = NoiseBand::new(100.0..1000.0, 10.0, 513);
        let flat = band.power(&[0.01; 513]);
        let mut partial = [1e-6; 513];
        partial[50] = 0.9;
        assert!((flat - 0.9 * 1.781).abs() < 0.01, "{flat}");
        assert!(band.power(&partial) < 0.01 * flat);
        assert!(band.power(&[0.0; 513]) < 1e-10 && NoiseBand::new(6e3..7e3, 10.0, 513).is_empty());
    }
}
