//! Pure signal code for the audio components: no runtime, no wire types, no clock of its own.
//!
//! Everything here is causal and driven by samples. Time is counted in samples or handed in as
//! seconds, so a file, a test vector and a live source give the same numbers. After construction no
//! part allocates (`tests/allocations.rs` counts); buffers are sized once, for one sample rate.
//!
//! Two pieces concern *when* sound was captured: [`dll`] filters callback times, [`block`] counts samples, [`steps`] cuts them.
//! [`mix`] makes one channel of many. The rest turns samples into numbers: [`stft`], [`bands`], [`noise_band`],
//! [`shape`], [`tuned`], [`onset`], [`drums`], [`loudness`], [`envelope`], [`normalise`].
//! [`decimate`], [`peaks`], [`chroma`], [`key`] and [`pitch`] listen to harmony and melody.

pub mod bands;
pub mod block;
pub mod chroma;
pub mod dc;
pub mod decimate;
pub mod dll;
pub mod drums;
pub mod envelope;
pub mod history;
pub mod key;
pub mod loudness;
pub mod mix;
pub mod noise_band;
pub mod normalise;
pub mod onset;
pub mod peaks;
pub mod pitch;
pub mod rhythm;
pub mod shape;
pub mod steps;
pub mod stft;
pub mod tuned;

/// Sample rates in Hz that the analysis is built and tested for.
pub const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// A sample rate that the analysis is not built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sample rate {0} Hz is outside 8000-192000 Hz: set the device to a rate in that range")]
pub struct UnsupportedRate(pub u32);

/// Power of two of samples that last at least `seconds` at `rate_hz`.
pub fn samples_at_least(seconds: f64, rate_hz: u32) -> usize {
    ((seconds * f64::from(rate_hz)).ceil() as usize).max(1).next_power_of_two()
}
