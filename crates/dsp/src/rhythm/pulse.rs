//! The pulse of the music: a state space of tempo × position, run forward only.
//!
//! A pulse of 88 to 182 BPM can be found in any metrical music: the beat, its double or its half. Which of
//! these the beat is, and where the bar begins, is decided above it ([`crate::rhythm::metre`]), slowly. A
//! range of about one octave leaves the fast decision no octaves to confuse.
//!
//! The space has one state per frame of each period, the tempo changes only at the beat: Krebs, Böck &
//! Widmer, "An efficient state-space model for joint tempo and meter tracking" (ISMIR 2015). The
//! observation is a template of bumps at the beat and half-way, of zero mean over the period.

use crate::rhythm::activation::{ALL, Activations, HARMONY, LOW, MID};
use crate::rhythm::frames::FRAMES_PER_S;

/// Periods in frames, both included: 181.8 to 88.2 BPM.
pub const PERIODS: std::ops::RangeInclusive<usize> = 33..=68;

/// How much each activation says for a beat, and the onsets over all bands for the point half-way.
const BEAT_WEIGHTS: [(usize, f32); 4] = [(ALL, 0.6), (LOW, 0.4), (MID, 0.4), (HARMONY, 0.4)];
const HALF_WEIGHT: f32 = 0.3;
/// Height of the log likelihood. Twice as much decides too soon, half as much too late.
const GAIN: f32 = 2.0;
/// Bumps are Gaussian, this wide and cut off at this distance, in frames.
const BUMP_FRAMES: f32 = 1.5;
const BUMP_REACH: usize = 5;
/// How unlikely a change of tempo from beat to beat is: exp(-λ |ratio - 1|), λ as in the paper.
const STIFFNESS: f32 = 100.0;
const TEMPO_STEP: std::ops::Range<f32> = 0.85..1.18;
/// The usual tempo of a pulse and its spread in octaves; it pulls with this weight per second.
const USUAL_BPM: f32 = 115.0;
const USUAL_OCTAVES: f32 = 0.6;
const PULL_PER_S: f32 = 1.0;
/// What every state keeps, whatever is heard: without it a change of track would never be found.
const LEAST: f32 = 1e-13;
/// Periods this close are one tempo; another takes over when it is this many times as likely.
const SAME_TEMPO: f32 = 0.05;
const CLUSTER: f32 = 0.06;
const SWITCH: f32 = 3.0;

/// Time constants of the sums of evidence, in seconds: a bar or so, and four.
const SUPPORT_S: [f32; 2] = [2.0, 8.0];

/// Kinds of states: nothing expected, so many frames from the beat, so many frames from half-way.
const CLASSES: usize = 2 * (BUMP_REACH + 1) + 1;

/// Where the pulse stands after a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulse {
    /// Frames from one half-beat to the next.
    pub half_period: f32,
    /// Frames from now to the next half-beat, above 0.
    pub remaining: f32,
    /// Probability of what is said, 0..1.
    pub certainty: f32,
}

/// The state space.
pub struct PulseSpace {
    tempi: Vec<Tempo>,
    followed: usize,
    remaining: Vec<f32>,
    likelihood: [f32; CLASSES],
    entering: Vec<f32>,
    support: [f32; 2],
}

struct Tempo {
    period: usize,
    // probability of each position; position 0 is at `head`, and moving on is moving the head
    states: Vec<f32>,
    head: usize,
    classes: Vec<u8>,
    // means over the period of the bumps at the beat and half-way
    means: (f32, f32),
    // factor of the tempo prior for one frame
    pull: f32,
    // where a beat of this tempo leads, with which probability
    next: Vec<(usize, f32)>,
    mass: f32,
}

impl Default for PulseSpace {
    fn default() -> PulseSpace {
        let mut tempi: Vec<Tempo> = PERIODS.map(Tempo::new).collect();
        for index in 0..tempi.len() {
            tempi[index].next = successors(&tempi, index);
        }
        let mut space = PulseSpace {
            followed: 0,
            remaining: vec![0.0; PERIODS.end() + 2],
            likelihood: [1.0; CLASSES],
            entering: vec![0.0; tempi.len()],
            support: [0.0; 2],
            tempi,
        };
        space.reset();
        space
    }
}

impl PulseSpace {
    /// Takes one frame of activations.
    pub fn update(&mut self, activations: &Activations) -> Pulse {
        self.move_on();
        self.observe(activations);
        let likelihood = self.normalise();
        self.add_up(likelihood.ln());
        self.follow();
        self.said()
    }

    /// As if nothing had been heard.
    pub fn reset(&mut self) {
        let sum: f32 = self.tempi.iter().map(Tempo::prior).sum();
        for tempo in &mut self.tempi {
            let each = tempo.prior() / sum / tempo.period as f32;
            tempo.states.fill(each);
            tempo.mass = each * tempo.period as f32;
        }
        self.support = [0.0; 2];
        self.followed = self.likeliest();
    }

    /// How much more likely the activations of the last seconds are if there is a pulse than if there is none,
    /// in nats; below 0 where they come when no pulse expects them. Of late, and over some bars.
    pub fn support(&self) -> [f32; 2] {
        self.support
    }

    /// The listener knows that beats lie `period` frames apart and the next one `remaining` frames ahead.
    /// What agrees becomes `weight` times as likely.
    pub fn advise(&mut self, period: f32, remaining: f32, weight: f32) {
        for tempo in &mut self.tempi {
            let ratio = period / tempo.period as f32;
            let fold = ratio.log2().round().exp2();
            if (ratio / fold - 1.0).abs() > SAME_TEMPO {
                continue;
            }
            let half = tempo.period as f32 / 2.0;
            for position in 0..tempo.period {
                let left = (tempo.period - position) as f32 - remaining;
                if (left - (left / half).round() * half).abs() <= 2.0 {
                    *tempo.state(position) *= weight;
                }
            }
        }
        self.normalise();
        self.followed = self.likeliest();
    }

    /// Probability of each period of [`PERIODS`], for a picture.
    pub fn tempi(&self) -> impl Iterator<Item = f32> + '_ {
        self.tempi.iter().map(|tempo| tempo.mass)
    }

    fn move_on(&mut self) {
        self.entering.fill(0.0);
        for tempo in &mut self.tempi {
            tempo.head = if tempo.head == 0 { tempo.period - 1 } else { tempo.head - 1 };
            let crossing = tempo.states[tempo.head];
            for (to, probability) in &tempo.next {
                self.entering[*to] += crossing * probability;
            }
        }
        for (tempo, entering) in self.tempi.iter_mut().zip(&self.entering) {
            tempo.states[tempo.head] = *entering;
        }
    }

    fn observe(&mut self, activations: &Activations) {
        let beat: f32 = BEAT_WEIGHTS.iter().map(|(kind, weight)| weight * activations[*kind]).sum();
        let half = HALF_WEIGHT * activations[ALL];
        for distance in 0..=BUMP_REACH {
            self.likelihood[1 + distance] = (GAIN * beat * bump(distance)).exp();
            self.likelihood[2 + BUMP_REACH + distance] = (GAIN * half * bump(distance)).exp();
        }
        for tempo in &mut self.tempi {
            let mean = beat * tempo.means.0 + half * tempo.means.1;
            let common = (-GAIN * mean).exp() * tempo.pull;
            tempo.multiply(&self.likelihood, common);
        }
    }

    // Gives the likelihood of what was observed, relative to that of an even mean of it.
    fn normalise(&mut self) -> f32 {
        let sum: f32 = self.tempi.iter().map(|tempo| tempo.states.iter().sum::<f32>()).sum();
        let scale = 1.0 / sum.max(f32::MIN_POSITIVE);
        for tempo in &mut self.tempi {
            tempo.states.iter_mut().for_each(|state| *state = *state * scale + LEAST);
            tempo.mass = tempo.states.iter().sum();
        }
        sum.max(f32::MIN_POSITIVE)
    }

    fn add_up(&mut self, nats: f32) {
        for (support, seconds) in self.support.iter_mut().zip(SUPPORT_S) {
            *support += nats - *support / (seconds * FRAMES_PER_S as f32);
        }
    }

    // The tempo that is followed drifts with its neighbours; another must be clearly likelier.
    fn follow(&mut self) {
        let mass = |index: usize| self.tempi[index].mass;
        while let Some(better) = [self.followed.checked_sub(1), Some(self.followed + 1)]
            .into_iter()
            .flatten()
            .find(|next| *next < self.tempi.len() && mass(*next) > mass(self.followed))
        {
            self.followed = better;
        }
        let best = self.likeliest();
        let apart = (self.period(best) / self.period(self.followed) - 1.0).abs() > SAME_TEMPO;
        if apart && self.around(best, SAME_TEMPO) > SWITCH * self.around(self.followed, SAME_TEMPO) {
            self.followed = best;
        }
    }

    // Both halves of the beat are one here: which of them the beat is, is decided above.
    fn said(&mut self) -> Pulse {
        self.remaining.fill(0.0);
        let (mut weight, mut periods) = (0.0, 0.0);
        let followed = self.period(self.followed);
        for tempo in self.tempi.iter_mut().filter(|t| near(t.period, followed, CLUSTER)) {
            weight += tempo.mass;
            periods += tempo.mass * tempo.period as f32;
            for position in 0..tempo.period {
                let left = tempo.period - position;
                let half = tempo.period / 2;
                let left = if left > half { left - half } else { left };
                self.remaining[left] += *tempo.state(position);
            }
        }
        let around = |at: usize| self.remaining[at - 1] + self.remaining[at] + self.remaining[at + 1];
        let last = self.remaining.len() - 2;
        let best = (1..=last).max_by(|a, b| around(*a).total_cmp(&around(*b))).unwrap_or(1);
        let certainty = around(best);
        let shift = (self.remaining[best + 1] - self.remaining[best - 1]) / certainty.max(f32::MIN_POSITIVE);
        Pulse {
            half_period: periods / weight.max(f32::MIN_POSITIVE) / 2.0,
            remaining: best as f32 + shift,
            certainty: certainty.min(1.0),
        }
    }

    fn likeliest(&self) -> usize {
        (0..self.tempi.len()).max_by(|a, b| self.tempi[*a].mass.total_cmp(&self.tempi[*b].mass)).unwrap_or(0)
    }

    fn around(&self, index: usize, width: f32) -> f32 {
        let period = self.period(index);
        self.tempi.iter().filter(|tempo| near(tempo.period, period, width)).map(|tempo| tempo.mass).sum()
    }

    fn period(&self, index: usize) -> f32 {
        self.tempi[index].period as f32
    }
}

impl Tempo {
    fn new(period: usize) -> Tempo {
        let classes: Vec<u8> = (0..period).map(|position| class(position, period)).collect();
        let mean = |range: std::ops::Range<usize>| {
            let bumps = classes.iter().filter(|class| range.contains(&usize::from(**class)));
            bumps.map(|class| bump(usize::from(*class) - range.start)).sum::<f32>() / period as f32
        };
        let means = (mean(1..2 + BUMP_REACH), mean(2 + BUMP_REACH..CLASSES));
        let mut tempo = Tempo {
            period,
            states: vec![0.0; period],
            head: 0,
            means,
            pull: 1.0,
            classes,
            next: Vec::new(),
            mass: 0.0,
        };
        tempo.pull = tempo.prior().powf(PULL_PER_S / FRAMES_PER_S as f32);
        tempo
    }

    fn prior(&self) -> f32 {
        let bpm = 60.0 * FRAMES_PER_S as f32 / self.period as f32;
        let octaves = (bpm / USUAL_BPM).log2() / USUAL_OCTAVES;
        (-0.5 * octaves * octaves).exp()
    }

    fn state(&mut self, position: usize) -> &mut f32 {
        let at = self.head + position;
        &mut self.states[if at < self.period { at } else { at - self.period }]
    }

    fn multiply(&mut self, likelihood: &[f32; CLASSES], common: f32) {
        let (before, from_head) = self.states.split_at_mut(self.head);
        let states = from_head.iter_mut().chain(before);
        for (state, class) in states.zip(&self.classes) {
            *state *= common * likelihood[usize::from(*class)];
        }
    }
}

/// What is expected at a position: the nearest quarter of the period decides.
fn class(position: usize, period: usize) -> u8 {
    let quarter = period as f32 / 4.0;
    let nearest = (position as f32 / quarter).round();
    let distance = (position as f32 - nearest * quarter).round().abs() as usize;
    let first = match nearest as usize % 4 {
        0 => 1,
        2 => 2 + BUMP_REACH,
        _ => return 0,
    };
    if distance <= BUMP_REACH { (first + distance) as u8 } else { 0 }
}

fn bump(distance: usize) -> f32 {
    (-0.5 * (distance as f32 / BUMP_FRAMES).powi(2)).exp()
}

fn near(period: usize, other: f32, width: f32) -> bool {
    (period as f32 / other - 1.0).abs() <= width
}

fn successors(tempi: &[Tempo], index: usize) -> Vec<(usize, f32)> {
    let from = tempi[index].period as f32;
    let ratios = tempi.iter().enumerate().map(|(to, tempo)| (to, tempo.period as f32 / from));
    let likely: Vec<(usize, f32)> = ratios
        .filter(|(_, ratio)| TEMPO_STEP.contains(ratio))
        .map(|(to, ratio)| (to, (-STIFFNESS * (ratio - 1.0).abs()).exp()))
        .collect();
    let sum: f32 = likely.iter().map(|(_, weight)| weight).sum();
    likely.into_iter().map(|(to, weight)| (to, weight / sum)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(space: &mut PulseSpace, frames: usize, period: f32) -> Pulse {
        let mut last = None;
        for frame in 0..frames {
            let on = (frame as f32 % period) < 1.0;
            last = Some(space.update(&[if on { 0.9 } else { 0.0 }; 6]));
        }
        last.unwrap()
    }

    #[test]
    fn finds_the_period_and_the_next_half_beat() {
        for period in [36.0, 47.0, 60.0] {
            let frames = (period * 20.0) as usize;
            let pulse = run(&mut PulseSpace::default(), frames + 1, period);
            assert!((pulse.half_period * 2.0 - period).abs() < 0.6, "{period}: {pulse:?}");
            let off = pulse.remaining.rem_euclid(period / 2.0);
            assert!(off < 2.0 || off > period / 2.0 - 2.0, "{period}: {pulse:?}");
        }
    }

    #[test]
    fn a_pulse_outside_the_range_is_found_an_octave_away() {
        let pulse = run(&mut PulseSpace::default(), 1500, 100.0);
        assert!((pulse.half_period - 25.0).abs() < 0.5, "{pulse:?}");
    }

    #[test]
    fn without_onsets_it_runs_on() {
        let mut space = PulseSpace::default();
        run(&mut space, 1000, 50.0);
        let pulse = (0..800).map(|_| space.update(&[0.0; 6])).last().unwrap();
        assert!((pulse.half_period - 25.0).abs() < 1.0, "{pulse:?}");
    }
}
