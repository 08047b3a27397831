//! From beats that arrive to a grid that is steady, and ticks ahead of their instants.
//!
//! Pure: time is whatever the caller says, in seconds of CLOCK_MONOTONIC. The tempo is the one that VirtualDJ
//! tells; the phase is averaged, because beats arrive with the jitter of two programs and a network. The absolute
//! index goes up by one with every beat and never back; a tick that was announced is never withdrawn. Its place in
//! the bar comes from `pos` (a bar line at every multiple of 4); where VirtualDJ says -1, from where the last
//! change began.

use schemas::beat::{Grid, Mode, Tick};

use super::bars::{BEATS_PER_BAR, Bars};
use super::message::{Beat, TEMPI_BPM};
use super::pulse::Pulse;

/// Beats this near to where they are expected are the same beats, in seconds and as part of a period.
const TOLERANCE_S: f64 = 0.04;
const TOLERANCE: f64 = 0.2;
/// A tempo that differs by more than this part at once is another track's.
const SAME_TRACK: f64 = 0.03;
/// The beats are held when this many periods went by since the last one: one and a half were missed.
const HELD_AFTER_BEATS: f64 = 2.5;
/// Beats nearer to one another are none: a packet came late and another with it, or somebody floods us.
const TOO_SOON_S: f64 = 0.06;
/// A beat found this long after its instant is counted and not announced: nobody can use it.
const TOO_LATE_S: f64 = 0.05;
/// Half-life of the confidence of a grid that runs on by itself.
const HELD_HALF_LIFE_S: f64 = 30.0;
/// Share of the newest beat in the mean error; an error of this part of a period is no confidence at all.
const ERROR_SHARE: f64 = 0.1;
const WORST_ERROR: f64 = 0.1;
/// The grid is said again after this long, so that it stays valid for who comes later.
const REPEAT_S: f64 = 60.0;

/// What the configuration says.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How long before its instant a beat is announced.
    pub announce_s: f64,
    /// VirtualDJ is connected and sends no beats for so long: it is silent.
    pub pause_s: f64,
    /// How long the beats run on when nobody is connected.
    pub hold_max_s: f64,
}

/// Something to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Emitted {
    /// The instant that it speaks of.
    pub at: f64,
    /// What it says.
    pub event: Event,
}

/// The two things that are said.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The grid.
    Grid(Grid),
    /// A beat ahead.
    Tick(Tick),
}

/// The grid of VirtualDJ.
#[derive(Debug)]
pub struct Follow {
    settings: Settings,
    now: f64,
    mode: Mode,
    since: f64,
    connected: bool,
    pulse: Option<Pulse>,
    bars: Bars,
    index: i64,
    // instant and period of the last beat that was announced
    last: Option<(f64, f64)>,
    // arrival of the last beat
    heard: f64,
    // arrival and error of a beat that lay elsewhere: a second one there moves the grid
    stray: Option<(f64, f64)>,
    beats: i32,
    error: f64,
    said: f64,
    changed: bool,
}

impl Follow {
    /// A grid that has heard nothing.
    pub fn new(settings: Settings) -> Follow {
        Follow {
            settings,
            now: f64::NEG_INFINITY,
            mode: Mode::Searching,
            since: f64::NEG_INFINITY,
            connected: false,
            pulse: None,
            bars: Bars::default(),
            index: 0,
            last: None,
            heard: f64::NEG_INFINITY,
            stray: None,
            beats: 0,
            error: 0.0,
            said: f64::NEG_INFINITY,
            changed: true,
        }
    }

    /// Takes the grid that was published before a restart; beat `grid.index` lies at `at`. A running one goes on,
    /// held, and its numbers with it.
    pub fn resume(&mut self, grid: &Grid, at: f64, now: f64) {
        self.index = self.index.max(grid.index);
        self.now = now;
        let running = matches!(grid.mode, Mode::Locked | Mode::Held);
        if !running || !TEMPI_BPM.contains(&grid.bpm) || !at.is_finite() {
            return;
        }
        let period = 60.0 / grid.bpm;
        let passed = ((now - at) / period).floor().max(0.0);
        self.index += passed as i64;
        self.last = Some((at + passed * period, period));
        self.pulse = Some(Pulse::new(at + passed * period, period, self.last, f64::NEG_INFINITY));
        self.heard = now;
        self.beats = 1;
        self.enter(Mode::Held);
    }

    /// Somebody who may send beats is connected, or nobody any more.
    pub fn connected(&mut self, connected: bool) {
        self.connected = connected;
        if !connected {
            match self.mode {
                Mode::Locked => self.enter(Mode::Held),
                Mode::Silence => self.enter(Mode::Searching),
                _ => {}
            }
        }
    }

    /// A beat arrived that was played at `at`. False when nothing could be made of it: no tempo was told yet, or it
    /// follows the one before too closely.
    pub fn hear(&mut self, beat: &Beat, at: f64, now: f64) -> bool {
        self.now = self.now.max(now);
        self.connected = true;
        let told = beat.bpm.map(|bpm| 60.0 / bpm);
        let Some(period) = told.or(self.pulse.as_ref().map(Pulse::period)) else { return false };
        if at - self.heard < TOO_SOON_S {
            return false;
        }
        let gap = at - self.heard > HELD_AFTER_BEATS * period;
        if self.retune(period) {
            let jumped = self.bars.breaks(self.index_at(at), beat.pos);
            self.follow(at, period, gap || beat.change || jumped);
        } else {
            self.begin(at, period);
        }
        self.place(beat, at);
        self.heard = at;
        self.enter(Mode::Locked);
        true
    }

    /// Time has come to `now`: what is due is said.
    pub fn advance(&mut self, now: f64, out: &mut Vec<Emitted>) {
        self.now = self.now.max(now);
        self.time_out();
        self.announce(out);
        if std::mem::take(&mut self.changed) || self.now - self.said >= REPEAT_S {
            self.say_grid(self.grid_at(), out);
        }
    }

    /// When [`Follow::advance`] must be called next.
    pub fn due(&self) -> f64 {
        let Some(pulse) = self.pulse.as_ref().filter(|_| self.running()) else { return self.said + REPEAT_S };
        let next = pulse.next(self.last.map(|(at, _)| at)) - self.settings.announce_s;
        next.min(self.times_out_at())
    }

    /// Takes other settings.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// The grid as it stands; [`Follow::grid_at`] is its instant.
    pub fn grid(&self) -> Grid {
        let place = self.bars.place(self.index).filter(|_| self.running());
        Grid {
            bpm: self.pulse.as_ref().map_or(0.0, |pulse| 60.0 / pulse.period()),
            index: self.index,
            beat: place.map(|place| place.beat),
            beats_per_bar: place.map(|_| BEATS_PER_BAR),
            bar: place.and_then(|place| place.bar),
            confidence: self.confidence(),
            downbeat_confidence: place.map_or(0.0, |place| place.confidence),
            mode: self.mode,
        }
    }

    /// The instant of the grid's beat, where the next one puts it: so readers who compute the next from it are right.
    pub fn grid_at(&self) -> f64 {
        let last = self.last.map(|(at, _)| at);
        match &self.pulse {
            Some(pulse) if self.running() => pulse.next(last) - pulse.period(),
            _ => last.unwrap_or(self.now),
        }
    }

    fn running(&self) -> bool {
        matches!(self.mode, Mode::Locked | Mode::Held) && self.pulse.is_some()
    }

    // The running pulse takes the tempo that was told. False when there is none, or when the tempo is not one of it.
    fn retune(&mut self, period: f64) -> bool {
        let (running, now) = (self.running(), self.now);
        let Some(pulse) = self.pulse.as_mut().filter(|_| running) else { return false };
        if (period / pulse.period() - 1.0).abs() > SAME_TRACK {
            return false;
        }
        if pulse.period() != period {
            pulse.set_period(period, now);
            self.changed = true;
        }
        true
    }

    fn follow(&mut self, at: f64, period: f64, may_move: bool) {
        let Some(pulse) = &mut self.pulse else { return };
        let error = pulse.error(at);
        if error.abs() <= TOLERANCE_S.min(TOLERANCE * period) {
            pulse.correct(error);
            self.error += ERROR_SHARE * (error.abs() - self.error);
            self.beats = self.beats.saturating_add(1);
            self.stray = None;
        } else if may_move || self.strays_agree(at, error, period) {
            self.begin(at, period);
        } else {
            self.stray = Some((at, error));
        }
    }

    // One packet may be late; a second beat at the same other place, a beat or more later, is where the beats are.
    fn strays_agree(&self, at: f64, error: f64, period: f64) -> bool {
        self.stray.is_some_and(|(before, stray)| {
            at - before > 0.5 * period && (error - stray).abs() <= TOLERANCE_S.min(TOLERANCE * period)
        })
    }

    fn begin(&mut self, at: f64, period: f64) {
        self.pulse = Some(Pulse::new(at, period, self.last, self.now));
        self.stray = None;
        self.beats = 1;
        self.error = 0.0;
        self.changed = true;
    }

    // The beat of the grid that lies nearest to `at`.
    fn index_at(&self, at: f64) -> i64 {
        self.index + 1 + self.pulse.as_ref().map_or(-1, |pulse| pulse.beats_to(at))
    }

    fn place(&mut self, beat: &Beat, at: f64) {
        let before = self.bars.place(self.index);
        self.bars.hear(self.index_at(at), beat.pos, beat.change);
        self.changed |= before != self.bars.place(self.index);
    }

    fn time_out(&mut self) {
        if !self.running() || self.now < self.times_out_at() {
            return;
        }
        match self.mode {
            Mode::Locked => self.enter(Mode::Held),
            _ if self.connected => self.rest(Mode::Silence),
            _ => self.rest(Mode::Searching),
        }
    }

    // When the mode changes by itself, while the beats run.
    fn times_out_at(&self) -> f64 {
        let period = self.pulse.as_ref().map_or(0.0, Pulse::period);
        match self.mode {
            Mode::Locked => self.heard + HELD_AFTER_BEATS * period,
            _ if self.connected => (self.heard + self.settings.pause_s).max(self.since),
            _ => self.since + self.settings.hold_max_s,
        }
    }

    fn rest(&mut self, mode: Mode) {
        self.pulse = None;
        self.bars.forget();
        self.enter(mode);
    }

    fn enter(&mut self, mode: Mode) {
        if self.mode != mode {
            self.mode = mode;
            self.since = self.now;
            self.changed = true;
        }
    }

    fn announce(&mut self, out: &mut Vec<Emitted>) {
        while self.running() {
            let Some(pulse) = &mut self.pulse else { return };
            let at = pulse.next(self.last.map(|(at, _)| at));
            if at > self.now + self.settings.announce_s {
                return;
            }
            pulse.advance();
            self.index += 1;
            self.last = Some((at, pulse.period()));
            if at >= self.now - TOO_LATE_S {
                self.changed = false;
                self.say_grid(at, out);
                out.push(Emitted { at, event: Event::Tick(self.tick()) });
            }
        }
    }

    fn say_grid(&mut self, at: f64, out: &mut Vec<Emitted>) {
        self.said = self.now;
        out.push(Emitted { at, event: Event::Grid(self.grid()) });
    }

    fn tick(&self) -> Tick {
        let grid = self.grid();
        Tick { index: grid.index, beat: grid.beat, bar: grid.bar, bpm: grid.bpm, confidence: grid.confidence }
    }

    // Half after the first beat, then as sure as the beats arrive steadily.
    fn confidence(&self) -> f32 {
        let Some(pulse) = self.pulse.as_ref().filter(|_| self.running()) else { return 0.0 };
        let enough = 1.0 - 0.5f64.powi(self.beats);
        let steady = 1.0 - (self.error / (WORST_ERROR * pulse.period())).min(1.0);
        let fades =
            if self.mode == Mode::Held { (-(self.now - self.since) / HELD_HALF_LIFE_S).exp2() } else { 1.0 };
        (enough * steady * fades) as f32
    }
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
