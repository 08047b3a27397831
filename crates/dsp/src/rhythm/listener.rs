//! All parts in a row: samples in, coming beats out.

use crate::rhythm::activation::{Activation, Flux};
use crate::rhythm::clarity::Clarity;
use crate::rhythm::frames::{FRAMES_PER_S, Frames};
use crate::rhythm::metre::{Metre, Said};
use crate::rhythm::pulse::PulseSpace;
use crate::rhythm::tatum::{Tatum, Tatums};
use crate::{RATES_HZ, UnsupportedRate};

/// A beat that comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// Its instant in samples since the start; about 115 ms ahead of the newest sample.
    pub at: f64,
    /// Tempo in beats per minute.
    pub bpm: f64,
    /// Its place in the bar, and how likely that is.
    pub said: Said,
    /// Certainty of the pulse, 0..1.
    pub certainty: f32,
    /// How clearly the music follows the pulse of late: 0 or less not at all, 1 wholly.
    pub clarity: f32,
    /// The same over the last eight bars or so.
    pub lasting_clarity: f32,
    /// Mean strength of the onsets on the pulse.
    pub strength: f32,
}

/// Log odds that a beat is right, as a sum: of the probability of the metre in log odds, the probability
/// of the bar, how long the decision has stood, the certainty of the pulse, its clarity of late and over
/// the last bars, and the strength of its onsets.
///
/// The posterior alone is no confidence: a wrong decision can be very sure of itself. Weights by logistic
/// regression on recordings with known beats and, many times over, on noise, speech and random drums: who
/// hears nothing may not believe in it.
const CONFIDENCE: [f32; 7] = [0.675, 0.451, 1.505, 1.037, 2.512, 2.612, 1.431];
const CONFIDENCE_BIAS: f32 = -4.966;

impl Beat {
    /// Probability that the beat lies where it is said to, 0..1.
    pub fn confidence(&self) -> f32 {
        let metre = self.said.beat_probability.clamp(0.02, 0.995);
        let settled = (self.said.settled as f32).ln_1p() / 5.0;
        let parts = [
            (metre / (1.0 - metre)).ln(),
            self.said.bar_probability,
            settled,
            self.certainty,
            self.clarity,
            self.lasting_clarity,
            self.strength,
        ];
        let odds = CONFIDENCE.iter().zip(parts).map(|(weight, part)| weight * part).sum::<f32>();
        1.0 / (1.0 + (-(odds + CONFIDENCE_BIAS)).exp())
    }
}

/// Hears beats and bars in a mono signal.
pub struct Listener {
    frames: Frames,
    activation: Box<dyn Activation>,
    pulse: PulseSpace,
    tatums: Tatums,
    metre: Metre,
    clarity: Clarity,
}

impl Listener {
    /// A listener for `rate_hz`.
    ///
    /// # Errors
    /// When the rate is outside 8 to 192 kHz.
    pub fn new(rate_hz: u32) -> Result<Listener, UnsupportedRate> {
        if !RATES_HZ.contains(&rate_hz) {
            return Err(UnsupportedRate(rate_hz));
        }
        let frames = Frames::new(rate_hz);
        Ok(Listener {
            activation: Box::new(Flux::new(frames.centres_hz())),
            tatums: Tatums::new(frames.centres_hz()),
            frames,
            pulse: PulseSpace::default(),
            metre: Metre::default(),
            clarity: Clarity::default(),
        })
    }

    /// Takes the next samples; `found` is called for each beat that comes, in order.
    pub fn process(&mut self, mut samples: &[f32], mut found: impl FnMut(Beat)) {
        while !samples.is_empty() {
            let Some(frame) = self.frames.next(&mut samples) else { break };
            let activations = self.activation.update(frame);
            let pulse = self.pulse.update(&activations);
            self.clarity.update(self.tatums.now(), &activations);
            let Some(tatum) = self.tatums.update(frame, &activations, &pulse) else { continue };
            self.clarity.announce(tatum);
            if let Some((tatum, measures)) = self.tatums.known() {
                self.metre.hear(&tatum, &measures);
            }
            if let Some(said) = self.metre.next(&tatum, self.tatums.fresh()) {
                found(self.beat(&tatum, said));
            }
        }
    }

    /// The listener's user knows that beats lie `period_s` seconds apart, one of them at sample `at`, and,
    /// when `downbeat`, that it is the first of its bar. The music may still say otherwise, in time.
    pub fn advise(&mut self, period_s: f64, at: f64, downbeat: bool) {
        // As much as the music says in some ten seconds.
        const WEIGHT: f32 = 1e4;
        let hop = self.frames.hop() as f64;
        let period = (period_s * f64::from(FRAMES_PER_S)) as f32;
        let at = at / hop;
        let ahead = ((at - self.tatums.now() as f64) as f32).rem_euclid(period);
        self.pulse.advise(period, ahead, WEIGHT);
        self.metre.advise(period, at, downbeat, WEIGHT);
    }

    /// Forgets the music; samples are counted from 0 again.
    pub fn reset(&mut self) {
        self.frames.reset();
        self.activation.reset();
        self.pulse.reset();
        self.tatums.reset();
        self.metre.reset();
        self.clarity.reset();
    }

    fn beat(&self, tatum: &Tatum, said: Said) -> Beat {
        let frames_per_beat = f64::from(tatum.period) * f64::from(said.tatums);
        Beat {
            at: tatum.at * self.frames.hop() as f64,
            bpm: 60.0 * f64::from(FRAMES_PER_S) / frames_per_beat,
            said,
            certainty: tatum.certainty,
            clarity: self.clarity.value(),
            lasting_clarity: self.clarity.lasting(),
            strength: self.clarity.strength(),
        }
    }
}
