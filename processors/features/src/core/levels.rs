//! Overall levels: RMS, peak, loudness, the two envelopes, and the mood of intensity.

use dsp::UnsupportedRate;
use dsp::dc::DcBlocker;
use dsp::envelope::Follower;
use dsp::loudness::{Loudness, SILENCE_LUFS};
use dsp::normalise::Normaliser;
use schemas::audio::{Bands, Features};

use super::{fade, tone};

/// Hops from one reading of the loudness to the next, about 20 ms: it sums over 400 ms every time.
const LOUDNESS_HOPS: u32 = 4;
/// Usual level of music in dBFS, RMS.
const NOMINAL_DB: f32 = -16.0;
/// Attack and decay of the envelopes in seconds, as the schema documents them.
const FAST_S: (f32, f32) = (0.005, 0.15);
const SLOW_S: (f32, f32) = (0.3, 2.0);
/// Attack and decay of the intensity in seconds: a mood of phrases, not of beats.
const INTENSITY_S: (f32, f32) = (1.5, 3.0);
/// Time constant in seconds with which the slow ones fade when samples no longer arrive: dark within 4 s.
const LOST_FADE_S: f32 = 0.5;
/// Weights of energy, brightness and density in the intensity.
const ENERGY: f32 = 0.6;
const BRIGHTNESS: f32 = 0.3;
const DENSITY: f32 = 0.1;
/// Centroids in Hz that count as brightness 0 and 1.
const DARK_HZ: f32 = 300.0;
const BRIGHT_HZ: f32 = 8000.0;
/// Level from which sound counts as fully there for the brightness.
const PRESENT: f32 = 0.1;

pub(super) struct Levels {
    dc: DcBlocker,
    loudness: Loudness,
    hops: u32,
    normaliser: Normaliser,
    fast: Follower,
    slow: Follower,
    intensity: Follower,
}

impl Levels {
    pub(super) fn new(rate_hz: u32) -> Result<Levels, UnsupportedRate> {
        Ok(Levels {
            dc: DcBlocker::new(rate_hz),
            loudness: Loudness::new(rate_hz)?,
            hops: 0,
            normaliser: Normaliser::new(NOMINAL_DB),
            fast: Follower::new(FAST_S.0, FAST_S.1),
            slow: Follower::new(SLOW_S.0, SLOW_S.1),
            intensity: Follower::new(INTENSITY_S.0, INTENSITY_S.1),
        })
    }

    /// Takes offset and garbage out of new samples.
    pub(super) fn condition(&mut self, samples: &mut [f32]) {
        for sample in samples {
            *sample = self.dc.next(*sample);
        }
    }

    /// Reads bands and centroid of the same hop from `features`.
    pub(super) fn update(&mut self, hop: &[f32], dt_s: f32, features: &mut Features) {
        let square: f32 = hop.iter().map(|s| s * s).sum::<f32>() / hop.len().max(1) as f32;
        features.rms = square.sqrt().min(1.0);
        features.peak = hop.iter().fold(0.0f32, |peak, s| peak.max(s.abs())).min(1.0);
        self.loudness.push(hop);
        if self.hops.is_multiple_of(LOUDNESS_HOPS) {
            features.loudness = self.loudness.momentary();
        }
        self.hops = self.hops.wrapping_add(1);
        let level = self.normaliser.update(square.sqrt(), dt_s);
        features.fast = self.fast.update(level, dt_s);
        features.slow = self.slow.update(level, dt_s);
        features.intensity = self.intensity.update(mood(features), dt_s);
    }

    pub(super) fn decay(&mut self, seconds: f32, features: &mut Features) {
        let rest = fade(seconds);
        features.rms *= rest;
        features.peak *= rest;
        features.loudness = SILENCE_LUFS + rest * (features.loudness - SILENCE_LUFS);
        features.fast = self.fast.update(0.0, seconds);
        features.slow = self.slow.fade(seconds, LOST_FADE_S);
        features.intensity = self.intensity.fade(seconds, LOST_FADE_S);
    }

    pub(super) fn interrupt(&mut self) {
        self.dc.reset();
    }

    pub(super) fn reset(&mut self) {
        self.dc.reset();
        self.loudness.reset();
        self.hops = 0;
        self.normaliser.reset();
        self.fast.reset();
        self.slow.reset();
        self.intensity.reset();
    }
}

/// Energy, brightness and density as one number 0..1.
fn mood(features: &Features) -> f32 {
    let present = (features.slow / PRESENT).min(1.0);
    let brightness = (features.centroid.max(DARK_HZ) / DARK_HZ).ln() / (BRIGHT_HZ / DARK_HZ).ln();
    let bands = tone::array(&features.bands);
    let density = bands.iter().sum::<f32>() / bands.len() as f32;
    ENERGY * features.slow + BRIGHTNESS * present * brightness.min(1.0) + DENSITY * density
}

pub(super) fn silence() -> Features {
    Features { loudness: SILENCE_LUFS, bands: Bands::default(), ..Features::default() }
}
