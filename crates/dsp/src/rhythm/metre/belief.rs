//! How likely each place in a bar is at a tatum: the forward algorithm.

use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::metre::network::Prior;
use crate::rhythm::metre::places::{COUNT, KINDS, LEVELS, METRES, PLACES, Place};
use crate::rhythm::metre::step::Step;
use crate::rhythm::tatum::Tatum;

/// Beats per minute that can be said.
pub(super) const BPM: std::ops::RangeInclusive<f32> = 38.0..=245.0;
/// What a tempo outside the range costs, in nats.
const OUTSIDE: f32 = 20.0;
/// Some of what was believed is always kept.
const MOST_FORGOTTEN: f32 = 0.95;

/// Probability of each place at the newest tatum.
#[derive(Clone)]
pub(super) struct Belief {
    states: [f32; COUNT],
    at: Option<Tatum>,
}

impl Default for Belief {
    fn default() -> Belief {
        Belief { states: [0.0; COUNT], at: None }
    }
}

impl Belief {
    /// Moves on to `tatum`, where the music speaks so much for each kind of place, in nats.
    pub(super) fn hear(&mut self, tatum: &Tatum, scores: &[f32; KINDS], by: &Prior) {
        let tempi = LEVELS.map(|tatums| tempo_log(tatum.period * tatums as f32, by));
        let prior = prior(&tempi, by);
        if self.at.is_some() {
            self.move_to(tatum);
            self.forget(by.forget[0] + if tatum.regular { 0.0 } else { by.forget[1] }, &prior);
        } else {
            self.states = prior;
        }
        self.at = Some(*tatum);
        let mut logs = [0.0; COUNT];
        for (log, place) in logs.iter_mut().zip(PLACES.iter()) {
            *log = scores[place.kind] + by.pull * tempi[place.level];
        }
        let most = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        self.states.iter_mut().zip(logs).for_each(|(state, log)| *state *= (log - most).exp());
        normalise(&mut self.states);
    }

    /// What is likely at `tatum`, of which nothing is known yet.
    pub(super) fn expect(&mut self, tatum: &Tatum) {
        self.move_to(tatum);
        normalise(&mut self.states);
    }

    fn move_to(&mut self, tatum: &Tatum) {
        let Some(last) = self.at.replace(*tatum) else { return };
        let step = Step::between(&last, tatum);
        let mut moved = [0.0; COUNT];
        for (place, state) in PLACES.iter().zip(&self.states) {
            if let Some(to) = step.take(place) {
                moved[to] += state;
            }
        }
        // A pulse that is counted in a new way may have no place for the old ones: they stay as they are.
        if moved.iter().any(|state| *state > 0.0) {
            self.states = moved;
        }
    }

    /// Beats are known to lie `period` frames apart, one of them at frame `at`, the first of its bar when
    /// `downbeat`. What agrees becomes `weight` times as likely.
    pub(super) fn advise(&mut self, period: f32, at: f64, downbeat: bool, weight: f32) {
        let Some(tatum) = self.at else { return };
        let tatums = (period / tatum.period).round() as u32;
        let apart = ((at - tatum.at) / f64::from(tatum.period)).round() as i64;
        for (place, state) in PLACES.iter().zip(&mut self.states) {
            let cycle = if downbeat { place.cycle() } else { place.tatums };
            let there = (i64::from(place.at) + apart).rem_euclid(i64::from(cycle)) == 0;
            if there && place.tatums == tatums {
                *state *= weight;
            }
        }
        normalise(&mut self.states);
    }

    /// Probability that the tatum is number `at` of a beat of so many.
    pub(super) fn beat(&self, tatums: u32, at: u32) -> f32 {
        self.mass(|place| place.tatums == tatums && place.at % tatums == at)
    }

    /// Probability that it lies `at` in a bar of so many beats.
    pub(super) fn bar(&self, tatums: u32, beats: u32, at: u32) -> f32 {
        self.mass(|place| place.tatums == tatums && place.beats == beats && place.at == at)
    }

    #[cfg(test)]
    pub(super) fn states(&self) -> &[f32; COUNT] {
        &self.states
    }

    fn mass(&self, there: impl Fn(&Place) -> bool) -> f32 {
        PLACES.iter().zip(&self.states).filter(|(place, _)| there(place)).map(|(_, state)| state).sum()
    }

    fn forget(&mut self, share: f32, prior: &[f32; COUNT]) {
        let share = share.min(MOST_FORGOTTEN);
        for (state, prior) in self.states.iter_mut().zip(prior) {
            *state += share * (prior - *state);
        }
    }
}

// Log likelihood of a beat of so many frames, by tempo alone. People tap music at 2 Hz, give or take:
// Moelants, "Preferred tempo reconsidered" (ICMPC 2002).
fn tempo_log(frames: f32, by: &Prior) -> f32 {
    let bpm = 60.0 * FRAMES_PER_S as f32 / frames;
    let octaves = (bpm / by.usual_bpm).log2() / by.usual_octaves;
    -0.5 * octaves * octaves - if BPM.contains(&bpm) { 0.0 } else { OUTSIDE }
}

fn prior(tempi: &[f32; LEVELS.len()], by: &Prior) -> [f32; COUNT] {
    let mut states = [0.0; COUNT];
    for (state, place) in states.iter_mut().zip(PLACES.iter()) {
        let metre = if place.beats == METRES[1] { by.three } else { 0.0 };
        *state = (tempi[place.level] + metre).exp() / place.cycle() as f32;
    }
    normalise(&mut states);
    states
}

fn normalise(states: &mut [f32]) {
    let sum: f32 = states.iter().sum();
    let scale = 1.0 / sum.max(f32::MIN_POSITIVE);
    states.iter_mut().for_each(|state| *state *= scale);
}
