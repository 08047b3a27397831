//! The metre: which level of the pulse is the beat, where the beat falls, and where the bar begins.
//!
//! A hidden Markov model over tatums (half-beats of the pulse). A state is a place in a bar: 1, 2, 3, 4 or 6
//! tatums to the beat, 4 or 3 beats to the bar. What the music does at a tatum
//! ([`crate::rhythm::measures`]), what it sounds like there ([`crate::rhythm::patch`]), and what both were before
//! speak for or against each kind of place: small networks say how much. Only the forward algorithm is run. The
//! decision is slow on purpose: it keeps what it said until something else is clearly likelier, so that a section
//! is not counted in two ways.

use std::sync::LazyLock;

use crate::rhythm::metre::belief::Belief;
pub(super) use crate::rhythm::metre::network::Network;
use crate::rhythm::metre::places::{LEVELS, METRES, PLACES};
use crate::rhythm::metre::step::Step;
use crate::rhythm::tatum::{Known, Tatum};
use crate::rhythm::weights::Weights;

mod belief;
mod network;
mod places;
mod step;

pub use network::STATE;

/// The beat is moved when another is this many times as likely; a new listener decides anew for two bars of four.
const SWITCH_BEAT: f32 = 1.5;
const SWITCH_BAR: f32 = 2.0;
const UNDECIDED_TATUMS: u32 = 16;

/// A beat that comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// Tatums from beat to beat.
    pub tatums: u32,
    /// Number in the bar, from 1.
    pub beat: u32,
    /// Beats of the bar.
    pub beats_per_bar: u32,
    /// Probability that the beat is where and what it is said to be, 0..1.
    pub beat_probability: f32,
    /// Probability that the bar begins where it is said to, if the beat is right, 0..1.
    pub bar_probability: f32,
    /// Tatums since the decision changed.
    pub settled: u32,
}

/// The model.
pub struct Metre {
    network: Network,
    // at the newest tatum that is known
    belief: Belief,
    // at the tatum that was announced last: the belief, and what is followed there: tatums of the beat and
    // the place in it, beats of the bar and the place in tatums
    coming: Belief,
    announced: Option<Tatum>,
    beat: Option<(u32, u32)>,
    bar: Option<(u32, u32)>,
    settled: u32,
    count: u32,
}

impl Metre {
    /// A metre that decides by what `weights` have learned.
    pub fn new(weights: &Weights) -> Metre {
        // Worked out now, so that nothing is allocated while music is heard.
        LazyLock::force(&PLACES);
        Metre {
            network: weights.network.clone(),
            belief: Belief::default(),
            coming: Belief::default(),
            announced: None,
            beat: None,
            bar: None,
            settled: 0,
            count: 0,
        }
    }

    /// Takes what is known of a tatum. They come in order, each some tatums after its instant.
    pub fn hear(&mut self, known: &Known) {
        self.count = self.count.saturating_add(1);
        let scores = self.network.hear(&known.measures, &known.patch);
        self.belief.hear(&known.tatum, &scores, &self.network.prior());
    }

    /// Whether the coming `tatum` is a beat, and which.
    pub fn next(&mut self, tatum: &Tatum) -> Option<Said> {
        if self.count == 0 {
            return None;
        }
        self.coming = self.belief.clone();
        self.coming.expect(tatum);
        self.follow(tatum);
        self.decide_beat();
        let (tatums, at) = self.beat?;
        if at != 0 {
            return None;
        }
        self.decide_bar(tatums);
        let (beats, place) = self.bar?;
        let beat_probability = self.coming.beat(tatums, 0);
        Some(Said {
            tatums,
            beat: place / tatums + 1,
            beats_per_bar: beats,
            beat_probability,
            bar_probability: self.coming.bar(tatums, beats, place) / beat_probability.max(1e-9),
            settled: self.settled,
        })
    }

    /// Tatums that it has heard.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// What its network remembers of the music.
    pub fn state(&self) -> &[f32; STATE] {
        self.network.state()
    }

    /// The listener knows that beats lie `period` frames apart, one of them at frame `at`, and, when
    /// `downbeat`, that this one is the first of its bar. What agrees becomes `weight` times as likely.
    pub fn advise(&mut self, period: f32, at: f64, downbeat: bool, weight: f32) {
        self.belief.advise(period, at, downbeat, weight);
        self.beat = None;
        self.bar = None;
    }

    /// As if nothing had been heard.
    pub fn reset(&mut self) {
        self.network.reset();
        self.belief = Belief::default();
        self.coming = Belief::default();
        (self.announced, self.beat, self.bar) = (None, None, None);
        (self.settled, self.count) = (0, 0);
    }

    // Moves what is followed on to `tatum`.
    fn follow(&mut self, tatum: &Tatum) {
        let last = self.announced.replace(*tatum).filter(|_| tatum.regular);
        let step = last.map(|last| Step::between(&last, tatum));
        let level = |tatums: u32| LEVELS.contains(&tatums).then_some(tatums);
        let on = |tatums: u32, at: u32, beats: u32| {
            let (tatums, at) = step.as_ref()?.part(tatums, at)?;
            Some((level(tatums)?, at % (tatums * beats)))
        };
        let tatums = self.beat.map_or(0, |beat| beat.0);
        self.bar = self.bar.and_then(|(beats, at)| Some((beats, on(tatums, at, beats)?.1)));
        self.beat = self.beat.and_then(|(tatums, at)| on(tatums, at, 1));
        self.settled = self.settled.saturating_add(1);
    }

    fn decide_beat(&mut self) {
        let choices = LEVELS.into_iter().flat_map(|tatums| (0..tatums).map(move |at| (tatums, at)));
        let mass = |choice: (u32, u32)| self.coming.beat(choice.0, choice.1);
        let Some(best) = choices.max_by(|a, b| mass(*a).total_cmp(&mass(*b))) else { return };
        let stay = self.count > UNDECIDED_TATUMS
            && self.beat.is_some_and(|followed| mass(best) <= SWITCH_BEAT * mass(followed));
        if self.beat != Some(best) && !stay {
            self.beat = Some(best);
            self.bar = None;
            self.settled = 0;
        }
    }

    fn decide_bar(&mut self, tatums: u32) {
        let choices = METRES.into_iter().flat_map(|beats| (0..beats).map(move |beat| (beats, beat * tatums)));
        let mass = |choice: (u32, u32)| self.coming.bar(tatums, choice.0, choice.1);
        let Some(best) = choices.max_by(|a, b| mass(*a).total_cmp(&mass(*b))) else { return };
        if self.bar.is_none_or(|followed| mass(best) > SWITCH_BAR * mass(followed)) {
            self.bar = Some(best);
        }
    }
}

#[cfg(test)]
mod tests;
