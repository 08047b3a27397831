//! Does a section begin with this bar? The evidence of the sound alone, as a log-likelihood ratio.
//!
//! What is new is measured against what is usual in this piece: each distance is divided by its running
//! median (Foote 2000 compares spans along the diagonal of a self-similarity matrix; this is the causal
//! corner of his checkerboard, two bars back and one ahead). Three things speak: timbre, rhythm, and a bar
//! that is busier than those before it, because a phrase ends thinly and the next one begins full.
//!
//! Boundaries of one piece are of a kind: where some are as clear as a drop, a change of chords is none; in a
//! song at the piano it is all there is. So the evidence is set against the clearest of late.

use crate::bar::{Bar, RHYTHM, distance};
use crate::frames::MELS;
use crate::phrase::CERTAIN;

/// Distances from which the usual is found.
const USUAL: usize = 48;
/// Bars at the start that have too little before them.
const FIRST_BARS: usize = 2;
/// Smallest ratio that is looked at: the logarithm of nothing is no evidence.
const LEAST_RATIO: f32 = 0.2;
/// Largest change of density that counts, either way.
const MOST_DENSER: f32 = 0.5;
/// A bar that is thinner than this is no thin end of a phrase but a break: it speaks less against a boundary.
const BREAK: f32 = -0.35;
/// Weights of the evidence: constant, timbre, rhythm, density. Fitted by logistic regression on phrases of
/// pop songs, left-one-out, and raised by 1.6: with less, the usual lengths of phrases are all that counts.
const WEIGHTS: [f32; 4] = [-0.5, 3.4, 1.9, 4.6];
/// Where the clearest boundary of late has more than this, such a share of the rest is asked of all others.
const CLEAR: f32 = 3.0;
const ASKED: f32 = 0.6;
/// The clearest is forgotten at this rate per bar: by half in 34 bars.
const KEPT_PER_BAR: f32 = 0.98;
/// Usual distances of timbre in dB and of rhythm in dB of flux are at least these: where a machine repeats
/// its bars exactly, the smallest change would be a novelty.
const LEAST_USUAL: (f32, f32) = (1.0, 0.2);
/// No bar says more than this, either way.
const MOST: f32 = 6.0;

/// The median of the newest values.
#[derive(Debug, Clone)]
struct Usual {
    values: [f32; USUAL],
    count: usize,
}

impl Usual {
    const NONE: Usual = Usual { values: [0.0; USUAL], count: 0 };

    // Logarithm of `value` relative to the median, itself included, or to `least`.
    fn compare(&mut self, value: f32, least: f32) -> f32 {
        self.values[self.count % USUAL] = value;
        self.count += 1;
        let known = self.count.min(USUAL);
        let mut sorted = self.values;
        let sorted = &mut sorted[..known];
        sorted.sort_unstable_by(f32::total_cmp);
        let median = 0.5 * (sorted[(known - 1) / 2] + sorted[known / 2]);
        (value / median.max(least)).max(LEAST_RATIO).ln()
    }
}

/// Compares each bar with the two before it.
#[derive(Debug, Clone)]
pub(crate) struct Novelty {
    past: [Option<Bar>; 2],
    bars: usize,
    timbre: Usual,
    rhythm: Usual,
    timbre_before: f32,
    clearest: f32,
}

impl Novelty {
    pub(crate) fn new() -> Novelty {
        Novelty {
            past: [None, None],
            bars: 0,
            timbre: Usual::NONE,
            rhythm: Usual::NONE,
            timbre_before: 0.0,
            clearest: 0.0,
        }
    }

    /// Log-likelihood ratio of a boundary at the start of `bar`, which has just ended. A drop is one.
    pub(crate) fn evidence(&mut self, bar: &Bar, dropped: bool) -> f32 {
        let heard = self.compare(bar);
        self.past = [self.past[1].take(), Some(bar.clone())];
        self.bars += 1;
        let said = if dropped { CERTAIN } else { heard };
        self.clearest = (self.clearest * KEPT_PER_BAR).max(said);
        if dropped { said } else { said - ASKED * (self.clearest - CLEAR).max(0.0) }
    }

    fn compare(&mut self, bar: &Bar) -> f32 {
        let past = || self.past.iter().flatten();
        let count = past().count() as f32;
        if count == 0.0 {
            return 0.0;
        }
        let (mut shape, mut rhythm) = ([0.0; MELS], [0.0; RHYTHM]);
        for old in past() {
            shape.iter_mut().zip(&old.shape).for_each(|(sum, x)| *sum += x / count);
            rhythm.iter_mut().zip(&old.rhythm).for_each(|(sum, x)| *sum += x / count);
        }
        let density = past().map(|old| old.density).sum::<f32>() / count;
        let denser = (bar.density / (density + 1e-3) - 1.0).clamp(-MOST_DENSER, MOST_DENSER);
        let denser = denser.max(2.0 * BREAK - denser);
        let (timbre, rhythm) = (distance(&bar.shape, &shape), distance(&bar.rhythm, &rhythm));
        if self.bars < FIRST_BARS {
            return 0.0;
        }
        let (timbre, rhythm) =
            (self.timbre.compare(timbre, LEAST_USUAL.0), self.rhythm.compare(rhythm, LEAST_USUAL.1));
        // A cadence, the last bar of a phrase, is as much of a sign as the first bar of the next.
        let turned = timbre.max(std::mem::replace(&mut self.timbre_before, timbre));
        let said = WEIGHTS[0] + WEIGHTS[1] * turned + WEIGHTS[2] * rhythm + WEIGHTS[3] * denser;
        if said.is_finite() { said.clamp(-MOST, MOST) } else { 0.0 }
    }
}
