//! From beats that an engine heard to a grid that is steady, and ticks ahead of their instants.
//!
//! Pure: time is whatever [`Tracker::advance`] says, in seconds of the stream. The absolute index goes
//! up by one with every announced beat and never back; a tick that was announced is never withdrawn.

use schemas::beat::{Grid, Mode, Onset, Tick};

use crate::bar::{Bars, Count};
use crate::corrections::{MAX_NUDGE_MS, Taps, shifted_octave};
use crate::engine::Place;
use crate::evidence::{Evidence, Heard};
use crate::follow::{self, Trust};
use crate::guide::{Coming, Guide};
use crate::pulse::Pulse;

/// Silence that stops the beats.
const SILENCE_S: f64 = 2.0;
/// A silence no longer than this is a break: afterwards the old grid goes on, held, until the music is heard to agree.
const BREAK_S: f64 = 10.0;
/// A beat found this long after its instant is counted and not announced: nobody can use it.
const TOO_LATE_S: f64 = 0.05;
/// The first beat of a grid that was just found lies at least this far ahead, so that it can be announced in time.
const LEAST_LEAD_S: f64 = 0.06;
/// Half-life of the confidence of a grid that runs on by itself.
const HELD_HALF_LIFE_S: f64 = 30.0;
/// A tempo that is considered is news when it differs from the last one by more than this part.
const GUESS_STEP: f64 = 0.02;
/// A tempo outside this cannot be tapped or resumed.
const ANY_BPM: std::ops::RangeInclusive<f64> = 20.0..=400.0;

/// What the operator and the configuration say.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Slowest tempo before octave correction, in BPM.
    pub min_bpm: f64,
    /// Fastest tempo before octave correction, in BPM.
    pub max_bpm: f64,
    /// How long before its instant a beat is announced.
    pub announce_s: f64,
    /// How long a grid runs on by itself.
    pub hold_max_s: f64,
    /// Doublings of the tempo, negative for halvings.
    pub octave: i32,
    /// Shift of every beat, later when positive.
    pub nudge_ms: f64,
}

/// Something to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Emitted {
    /// Seconds of the stream that had been heard.
    pub heard_s: f64,
    /// The instant that it speaks of, in seconds of the stream.
    pub at_s: f64,
    /// What it says.
    pub event: Event,
}

/// The three things that the beat processor says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The grid.
    Grid(Grid),
    /// A beat ahead.
    Tick(Tick),
    /// The start of a sound.
    Onset(Onset),
}

/// The steady grid of one source.
#[derive(Debug)]
pub struct Tracker {
    pub(crate) settings: Settings,
    pub(crate) now: f64,
    pub(crate) mode: Mode,
    pub(crate) since: f64,
    pub(crate) pulse: Option<Pulse>,
    pub(crate) evidence: Evidence,
    pub(crate) trust: Trust,
    pub(crate) guide: Guide,
    pub(crate) bars: Bars,
    pub(crate) index: i64,
    pub(crate) last_at: Option<f64>,
    taps: Taps,
    silent_since: f64,
    // tempo in BPM that is considered while it searches
    guess: Option<f64>,
    changed: bool,
}

impl Tracker {
    /// A tracker that has heard nothing.
    pub fn new(settings: Settings) -> Tracker {
        Tracker {
            settings,
            now: 0.0,
            mode: Mode::Searching,
            since: 0.0,
            pulse: None,
            evidence: Evidence::default(),
            trust: Trust::default(),
            guide: Guide::default(),
            bars: Bars::default(),
            index: 0,
            last_at: None,
            taps: Taps::default(),
            silent_since: 0.0,
            guess: None,
            changed: true,
        }
    }

    /// Takes the grid that was published before a restart; beat `grid.index` lies at `at` seconds.
    /// The beats go on, held, and their numbers with them: those that went by meanwhile are counted.
    pub fn resume(&mut self, grid: &Grid, at: f64, now: f64) {
        self.index = self.index.max(grid.index);
        self.now = self.now.max(now);
        if grid.mode == Mode::Searching || !ANY_BPM.contains(&grid.bpm) || !at.is_finite() {
            return;
        }
        let unshifted = at - self.nudge_s();
        let period = 60.0 / grid.bpm;
        // Far enough along that one odd beat does not throw away what was known.
        let mut pulse = Pulse::new(unshifted, period, 16, f64::NEG_INFINITY);
        pulse.next = unshifted + period;
        self.pulse = Some(pulse);
        self.last_at = Some(at);
        if let (Some(beat), Some(beats_per_bar), Some(bar)) = (grid.beat, grid.beats_per_bar, grid.bar) {
            self.bars
                .resume(grid.index, Count { beat, beats_per_bar, bar, confidence: grid.downbeat_confidence });
        }
        self.trust.restart(self.now, grid.confidence);
        self.silent_since = self.now;
        self.enter(if grid.mode == Mode::Locked { Mode::Held } else { grid.mode });
    }

    /// The engine heard a beat.
    pub fn beat(&mut self, heard: Heard, place: Option<Place>) {
        follow::beat(self, heard);
        if let (Some(place), Some(index)) = (place, self.nearest(heard.at + self.nudge_s())) {
            self.bars.hear(index, place);
        }
    }

    /// The engine says a beat before it comes.
    pub fn coming(&mut self, beat: Coming) {
        crate::guide::coming(self, beat);
    }

    /// Samples arrive, silent for `silent_s` by now.
    pub fn level(&mut self, silent_s: f64) {
        let silent = silent_s >= SILENCE_S;
        match self.mode {
            Mode::Silence if silent_s == 0.0 => self.wake(),
            Mode::Searching | Mode::Locked | Mode::Held if silent => {
                self.silent_since = self.now - silent_s;
                self.evidence.clear();
                self.enter(Mode::Silence);
            }
            _ => {}
        }
    }

    /// No samples arrive: the grid runs on.
    pub fn lost(&mut self) {
        self.evidence.clear();
        if self.mode == Mode::Locked {
            self.enter(Mode::Held);
        }
    }

    /// Time has come to `now`: what is due is said.
    pub fn advance(&mut self, now: f64, out: &mut Vec<Emitted>) {
        self.now = self.now.max(now);
        follow::time_out(self);
        self.announce(out);
        if std::mem::take(&mut self.changed) {
            out.push(self.said(self.grid_at(), Event::Grid(self.grid())));
        }
    }

    /// The operator taps a beat at `at`. Gives the number of taps of this run.
    pub fn tap(&mut self, at: f64) -> usize {
        if let Some(tapped) = self.taps.tap(at)
            && ANY_BPM.contains(&(60.0 / tapped.period))
        {
            let pulse = Pulse::new(tapped.phase - self.nudge_s(), tapped.period, 8, self.now);
            self.run(pulse);
            self.trust.restart(self.now, 1.0);
            self.enter(Mode::Tapped);
        }
        self.taps.count()
    }

    /// What the operator set, as the engine counts: an instant of a beat (of a downbeat when asked for) and
    /// the period, in seconds. `None` while nothing was set.
    pub fn advice(&self, downbeat: bool) -> Option<(f64, f64)> {
        let pulse = self.pulse.as_ref()?;
        if !downbeat {
            let tapped = (self.mode == Mode::Tapped).then_some(pulse.period)?;
            return Some((pulse.next, self.guide.octave_of(tapped)?));
        }
        // Octaves are counted here and not by the engine.
        let first =
            (1..=16).find(|ahead| self.bars.count(self.index + ahead).is_some_and(|c| c.beat == 1))?;
        let at = pulse.next + (first - 1) as f64 * pulse.period;
        (self.settings.octave == 0).then_some((at, pulse.period))
    }

    /// The operator wants `by` doublings more (or halvings, when negative).
    pub fn octave(&mut self, by: i32) {
        let wanted = shifted_octave(self.settings.octave, by);
        let steps = wanted - self.settings.octave;
        self.settings.octave = wanted;
        if steps != 0
            && let Some(mut pulse) = self.pulse.take()
        {
            pulse.stretch(f64::from(-steps).exp2());
            // Every second beat of the old count has no number in the new one.
            self.bars.forget();
            self.run(pulse);
        }
        self.changed = true;
    }

    /// The operator says that the beat nearest to `at` is the first of its bar. False when no beat is known.
    pub fn downbeat(&mut self, at: f64) -> bool {
        let Some(index) = self.nearest(at) else { return false };
        self.bars.set_downbeat(index);
        self.changed = true;
        true
    }

    /// The operator shifts all beats by `ms` more, later when positive.
    pub fn nudge(&mut self, ms: f64) {
        self.settings.nudge_ms = (self.settings.nudge_ms + ms).clamp(-MAX_NUDGE_MS, MAX_NUDGE_MS);
        self.place_next();
    }

    /// Forgets the music and every correction. The index stays.
    pub fn reset(&mut self) {
        self.settings.octave = 0;
        self.settings.nudge_ms = 0.0;
        self.taps.clear();
        self.search();
    }

    /// The grid is to be said again.
    pub fn repeat(&mut self) {
        self.changed = true;
    }

    /// Takes other settings.
    pub fn configure(&mut self, settings: Settings) {
        let steps = settings.octave - self.settings.octave;
        self.octave(steps);
        self.settings = settings;
        self.place_next();
    }

    /// What is in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The instant of beat `index` of the grid. While beats are announced it is where the next beat puts
    /// it, so that readers who compute the next from it are right.
    pub fn grid_at(&self) -> f64 {
        match &self.pulse {
            Some(pulse) if self.running() => pulse.next + self.nudge_s() - pulse.period,
            _ => self.last_at.unwrap_or(self.now),
        }
    }

    /// The grid as it stands; its instant is [`Tracker::grid_at`].
    pub fn grid(&self) -> Grid {
        let count = self.bars.count(self.index);
        Grid {
            bpm: self.bpm(),
            index: self.index,
            beat: count.map(|count| count.beat),
            beats_per_bar: count.map(|count| count.beats_per_bar),
            bar: count.map(|count| count.bar),
            confidence: self.confidence(),
            downbeat_confidence: count.map_or(0.0, |count| count.confidence),
            mode: self.mode,
        }
    }

    // While it searches, the tempo that it considers.
    fn bpm(&self) -> f64 {
        let guess = self.guess.filter(|_| self.mode == Mode::Searching);
        guess.or_else(|| self.pulse.as_ref().map(Pulse::bpm)).unwrap_or(0.0)
    }

    /// Takes the period in seconds that is considered while it searches; `None` when there is none any more.
    pub(crate) fn guess(&mut self, period: Option<f64>) {
        let bpm = period.map(|period| 60.0 / follow::wanted_period(self, period));
        let news = match (self.guess, bpm) {
            (Some(old), Some(new)) => (new / old - 1.0).abs() > GUESS_STEP,
            (old, new) => old.is_some() != new.is_some(),
        };
        if news {
            self.guess = bpm;
            self.changed = true;
        }
    }

    /// Whether beats are announced.
    pub fn running(&self) -> bool {
        matches!(self.mode, Mode::Locked | Mode::Held | Mode::Tapped) && self.pulse.is_some()
    }

    pub(crate) fn enter(&mut self, mode: Mode) {
        if self.mode != mode {
            self.guess = None;
            self.mode = mode;
            self.since = self.now;
            self.changed = true;
        }
    }

    /// Lets `pulse` be the grid from its next beat on.
    pub(crate) fn run(&mut self, mut pulse: Pulse) {
        let shift = self.nudge_s();
        if let Some(before) = self.pulse.as_ref().filter(|_| self.running()) {
            pulse.take_over(before.period);
        }
        pulse.keep_clear(
            self.last_at.map_or(f64::NEG_INFINITY, |at| at - shift),
            self.now + LEAST_LEAD_S - shift,
        );
        self.pulse = Some(pulse);
        self.changed = true;
    }

    // The next beat, where it was, unless that is too soon after a change of the shift.
    fn place_next(&mut self) {
        if let Some(pulse) = self.pulse.take() {
            self.run(pulse);
        }
        self.changed = true;
    }

    pub(crate) fn search(&mut self) {
        self.pulse = None;
        self.bars.forget();
        self.evidence.clear();
        self.guide.clear();
        self.changed = true;
        self.enter(Mode::Searching);
    }

    fn wake(&mut self) {
        if self.now - self.silent_since > BREAK_S {
            return self.search();
        }
        let Some(pulse) = self.pulse.take() else { return self.search() };
        let before = pulse.next;
        let period = pulse.period;
        self.run(pulse);
        let skipped = self.pulse.as_ref().map_or(0.0, |pulse| (pulse.next - before) / period);
        self.bars.skip(skipped.round() as i64);
        self.trust.restart(self.now, 0.5);
        self.enter(Mode::Held);
    }

    fn announce(&mut self, out: &mut Vec<Emitted>) {
        while self.running() {
            let shift = self.nudge_s();
            let Some(pulse) = &mut self.pulse else { return };
            let at = (pulse.next + shift)
                .max(self.last_at.map_or(f64::NEG_INFINITY, |last| pulse.earliest_after(last)));
            if at > self.now + self.settings.announce_s {
                return;
            }
            pulse.advance();
            self.index += 1;
            self.last_at = Some(at);
            if at >= self.now - TOO_LATE_S {
                self.changed = false;
                let tick = self.tick();
                out.push(self.said(at, Event::Grid(self.grid())));
                out.push(self.said(at, Event::Tick(tick)));
            }
        }
    }

    fn tick(&self) -> Tick {
        let grid = self.grid();
        Tick { index: grid.index, beat: grid.beat, bar: grid.bar, bpm: grid.bpm, confidence: grid.confidence }
    }

    fn said(&self, at_s: f64, event: Event) -> Emitted {
        Emitted { heard_s: self.now, at_s, event }
    }

    pub(crate) fn nearest(&self, at: f64) -> Option<i64> {
        let pulse = self.pulse.as_ref()?;
        let next = pulse.next + self.nudge_s();
        Some(self.index + 1 + ((at - next) / pulse.period).round() as i64)
    }

    pub(crate) fn nudge_s(&self) -> f64 {
        self.settings.nudge_ms / 1000.0
    }

    fn confidence(&self) -> f32 {
        let score = self.trust.score();
        match self.mode {
            Mode::Locked => score,
            Mode::Tapped => 1.0,
            Mode::Held => score * (-(self.now - self.since) / HELD_HALF_LIFE_S).exp2() as f32,
            Mode::Searching | Mode::Silence => 0.0,
        }
    }
}
