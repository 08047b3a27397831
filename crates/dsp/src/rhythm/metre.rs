//! The metre: which level of the pulse is the beat, where the beat falls, and where the bar begins.
//!
//! A hidden Markov model over tatums (half-beats of the pulse). A state is a place in a bar: 1, 2 or 4
//! tatums to the beat, 4 or 3 beats to the bar, or beats whose bar is not known. What the music does at a
//! tatum ([`crate::rhythm::tatum`]) speaks for or against each kind of place through a table of weights.
//! Only the forward algorithm is run. The decision is slow on purpose: it keeps what it said until
//! something else is clearly likelier, so that a section is not counted in two ways.

use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::metre::places::{Place, places};
use crate::rhythm::metre::weights::{BIAS, WEIGHTS};
use crate::rhythm::tatum::{Measures, Tatum};

mod places;
mod weights;

/// Beats per minute that can be said.
pub const BPM: std::ops::RangeInclusive<f32> = 38.0..=245.0;

/// The usual tempo of a beat and its spread in octaves. People tap music at 2 Hz, give or take: Moelants,
/// "Preferred tempo reconsidered" (ICMPC 2002). The figures are those of recordings with known beats.
const USUAL_BPM: f32 = 120.2;
const USUAL_OCTAVES: f32 = 0.620;
/// Weight of the usual tempo at each tatum.
const PULL: f32 = 0.0240;
/// What a tempo outside the range costs, in nats.
const OUTSIDE: f32 = 20.0;
/// Odds of four beats, three beats and a bar that is not known, before anything is heard.
const ODDS: [f32; 3] = [1.0, 0.082, 0.135];
/// Share that is given back to the prior at each tatum, and after a tatum that came irregularly.
const FORGET: f32 = 0.0003;
const FORGET_IRREGULAR: f32 = 0.4;
/// No single tatum says more than this, in nats.
const LOUDEST: f32 = 9.0;
/// The beat is moved when another is this many times as likely; a new listener decides anew at first.
const SWITCH_BEAT: f32 = 1.5;
const SWITCH_BAR: f32 = 2.0;
const UNDECIDED_TATUMS: u32 = 8;
/// A place that is this far from a whole tatum is none.
const OFF_TATUM: f32 = 0.3;

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
    places: Vec<Place>,
    states: Vec<f32>,
    prior: Vec<f32>,
    moved: Vec<f32>,
    heard: Option<Tatum>,
    // what is followed: tatums of the beat and the place of `heard` in it; bar likewise
    beat: Option<(u32, u32)>,
    bar: Option<(u32, u32)>,
    settled: u32,
    count: u32,
}

impl Default for Metre {
    fn default() -> Metre {
        let places = places();
        let none = vec![0.0; places.len()];
        Metre {
            states: none.clone(),
            prior: none.clone(),
            moved: none,
            places,
            heard: None,
            beat: None,
            bar: None,
            settled: 0,
            count: 0,
        }
    }
}

impl Metre {
    /// Takes what the music did at a tatum. They come in order, each some tatums after its instant.
    pub fn hear(&mut self, tatum: &Tatum, measures: &Measures) {
        let pulls = self.weigh_tempo(tatum.period);
        match self.heard {
            Some(last) => self.advance(&last, tatum),
            None => self.states.copy_from_slice(&self.prior),
        }
        self.heard = Some(*tatum);
        self.count = self.count.saturating_add(1);
        self.observe(measures, pulls);
        self.settled = self.settled.saturating_add(1);
    }

    /// Whether the coming `tatum` is a beat, and which.
    pub fn next(&mut self, tatum: &Tatum) -> Option<Said> {
        let ahead = self.ahead(tatum)?;
        self.decide_beat();
        let (tatums, at) = self.beat?;
        if !(at + ahead).is_multiple_of(tatums) {
            return None;
        }
        self.decide_bar(tatums);
        let (beats, place) = self.bar?;
        Some(Said {
            tatums,
            beat: (place + ahead) % (beats * tatums) / tatums + 1,
            beats_per_bar: beats,
            beat_probability: self.beat_mass(tatums, at),
            bar_probability: self.bar_mass(tatums, beats, place) / self.beat_mass(tatums, at).max(1e-9),
            settled: self.settled,
        })
    }

    /// The listener knows that beats lie `period` frames apart, one of them at frame `at`, and, when
    /// `downbeat`, that this one is the first of its bar. What agrees becomes `weight` times as likely.
    pub fn advise(&mut self, period: f32, at: f64, downbeat: bool, weight: f32) {
        let Some(heard) = self.heard else { return };
        let tatums = (period / heard.period).round() as u32;
        let apart = ((at - heard.at) / f64::from(heard.period)).round() as i64;
        for (place, state) in self.places.iter().zip(&mut self.states) {
            let cycle = if downbeat && place.beats > 0 { place.cycle() } else { place.tatums };
            let there = (i64::from(place.at) + apart).rem_euclid(i64::from(cycle)) == 0;
            if there && place.tatums == tatums {
                *state *= weight;
            }
        }
        normalise(&mut self.states);
        self.beat = None;
        self.bar = None;
    }

    /// As if nothing had been heard.
    pub fn reset(&mut self) {
        *self = Metre::default();
    }

    // Tatums from the newest that was heard to a coming one.
    fn ahead(&self, tatum: &Tatum) -> Option<u32> {
        let heard = self.heard?;
        let steps = ((tatum.at - heard.at) / f64::from(heard.period)) as f32;
        ((steps - steps.round()).abs() < OFF_TATUM && steps > 0.5).then_some(steps.round() as u32)
    }

    // The prior at this tempo; gives the log weight of each level.
    fn weigh_tempo(&mut self, period: f32) -> [f32; 3] {
        let logs = [1.0, 2.0, 4.0].map(|tatums| {
            let bpm = 60.0 * FRAMES_PER_S as f32 / (period * tatums);
            let octaves = (bpm / USUAL_BPM).log2() / USUAL_OCTAVES;
            -0.5 * octaves * octaves - if BPM.contains(&bpm) { 0.0 } else { OUTSIDE }
        });
        for (place, prior) in self.places.iter().zip(&mut self.prior) {
            *prior = logs[place.level].exp() * ODDS[place.metre] / place.cycle() as f32;
        }
        normalise(&mut self.prior);
        logs.map(|log| PULL * log)
    }

    // Moves every state on to `tatum`. A pulse that is counted twice or half as fast keeps its places.
    fn advance(&mut self, last: &Tatum, tatum: &Tatum) {
        let finer = (last.period / tatum.period).log2().round().clamp(-1.0, 1.0).exp2();
        let steps = ((tatum.at - last.at) / f64::from(tatum.period)) as f32;
        self.moved.fill(0.0);
        for (place, state) in self.places.iter().zip(&self.states) {
            if let Some(to) = moved(&self.places, place, finer, steps) {
                self.moved[to] += state;
            }
        }
        let regular = tatum.regular && self.moved.iter().sum::<f32>() > 0.0;
        let follow = |at: u32, cycle: u32| {
            let place = at as f32 * finer + steps;
            (regular && (place - place.round()).abs() < OFF_TATUM).then(|| place.round() as u32 % cycle)
        };
        let scaled = |tatums: u32| (tatums as f32 * finer) as u32;
        let bar = self.bar.zip(self.beat).and_then(|((beats, at), (tatums, _))| {
            Some((beats, follow(at, (beats * scaled(tatums)).max(1))?))
        });
        self.beat = self
            .beat
            .filter(|(tatums, _)| matches!(scaled(*tatums), 1 | 2 | 4))
            .and_then(|(tatums, at)| Some((scaled(tatums), follow(at, scaled(tatums))?)));
        self.bar = bar;
        if self.moved.iter().sum::<f32>() > 0.0 {
            normalise(&mut self.moved);
            std::mem::swap(&mut self.states, &mut self.moved);
        }
        let forget = FORGET + if regular { 0.0 } else { FORGET_IRREGULAR };
        for (state, prior) in self.states.iter_mut().zip(&self.prior) {
            *state += forget * (prior - *state);
        }
    }

    fn observe(&mut self, measures: &Measures, pulls: [f32; 3]) {
        let scores = WEIGHTS.map(|row| row.iter().zip(measures).map(|(w, m)| w * m).sum::<f32>());
        for (place, state) in self.places.iter().zip(&mut self.states) {
            let kind = place.kind as usize;
            let log = scores[kind] + BIAS[place.level][kind] + pulls[place.level];
            *state *= log.clamp(-LOUDEST, LOUDEST).exp();
        }
        normalise(&mut self.states);
    }

    fn decide_beat(&mut self) {
        let choices = [1, 2, 4].into_iter().flat_map(|tatums| (0..tatums).map(move |at| (tatums, at)));
        let mass = |choice: (u32, u32)| self.beat_mass(choice.0, choice.1);
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
        let Some((_, at)) = self.beat else { return };
        let choices =
            [4, 3].into_iter().flat_map(|beats| (0..beats).map(move |beat| (beats, beat * tatums + at)));
        let mass = |choice: (u32, u32)| self.bar_mass(tatums, choice.0, choice.1);
        let Some(best) = choices.max_by(|a, b| mass(*a).total_cmp(&mass(*b))) else { return };
        if self.bar.is_none_or(|followed| mass(best) > SWITCH_BAR * mass(followed)) {
            self.bar = Some(best);
        }
    }

    // Probability that the newest tatum lies `at` in a beat of so many tatums.
    fn beat_mass(&self, tatums: u32, at: u32) -> f32 {
        let there = |place: &Place| place.tatums == tatums && place.at % tatums == at;
        self.places.iter().zip(&self.states).filter(|(p, _)| there(p)).map(|(_, state)| state).sum()
    }

    fn bar_mass(&self, tatums: u32, beats: u32, at: u32) -> f32 {
        let there = |place: &Place| place.tatums == tatums && place.beats == beats && place.at == at;
        self.places.iter().zip(&self.states).filter(|(p, _)| there(p)).map(|(_, state)| state).sum()
    }
}

// Index of the place that is `steps` tatums on, when there are `finer` times as many tatums as before.
fn moved(places: &[Place], from: &Place, finer: f32, steps: f32) -> Option<usize> {
    let tatums = from.tatums as f32 * finer;
    let at = from.at as f32 * finer + steps;
    if (at - at.round()).abs() >= OFF_TATUM || !matches!(tatums as u32, 1 | 2 | 4) || tatums < 1.0 {
        return None;
    }
    let cycle = (tatums as u32) * from.beats.max(1);
    let at = at.round() as u32 % cycle;
    places.iter().position(|p| p.tatums == tatums as u32 && p.beats == from.beats && p.at == at)
}

fn normalise(states: &mut [f32]) {
    let sum: f32 = states.iter().sum();
    let scale = 1.0 / sum.max(f32::MIN_POSITIVE);
    states.iter_mut().for_each(|state| *state *= scale);
}

#[cfg(test)]
mod tests;
