//! The spectrum for display: bars on a scale of decibels as the ear weighs them, with held peaks.

use dsp::bands::{BARS, Band, a_weight_db, bar_hz};
use dsp::envelope::{Follower, PeakHold};
use dsp::normalise::{Normaliser, decibels, ratio, soft};
use dsp::stft::Stft;
use schemas::audio::Spectrum;

use super::tone::LONG_BELOW_HZ;

/// Decibels from an empty bar to one as high as the reference.
const RANGE_DB: f32 = 48.0;
/// Lift per octave above 1 kHz in dB. Curve A levels the spectrum of music below, where it falls towards
/// the top as the ear grows more sensitive; above, the ear does not make up for what is missing.
const TILT_DB: f32 = 2.0;
const TILT_FROM_HZ: f32 = 1000.0;
/// Curve A is not followed below this: the lowest octave is felt where it is not heard, and has to show.
const LEAST_WEIGHT_DB: f32 = -18.0;
/// Usual level of the strongest bar in dBFS, RMS, after the weights.
const NOMINAL_DB: f32 = -28.0;
/// Attack and decay of a bar in seconds.
const BAR_S: (f32, f32) = (0.005, 0.2);
/// A peak stands for this many seconds, then falls by this much per second.
const PEAK_HOLD_S: f32 = 0.6;
const PEAK_FALL_PER_S: f32 = 0.5;

pub(super) struct Display {
    bars: Vec<Bar>,
    normaliser: Normaliser,
}

struct Bar {
    band: Band,
    long: bool,
    /// Factor of the amplitude: curve A and tilt.
    weight: f32,
    amplitude: f32,
    envelope: Follower,
    peak: PeakHold,
}

impl Display {
    pub(super) fn new(long: &Stft, short: &Stft) -> Display {
        let bar = |i: usize| {
            let hz = bar_hz(i);
            let is_long = hz.start < LONG_BELOW_HZ;
            let middle_hz = (hz.start * hz.end).sqrt();
            let tilt_db = TILT_DB * (middle_hz / TILT_FROM_HZ).log2().max(0.0);
            Bar {
                weight: ratio(a_weight_db(middle_hz).max(LEAST_WEIGHT_DB) + tilt_db),
                band: if is_long { long.band(hz) } else { short.band(hz) },
                long: is_long,
                amplitude: 0.0,
                envelope: Follower::new(BAR_S.0, BAR_S.1),
                peak: PeakHold::new(PEAK_HOLD_S, PEAK_FALL_PER_S),
            }
        };
        Display { bars: (0..BARS).map(bar).collect(), normaliser: Normaliser::new(NOMINAL_DB) }
    }

    pub(super) fn update(&mut self, long: &[f32], short: &[f32], dt_s: f32, spectrum: &mut Spectrum) {
        let mut strongest = 0.0f32;
        for bar in &mut self.bars {
            bar.amplitude = bar.weight * bar.band.energy(if bar.long { long } else { short }).sqrt();
            strongest = strongest.max(bar.amplitude);
        }
        // One reference for all bars: the picture keeps its shape.
        self.normaliser.relative_db(strongest, dt_s);
        let reference_db = self.normaliser.reference_db();
        let height = |amplitude: f32| soft(1.0 + (decibels(amplitude) - reference_db) / RANGE_DB);
        self.draw(height, dt_s, spectrum);
    }

    pub(super) fn decay(&mut self, seconds: f32, spectrum: &mut Spectrum) {
        self.draw(|_| 0.0, seconds, spectrum);
    }

    pub(super) fn reset(&mut self) {
        self.normaliser.reset();
        for bar in &mut self.bars {
            bar.envelope.reset();
            bar.peak.reset();
        }
    }

    fn draw(&mut self, height: impl Fn(f32) -> f32, dt_s: f32, spectrum: &mut Spectrum) {
        let shown = spectrum.bars.iter_mut().zip(&mut spectrum.peaks);
        for (bar, (level, peak)) in self.bars.iter_mut().zip(shown) {
            *level = bar.envelope.update(height(bar.amplitude), dt_s);
            *peak = bar.peak.update(*level, dt_s);
        }
    }
}

pub(super) fn silence() -> Spectrum {
    Spectrum { bars: vec![0.0; BARS], peaks: vec![0.0; BARS] }
}

#[cfg(test)]
mod tests;
