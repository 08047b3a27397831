//! From samples to tatums and what the music does at them: all of the ear that is below the metre.

use crate::rhythm::activation::{Activation, Flux};
use crate::rhythm::clarity::Clarity;
use crate::rhythm::frames::Frames;
use crate::rhythm::pulse::PulseSpace;
use crate::rhythm::steadiness::Steadiness;
use crate::rhythm::tatum::{Known, Tatum, Tatums};
use crate::{RATES_HZ, UnsupportedRate};

/// A tatum that comes, and those whose surroundings are known since then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard<'a> {
    /// The tatum that comes.
    pub coming: Tatum,
    /// The tatums before it were mistaken: `known` is all that there is to know.
    pub anew: bool,
    /// The newest that is complete, the second before the one that comes, and what the music did there; or,
    /// if all is anew, all since the start, in order. None for the first two.
    pub known: &'a [Known],
}

/// Hears tatums in a mono signal.
pub struct Hearing {
    frames: Frames,
    activation: Box<dyn Activation>,
    pulse: PulseSpace,
    tatums: Tatums,
    clarity: Clarity,
    steadiness: Steadiness,
}

impl Hearing {
    /// For samples at `rate_hz`.
    ///
    /// # Errors
    /// When the rate is outside 8 to 192 kHz.
    pub fn new(rate_hz: u32) -> Result<Hearing, UnsupportedRate> {
        if !RATES_HZ.contains(&rate_hz) {
            return Err(UnsupportedRate(rate_hz));
        }
        let frames = Frames::new(rate_hz);
        Ok(Hearing {
            activation: Box::new(Flux::new(frames.centres_hz())),
            tatums: Tatums::new(frames.centres_hz()),
            steadiness: Steadiness::new(frames.centres_hz()),
            frames,
            pulse: PulseSpace::default(),
            clarity: Clarity::default(),
        })
    }

    /// Takes samples from the front of `samples` until a tatum comes. `None` when all are taken.
    pub fn next(&mut self, samples: &mut &[f32]) -> Option<Heard<'_>> {
        while let Some(frame) = self.frames.next(samples) {
            let activations = self.activation.update(frame);
            self.steadiness.update(frame);
            let pulse = self.pulse.update(&activations);
            self.clarity.update(self.tatums.now(), &activations);
            if let Some(coming) = self.tatums.update(frame, &activations, &pulse) {
                self.clarity.announce(coming);
                return Some(Heard { coming, anew: self.tatums.anew(), known: self.tatums.known() });
            }
        }
        None
    }

    /// Beats are known to lie `period` frames apart, one of them at frame `at`. What agrees becomes `weight`
    /// times as likely.
    pub fn advise(&mut self, period: f32, at: f64, weight: f32) {
        let ahead = ((at - self.tatums.now() as f64) as f32).rem_euclid(period);
        self.pulse.advise(period, ahead, weight);
        self.tatums.advised();
    }

    /// [`Clarity::mark`].
    pub fn mark(&mut self) {
        self.clarity.mark();
    }

    /// How clearly the music follows the pulse.
    pub fn clarity(&self) -> &Clarity {
        &self.clarity
    }

    /// How steady its tones are.
    pub fn steadiness(&self) -> &Steadiness {
        &self.steadiness
    }

    /// How much the music speaks for a pulse at all: [`PulseSpace::support`].
    pub fn support(&self) -> [f32; 2] {
        self.pulse.support()
    }

    /// Tatums that have come since the pulse was found, or found again.
    pub fn lasting(&self) -> u32 {
        self.tatums.lasting()
    }

    /// Samples per frame.
    pub fn hop(&self) -> usize {
        self.frames.hop()
    }

    /// Forgets the music; samples are counted from 0 again.
    pub fn reset(&mut self) {
        self.frames.reset();
        self.activation.reset();
        self.pulse.reset();
        self.tatums.reset();
        self.clarity.reset();
        self.steadiness.reset();
    }
}
