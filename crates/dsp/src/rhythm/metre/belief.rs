//! How likely each place in a bar is at a tatum: the forward algorithm.

use std::sync::LazyLock;

use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::measures::Measures;
use crate::rhythm::metre::places::{Place, places};
use crate::rhythm::metre::weights::{BIAS, WEIGHTS};
use crate::rhythm::tatum::Tatum;

/// Beats per minute that can be said.
pub(super) const BPM: std::ops::RangeInclusive<f32> = 38.0..=245.0;

/// The usual tempo of a beat and its spread in octaves. People tap music at 2 Hz, give or take: Moelants,
/// "Preferred tempo reconsidered" (ICMPC 2002). The figures are those of recordings with known beats.
const USUAL_BPM: f32 = 120.8;
const USUAL_OCTAVES: f32 = 0.608;
/// The same before anything is heard: the best of 90 to 120 BPM on those recordings.
const FIRST_BPM: f32 = 95.0;
const FIRST_OCTAVES: f32 = 0.600;
/// Weight of the usual tempo at each tatum.
const PULL: f32 = 0.0295;
/// What a tempo outside the range costs, in nats.
const OUTSIDE: f32 = 20.0;
/// Odds of four beats, three beats and a bar that is not known, before anything is heard.
const ODDS: [f32; 3] = [1.0, 0.082, 0.135];
/// Share that is given back to the prior at each tatum, and after a tatum that came irregularly.
const FORGET: f32 = 0.0003;
const FORGET_IRREGULAR: f32 = 0.4;
/// No single tatum says more than this, in nats.
const LOUDEST: f32 = 9.0;
/// A place that is this far from a whole tatum is none.
const OFF_TATUM: f32 = 0.3;

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(places);

/// Probability of each place at the newest tatum.
#[derive(Clone)]
pub(super) struct Belief {
    states: Vec<f32>,
    moved: Vec<f32>,
    prior: Vec<f32>,
    at: Option<Tatum>,
}

impl Default for Belief {
    fn default() -> Belief {
        let none = vec![0.0; PLACES.len()];
        Belief { states: none.clone(), moved: none.clone(), prior: none, at: None }
    }
}

impl Belief {
    /// Moves on to `tatum`, and weighs what the music did there.
    pub(super) fn hear(&mut self, tatum: &Tatum, measures: &Measures) {
        self.move_to(tatum);
        self.observe(tatum, measures);
    }

    /// What is likely at `tatum`, of which nothing is known yet.
    pub(super) fn move_to(&mut self, tatum: &Tatum) {
        match self.at.replace(*tatum) {
            Some(last) => self.advance(&last, tatum),
            None => prior(tempo_logs(tatum.period, FIRST_BPM, FIRST_OCTAVES), &mut self.states),
        }
    }

    /// Takes over another's belief.
    pub(super) fn copy(&mut self, other: &Belief) {
        self.states.copy_from_slice(&other.states);
        self.at = other.at;
    }

    /// Beats are known to lie `period` frames apart, one of them at frame `at`, the first of its bar when
    /// `downbeat`. What agrees becomes `weight` times as likely.
    pub(super) fn advise(&mut self, period: f32, at: f64, downbeat: bool, weight: f32) {
        let Some(tatum) = self.at else { return };
        let tatums = (period / tatum.period).round() as u32;
        let apart = ((at - tatum.at) / f64::from(tatum.period)).round() as i64;
        for (place, state) in PLACES.iter().zip(&mut self.states) {
            let cycle = if downbeat && place.beats > 0 { place.cycle() } else { place.tatums };
            let there = (i64::from(place.at) + apart).rem_euclid(i64::from(cycle)) == 0;
            if there && place.tatums == tatums {
                *state *= weight;
            }
        }
        normalise(&mut self.states);
    }

    /// Probability that the tatum is a beat of so many tatums.
    pub(super) fn beat(&self, tatums: u32, at: u32) -> f32 {
        self.mass(|place| place.tatums == tatums && place.at % tatums == at)
    }

    /// Probability that it lies `at` in a bar of so many beats.
    pub(super) fn bar(&self, tatums: u32, beats: u32, at: u32) -> f32 {
        self.mass(|place| place.tatums == tatums && place.beats == beats && place.at == at)
    }

    fn mass(&self, there: impl Fn(&Place) -> bool) -> f32 {
        PLACES.iter().zip(&self.states).filter(|(place, _)| there(place)).map(|(_, state)| state).sum()
    }

    // A pulse that is counted twice or half as fast keeps its places.
    fn advance(&mut self, last: &Tatum, tatum: &Tatum) {
        let step = Step::between(last, tatum);
        self.moved.fill(0.0);
        for (place, state) in PLACES.iter().zip(&self.states) {
            if let Some((tatums, at)) = step.take(place.tatums, place.at, place.beats.max(1)) {
                let there = |p: &Place| p.tatums == tatums && p.beats == place.beats && p.at == at;
                if let Some(to) = PLACES.iter().position(there) {
                    self.moved[to] += state;
                }
            }
        }
        let regular = tatum.regular && self.moved.iter().sum::<f32>() > 0.0;
        if self.moved.iter().sum::<f32>() > 0.0 {
            normalise(&mut self.moved);
            std::mem::swap(&mut self.states, &mut self.moved);
        }
        prior(tempo_logs(tatum.period, USUAL_BPM, USUAL_OCTAVES), &mut self.prior);
        let forget = FORGET + if regular { 0.0 } else { FORGET_IRREGULAR };
        for (state, prior) in self.states.iter_mut().zip(&self.prior) {
            *state += forget * (prior - *state);
        }
    }

    fn observe(&mut self, tatum: &Tatum, measures: &Measures) {
        let scores = WEIGHTS.map(|row| row.iter().zip(measures).map(|(w, m)| w * m).sum::<f32>());
        // A tatum of a pulse that is not certain says less.
        let trust = tatum.certainty.clamp(0.0, 1.0);
        let tempi = tempo_logs(tatum.period, USUAL_BPM, USUAL_OCTAVES);
        for (place, state) in PLACES.iter().zip(&mut self.states) {
            let kind = place.kind as usize;
            let log = trust * (scores[kind] + BIAS[place.level][kind]) + PULL * tempi[place.level];
            *state *= log.clamp(-LOUDEST, LOUDEST).exp();
        }
        normalise(&mut self.states);
    }
}

/// From one tatum to another.
pub(super) struct Step {
    // how many times as many tatums there are as before: 0.5, 1 or 2
    finer: f32,
    steps: f32,
}

impl Step {
    pub(super) fn between(last: &Tatum, tatum: &Tatum) -> Step {
        Step {
            finer: (last.period / tatum.period).log2().round().clamp(-1.0, 1.0).exp2(),
            steps: ((tatum.at - last.at) / f64::from(tatum.period)) as f32,
        }
    }

    /// The tatums of a beat, and the place in so many beats of them. `None` where there is no such place.
    pub(super) fn take(&self, tatums: u32, at: u32, beats: u32) -> Option<(u32, u32)> {
        let tatums = [1_u32, 2, 4].into_iter().find(|t| *t as f32 == tatums as f32 * self.finer)?;
        let at = at as f32 * self.finer + self.steps;
        ((at - at.round()).abs() < OFF_TATUM).then(|| (tatums, at.round() as u32 % (tatums * beats)))
    }
}

// Log likelihood of each level, by tempo alone.
fn tempo_logs(period: f32, usual_bpm: f32, spread_octaves: f32) -> [f32; 3] {
    [1.0, 2.0, 4.0].map(|tatums| {
        let bpm = 60.0 * FRAMES_PER_S as f32 / (period * tatums);
        let octaves = (bpm / usual_bpm).log2() / spread_octaves;
        -0.5 * octaves * octaves - if BPM.contains(&bpm) { 0.0 } else { OUTSIDE }
    })
}

fn prior(logs: [f32; 3], states: &mut [f32]) {
    let levels = logs.map(f32::exp);
    for (place, state) in PLACES.iter().zip(states.iter_mut()) {
        *state = levels[place.level] * ODDS[place.metre] / place.cycle() as f32;
    }
    normalise(states);
}

fn normalise(states: &mut [f32]) {
    let sum: f32 = states.iter().sum();
    let scale = 1.0 / sum.max(f32::MIN_POSITIVE);
    states.iter_mut().for_each(|state| *state *= scale);
}
