//! How beats that were heard move the grid, and when they are not believed.

use schemas::beat::Mode;

use crate::evidence::{Heard, Line};
use crate::pulse::Pulse;
use crate::tracker::Tracker;

/// A first lock needs so many even beats.
const LOCK_BEATS: usize = 6;
/// A grid that is followed gives way to so many even beats that say something else.
const RELOCK_BEATS: usize = 8;
/// The same beats counted twice or half as fast must last this long before the grid changes octave.
const OCTAVE_BEATS: usize = 20;
/// Beats are even when they lie this close to a line, in periods.
const EVEN: f64 = 0.06;
/// A beat belongs to the grid when it lies this close to it, in periods of the coarser of the two.
const NEAR: f64 = 0.2;
/// Tempi that differ by less are the same.
const SAME_TEMPO: f64 = 0.06;
/// Who allows 174 BPM means music at 174 too, and what is measured of that wavers about it.
const EDGE: f64 = 0.02;
/// Share of each new beat in the running agreement.
const TRUST_GAIN: f32 = 0.12;
/// Share of what a predicting engine says with each beat: four beats or so decide.
const PREDICTED_GAIN: f32 = 0.6;
/// Agreement below which a followed grid is held, and above which a held one is followed again.
const DOUBTED: f32 = 0.25;
const TRUSTED: f32 = 0.5;
/// Beats in agreement with a tapped grid after which the music leads again.
pub(crate) const AGREED_BEATS: u32 = 8;
/// Without any beat in agreement for this long, a grid is held.
const PATIENCE_S: f64 = 4.0;
const PATIENCE_BEATS: f64 = 8.0;

/// How well the beats heard of late agree with the grid.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    score: f32,
    agreed_at: f64,
    agreed_in_a_row: u32,
}

impl Trust {
    /// 0 random, 1 all beats where they were expected.
    pub(crate) fn score(&self) -> f32 {
        self.score.clamp(0.0, 1.0)
    }

    pub(crate) fn restart(&mut self, now: f64, score: f32) {
        *self = Trust { score, agreed_at: now, agreed_in_a_row: 0 };
    }

    /// An engine that predicts says how sure it is.
    pub(crate) fn hear(&mut self, at: f64, confidence: f32) {
        self.score += PREDICTED_GAIN * (confidence - self.score);
        self.agreed_at = self.agreed_at.max(at);
    }

    /// Whether the next beat is on the grid; gives how many were, in a row.
    pub(crate) fn agree(&mut self, on_grid: bool) -> u32 {
        self.agreed_in_a_row = if on_grid { self.agreed_in_a_row + 1 } else { 0 };
        self.agreed_in_a_row
    }

    // `closeness` 1 on the grid, 0 at the edge of what belongs to it, `None` beyond
    fn note(&mut self, at: f64, closeness: Option<f64>) {
        self.score += TRUST_GAIN * (closeness.unwrap_or(0.0) as f32 - self.score);
        self.agreed_in_a_row = if closeness.is_some() { self.agreed_in_a_row + 1 } else { 0 };
        if closeness.is_some() {
            self.agreed_at = self.agreed_at.max(at);
        }
    }
}

/// A beat was heard.
pub(crate) fn beat(tracker: &mut Tracker, heard: Heard) {
    tracker.evidence.add(heard);
    match tracker.mode {
        Mode::Searching => lock(tracker),
        Mode::Silence => {}
        Mode::Locked | Mode::Held | Mode::Tapped => follow(tracker, heard),
    }
}

/// Time has passed: a grid without agreement is held, and not for ever.
pub(crate) fn time_out(tracker: &mut Tracker) {
    let Some(pulse) = &tracker.pulse else { return };
    let patience = PATIENCE_S.max(PATIENCE_BEATS * pulse.period);
    let alone = tracker.now - tracker.trust.agreed_at > patience;
    match tracker.mode {
        // An engine that predicts says itself how far it is to be trusted.
        Mode::Locked if alone || (!tracker.guide.leads() && tracker.trust.score < DOUBTED) => {
            tracker.enter(Mode::Held);
        }
        Mode::Held if tracker.now - tracker.since > tracker.settings.hold_max_s => tracker.search(),
        _ => {}
    }
}

fn lock(tracker: &mut Tracker) {
    let Some(line) = tracker.evidence.line(LOCK_BEATS).filter(|line| line.spread < EVEN) else { return };
    start(tracker, line, LOCK_BEATS);
}

fn start(tracker: &mut Tracker, line: Line, beats: usize) {
    let period = wanted_period(tracker, line.period);
    let pulse = Pulse::new(line.phase, period, beats, tracker.now);
    tracker.run(pulse);
    tracker.trust.restart(tracker.now, 0.5);
    tracker.enter(Mode::Locked);
}

fn follow(tracker: &mut Tracker, heard: Heard) {
    let Some(pulse) = &mut tracker.pulse else { return };
    let period = pulse.period;
    let closeness = relation(heard.period, period).and_then(|modulus| {
        let error = pulse.error(heard.at, modulus);
        (error.abs() < NEAR * modulus).then(|| {
            if tracker.mode != Mode::Tapped {
                pulse.correct(heard.at, error);
            }
            1.0 - error.abs() / (NEAR * modulus)
        })
    });
    tracker.trust.note(heard.at, closeness);
    match tracker.mode {
        Mode::Tapped if tracker.trust.agreed_in_a_row >= AGREED_BEATS => agree(tracker, heard.period),
        Mode::Tapped => {}
        _ => reconsider(tracker),
    }
}

/// The music agrees with the operator's taps: from here on it leads, in the octave that was tapped.
pub(crate) fn agree(tracker: &mut Tracker, heard_period: f64) {
    let Some(pulse) = &tracker.pulse else { return };
    let folded = folded(tracker, heard_period);
    tracker.settings.octave =
        crate::corrections::shifted_octave((folded / pulse.period).log2().round() as i32, 0);
    tracker.trust.restart(tracker.now, 0.7);
    tracker.enter(Mode::Locked);
}

fn reconsider(tracker: &mut Tracker) {
    let Some(pulse) = &tracker.pulse else { return };
    if let Some(line) = tracker.evidence.line(RELOCK_BEATS).filter(|line| line.spread < EVEN) {
        let wanted = wanted_period(tracker, line.period);
        let same_tempo = (wanted / pulse.period - 1.0).abs() < SAME_TEMPO;
        let octave = relation(line.period, pulse.period);
        let in_phase = octave.is_some_and(|modulus| pulse.error(line.phase, modulus).abs() < NEAR * modulus);
        if !in_phase {
            return start(tracker, line, RELOCK_BEATS);
        }
        let lasting = || tracker.evidence.line(OCTAVE_BEATS).is_some_and(|line| line.spread < EVEN);
        if !same_tempo && lasting() {
            return start(tracker, line, OCTAVE_BEATS);
        }
    }
    if tracker.mode == Mode::Held && tracker.trust.score > TRUSTED {
        tracker.enter(Mode::Locked);
    }
}

/// The period of the common sub-grid when both periods are the same pulse counted at simple ratios.
pub(crate) fn relation(heard: f64, period: f64) -> Option<f64> {
    let ratios = [1.0, 0.5, 2.0, 0.25, 4.0];
    let same = |ratio: &f64| (heard / (period * ratio) - 1.0).abs() < SAME_TEMPO;
    ratios.into_iter().find(same).map(|ratio| period * ratio.min(1.0))
}

pub(crate) fn wanted_period(tracker: &Tracker, heard: f64) -> f64 {
    folded(tracker, heard) * f64::from(-tracker.settings.octave).exp2()
}

/// The octave of a heard period that lies within the configured range of tempi, or at its edge, if any does.
pub(crate) fn folded(tracker: &Tracker, heard: f64) -> f64 {
    let mut period = heard;
    while period > 60.0 / tracker.settings.min_bpm * (1.0 + EDGE) {
        period /= 2.0;
    }
    while period < 60.0 / tracker.settings.max_bpm * (1.0 - EDGE) {
        period *= 2.0;
    }
    period
}
