//! Where phrases begin: how many bars ago the present one did, as a probability for every answer.
//!
//! Online change-point detection (Adams and MacKay 2007, “Bayesian Online Changepoint Detection”): the state
//! is the run length, in bars; the hazard comes from the lengths that phrases have, which is how the grid of
//! 4, 8 and 16 bars enters; the evidence of the sound moves it.

/// Longest phrase that is told from longer ones, in bars.
const LONGEST: usize = 48;
/// Lengths in bars and their probabilities. Four and eight bars are the rule in popular and dance music, their
/// doubles the next; a bar more or less comes from pick-ups, fills and half phrases.
const LENGTHS: [(usize, f32); 12] = [
    (2, 0.02),
    (4, 0.25),
    (5, 0.02),
    (6, 0.03),
    (7, 0.01),
    (8, 0.45),
    (9, 0.02),
    (10, 0.01),
    (12, 0.04),
    (16, 0.12),
    (24, 0.01),
    (32, 0.02),
];
/// Probability of any other length.
const OTHER: f32 = 0.004;
/// A boundary is believed at this probability, summed over the newest bars; more is asked of one that ends a
/// section of no multiple of four bars: it may be the fill before the boundary.
const BELIEVED: f32 = 0.35;
const BELIEVED_OFF_GRID: f32 = 0.55;
/// Bars within which it is looked for: this one and the two before it.
const RECENT: usize = 3;
/// Two boundaries are at least so many bars apart: two may be a fill and its answer.
const SHORTEST: usize = 3;
/// Evidence that asks for no least distance: a drop is a boundary whatever was one before.
pub(crate) const CERTAIN: f32 = 7.0;
/// Nor does what is so much clearer than the boundary before it: that one was the fill.
const CLEARER: f32 = 2.0;
/// Weight of the lengths of this piece, once four are known, against the general ones.
const OWN: f32 = 1.0;

/// A boundary that is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    /// So many bars before the newest began: 0 is the newest itself.
    pub(crate) bars_ago: usize,
    /// Probability, 0..1.
    pub(crate) confidence: f32,
    /// Length of the section that ended, in bars.
    pub(crate) length: usize,
}

/// The run-length posterior.
#[derive(Debug, Clone)]
pub(crate) struct Phrases {
    run: [f32; LONGEST],
    own: [f32; LONGEST],
    owned: f32,
    // evidence of the newest bars, the newest first, and of the last boundary that was believed
    heard: [f32; RECENT],
    last: f32,
    // bars since that boundary
    since: usize,
    begun: bool,
}

impl Phrases {
    pub(crate) fn new() -> Phrases {
        let mut run = [0.0; LONGEST];
        run[0] = 1.0;
        let (own, heard, last) = ([0.0; LONGEST], [0.0; RECENT], f32::INFINITY);
        Phrases { run, own, owned: 0.0, heard, last, since: 0, begun: false }
    }

    /// One more bar has ended; `evidence` is the log-likelihood ratio of a boundary at its start.
    pub(crate) fn bar(&mut self, evidence: f32) -> Option<Found> {
        self.heard.rotate_right(1);
        self.heard[0] = evidence;
        if !std::mem::replace(&mut self.begun, true) {
            return None;
        }
        self.since += 1;
        self.advance(evidence.exp());
        let newest = &self.run[..RECENT];
        let belief: f32 = newest.iter().sum();
        let bars_ago = (0..RECENT).fold(0, |best, i| if newest[i] > newest[best] { i } else { best });
        let length = self.since.saturating_sub(bars_ago);
        let heard = self.heard[bars_ago];
        let apart = length >= SHORTEST || heard >= CERTAIN || heard > self.last + CLEARER;
        let asked = if length.is_multiple_of(4) { BELIEVED } else { BELIEVED_OFF_GRID };
        if belief <= asked || !apart || length == 0 {
            return None;
        }
        self.last = heard;
        self.own[length.min(LONGEST - 1)] += 1.0;
        self.owned += 1.0;
        self.since = bars_ago;
        Some(Found { bars_ago, confidence: belief.min(1.0), length })
    }

    /// Bars since the last boundary that was believed, the newest included.
    pub(crate) fn bars_in(&self) -> usize {
        self.since + usize::from(self.begun)
    }

    /// The likeliest length of a section that has lasted `bars_in` bars, of 4, 8, 16 and 32 or what this piece
    /// has shown, with its probability.
    pub(crate) fn expected(&self, bars_in: usize) -> Option<(usize, f32)> {
        let prior = self.prior();
        let left: f32 = prior.get(bars_in.max(1)..)?.iter().sum();
        let (length, p) = (bars_in.max(1)..LONGEST)
            .filter(|length| length % 4 == 0 || self.own[*length] > 0.0)
            .map(|length| (length, prior[length]))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        (left > 0.0).then(|| (length, p / left))
    }

    fn advance(&mut self, ratio: f32) {
        let prior = self.prior();
        let (mut next, mut begun, mut left) = ([0.0; LONGEST], 0.0, 1.0);
        for length in 1..LONGEST {
            let hazard = if left > 1e-6 { (prior[length] / left).min(1.0) } else { 1.0 };
            left -= prior[length];
            begun += self.run[length - 1] * hazard * ratio;
            next[length] = self.run[length - 1] * (1.0 - hazard);
        }
        // Longer than the longest: it may end with any bar.
        let endless = self.run[LONGEST - 1];
        begun += endless * 0.1 * ratio;
        next[LONGEST - 1] += endless * 0.9;
        next[0] = begun;
        let sum: f32 = next.iter().sum();
        self.run = next.map(|p| p / sum.max(f32::MIN_POSITIVE));
    }

    fn prior(&self) -> [f32; LONGEST] {
        let mut prior = [OTHER; LONGEST];
        prior[0] = 0.0;
        LENGTHS.iter().for_each(|(length, p)| prior[*length] = *p);
        let weight = OWN / (self.owned + 4.0);
        prior.iter_mut().zip(&self.own).for_each(|(p, own)| *p += weight * own);
        let sum: f32 = prior.iter().sum();
        prior.map(|p| p / sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Evidence of `strength` at these bars, a little against one elsewhere; the bars that are found.
    fn found(bars: usize, at: &[usize], strength: f32) -> Vec<usize> {
        let mut phrases = Phrases::new();
        let evidence = |bar: usize| if at.contains(&bar) { strength } else { -1.5 };
        (0..bars).filter_map(|bar| phrases.bar(evidence(bar)).map(|found| bar - found.bars_ago)).collect()
    }

    #[test]
    fn evidence_on_the_grid_is_believed_sooner_than_beside_it() {
        assert_eq!(found(24, &[8, 16], 1.5), [8, 16]);
        assert_eq!(found(24, &[8, 11, 16], 1.5), [8, 16]);
        assert_eq!(found(24, &[11], 6.0), [11], "what is beyond doubt is believed anywhere");
    }

    #[test]
    fn what_is_clearer_than_the_fill_before_it_is_believed_so_soon_after() {
        let heard = |second: f32| {
            let mut phrases = Phrases::new();
            let evidence = |bar: usize| match bar {
                6 => 5.0,
                8 => second,
                _ => -1.5,
            };
            (0..12).filter_map(|bar| phrases.bar(evidence(bar)).map(|found| bar - found.bars_ago)).collect()
        };
        let (alike, clearer): (Vec<usize>, Vec<usize>) = (heard(5.0), heard(7.5));
        assert_eq!((alike, clearer), (vec![6], vec![6, 8]));
    }

    #[test]
    fn without_evidence_there_is_no_boundary() {
        assert_eq!(found(200, &[], 0.0), [0; 0]);
    }

    #[test]
    fn what_is_expected_is_a_usual_length_and_learns_from_the_piece() {
        let mut phrases = Phrases::new();
        assert_eq!(phrases.expected(1).map(|(bars, _)| bars), Some(8));
        assert_eq!(phrases.expected(9).map(|(bars, _)| bars), Some(16));
        for bar in 0..61 {
            phrases.bar(if bar % 6 == 0 { 6.0 } else { -6.0 });
        }
        assert_eq!(phrases.expected(1).map(|(bars, _)| bars), Some(6));
        assert_eq!((phrases.bars_in(), phrases.expected(60)), (1, None));
    }
}
