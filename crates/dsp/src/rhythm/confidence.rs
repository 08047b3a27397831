//! How likely a beat is right, from everything that speaks for it.
//!
//! The posterior of the metre alone is no confidence: a wrong decision can be very sure of itself, and
//! where there is no beat at all, something is still the likeliest. A layer of hyperbolic tangents and a
//! logistic unit weigh the evidence. They were trained (`ear/metre/confidence.py`) on beats that this very
//! code said of generated music, and of sounds without beats. Talkers and noise count sixteen times as much as
//! all music, because a grid must not start on them; random events count twice as much.

use crate::rhythm::layer::{Layer, Tensors, sigmoid};
use crate::rhythm::metre::STATE;
use crate::rhythm::weights::WeightsError;

/// Parts of the evidence: what the metre's network remembers, and the thirteen of [`Evidence`].
pub const EVIDENCE: usize = STATE + 13;
const NARROW: usize = 24;

/// What speaks for a beat: what the metre's network remembers; the probability of the metre in log odds, the
/// probability of the bar, how long the decision has stood, the certainty of the pulse, its clarity of late
/// and over the last bars, the strength of its onsets, what speaks for any pulse of late and over the last
/// bars, how long the music has been heard, how long the pulse has lasted, and the likeness and depth of its tones.
pub type Evidence = [f32; EVIDENCE];

/// Weighs the evidence.
#[derive(Debug, Clone)]
pub struct Confidence {
    inner: Layer,
    outer: Layer,
}

impl Confidence {
    pub(super) fn read(tensors: &Tensors<'_>) -> Result<Confidence, WeightsError> {
        Ok(Confidence {
            inner: tensors.layer("confidence.inner", EVIDENCE, NARROW)?,
            outer: tensors.layer("confidence.outer", NARROW, 1)?,
        })
    }

    /// Probability 0..1 that the beat lies where it is said to.
    pub fn of(&self, evidence: &Evidence) -> f32 {
        let (mut narrow, mut out) = ([0.0; NARROW], [0.0]);
        self.inner.apply(evidence, &mut narrow);
        narrow.iter_mut().for_each(|value| *value = value.tanh());
        self.outer.apply(&narrow, &mut out);
        sigmoid(out[0])
    }
}
