//! The sound every 20 ms: log-mel spectrum, chroma and spectral flux, kept for as long as a bar may last.

use std::collections::VecDeque;

use dsp::history::History;
use dsp::stft::Stft;
use dsp::{bands, samples_at_least};

/// Mel bands of a frame.
pub(crate) const MELS: usize = 32;
/// Pitch classes, C first.
pub(crate) const PITCHES: usize = 12;
/// Bands of flux: up to about 400 Hz, 1.6 kHz, and above.
pub(crate) const FLUXES: usize = 3;
/// First mel band of each flux band, and one beyond the last.
const FLUX_EDGES: [usize; FLUXES + 1] = [0, 6, 16, MELS];
/// Edges in Hz of the mel scale: from the lowest drum to the top of most loudspeakers.
const MEL_HZ: (f32, f32) = (40.0, 14_000.0);
/// Frequencies in Hz that have a pitch.
const PITCH_HZ: std::ops::Range<f32> = 80.0..2500.0;
/// What lies so many dB under the loudest band of late is silence: the level of a recording must not matter.
const RANGE_DB: f32 = 50.0;
/// How fast the loudest band is forgotten, in dB per frame (0.5 dB per second).
const FORGET_DB: f32 = 0.01;
/// Nothing is quieter than this.
const FLOOR_DB: f32 = -100.0;
/// Frames kept: 20 s, three bars at 40 BPM.
const KEPT: usize = 1000;

/// One frame.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Middle of its window, in seconds of the stream.
    pub(crate) at_s: f64,
    /// Level of each mel band in dB, never more than [`RANGE_DB`] under the loudest of late.
    pub(crate) mel_db: [f32; MELS],
    /// Share of each pitch class, unit length.
    pub(crate) chroma: [f32; PITCHES],
    /// Mean rise in dB since the frame before, per flux band.
    pub(crate) flux: [f32; FLUXES],
    /// Mean square of the signal.
    pub(crate) power: f32,
}

/// Triangular filter over some bins.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

/// Makes frames and keeps the newest.
pub(crate) struct Frames {
    stft: Stft,
    history: History,
    filters: Vec<Filter>,
    // (bin, pitch class, weight)
    pitches: Vec<(usize, usize, f32)>,
    loudest_db: f32,
    before: Option<[f32; MELS]>,
    kept: VecDeque<Frame>,
    rate_hz: f64,
}

impl Frames {
    pub(crate) fn new(rate_hz: u32) -> Frames {
        let stft = Stft::new(samples_at_least(bands::LONG_WINDOW_S, rate_hz), rate_hz);
        Frames {
            filters: filters(stft.bin_hz(), stft.bins()),
            pitches: pitches(stft.bin_hz(), stft.bins()),
            history: History::new(stft.size()),
            stft,
            loudest_db: FLOOR_DB,
            before: None,
            kept: VecDeque::with_capacity(KEPT + 1),
            rate_hz: f64::from(rate_hz),
        }
    }

    /// Takes samples.
    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.history.push(samples);
    }

    /// Makes the frame that ends at `end_s`.
    pub(crate) fn make(&mut self, end_s: f64) {
        let power = self.stft.power(&self.history);
        let mut mel_db = [FLOOR_DB; MELS];
        for (db, filter) in mel_db.iter_mut().zip(&self.filters) {
            *db = decibel(filter.energy(power));
        }
        let chroma = chroma(power, &self.pitches);
        let total = power.iter().sum();
        let highest = mel_db.iter().copied().fold(FLOOR_DB, f32::max);
        self.loudest_db = (self.loudest_db - FORGET_DB).max(highest);
        mel_db.iter_mut().for_each(|db| *db = db.max(self.loudest_db - RANGE_DB));
        let flux = self.before.map_or([0.0; FLUXES], |before| flux(&before, &mel_db));
        self.before = Some(mel_db);
        let at_s = end_s - self.stft.size() as f64 / self.rate_hz / 2.0;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Frame { at_s, mel_db, chroma, flux, power: total });
    }

    /// The kept frames whose middle lies within `from_s..to_s`.
    pub(crate) fn between(&self, from_s: f64, to_s: f64) -> impl Iterator<Item = &Frame> {
        let first = self.kept.partition_point(|frame| frame.at_s < from_s);
        self.kept.range(first..).take_while(move |frame| frame.at_s < to_s)
    }

    /// Middle of the oldest kept frame.
    pub(crate) fn oldest_s(&self) -> Option<f64> {
        self.kept.front().map(|frame| frame.at_s)
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        self.history.clear();
        self.kept.clear();
        self.before = None;
        self.loudest_db = FLOOR_DB;
    }
}

impl Filter {
    fn energy(&self, power: &[f32]) -> f32 {
        let bins = power.get(self.first..).unwrap_or_default();
        self.weights.iter().zip(bins).map(|(weight, power)| weight * power).sum()
    }
}

/// Level in dB of a mean square.
pub(crate) fn decibel(mean_square: f32) -> f32 {
    (10.0 * mean_square.log10()).max(FLOOR_DB)
}

fn chroma(power: &[f32], pitches: &[(usize, usize, f32)]) -> [f32; PITCHES] {
    let mut sum = [0.0; PITCHES];
    for (bin, pitch, weight) in pitches {
        sum[*pitch] += weight * power.get(*bin).copied().unwrap_or(0.0).sqrt();
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    sum.map(|x| x / (length + 1e-6))
}

fn flux(before: &[f32; MELS], now: &[f32; MELS]) -> [f32; FLUXES] {
    std::array::from_fn(|band| {
        let (from, to) = (FLUX_EDGES[band], FLUX_EDGES[band + 1]);
        let rises = before[from..to].iter().zip(&now[from..to]).map(|(a, b)| (b - a).max(0.0));
        rises.sum::<f32>() / (to - from) as f32
    })
}

/// Triangles that overlap by half, equally wide on the mel scale (Stevens and Volkmann 1940, in O'Shaughnessy's form).
fn filters(bin_hz: f32, bins: usize) -> Vec<Filter> {
    let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
    let hz = |mel: f32| 700.0 * (10f32.powf(mel / 2595.0) - 1.0);
    let (low, high) = (mel(MEL_HZ.0), mel(MEL_HZ.1));
    let edge = |i: usize| hz(low + (high - low) * i as f32 / (MELS + 1) as f32) / bin_hz;
    (0..MELS).map(|i| triangle(edge(i), edge(i + 1), edge(i + 2), bins)).collect()
}

// Edges in bins. A triangle narrower than a bin takes the nearest one.
fn triangle(low: f32, middle: f32, high: f32, bins: usize) -> Filter {
    let height =
        |k: usize| ((k as f32 - low) / (middle - low)).min((high - k as f32) / (high - middle)).max(0.0);
    let first = (low.ceil() as usize).min(bins);
    let last = (high.floor() as usize + 1).min(bins);
    let weights: Vec<f32> = (first..last).map(height).collect();
    if weights.iter().sum::<f32>() > 0.0 || first >= bins {
        return Filter { first, weights };
    }
    Filter { first: middle.round() as usize, weights: vec![1.0] }
}

fn pitches(bin_hz: f32, bins: usize) -> Vec<(usize, usize, f32)> {
    let pitched = |bin: &usize| PITCH_HZ.contains(&(*bin as f32 * bin_hz));
    let weigh = |bin: usize| {
        let note = 69.0 + 12.0 * (bin as f32 * bin_hz / 440.0).log2();
        let off = (note - note.round()) * std::f32::consts::PI;
        (bin, (note.round() as i32).rem_euclid(PITCHES as i32) as usize, off.cos().powi(2))
    };
    (1..bins).filter(pitched).map(weigh).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, rate_hz: u32, gain: f32) -> Frame {
        let mut frames = Frames::new(rate_hz);
        let samples: Vec<f32> = (0..rate_hz)
            .map(|i| gain * (std::f32::consts::TAU * hz * i as f32 / rate_hz as f32).sin())
            .collect();
        frames.push(&samples);
        frames.make(1.0);
        frames.between(0.0, 2.0).next().unwrap().clone()
    }

    #[test]
    fn a_tone_is_its_pitch_class_and_its_band_at_any_rate_and_level() {
        for (rate_hz, gain) in [(16_000, 0.5), (44_100, 0.05), (48_000, 0.5), (96_000, 1.0)] {
            let frame = tone(440.0, rate_hz, gain);
            let loudest = (0..PITCHES).max_by(|a, b| frame.chroma[*a].total_cmp(&frame.chroma[*b])).unwrap();
            assert_eq!(loudest, 9, "A at {rate_hz}");
            let band = (0..MELS).max_by(|a, b| frame.mel_db[*a].total_cmp(&frame.mel_db[*b])).unwrap();
            assert!((4..=6).contains(&band), "{band} at {rate_hz}");
            let range = frame.mel_db[band] - frame.mel_db.iter().copied().fold(0.0, f32::min);
            assert!(range <= RANGE_DB + 0.1, "{range}");
        }
    }

    #[test]
    fn every_filter_has_a_bin_below_the_nyquist_frequency() {
        for rate_hz in [44_100, 48_000, 96_000] {
            let frames = Frames::new(rate_hz);
            assert!(frames.filters.iter().all(|filter| filter.weights.iter().sum::<f32>() > 0.0));
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut frames = Frames::new(48_000);
        (0..3000).for_each(|i| frames.make(f64::from(i) * 0.02));
        assert_eq!(frames.between(0.0, 1e9).count(), KEPT);
        assert!(frames.between(30.0, 31.0).count() == 0 && frames.between(59.0, 59.5).count() == 25);
    }
}
