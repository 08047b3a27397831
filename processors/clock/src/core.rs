//! The room's clock without I/O: grids and ticks of all sources in, those of the room out.
//!
//! The room counts its own beats. It never maps index to index: the next beat of the chosen source that
//! lies more than half a period after the room's last one is the room's next. So a beat that a new source
//! says again, slightly later than the old one did, is the same beat, and none is fired twice or skipped.

use std::collections::BTreeMap;

use schemas::Name;
use schemas::audio::InputState;
use schemas::beat::{Grid, Mode, Tick};

use crate::choice::{Choice, Heard, Standing, TEMPI_BPM, Wishes};

/// A beat that the source itself announced is passed on at once, up to this long ahead.
const LONGEST_LEAD_S: f64 = 0.55;
/// A beat that the source should have announced by now is announced for it.
const OWN_LEAD_S: f64 = 0.06;
/// The first beat after a rest lies at least this far ahead, so that it can be announced in time.
const LEAST_LEAD_S: f64 = 0.03;
/// A beat found this long after its instant is counted and not announced.
const TOO_LATE_S: f64 = 0.05;
/// A beat further ahead than this is a mistake of whoever says it.
const FARTHEST_S: f64 = 10.0;
/// Older than this is as good as this old.
const OLDEST_S: f64 = 7200.0;
/// Nearer than this part of a period, two beats are one.
const SAME_BEAT: f64 = 0.5;

/// Something to publish. Instants in seconds of CLOCK_MONOTONIC.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// The room's grid.
    Grid {
        /// Instant of beat `body.index`.
        at: f64,
        /// What it says.
        body: Grid,
    },
    /// A beat of the room, ahead.
    Tick {
        /// Its instant.
        at: f64,
        /// What it says.
        body: Tick,
    },
    /// Which source is the room's clock.
    Active {
        /// The source.
        source: Option<Name>,
        /// Why, in a sentence.
        why: String,
        /// Since when.
        since: f64,
    },
}

/// The room's clock.
#[derive(Debug)]
pub struct Core {
    wishes: Wishes,
    sources: BTreeMap<Name, Heard>,
    choice: Choice,
    since: f64,
    why_said: String,
    room: Grid,
    // instant of the room's last beat
    last_at: Option<f64>,
    // when the room was last looked after
    advanced_at: f64,
    // no beats were due just now: the next one follows the last in number, not in time
    rested: bool,
    grid_due: bool,
}

impl Core {
    /// A clock that has heard nothing.
    pub fn new(wishes: Wishes) -> Core {
        Core {
            wishes,
            sources: BTreeMap::new(),
            choice: Choice::default(),
            since: 0.0,
            why_said: String::new(),
            room: Grid {
                bpm: 0.0,
                index: 0,
                beat: None,
                beats_per_bar: None,
                bar: None,
                confidence: 0.0,
                downbeat_confidence: 0.0,
                mode: Mode::Searching,
            },
            last_at: None,
            advanced_at: f64::NEG_INFINITY,
            rested: true,
            grid_due: false,
        }
    }

    /// Takes over what the room's clock said before a restart; beats that went by meanwhile are counted.
    pub fn resume(&mut self, grid: Grid, at: f64, source: Option<Name>, since: f64) {
        self.last_at = Some(at);
        self.advanced_at = at;
        self.since = since;
        self.rested = !running(grid.mode);
        // Until the source speaks for itself, its last word is what the room said.
        if let Some(name) = source {
            self.choice.chosen = Some(name.clone());
            self.sources.insert(name, Heard { grid: grid.clone(), at, input: None });
        }
        self.room = grid;
    }

    /// A source says its grid at `now`; beat `grid.index` lies at `at`. False when that is nonsense.
    pub fn grid(&mut self, source: &Name, at: f64, mut grid: Grid, now: f64) -> bool {
        if at > now + FARTHEST_S || !at.is_finite() {
            return false;
        }
        let at = at.max(now - OLDEST_S);
        if grid.mode == Mode::Searching {
            // What a source considers is no tempo of the room, until it believes in it.
            grid.bpm = self.sources.get(source).map_or(0.0, |heard| heard.grid.bpm);
        }
        if !TEMPI_BPM.contains(&grid.bpm) {
            grid.bpm = 0.0;
        }
        grid.confidence = likelihood(grid.confidence);
        grid.downbeat_confidence = likelihood(grid.downbeat_confidence);
        self.grid_due |= self.choice.chosen.as_ref() == Some(source);
        let input = self.sources.get(source).and_then(|heard| heard.input);
        self.sources.insert(source.clone(), Heard { grid, at, input });
        true
    }

    /// A source announces a beat at `now`. One that its grid has told already says nothing new.
    pub fn tick(&mut self, source: &Name, at: f64, tick: &Tick, now: f64) {
        let newer =
            |heard: &&mut Heard| at > heard.at && at < now + FARTHEST_S && TEMPI_BPM.contains(&tick.bpm);
        let Some(heard) = self.sources.get_mut(source).filter(newer) else { return };
        heard.at = at;
        heard.grid.index = tick.index;
        heard.grid.bpm = tick.bpm;
        heard.grid.confidence = likelihood(tick.confidence);
        heard.grid.beat = tick.beat;
        heard.grid.bar = tick.bar;
    }

    /// The audio input of a source is in another state.
    pub fn input(&mut self, source: &Name, state: InputState) {
        if let Some(heard) = self.sources.get_mut(source) {
            heard.input = Some(state);
        }
    }

    /// The operator pins a source, or none.
    pub fn pin(&mut self, source: Option<Name>) {
        self.wishes.pin = source;
    }

    /// The grid is to be said again.
    pub fn repeat(&mut self) {
        self.grid_due = true;
    }

    /// Takes other wishes.
    pub fn configure(&mut self, wishes: Wishes) {
        self.wishes = wishes;
    }

    /// Time has come to `now`: chooses, and says what is due.
    pub fn advance(&mut self, now: f64, out: &mut Vec<Say>) {
        if self.choice.update(&self.sources, &self.wishes, now, self.room.index) {
            self.since = now;
            self.grid_due = true;
        }
        if self.choice.why != self.why_said {
            self.why_said.clone_from(&self.choice.why);
            let source = self.choice.chosen.clone();
            out.push(Say::Active { source, why: self.choice.why.clone(), since: self.since });
        }
        let Some(heard) = self.chosen().cloned() else { return };
        let mode = self.mode(&heard, now);
        self.grid_due |= mode != self.room.mode;
        self.room.mode = mode;
        if running(mode) {
            self.announce(&heard, now, out);
        } else {
            self.rested = true;
        }
        self.advanced_at = now;
        if std::mem::take(&mut self.grid_due) {
            self.say_grid(&heard, now, out);
        }
    }

    /// The room's grid as it stands.
    pub fn room(&self) -> &Grid {
        &self.room
    }

    /// The chosen source and why.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The pinned source.
    pub fn pinned(&self) -> Option<&Name> {
        self.wishes.pin.as_ref()
    }

    /// Every source that was heard.
    pub fn sources(&self) -> &BTreeMap<Name, Heard> {
        &self.sources
    }

    fn chosen(&self) -> Option<&Heard> {
        self.sources.get(self.choice.chosen.as_ref()?)
    }

    // A source that has fallen silent without a word is held.
    fn mode(&self, heard: &Heard, now: f64) -> Mode {
        match heard.standing(now, self.wishes.hold_max_s) {
            Standing::Gone => Mode::Searching,
            Standing::Held => Mode::Held,
            Standing::Followed => heard.grid.mode,
            Standing::Quiet if heard.grid.mode == Mode::Silence => Mode::Silence,
            Standing::Quiet => Mode::Searching,
        }
    }

    fn announce(&mut self, heard: &Heard, now: f64, out: &mut Vec<Say>) {
        loop {
            let (beats, at) = self.next(heard, now);
            let lead = if beats == 0 { LONGEST_LEAD_S } else { OWN_LEAD_S };
            if at - now > lead {
                return;
            }
            self.rested = false;
            self.last_at = Some(at);
            self.room.index += 1;
            self.take_over(heard, beats);
            if at >= now - TOO_LATE_S {
                self.grid_due = false;
                out.push(Say::Grid { at, body: self.room.clone() });
                out.push(Say::Tick { at, body: tick_of(&self.room) });
            }
        }
    }

    // The room's next beat: how many beats after the source's newest one, and when.
    fn next(&self, heard: &Heard, now: f64) -> (i64, f64) {
        let period = heard.period();
        let clear = self.last_at.map_or(f64::NEG_INFINITY, |last| last + SAME_BEAT * period);
        // A beat of before the last look would have been announced then: a change of source or phase has
        // put it there, and it is none of the room's.
        let earliest = clear.max(if self.rested { now + LEAST_LEAD_S } else { self.advanced_at });
        let beats = ((earliest - heard.at) / period).ceil();
        (beats as i64, heard.at + beats * period)
    }

    fn take_over(&mut self, heard: &Heard, beats: i64) {
        let mode = self.room.mode;
        let index = self.room.index;
        self.room = Grid { mode, index, ..heard.grid.clone() };
        if let (Some(beat), Some(per_bar)) = (heard.grid.beat, heard.grid.beats_per_bar.filter(|n| *n > 0)) {
            let place = i64::from(beat) - 1 + beats;
            let per_bar = i64::from(per_bar);
            self.room.beat = u32::try_from(place.rem_euclid(per_bar) + 1).ok();
            self.room.bar = heard.grid.bar.map(|bar| bar.saturating_add(place.div_euclid(per_bar)));
        } else if beats != 0 {
            self.room.beat = None;
            self.room.bar = None;
        }
    }

    // Not with a beat: the room's last beat is said where the next one puts it, so that readers who
    // compute the next from it are right.
    fn say_grid(&mut self, heard: &Heard, now: f64, out: &mut Vec<Say>) {
        let mut at = self.last_at.unwrap_or(heard.at);
        if running(self.room.mode) {
            let (beats, next) = self.next(heard, now);
            at = next - heard.period();
            self.take_over(heard, beats - 1);
        } else {
            self.take_over(heard, 0);
        }
        out.push(Say::Grid { at, body: self.room.clone() });
    }
}

fn likelihood(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

const fn running(mode: Mode) -> bool {
    matches!(mode, Mode::Locked | Mode::Held | Mode::Tapped)
}

fn tick_of(grid: &Grid) -> Tick {
    Tick { index: grid.index, beat: grid.beat, bar: grid.bar, bpm: grid.bpm, confidence: grid.confidence }
}
