//! Energy in bands of frequency, from the power of the bins.

use std::ops::Range;

/// Edges in Hz of sub bass, bass, low mid, mid, high mid, presence and air.
pub const BANDS_HZ: [Range<f32>; 7] =
    [20.0..60.0, 60.0..250.0, 250.0..500.0, 500.0..2000.0, 2000.0..4000.0, 4000.0..6000.0, 6000.0..20_000.0];
/// Bars of the display spectrum.
pub const BARS: usize = 32;
/// Lowest and highest frequency of the display spectrum.
pub const BARS_HZ: Range<f32> = 40.0..16_000.0;
/// Shortest window in seconds that resolves the lowest band: bins at most 15.6 Hz apart, so that at
/// least two lie in 20-60 Hz at any rate.
pub const LONG_WINDOW_S: f64 = 0.064;
/// Shortest window in seconds for what must be prompt: a third of the shortest drum stroke spacing.
pub const SHORT_WINDOW_S: f64 = 0.0155;

/// Edges in Hz of bar `index`: equal ratios.
pub fn bar_hz(index: usize) -> Range<f32> {
    let edge = |i: usize| BARS_HZ.start * (BARS_HZ.end / BARS_HZ.start).powf(i as f32 / BARS as f32);
    edge(index)..edge(index + 1)
}

/// Weight in dB of the ear's sensitivity at `hz`: curve A of IEC 61672-1:2013, annex E, 0 dB at 1 kHz.
pub fn a_weight_db(hz: f32) -> f32 {
    let square = hz * hz;
    let pole = |corner_hz: f32| square + corner_hz * corner_hz;
    let both = (pole(107.7) * pole(737.9)).sqrt();
    let gain = 12_194.0 * square / pole(20.6) * (12_194.0 * square / (both * pole(12_194.0)));
    20.0 * gain.max(1e-10).log10() + 2.0
}

/// Sums the bins of one band, those at its edges in proportion, so that narrow bands are never empty.
#[derive(Debug, Clone)]
pub struct Band {
    first: usize,
    weights: Vec<f32>,
}

impl Band {
    /// The band `hz` over `bins` bins that are `bin_hz` apart. Above the last bin there is nothing: such a
    /// band is empty and its energy 0. Bin 0, the constant, never counts.
    pub fn new(hz: Range<f32>, bin_hz: f32, bins: usize) -> Band {
        // Bin k stands for the frequencies half a bin to either side.
        let first = ((hz.start / bin_hz + 0.5).floor() as usize).max(1);
        let last = ((hz.end / bin_hz + 0.5).floor() as usize).min(bins.saturating_sub(1));
        let overlap = |k: usize| {
            let (low, high) = ((k as f32 - 0.5) * bin_hz, (k as f32 + 0.5) * bin_hz);
            ((high.min(hz.end) - low.max(hz.start)) / bin_hz).clamp(0.0, 1.0)
        };
        Band { first, weights: (first..last + 1).map(overlap).collect() }
    }

    /// Energy of the band: the mean square of what the signal has in it.
    pub fn energy(&self, power: &[f32]) -> f32 {
        let bins = power.get(self.first..).unwrap_or_default();
        self.weights.iter().zip(bins).map(|(w, p)| w * p).sum()
    }

    /// Whether the band lies above everything that the sample rate can carry.
    pub fn is_empty(&self) -> bool {
        self.weights.iter().sum::<f32>() == 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples_at_least;

    const RATES_HZ: [u32; 8] = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000];

    #[test]
    fn the_long_window_puts_two_whole_bins_into_every_band_at_every_rate() {
        for rate in RATES_HZ {
            let size = samples_at_least(LONG_WINDOW_S, rate);
            let bin_hz = rate as f32 / size as f32;
            for hz in BANDS_HZ.iter().filter(|hz| hz.end <= rate as f32 / 2.0) {
                let centres = (1..=size / 2).filter(|k| hz.contains(&(*k as f32 * bin_hz))).count();
                assert!(centres >= 2, "{rate} Hz: {centres} bins in {hz:?}");
            }
        }
    }

    #[test]
    fn the_ear_is_that_of_the_standard() {
        // IEC 61672-1:2013, table 3.
        for (hz, db) in [(50.0, -30.2), (100.0, -19.1), (1000.0, 0.0), (2500.0, 1.3), (10_000.0, -2.5)] {
            assert!((a_weight_db(hz) - db).abs() < 0.15, "{hz} Hz: {}", a_weight_db(hz));
        }
    }

    #[test]
    fn neighbours_share_a_bin_and_lose_nothing() {
        let power = vec![1.0; 2049];
        let bin_hz = 48_000.0 / 4096.0;
        let split: f32 = BANDS_HZ.iter().map(|hz| Band::new(hz.clone(), bin_hz, 2049).energy(&power)).sum();
        let whole = Band::new(20.0..20_000.0, bin_hz, 2049).energy(&power);
        assert!((split - whole).abs() < 0.01 && (whole - 19_980.0 / bin_hz).abs() < 0.01, "{split} {whole}");
    }

    #[test]
    fn no_bar_is_empty_and_bars_above_nyquist_are() {
        let bin_hz = 48_000.0 / 4096.0;
        assert!((0..BARS).all(|i| !Band::new(bar_hz(i), bin_hz, 2049).is_empty()));
        assert!(Band::new(6000.0..20_000.0, 15.625, 257).is_empty());
        assert!((bar_hz(BARS - 1).end - BARS_HZ.end).abs() < 1.0);
    }
}
