//! All parts in a row: samples in, coming beats out.

use crate::UnsupportedRate;
use crate::rhythm::confidence::{Confidence, EVIDENCE, Evidence};
use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::hearing::Hearing;
use crate::rhythm::metre::{Metre, STATE, Said};
use crate::rhythm::tatum::Tatum;
use crate::rhythm::weights::Weights;

/// A beat that comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// Its instant in samples since the start; about 115 ms ahead of the newest sample.
    pub at: f64,
    /// Tempo in beats per minute.
    pub bpm: f64,
    /// Its place in the bar, and how likely that is.
    pub said: Said,
    /// Probability that it lies where it is said to, 0..1.
    pub confidence: f32,
    /// What speaks for it.
    pub evidence: Evidence,
}

/// Hears beats and bars in a mono signal.
pub struct Listener {
    hearing: Hearing,
    metre: Metre,
    confidence: Confidence,
}

impl Listener {
    /// A listener for `rate_hz` that decides by what `weights` have learned.
    ///
    /// # Errors
    /// When the rate is outside 8 to 192 kHz.
    pub fn new(rate_hz: u32, weights: &Weights) -> Result<Listener, UnsupportedRate> {
        let hearing = Hearing::new(rate_hz)?;
        Ok(Listener { hearing, metre: Metre::new(weights), confidence: weights.confidence.clone() })
    }

    /// Takes the next samples; `found` is called for each beat that comes, in order.
    pub fn process(&mut self, mut samples: &[f32], mut found: impl FnMut(Beat)) {
        while let Some(heard) = self.hearing.next(&mut samples) {
            let coming = heard.coming;
            if heard.anew {
                self.metre.reset();
            }
            for known in heard.known {
                self.metre.hear(known);
            }
            if let Some(said) = self.metre.next(&coming) {
                found(self.beat(&coming, said));
            }
        }
    }

    /// The listener's user knows that beats lie `period_s` seconds apart, one of them at sample `at`, and,
    /// when `downbeat`, that it is the first of its bar. The music may still say otherwise, in time.
    pub fn advise(&mut self, period_s: f64, at: f64, downbeat: bool) {
        // As much as the music says in some ten seconds.
        const WEIGHT: f32 = 1e4;
        let period = (period_s * f64::from(FRAMES_PER_S)) as f32;
        let at = at / self.hearing.hop() as f64;
        self.hearing.advise(period, at, WEIGHT);
        self.metre.advise(period, at, downbeat, WEIGHT);
    }

    /// From here on the music may be another: [`Listener::goes_on`] says.
    pub fn mark(&mut self) {
        self.hearing.mark();
    }

    /// How clearly the music since the mark follows the pulse, as a share of how clearly it did before: some 1
    /// where it goes on in time, some 0 where its onsets fall anywhere.
    pub fn goes_on(&self) -> f32 {
        self.hearing.clarity().since_mark()
    }

    /// Forgets the music; samples are counted from 0 again.
    pub fn reset(&mut self) {
        self.hearing.reset();
        self.metre.reset();
    }

    fn beat(&self, tatum: &Tatum, said: Said) -> Beat {
        let frames_per_beat = f64::from(tatum.period) * f64::from(said.tatums);
        let evidence = self.evidence(tatum, &said);
        Beat {
            at: tatum.at * self.hearing.hop() as f64,
            bpm: 60.0 * f64::from(FRAMES_PER_S) / frames_per_beat,
            said,
            confidence: self.confidence.of(&evidence),
            evidence,
        }
    }

    fn evidence(&self, tatum: &Tatum, said: &Said) -> Evidence {
        let (clarity, steadiness) = (self.hearing.clarity(), self.hearing.steadiness());
        let metre = said.beat_probability.clamp(0.02, 0.995);
        let [late, lasting] = self.hearing.support();
        let parts = [
            (metre / (1.0 - metre)).ln(),
            said.bar_probability,
            (said.settled as f32).ln_1p() / 5.0,
            tatum.certainty,
            clarity.value(),
            clarity.lasting(),
            clarity.strength(),
            late / 10.0,
            lasting / 20.0,
            (self.metre.count() as f32).ln_1p() / 5.0,
            (self.hearing.lasting() as f32).ln_1p() / 5.0,
            steadiness.likeness(),
            steadiness.depth(),
        ];
        let mut evidence = [0.0; EVIDENCE];
        let (remembered, known) = evidence.split_at_mut(STATE);
        remembered.copy_from_slice(self.metre.state());
        known.copy_from_slice(&parts);
        evidence
    }
}
