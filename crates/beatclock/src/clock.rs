//! Following a beat grid: what comes next, and where in the beat we are.
//!
//! The rules, in the order in which they matter on stage:
//!
//! 1. **No beat twice.** Fired indices only rise, and two fires are never closer than half a period.
//! 2. **None left out.** The next index is the last one plus one, except when the grid's own number
//!    jumps forward, or when an index could only be fired more than half a period late (the process
//!    was stopped, or several jumps added up); that is counted, see [`BeatClock::passed_over`].
//! 3. **A small error is slewed**: up to [`SLEW_MAX_MS`] it fades over two beats, or until the beat that
//!    the grid message names where that is still to come: it was announced, and everybody in the room
//!    has it at that instant. A larger one and an
//!    explicit jump (a tap, a new source, a new numbering) takes effect at once. A beat that the
//!    jump passed by less than half a period is fired at once.
//! 4. **A grid that moves by whole beats renumbers.** Forward: its numbers are taken. Back (a
//!    processor that lost its state): our count goes on, and beat and bar follow the grid.

use schemas::beat::{Grid, Mode};

use crate::fire::{Fire, Phase};
use crate::line::Line;

/// Largest error that is slewed, in ms: about where a listener begins to hear two events as two.
pub const SLEW_MAX_MS: f64 = 20.0;
/// Shortest distance of two fires, in beats; a little over one half, so that rounding keeps it above.
pub const MIN_SPACING_BEATS: f64 = 0.505;
/// How long a grid without news runs on, in seconds.
pub const HOLD_MAX_S: f64 = 300.0;
/// Slowest tempo that is taken for one.
pub const MIN_BPM: f64 = 10.0;
/// Fastest tempo that is taken for one.
pub const MAX_BPM: f64 = 1000.0;
// Silence of the writer after which the grid counts as held: a few beats, and longer than a restart's first message.
const HELD_AFTER_BEATS: f64 = 4.0;
const HELD_AFTER_MS: f64 = 2500.0;

/// One grid message, as it was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// What it says.
    pub grid: Grid,
    /// Instant of beat `grid.index`.
    pub at_ns: i64,
    /// When it was sent. A last value from the broker may be old; holding counts from here.
    pub sent_ns: i64,
    /// True when an operator or a change of source moved the grid: nothing is slewed.
    pub jump: bool,
}

/// Follows one grid for one receiver.
#[derive(Debug, Clone)]
pub struct BeatClock {
    hold_max_ns: i64,
    offset_ns: i64,
    heard: Option<Heard>,
    line: Option<Line>,
    // Our number of a beat is the grid's plus this. Never negative: the grid's numbers are taken as soon as they are ahead.
    renumbered: i64,
    last: Option<Last>,
    passed_over: u64,
    refused: u64,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    index: i64,
    // None when the index was never fired but stands just before the first one that will be.
    at_ns: Option<i64>,
}

impl BeatClock {
    /// A clock that has heard nothing yet; a grid without news runs on for `hold_max_s`.
    pub fn new(hold_max_s: f64) -> BeatClock {
        BeatClock {
            hold_max_ns: (hold_max_s * 1e9) as i64,
            offset_ns: 0,
            heard: None,
            line: None,
            renumbered: 0,
            last: None,
            passed_over: 0,
            refused: 0,
        }
    }

    /// The next beat. Its `at_ns` may already lie in the past: then it is due now.
    pub fn next(&self, now_ns: i64) -> Option<Fire> {
        let (heard, line) = (self.heard.as_ref()?, self.line.as_ref()?);
        let last = self.last?;
        let spaced_ns = last.at_ns.map(|at| at + (MIN_SPACING_BEATS * line.period_ns).ceil() as i64);
        let earliest_ns = spaced_ns.map_or(now_ns, |at| at.max(now_ns));
        let index = (last.index + 1).max(line.position(earliest_ns).first_not_stale());
        let at_ns = spaced_ns.map_or(line.instant_ns(index), |at| at.max(line.instant_ns(index)));
        (at_ns <= heard.sent_ns.saturating_add(self.hold_max_ns)).then(|| self.fire(heard, index, at_ns))
    }

    /// The next beat if it is due, marked as fired.
    pub fn take(&mut self, now_ns: i64) -> Option<Fire> {
        let fire = self.next(now_ns).filter(|fire| fire.at_ns <= now_ns)?;
        let gap = self.last.map_or(0, |last| fire.index - last.index - 1);
        self.passed_over += u64::try_from(gap).unwrap_or(0);
        self.last = Some(Last { index: fire.index, at_ns: Some(now_ns) });
        Some(fire)
    }

    /// Where in the beat `now_ns` lies; `None` while there is no beat.
    pub fn phase(&self, now_ns: i64) -> Option<Phase> {
        let (heard, line) = (self.heard.as_ref()?, self.line.as_ref()?);
        if now_ns > heard.sent_ns.saturating_add(self.hold_max_ns) {
            return None;
        }
        let (index, phase) = line.position(now_ns).split();
        let (beat, bar) = self.in_bar(heard, index);
        Some(Phase { index, beat, bar, phase, bpm: heard.grid.bpm, mode: self.mode(now_ns) })
    }

    /// The grid's own mode, or `held` when it has been without news for too long.
    pub fn mode(&self, now_ns: i64) -> Mode {
        let Some(heard) = &self.heard else { return Mode::Searching };
        let quiet_ns = (HELD_AFTER_BEATS * 60e9 / heard.grid.bpm.max(MIN_BPM)).max(HELD_AFTER_MS * 1e6);
        let quiet = (now_ns - heard.sent_ns) as f64 > quiet_ns;
        match heard.grid.mode {
            Mode::Locked | Mode::Tapped if quiet => Mode::Held,
            mode => mode,
        }
    }

    /// Takes a grid message.
    pub fn follow(&mut self, heard: &Heard, now_ns: i64) {
        if matches!(heard.grid.mode, Mode::Searching | Mode::Silence) {
            self.heard = Some(heard.clone());
            self.line = None;
            return;
        }
        if !(MIN_BPM..=MAX_BPM).contains(&heard.grid.bpm) {
            self.refused += 1;
            return;
        }
        let grid = Line::new(heard.grid.index, heard.at_ns + self.offset_ns, heard.grid.bpm);
        let fired = self.last.is_some_and(|last| last.at_ns.is_some());
        let running = self.line.filter(|_| fired && self.phase(now_ns).is_some());
        self.line = Some(match running {
            Some(running) => self.join(running, grid, heard, now_ns),
            None => self.begin(grid, now_ns),
        });
        self.heard = Some(heard.clone());
    }

    /// Moves every beat by `offset_ms`: positive is later, negative earlier.
    pub fn set_offset_ms(&mut self, offset_ms: f64) {
        let offset_ns = (offset_ms * 1e6).round() as i64;
        if let Some(line) = &mut self.line {
            line.at_ns += offset_ns - self.offset_ns;
        }
        self.offset_ns = offset_ns;
    }

    /// The offset, in ms.
    pub fn offset_ms(&self) -> f64 {
        self.offset_ns as f64 / 1e6
    }

    /// Indices that could only have been fired more than half a period late, and were not.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Grid messages with an impossible tempo.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    // From no beat to a beat: nothing to slew from, but the count goes on.
    fn begin(&mut self, grid: Line, now_ns: i64) -> Line {
        let first = grid.position(now_ns).ceil();
        let fired = self.last.filter(|last| last.at_ns.is_some());
        let last = fired.map_or(first - 1, |last| last.index.max(first - 1));
        self.renumbered = last + 1 - first;
        self.last = Some(Last { index: last, at_ns: fired.and_then(|last| last.at_ns) });
        Line { index: grid.index + self.renumbered, ..grid }
    }

    // From one line to another without a beat too many or too few.
    fn join(&mut self, running: Line, grid: Line, heard: &Heard, now_ns: i64) -> Line {
        let (ahead, part) = running.position(now_ns).minus(grid.position(now_ns));
        let renumbered = ahead.max(0);
        let moved = renumbered != self.renumbered || ahead < 0;
        if ahead < 0
            && let Some(last) = &mut self.last
        {
            // The same beats under higher numbers: the one that was fired last keeps its place among them.
            last.index -= ahead;
        }
        self.renumbered = renumbered;
        let line = Line { index: grid.index + renumbered, ..grid };
        let error_ns = -part * line.period_ns;
        let explicit = moved || heard.jump || heard.grid.mode == Mode::Tapped;
        if explicit || error_ns.abs() > SLEW_MAX_MS * 1e6 { line } else { line.slewed(now_ns, error_ns) }
    }

    fn fire(&self, heard: &Heard, index: i64, at_ns: i64) -> Fire {
        let (beat, bar) = self.in_bar(heard, index);
        Fire {
            index,
            beat,
            bar,
            at_ns,
            bpm: heard.grid.bpm,
            confidence: heard.grid.confidence,
            downbeat_confidence: heard.grid.downbeat_confidence,
            mode: self.mode(at_ns),
        }
    }

    // Number in the bar and number of the bar of our beat `index`, as far as the grid knows them.
    fn in_bar(&self, heard: &Heard, index: i64) -> (Option<u32>, Option<i64>) {
        let grid = &heard.grid;
        let ahead = index - self.renumbered - grid.index;
        let (Some(beat), Some(per_bar)) = (grid.beat, grid.beats_per_bar.filter(|n| *n > 0)) else {
            return if ahead == 0 { (grid.beat, grid.bar) } else { (None, None) };
        };
        let from_bar_start = i64::from(beat) - 1 + ahead;
        let per_bar = i64::from(per_bar);
        let beat = u32::try_from(from_bar_start.rem_euclid(per_bar) + 1).ok();
        (beat, grid.bar.map(|bar| bar + from_bar_start.div_euclid(per_bar)))
    }
}

#[cfg(test)]
mod tests;
