//! The partials of a sound: peaks of a spectrum, between the bins.

use std::ops::Range;

/// Power under which a bin holds nothing (-130 dBFS).
const NOTHING: f32 = 1e-13;

/// Bins to either side of a peak that are its own (half the main lobe of a Hann window, and one), and
/// those beyond them that tell what surrounds it.
const LOBE_BINS: usize = 3;
const AROUND_BINS: usize = 5;

/// One peak.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Peak {
    /// Frequency in Hz.
    pub hz: f32,
    /// Power of its highest point, in dB.
    pub db: f32,
    /// How far that is above what surrounds it, in dB: a tone stands out, a peak of noise does not.
    pub above_db: f32,
}

/// Finds the peaks of `power` within `hz`, lowest first, and puts them into `peaks`, as many as it has
/// room for without growing. Bins are `bin_hz` apart. A parabola through the logarithms of three bins gives
/// place and height (J. O. Smith and X. Serra, "PARSHL", 1987).
pub fn find(power: &[f32], bin_hz: f32, hz: &Range<f32>, peaks: &mut Vec<Peak>) {
    peaks.clear();
    let first = ((hz.start / bin_hz).ceil() as usize).max(1);
    let last = ((hz.end / bin_hz) as usize).min(power.len().saturating_sub(2));
    for k in first..=last {
        let [below, at, above] = [power[k - 1], power[k], power[k + 1]];
        if at > NOTHING && at > below && at >= above && peaks.len() < peaks.capacity() {
            let mut peak = parabola([below, at, above].map(level_db), k, bin_hz);
            peak.above_db = peak.db - level_db(around(power, k));
            peaks.push(peak);
        }
    }
}

/// Most peaks that a spectrum of `bins` bins can have.
pub fn most(bins: usize) -> usize {
    bins / 2 + 1
}

fn level_db(power: f32) -> f32 {
    10.0 * power.max(NOTHING * 1e-3).log10()
}

/// Mean power beside bin `k`, of the quieter side: the other may hold the next partial.
fn around(power: &[f32], k: usize) -> f32 {
    let mean = |bins: Option<&[f32]>| {
        bins.filter(|b| !b.is_empty()).map_or(f32::MAX, |b| b.iter().sum::<f32>() / b.len() as f32)
    };
    let below = k.saturating_sub(LOBE_BINS);
    let above = k + LOBE_BINS + 1;
    mean(power.get(below.saturating_sub(AROUND_BINS)..below))
        .min(mean(power.get(above..(above + AROUND_BINS).min(power.len()))))
}

fn parabola([below, at, above]: [f32; 3], k: usize, bin_hz: f32) -> Peak {
    let curve = below - 2.0 * at + above;
    let shift = if curve < 0.0 { 0.5 * (below - above) / curve } else { 0.0 };
    Peak { hz: (k as f32 + shift) * bin_hz, db: at - 0.25 * (below - above) * shift, above_db: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::stft::Stft;

    #[test]
    fn two_tones_are_found_to_a_tenth_of_a_bin() {
        let (mut history, mut stft) = (History::new(4096), Stft::new(4096, 12_000));
        let tone = |i: i32, hz: f32| (std::f32::consts::TAU * hz * i as f32 / 12_000.0).sin();
        let sound: Vec<f32> = (0..4096).map(|i| 0.5 * tone(i, 220.7) + 0.05 * tone(i, 441.9)).collect();
        history.push(&sound);
        let mut peaks = Vec::with_capacity(most(stft.bins()));
        let bin_hz = stft.bin_hz();
        find(stft.power(&history), bin_hz, &(60.0..2000.0), &mut peaks);
        peaks.retain(|p| p.db > -60.0);
        let found: Vec<f32> = peaks.iter().map(|p| p.hz).collect();
        assert!(
            matches!(found[..], [a, b] if (a - 220.7).abs() < 0.3 && (b - 441.9).abs() < 0.3),
            "{peaks:?}"
        );
        assert!((peaks[0].db - peaks[1].db - 20.0).abs() < 0.3, "{peaks:?}");
    }
}
