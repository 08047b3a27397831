//! The sounds: short drums made of sines and noise, and tones for bass and chords.
//!
//! Times and decays are in seconds, so that a sound is the same at every sample rate.

use std::f64::consts::TAU;

use crate::random::Random;

/// A short sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// A metronome's click: a sine of 1 kHz that is gone after 30 ms.
    Click,
    /// The same at 1.6 kHz.
    HighClick,
    /// Bass drum: a sine that falls to 50 Hz.
    Kick,
    /// Snare: two modes of the skin, and noise.
    Snare,
    /// Closed hi-hat: 30 ms of noise above 7 kHz.
    ClosedHat,
    /// Open hi-hat: 150 ms of the same.
    OpenHat,
}

impl Voice {
    /// Renders it, full scale ±1.
    pub fn render(self, rate_hz: f64) -> Vec<f32> {
        let noise = Random::new(self as u64 + 1);
        match self {
            Voice::Click => click(1000.0, rate_hz),
            Voice::HighClick => click(1600.0, rate_hz),
            Voice::Kick => kick(rate_hz),
            Voice::Snare => snare(noise, rate_hz),
            Voice::ClosedHat => hat(0.02, 0.1, noise, rate_hz),
            Voice::OpenHat => hat(0.1, 0.35, noise, rate_hz),
        }
    }
}

fn sampled(seconds: f64, rate_hz: f64, mut sound: impl FnMut(f64) -> f64) -> Vec<f32> {
    let samples: Vec<f64> = (0..(seconds * rate_hz) as usize).map(|n| sound(n as f64 / rate_hz)).collect();
    let peak = samples.iter().fold(1e-9, |peak: f64, sample| peak.max(sample.abs()));
    samples.iter().map(|sample| (sample / peak) as f32).collect()
}

fn click(hz: f64, rate_hz: f64) -> Vec<f32> {
    sampled(0.03, rate_hz, |t| (TAU * hz * t).sin() * (-t / 0.005).exp())
}

fn kick(rate_hz: f64) -> Vec<f32> {
    const FALL_S: f64 = 0.015;
    sampled(0.4, rate_hz, |t| {
        // Phase is the integral of 50 Hz + 200 Hz * exp(-t / FALL_S).
        let turns = 50.0 * t + 200.0 * FALL_S * (1.0 - (-t / FALL_S).exp());
        (TAU * turns).sin() * (-t / 0.1).exp()
    })
}

fn snare(mut noise: Random, rate_hz: f64) -> Vec<f32> {
    let mut wires = HighPass::new(1000.0, rate_hz);
    sampled(0.25, rate_hz, |t| {
        let skin = (TAU * 185.0 * t).sin() + 0.6 * (TAU * 330.0 * t).sin();
        0.5 * skin * (-t / 0.04).exp() + wires.next(noise.noise()) * (-t / 0.06).exp()
    })
}

fn hat(decay_s: f64, seconds: f64, mut noise: Random, rate_hz: f64) -> Vec<f32> {
    let mut filters = [HighPass::new(7000.0, rate_hz), HighPass::new(7000.0, rate_hz)];
    sampled(seconds, rate_hz, |t| {
        filters.iter_mut().fold(noise.noise(), |x, filter| filter.next(x)) * (-t / decay_s).exp()
    })
}

/// A note of four harmonics at `hz` that lasts `seconds`; soft ends keep it from clicking.
pub fn note(hz: f64, seconds: f64, rate_hz: f64, attack_s: f64) -> Vec<f32> {
    const RELEASE_S: f64 = 0.02;
    let harmonics = || (1..=4).map(f64::from).filter(|k| hz * k < 0.45 * rate_hz);
    sampled(seconds, rate_hz, |t| {
        let ends = (t / attack_s).min((seconds - t) / RELEASE_S).clamp(0.0, 1.0);
        ends * harmonics().map(|k| (TAU * hz * k * t).sin() / (k * k)).sum::<f64>()
    })
}

/// One-pole high-pass filter.
#[derive(Debug)]
struct HighPass {
    keep: f64,
    last_in: f64,
    last_out: f64,
}

impl HighPass {
    fn new(hz: f64, rate_hz: f64) -> HighPass {
        HighPass { keep: (-TAU * hz.min(0.4 * rate_hz) / rate_hz).exp(), last_in: 0.0, last_out: 0.0 }
    }

    fn next(&mut self, x: f64) -> f64 {
        self.last_out = self.keep * (self.last_out + x - self.last_in);
        self.last_in = x;
        self.last_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_begins_at_once_and_is_as_long_at_every_rate() {
        use Voice::{Click, ClosedHat, HighClick, Kick, OpenHat, Snare};
        for voice in [Click, HighClick, Kick, Snare, ClosedHat, OpenHat] {
            let energy_s = |rate_hz: f64| {
                let sound = voice.render(rate_hz);
                let early =
                    sound.iter().take((0.006 * rate_hz) as usize).map(|s| s.abs()).fold(0.0, f32::max);
                assert!(early > 0.4, "{voice:?} at {rate_hz} Hz: {early}");
                sound.iter().map(|s| f64::from(s * s)).sum::<f64>() / rate_hz
            };
            let ratio = energy_s(96_000.0) / energy_s(16_000.0);
            assert!((0.5..2.0).contains(&ratio), "{voice:?}: {ratio}");
        }
    }
}
