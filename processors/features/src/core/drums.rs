//! Pulses of kick, snare and hi-hat.

use dsp::bands::Band;
use dsp::noise_band::NoiseBand;
use dsp::onset::{HAT, KICK, Pulse, SNARE};
use dsp::stft::Stft;
use dsp::tuned::Tuned;
use schemas::audio::Features;

/// Share of the hi-hat's level that is taken off the snare's.
const HAT_IN_SNARE: f32 = 0.5;

pub(super) struct Drums {
    /// The kick's period is as long as the short window: it has a filter of its own.
    low: Tuned,
    kick: Pulse,
    /// A snare fills its band with noise; a bright lead does not.
    wires: NoiseBand,
    cymbals: Band,
    /// Snare and hi-hat.
    high: [Pulse; 2],
}

impl Drums {
    pub(super) fn new(short: &Stft, rate_hz: u32) -> Drums {
        let (centre_hz, reach_hz) =
            (0.5 * (KICK.hz.start + KICK.hz.end), 0.5 * (KICK.hz.end - KICK.hz.start));
        Drums {
            low: Tuned::new(centre_hz, reach_hz, rate_hz),
            kick: Pulse::new(KICK),
            wires: NoiseBand::new(SNARE.hz, short.bin_hz(), short.bins()),
            cymbals: short.band(HAT.hz),
            high: [SNARE, HAT].map(Pulse::new),
        }
    }

    pub(super) fn update(&mut self, hop: &[f32], short: &[f32], dt_s: f32, features: &mut Features) {
        features.kick = self.kick.update(self.low.level(hop), dt_s);
        let (snare, hat) = (self.wires.power(short).sqrt(), self.cymbals.energy(short).sqrt());
        // A hi-hat reaches down into the band of the snare, less strongly than it sounds above.
        let levels = [(snare - HAT_IN_SNARE * hat).max(0.0), hat];
        for (pulse, level) in self.high.iter_mut().zip(levels) {
            pulse.update(level, dt_s);
        }
        [features.snare, features.hat] = self.high.each_ref().map(|pulse| pulse.value());
    }

    pub(super) fn decay(&mut self, seconds: f32, features: &mut Features) {
        features.kick = self.kick.update(0.0, seconds);
        [features.snare, features.hat] = self.high.each_mut().map(|pulse| pulse.update(0.0, seconds));
    }

    pub(super) fn interrupt(&mut self) {
        self.low.reset();
        self.kick.interrupt();
        self.high.iter_mut().for_each(|pulse| pulse.interrupt());
    }

    pub(super) fn reset(&mut self) {
        self.low.reset();
        self.kick.reset();
        self.high.iter_mut().for_each(|pulse| pulse.reset());
    }
}
