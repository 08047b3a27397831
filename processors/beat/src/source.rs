//! One source on the live bus: its core, the clock that its samples keep, and what it publishes.

use component::{Context, Publisher, time};
use schemas::audio::Block;
use schemas::beat::{Grid, Mode, Onset, Tick};
use schemas::{Header, Message, Name, Stamp};

use crate::core::Core;
use crate::engine::{EngineChoice, EngineError};
use crate::tracker::{Emitted, Event, Settings};

/// Without samples for this long, the grid runs by the clock.
const MISSED_AFTER_S: f64 = 0.5;
/// A grid of before a restart is taken up when it is no older than this.
const PRIOR_MAX_AGE_S: f64 = 10.0;
/// A state is said again after this long, so that it stays valid for who comes later.
const REPEAT_S: f64 = 60.0;
/// Capture time and sample count may part by this much before they are joined anew.
const CLOCK_BREAK_S: f64 = 0.1;
/// Samples are of now, give or take.
const NOW_WITHIN_S: f64 = 60.0;

/// One source.
pub(crate) struct Source {
    core: Core,
    // CLOCK_MONOTONIC minus seconds of the stream, from the newest block
    offset_s: f64,
    generation: u64,
    heard_mono_s: f64,
    said_mono_s: f64,
    lost: bool,
    grids: Publisher<Grid>,
    ticks: Publisher<Tick>,
    onsets: Publisher<Onset>,
    out: Vec<Emitted>,
}

impl Source {
    /// A source that was just seen, with its own grid of before a restart.
    pub(crate) fn new(
        choice: EngineChoice,
        rate_hz: u32,
        settings: Settings,
        prior: Option<Message<Grid>>,
        name: &Name,
        ctx: &Context,
    ) -> Result<Source, EngineError> {
        let now = time::mono_s(ctx.now());
        let mut core = Core::new(choice, rate_hz, settings)?;
        // Seconds of the stream are those of CLOCK_MONOTONIC until samples keep their own time.
        core.rebase(rate_hz, now)?;
        if let Some(Message { header, body }) = prior {
            let at = time::here_s(&header, ctx.now());
            if now - at <= PRIOR_MAX_AGE_S {
                core.tracker().resume(&body, at, now);
            } else {
                core.tracker().resume(&Grid { mode: Mode::Searching, ..body }, at, now);
            }
        }
        Ok(Source {
            core,
            offset_s: 0.0,
            generation: 0,
            heard_mono_s: now,
            said_mono_s: now,
            lost: false,
            grids: ctx.publisher(name),
            ticks: ctx.publisher(name),
            onsets: ctx.publisher(name),
            out: Vec::new(),
        })
    }

    /// Takes one block. False when its instant is so far from now that its stamp must be wrong.
    pub(crate) fn hear(
        &mut self,
        header: &Header,
        block: &Block,
        ctx: &Context,
    ) -> Result<bool, EngineError> {
        let at = time::here_s(header, ctx.now());
        if (at - time::mono_s(ctx.now())).abs() > NOW_WITHIN_S || at.is_nan() {
            return Ok(false);
        }
        // A capture that stopped and went on counts its samples on; the time between shows in the stamp.
        let expected_at = self.core.seconds(block.index as f64) + self.offset_s;
        let restarted = header.origin.generation != self.generation
            || self.core.expected().is_none()
            || (at - expected_at).abs() > CLOCK_BREAK_S;
        if restarted || block.rate != self.core.rate_hz() {
            let start = at - self.offset_s - block.index as f64 / f64::from(block.rate.max(1));
            self.core.rebase(block.rate, start)?;
            self.generation = header.origin.generation;
        }
        self.offset_s = at - self.core.seconds(block.index as f64);
        self.heard_mono_s = time::mono_s(ctx.now());
        self.lost = false;
        self.core.process(&block.samples, block.index, &mut self.out);
        self.say();
        Ok(true)
    }

    /// The input says that no samples will come, or that they do.
    pub(crate) fn set_lost(&mut self, lost: bool) {
        self.lost = lost;
    }

    /// Runs by the clock when samples are missing.
    pub(crate) fn run_on(&mut self, now: Stamp) {
        let now_s = time::mono_s(now);
        if self.missing(now_s) {
            self.core.tracker().lost();
            self.core.tracker().advance(now_s - self.offset_s, &mut self.out);
        } else if now_s - self.said_mono_s > REPEAT_S {
            self.core.tracker().repeat();
            self.core.tracker().advance(f64::NEG_INFINITY, &mut self.out);
        }
        self.say();
    }

    /// Changes something by `change`, given the present in seconds of the stream, and says what came of it.
    pub(crate) fn change<R>(&mut self, now: Stamp, change: impl FnOnce(&mut Core, f64) -> R) -> R {
        let result = change(&mut self.core, time::mono_s(now) - self.offset_s);
        self.core.tracker().advance(f64::NEG_INFINITY, &mut self.out);
        self.say();
        result
    }

    /// The grid as it stands.
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    fn missing(&self, now_s: f64) -> bool {
        self.lost || now_s - self.heard_mono_s > MISSED_AFTER_S
    }

    fn say(&mut self) {
        for emitted in std::mem::take(&mut self.out) {
            let stamp = time::stamp_of_mono(((emitted.at_s + self.offset_s) * 1e9) as i64);
            // What does not leave is counted by the bus.
            let _sent = match emitted.event {
                Event::Grid(grid) => {
                    self.said_mono_s = time::mono_ns() as f64 / 1e9;
                    self.grids.send(stamp, &grid)
                }
                Event::Tick(tick) => self.ticks.send(stamp, &tick),
                Event::Onset(onset) => self.onsets.send(stamp, &onset),
            };
        }
    }
}
