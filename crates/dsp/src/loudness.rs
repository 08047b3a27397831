//! Momentary loudness (ITU-R BS.1770, EBU R 128: 400 ms, K-weighted) of a mono signal.

use ebur128::{EbuR128, Mode};

use crate::UnsupportedRate;

/// Loudness of silence in LUFS, and the lowest value given.
pub const SILENCE_LUFS: f32 = -70.0;

/// Sliding loudness meter.
pub struct Loudness {
    meter: EbuR128,
}

impl Loudness {
    /// A meter at `rate_hz`.
    ///
    /// # Errors
    /// When no filter can be built for the rate.
    pub fn new(rate_hz: u32) -> Result<Loudness, UnsupportedRate> {
        let meter = EbuR128::new(1, rate_hz, Mode::M).map_err(|_| UnsupportedRate(rate_hz))?;
        Ok(Loudness { meter })
    }

    /// Takes samples.
    pub fn push(&mut self, samples: &[f32]) {
        let taken = self.meter.add_frames_f32(samples);
        // Fails only when the samples are no whole number of frames: with one channel they always are.
        debug_assert!(taken.is_ok());
    }

    /// Loudness of the last 400 ms in LUFS, at least -70.
    pub fn momentary(&self) -> f32 {
        let lufs = self.meter.loudness_momentary().map_or(SILENCE_LUFS, |lufs| lufs as f32);
        if lufs.is_finite() { lufs.max(SILENCE_LUFS) } else { SILENCE_LUFS }
    }

    /// Forgets what was heard.
    pub fn reset(&mut self) {
        self.meter.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_sine_at_997_hz_reads_minus_3_01() {
        // ITU-R BS.1770-4, annex 1: 0 dBFS at 997 Hz in one channel gives -3.01 LKFS.
        for rate in [8_000, 44_100, 48_000, 192_000] {
            let mut loudness = Loudness::new(rate).unwrap();
            assert_eq!(loudness.momentary(), SILENCE_LUFS);
            let tone: Vec<f32> = (0..rate)
                .map(|i| (std::f64::consts::TAU * 997.0 * f64::from(i) / f64::from(rate)).sin() as f32)
                .collect();
            loudness.push(&tone);
            assert!((loudness.momentary() + 3.01).abs() < 0.1, "{rate}: {}", loudness.momentary());
        }
    }
}
