//! How beats that an engine predicts move the grid.
//!
//! Such an engine has weighed the music already and is slow to change its mind: the grid takes its word, and
//! smooths what is small.

use schemas::beat::Mode;

use crate::engine::Place;
use crate::follow;
use crate::pulse::Pulse;
use crate::tracker::Tracker;

/// Sure beats in a row at one period that start a grid, as the seconds that they last: a slow beat has been
/// heard as long as two quick ones.
const LOCK_S: f64 = 0.5;
/// As many beats are behind the first guess of a period.
const GUESSED_BEATS: usize = 2;
/// A beat is believed as far as the least sure of so many: speech and random events look like music for a beat
/// or two, and a grid that is new is not believed further than this.
const LASTING_BEATS: usize = 4;
const NEW_AT: f32 = 0.25;
/// Confidence that starts a grid, that lets a held one be followed again, and below which one is held.
const LOCK_AT: f32 = 0.2;
const FOLLOW_AT: f32 = 0.04;
const HOLD_BELOW: f32 = 0.02;
/// Beats this sure, for so long, win against the operator's taps.
const INSISTING_AT: f32 = 0.55;
const INSISTING_BEATS: u32 = 48;
/// Beats follow one another at one period when they are off by no more than this part of it.
const EVEN: f64 = 0.2;
/// A beat is the one that the grid expects when it lies this close, in periods of the finer of the two.
const NEAR: f64 = 0.16;
/// Gains of the filter that smooths what is small.
const PHASE_GAIN: f64 = 0.6;
const PERIOD_GAIN: f64 = 0.1;
/// Share of the engine's own period that is taken over with each beat.
const PERIOD_PULL: f64 = 0.1;

/// A beat that comes, in seconds of the stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coming {
    /// Its instant.
    pub at: f64,
    /// Seconds to the one after it.
    pub period: f64,
    /// How sure the engine is that it is right, 0..1.
    pub confidence: f32,
    /// Where in the bar it lies.
    pub place: Option<Place>,
}

/// What the engine said of late.
#[derive(Debug)]
pub(crate) struct Guide {
    last: Option<Coming>,
    // beats in a row at one period, and those of them that were sure, the newest without a gap
    run: u32,
    sure: u32,
    newest: [f32; LASTING_BEATS],
}

impl Default for Guide {
    fn default() -> Guide {
        Guide { last: None, run: 0, sure: 0, newest: [NEW_AT; LASTING_BEATS] }
    }
}

impl Guide {
    fn note(&mut self, beat: &Coming) {
        let even = self.last.is_some_and(|last| {
            let steps = (beat.at - last.at) / beat.period;
            let whole = steps.round().clamp(1.0, 2.0);
            (steps - whole).abs() < EVEN && (beat.period / last.period - 1.0).abs() < EVEN
        });
        self.run = if even { self.run + 1 } else { 1 };
        let before = if even { self.sure } else { 0 };
        self.sure = if beat.confidence >= LOCK_AT { before + 1 } else { 0 };
        self.newest.rotate_left(1);
        self.newest[LASTING_BEATS - 1] = beat.confidence;
        self.last = Some(*beat);
    }

    // Confidence of the least sure of the newest beats.
    fn lasting(&self) -> f32 {
        self.newest.iter().copied().fold(1.0, f32::min)
    }

    /// The period in seconds that the newest beats agree on, sure or not. `None` while they do not.
    pub(crate) fn guess(&self) -> Option<f64> {
        self.last.filter(|_| self.run > 1).map(|last| last.period)
    }

    /// Whether the engine predicts.
    pub(crate) fn leads(&self) -> bool {
        self.last.is_some()
    }

    /// A tapped period in the octave in which the engine counts. `None` for taps that are faster than
    /// that: half of them are none of its beats.
    pub(crate) fn octave_of(&self, tapped: f64) -> Option<f64> {
        let heard =
            self.last.map(|last| last.period).filter(|heard| follow::relation(*heard, tapped).is_some());
        heard.map_or(Some(tapped), |heard| (heard < tapped * (1.0 + EVEN)).then_some(heard))
    }

    /// Forgets what was said.
    pub(crate) fn clear(&mut self) {
        *self = Guide::default();
    }
}

/// A beat is said before it comes.
pub(crate) fn coming(tracker: &mut Tracker, beat: Coming) {
    tracker.guide.note(&beat);
    match tracker.mode {
        Mode::Silence => {}
        Mode::Searching => lock(tracker, &beat),
        Mode::Locked | Mode::Held => follow(tracker, &beat),
        Mode::Tapped => compare(tracker, &beat),
    }
    // While the grid is held or the operator's, what the engine guesses does not move the bar either.
    if tracker.mode == Mode::Locked {
        place(tracker, &beat);
    }
}

fn lock(tracker: &mut Tracker, beat: &Coming) {
    if f64::from(tracker.guide.sure) * beat.period >= LOCK_S {
        start(tracker, beat);
        tracker.enter(Mode::Locked);
    } else {
        tracker.guess(tracker.guide.guess());
    }
}

fn start(tracker: &mut Tracker, beat: &Coming) {
    let period = follow::wanted_period(tracker, beat.period);
    let mut pulse = Pulse::new(beat.at, period, GUESSED_BEATS, f64::NEG_INFINITY);
    pulse.next = beat.at;
    tracker.run(pulse);
    tracker.trust.restart(tracker.now, tracker.guide.lasting());
}

fn follow(tracker: &mut Tracker, beat: &Coming) {
    tracker.trust.hear(beat.at, tracker.guide.lasting());
    let sure = if tracker.mode == Mode::Locked { HOLD_BELOW } else { FOLLOW_AT };
    if beat.confidence < sure {
        // The grid runs on by itself; what the engine guesses meanwhile does not move it.
        return tracker.enter(Mode::Held);
    }
    let wanted = wanted_period(tracker, beat.period);
    let Some(pulse) = &mut tracker.pulse else { return };
    let same = (wanted / pulse.period - 1.0).abs() < EVEN;
    let modulus = beat.period.min(pulse.period);
    let error = pulse.error(beat.at, modulus);
    if same && error.abs() < NEAR * modulus {
        pulse.period += PERIOD_GAIN * error + PERIOD_PULL * (wanted - pulse.period);
        pulse.next += PHASE_GAIN * error;
    } else {
        start(tracker, beat);
        tracker.bars.release();
    }
    tracker.enter(Mode::Locked);
}

// The octave that the operator chose stays, also when the engine counts the same beats in another.
fn wanted_period(tracker: &Tracker, heard: f64) -> f64 {
    let wanted = follow::wanted_period(tracker, heard);
    let chosen = tracker.pulse.as_ref().filter(|_| tracker.settings.octave != 0).map(|pulse| pulse.period);
    match chosen {
        Some(chosen) if follow::relation(wanted, chosen).is_some() => {
            wanted * (chosen / wanted).log2().round().exp2()
        }
        _ => wanted,
    }
}

/// The operator taps: the music leads again when it agrees, and when it insists on something else.
fn compare(tracker: &mut Tracker, beat: &Coming) {
    let Some(pulse) = &tracker.pulse else { return };
    let modulus = follow::relation(beat.period, pulse.period);
    let on_grid = modulus.is_some_and(|modulus| pulse.error(beat.at, modulus).abs() < EVEN * modulus);
    tracker.trust.hear(beat.at, tracker.guide.lasting());
    if tracker.trust.agree(on_grid) >= follow::AGREED_BEATS {
        follow::agree(tracker, beat.period);
    } else if !on_grid && tracker.guide.contradicts(beat) {
        start(tracker, beat);
        tracker.enter(Mode::Locked);
    }
}

impl Guide {
    // So many sure beats in a row that are not where the operator tapped.
    fn contradicts(&self, beat: &Coming) -> bool {
        self.run >= INSISTING_BEATS && beat.confidence > INSISTING_AT
    }
}

fn place(tracker: &mut Tracker, beat: &Coming) {
    let (Some(place), Some(index)) = (beat.place, tracker.nearest(beat.at + tracker.nudge_s())) else {
        return;
    };
    let near = tracker
        .pulse
        .as_ref()
        .is_some_and(|pulse| pulse.error(beat.at, pulse.period).abs() < NEAR * pulse.period);
    // With octaves of the operator's own, the engine's beats are not those that are counted.
    if near && (tracker.settings.octave == 0 || (place.beat == 1 && tracker.bars.count(index).is_none())) {
        tracker.bars.hear(index, place);
    }
}
