//! How strong the sound is in each band, compared with the strongest that the band had lately.
//!
//! Two transforms: a long one that separates the partials of low notes and a short one for instants.
//! In most bands the level is the geometric mean over the bins, not the sum: noise fills all bins of a band and
//! raises it, the partials of a note fill few and hardly do (spectral flatness, Johnston 1988).
//! Levels are then divided by a slowly falling maximum (adaptive whitening, Stowell & Plumbley 2007),
//! and compressed by a logarithm, so that neither gain nor the balance of the mix matters.

use std::ops::Range;

use crate::bands::Band;
use crate::envelope::coefficient;
use crate::history::History;
use crate::noise_band::NoiseBand;
use crate::stft::Stft;

/// Length in seconds of the short window, as near as a quick transform allows; the long one is twice that.
const SHORT_S: f64 = 0.025;
/// Sizes of quick transforms are one of these times a power of two.
const QUICK: [usize; 5] = [8, 9, 10, 12, 15];
/// Bands in Hz of a bass drum and of the lower bass; summed, long window.
const LOW_HZ: [f32; 6] = [30.0, 50.0, 70.0, 95.0, 125.0, 160.0];
/// Bands in Hz in which chords and voices are strongest; summed, short window.
const TONE_HZ: [f32; 5] = [300.0, 420.0, 600.0, 850.0, 1200.0];
/// Bands in Hz through which the pitch of a kick falls; summed, short window.
const KNOCK_HZ: [f32; 3] = [60.0, 160.0, 300.0];
/// Bands in Hz of noise; geometric means, both windows.
const NOISE_HZ: [f32; 9] = [160.0, 320.0, 640.0, 1250.0, 2500.0, 5000.0, 7000.0, 10_000.0, 15_000.0];
/// Time constant in seconds with which the strongest level is forgotten.
const STRONGEST_S: f32 = 4.0;
/// Least of the strongest level of a band, as share of the loudest band: a band without music of its own stays
/// dead, instead of being blown up. A bass drum is among the loudest parts of any mix, wires and
/// cymbals lie far below it.
const LEAST_LOW: f32 = 0.06;
const LEAST_TONE: f32 = 1e-3;
const LEAST_NOISE: f32 = 1e-4;
const LEAST_HAT: f32 = 3e-5;
/// Least of it as mean square (-100 dB of full scale).
const FLOOR: f32 = 1e-10;
/// Share of the strongest level at which compression bends from linear to logarithmic: small values show soft
/// strokes as well as loud ones, 1 shows mostly the loud ones.
const SUM_BEND: f32 = 0.3;
const BODY_BEND: f32 = 1.0;
const HAT_BEND: f32 = 0.03;

/// Levels in a frame.
pub(super) const CHANNELS: usize = 21;
/// Levels of one frame, in the order of the ranges below.
pub(super) type Frame = [f32; CHANNELS];
/// Bands of [`LOW_HZ`].
pub(super) const LOW: Range<usize> = 0..5;
/// Bands of [`TONE_HZ`].
pub(super) const TONE: Range<usize> = 5..9;
/// Bands of [`KNOCK_HZ`].
pub(super) const KNOCK: Range<usize> = 9..11;
/// Noise from 320 Hz to 7 kHz, long window.
pub(super) const BODY: Range<usize> = 11..16;
/// Noise from 1.25 to 7 kHz, short window.
pub(super) const TAIL: Range<usize> = 16..19;
/// Noise from 7 to 15 kHz, short window.
pub(super) const HAT: Range<usize> = 19..21;

/// Turns the newest samples into levels.
pub(super) struct Levels {
    long: Stft,
    short: Stft,
    low: [Band; 5],
    tone: [Band; 4],
    knock: [Band; 2],
    long_noise: [NoiseBand; 8],
    short_noise: [NoiseBand; 8],
    sums: Strongest<11>,
    long_means: Strongest<8>,
    short_means: Strongest<8>,
}

impl Levels {
    pub(super) fn new(hop: usize, rate_hz: u32) -> Levels {
        let size = quick_size(SHORT_S * f64::from(rate_hz));
        let (long, short) = (Stft::new(2 * size, rate_hz), Stft::new(size, rate_hz));
        let keep = 1.0 - coefficient(hop as f32 / rate_hz as f32, STRONGEST_S);
        Levels {
            low: std::array::from_fn(|i| long.band(LOW_HZ[i]..LOW_HZ[i + 1])),
            tone: std::array::from_fn(|i| short.band(TONE_HZ[i]..TONE_HZ[i + 1])),
            knock: std::array::from_fn(|i| short.band(KNOCK_HZ[i]..KNOCK_HZ[i + 1])),
            long_noise: noise_bands(&long),
            short_noise: noise_bands(&short),
            sums: Strongest::new(keep),
            long_means: Strongest::new(keep),
            short_means: Strongest::new(keep),
            long,
            short,
        }
    }

    /// Samples that a frame looks back on.
    pub(super) fn window(&self) -> usize {
        self.long.size()
    }

    /// Which levels the sample rate can carry.
    pub(super) fn audible(&self) -> [bool; CHANNELS] {
        let means = |bins: &[NoiseBand]| bins.iter().map(|b| !b.is_empty()).collect::<Vec<_>>();
        let (long, short) = (means(&self.long_noise), means(&self.short_noise));
        let sums = self.low.iter().chain(&self.tone).chain(&self.knock).map(|band| !band.is_empty());
        let mut all = sums.chain(long[1..6].to_vec()).chain(short[3..8].to_vec());
        std::array::from_fn(|_| all.next().unwrap_or(false))
    }

    /// Levels of the newest window.
    pub(super) fn frame(&mut self, history: &History) -> Frame {
        let long = self.long.power(history);
        let low = self.low.each_ref().map(|band| band.energy(long));
        self.long_means.update(self.long_noise.each_ref().map(|band| band.power(long)));
        let short = self.short.power(history);
        let tone = self.tone.each_ref().map(|band| band.energy(short));
        let knock = self.knock.each_ref().map(|band| band.energy(short));
        self.short_means.update(self.short_noise.each_ref().map(|band| band.power(short)));
        self.sums.update(std::array::from_fn(|i| match i {
            _ if i < LOW.end => low[i],
            _ if i < TONE.end => tone[i - TONE.start],
            _ => knock[i - KNOCK.start],
        }));
        self.compressed()
    }

    fn compressed(&self) -> Frame {
        let Levels { sums, long_means, short_means, .. } = self;
        let loudest = sums.loudest().max(long_means.loudest()).max(short_means.loudest());
        std::array::from_fn(|i| match i {
            _ if i < LOW.end => compress(sums.share(i, LEAST_LOW * loudest), SUM_BEND),
            _ if i < KNOCK.end => compress(sums.share(i, LEAST_TONE * loudest), SUM_BEND),
            _ if i < BODY.end => {
                compress(long_means.share(i - BODY.start + 1, LEAST_NOISE * loudest), BODY_BEND)
            }
            _ if i < TAIL.end => {
                compress(short_means.share(i - TAIL.start + 3, LEAST_NOISE * loudest), BODY_BEND)
            }
            _ => compress(short_means.share(i - HAT.start + 6, LEAST_HAT * loudest), HAT_BEND),
        })
    }

    pub(super) fn reset(&mut self) {
        self.sums.reset();
        self.long_means.reset();
        self.short_means.reset();
    }
}

/// The size nearest to `wanted` samples for which the transform is quick.
fn quick_size(wanted: f64) -> usize {
    let sizes = (0..12).flat_map(|power| QUICK.map(|times| times << power));
    sizes.min_by(|a, b| (*a as f64 - wanted).abs().total_cmp(&(*b as f64 - wanted).abs())).unwrap_or(QUICK[0])
}

fn compress(share: f32, bend: f32) -> f32 {
    (share / bend).ln_1p()
}

/// Powers of some bands and their slowly falling maxima.
struct Strongest<const N: usize> {
    keep: f32,
    powers: [f32; N],
    strongest: [f32; N],
}

impl<const N: usize> Strongest<N> {
    fn new(keep: f32) -> Strongest<N> {
        Strongest { keep, powers: [0.0; N], strongest: [0.0; N] }
    }

    fn update(&mut self, powers: [f32; N]) {
        self.powers = powers;
        for (strongest, power) in self.strongest.iter_mut().zip(powers) {
            *strongest = power.max(*strongest * self.keep);
        }
    }

    /// Maximum of the loudest band.
    fn loudest(&self) -> f32 {
        self.strongest.iter().copied().fold(0.0, f32::max)
    }

    /// Power of a band as share of its maximum, which counts as `least` at least.
    fn share(&self, band: usize, least: f32) -> f32 {
        self.powers[band] / (self.strongest[band].max(least) + FLOOR)
    }

    fn reset(&mut self) {
        (self.powers, self.strongest) = ([0.0; N], [0.0; N]);
    }
}

fn noise_bands(stft: &Stft) -> [NoiseBand; 8] {
    std::array::from_fn(|i| NoiseBand::new(NOISE_HZ[i]..NOISE_HZ[i + 1], stft.bin_hz(), stft.bins()))
}
