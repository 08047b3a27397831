//! One run of the core over a signal, and what it said.

use beat::Config;
use beat::core::Core;
use beat::engine::EngineKind;
use beat::tracker::{Emitted, Event};
use schemas::beat::{Grid, Mode, Tick};
use signals::Signal;
use signals::measure::Said;

/// Sample rate of the signals unless a test is about rates.
pub(crate) const RATE_HZ: u32 = 44_100;
/// Frames per block, as the audio producer sends them.
const BLOCK: usize = 256;

/// What is done to the core, and at which second.
pub(crate) type Act<'a> = (f64, &'a dyn Fn(&mut Core, f64));

/// A core as it comes out of the box.
pub(crate) fn core(rate_hz: u32) -> Core {
    core_by(Config::default().engine, rate_hz)
}

/// The same with another engine.
pub(crate) fn core_by(engine: EngineKind, rate_hz: u32) -> Core {
    Core::new(engine, rate_hz, Config::default().settings()).unwrap()
}

/// What was said of a signal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) said: Vec<Emitted>,
}

impl Run {
    /// Plays all of a signal.
    pub(crate) fn of(signal: &Signal) -> Run {
        Run::with(signal, &[])
    }

    /// Plays all of it to another engine.
    pub(crate) fn by(engine: EngineKind, signal: &Signal) -> Run {
        Run::on(core_by(engine, signal.rate_hz), signal, &[])
    }

    /// Plays it and does something to the core at certain seconds, given in order.
    pub(crate) fn with(signal: &Signal, acts: &[Act<'_>]) -> Run {
        Run::on(core(signal.rate_hz), signal, acts)
    }

    fn on(mut core: Core, signal: &Signal, acts: &[Act<'_>]) -> Run {
        let mut said = Vec::new();
        let mut acts = acts.iter().peekable();
        for (n, block) in signal.samples.chunks(BLOCK).enumerate() {
            let now_s = (n * BLOCK) as f64 / f64::from(signal.rate_hz);
            while let Some((at_s, act)) = acts.next_if(|(at_s, _)| *at_s <= now_s) {
                act(&mut core, *at_s);
            }
            core.process(block, (n * BLOCK) as u64, &mut said);
        }
        Run { said }
    }

    /// Ticks with the instants of their beats.
    pub(crate) fn ticks(&self) -> Vec<(f64, &Tick)> {
        let ticks = self.said.iter().map(|said| match &said.event {
            Event::Tick(tick) => Some((said.at_s, tick)),
            _ => None,
        });
        ticks.flatten().collect()
    }

    /// Instants of the announced beats.
    pub(crate) fn beats_s(&self) -> Vec<f64> {
        self.ticks().iter().map(|(at_s, _)| *at_s).collect()
    }

    /// Grids with the seconds that had been heard by then.
    pub(crate) fn grids(&self) -> Vec<(f64, &Grid)> {
        let grids = self.said.iter().map(|said| match &said.event {
            Event::Grid(grid) => Some((said.heard_s, grid)),
            _ => None,
        });
        grids.flatten().collect()
    }

    /// The tempi of grids that run.
    pub(crate) fn tempi(&self) -> Vec<Said> {
        let running = |grid: &Grid| matches!(grid.mode, Mode::Locked | Mode::Held | Mode::Tapped);
        let grids = self.grids().into_iter().filter(|(_, grid)| running(grid));
        grids.map(|(heard_s, grid)| Said { heard_s, bpm: grid.bpm }).collect()
    }

    /// The same, and those that were considered before.
    pub(crate) fn considered(&self) -> Vec<Said> {
        let grids = self.grids().into_iter().filter(|(_, grid)| grid.mode != Mode::Silence && grid.bpm > 0.0);
        grids.map(|(heard_s, grid)| Said { heard_s, bpm: grid.bpm }).collect()
    }

    /// The grid that holds at `heard_s`.
    pub(crate) fn grid_at(&self, heard_s: f64) -> Option<&Grid> {
        self.grids().into_iter().take_while(|(at, _)| *at <= heard_s).last().map(|(_, grid)| grid)
    }
}

/// Fails with all that is wrong at once.
pub(crate) fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n  {}", faults.len(), faults.join("\n  "));
}
