//! The seven bands and the shape of the spectrum.

use dsp::bands::{BANDS_HZ, Band};
use dsp::envelope::Follower;
use dsp::normalise::Normaliser;
use dsp::shape::{Flux, Shape};
use dsp::stft::Stft;
use schemas::audio::{Bands, Features};

use super::fade;

/// Usual level of each band in dBFS, RMS, of mastered music: it falls towards the top.
const NOMINAL_DB: [f32; 7] = [-24.0, -19.0, -23.0, -24.0, -32.0, -37.0, -38.0];
/// Bands that start below this need the resolution of the long window; the others are prompter with the short.
pub(super) const LONG_BELOW_HZ: f32 = 450.0;
/// Attack and decay of a band in seconds: stands with the stroke, falls as the eye likes it.
const BAND_S: (f32, f32) = (0.005, 0.15);

pub(super) struct Tone {
    bands: [BandLevel; 7],
    flux: Flux,
    bin_hz: f32,
}

struct BandLevel {
    band: Band,
    long: bool,
    normaliser: Normaliser,
    envelope: Follower,
}

impl Tone {
    pub(super) fn new(long: &Stft, short: &Stft) -> Tone {
        let level = |i: usize| {
            let hz = BANDS_HZ[i].clone();
            let is_long = hz.start < LONG_BELOW_HZ;
            BandLevel {
                band: if is_long { long.band(hz) } else { short.band(hz) },
                long: is_long,
                normaliser: Normaliser::new(NOMINAL_DB[i]),
                envelope: Follower::new(BAND_S.0, BAND_S.1),
            }
        };
        Tone { bands: std::array::from_fn(level), flux: Flux::new(short.bins()), bin_hz: short.bin_hz() }
    }

    pub(super) fn update(&mut self, long: &[f32], short: &[f32], dt_s: f32, features: &mut Features) {
        features.bands = bands(self.bands.each_mut().map(|level| {
            let energy = level.band.energy(if level.long { long } else { short });
            let target = level.normaliser.update(energy.sqrt(), dt_s);
            level.envelope.update(target, dt_s)
        }));
        let shape = Shape::of(short, self.bin_hz);
        features.centroid = shape.centroid_hz;
        features.rolloff = shape.rolloff_hz;
        features.flatness = shape.flatness;
        features.flux = self.flux.update(short);
    }

    pub(super) fn decay(&mut self, seconds: f32, features: &mut Features) {
        features.bands = bands(self.bands.each_mut().map(|level| level.envelope.update(0.0, seconds)));
        let rest = fade(seconds);
        for value in
            [&mut features.centroid, &mut features.rolloff, &mut features.flatness, &mut features.flux]
        {
            *value *= rest;
        }
    }

    pub(super) fn interrupt(&mut self) {
        self.flux.interrupt();
    }

    pub(super) fn reset(&mut self) {
        self.flux.reset();
        for level in &mut self.bands {
            level.normaliser.reset();
            level.envelope.reset();
        }
    }
}

const fn bands([sub_bass, bass, low_mid, mid, high_mid, presence, air]: [f32; 7]) -> Bands {
    Bands { sub_bass, bass, low_mid, mid, high_mid, presence, air }
}

pub(super) const fn array(bands: &Bands) -> [f32; 7] {
    let Bands { sub_bass, bass, low_mid, mid, high_mid, presence, air } = *bands;
    [sub_bass, bass, low_mid, mid, high_mid, presence, air]
}
