//! One source on the live bus: its core, the clock that its samples keep, and what it publishes.

use component::{Context, Publisher, time};
use schemas::audio::Block;
use schemas::beat::{Grid, Tick};
use schemas::structure::{Event as Moment, Progress, Section};
use schemas::{Header, Name, Stamp};

use crate::core::{Core, Emitted, Event};

/// Without samples for this long, the piece is over.
const OVER_AFTER_S: f64 = 3.0;
/// A state is said again after this long, so that it stays valid for who comes later.
const REPEAT_S: f64 = 600.0;
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
    lost: bool,
    resting: bool,
    refused: bool,
    recovered: bool,
    said: Option<(Stamp, Section, f64)>,
    sections: Publisher<Section>,
    progress: Publisher<Progress>,
    moments: Publisher<Moment>,
    out: Vec<Emitted>,
}

impl Source {
    /// A source that was just heard.
    ///
    /// # Errors
    /// When its sample rate cannot be analysed.
    pub(crate) fn new(rate_hz: u32, name: &Name, ctx: &Context) -> Result<Source, dsp::UnsupportedRate> {
        Ok(Source {
            core: Core::new(rate_hz)?,
            offset_s: 0.0,
            generation: 0,
            heard_mono_s: time::mono_s(ctx.now()),
            lost: false,
            resting: false,
            refused: false,
            recovered: false,
            said: None,
            sections: ctx.publisher(name),
            progress: ctx.publisher(name),
            moments: ctx.publisher(name),
            out: Vec::new(),
        })
    }

    /// Takes one block. False when its instant is so far from now that its stamp must be wrong.
    ///
    /// # Errors
    /// When its sample rate cannot be analysed.
    pub(crate) fn hear(
        &mut self,
        header: &Header,
        block: &Block,
        now: Stamp,
    ) -> Result<bool, dsp::UnsupportedRate> {
        let at = time::here_s(header, now);
        if (at - time::mono_s(now)).abs() > NOW_WITHIN_S || at.is_nan() {
            self.refused = true;
            return Ok(false);
        }
        // A capture that stopped and went on counts its samples on; the time between shows in the stamp.
        let expected_at = self.core.seconds(block.index as f64) + self.offset_s;
        let restarted = header.origin.generation != self.generation
            || self.core.expected().is_none()
            || (at - expected_at).abs() > CLOCK_BREAK_S;
        if restarted || block.rate != self.core.rate_hz() {
            let start = at - self.offset_s - block.index as f64 / f64::from(block.rate.max(1));
            self.core.rebase(block.rate, start).inspect_err(|_| self.refused = true)?;
            self.generation = header.origin.generation;
        }
        self.recovered |= std::mem::take(&mut self.refused);
        self.offset_s = at - self.core.seconds(block.index as f64);
        self.heard_mono_s = time::mono_s(now);
        (self.lost, self.resting) = (false, false);
        self.core.process(&block.samples, block.index, &mut self.out);
        self.say(now);
        Ok(true)
    }

    /// A beat was announced.
    pub(crate) fn tick(&mut self, header: &Header, tick: &Tick, now: Stamp) {
        self.core.tick(time::here_s(header, now) - self.offset_s, tick);
    }

    /// The grid changed.
    pub(crate) fn grid(&mut self, header: &Header, grid: &Grid, now: Stamp) {
        self.core.grid(time::here_s(header, now) - self.offset_s, grid);
    }

    /// The input says that no samples will come, or that they do.
    pub(crate) fn set_lost(&mut self, lost: bool) {
        self.lost = lost;
    }

    /// Looks whether samples still come; when they do not, the piece is over.
    pub(crate) fn rest(&mut self, now: Stamp) {
        let now_s = time::mono_s(now);
        let missing_s = now_s - self.heard_mono_s;
        if !self.resting && (missing_s > OVER_AFTER_S || self.lost) {
            self.resting = true;
            self.core.lost(now_s - self.offset_s, &mut self.out);
        }
        self.say(now);
        if let Some((stamp, section, said_s)) = &mut self.said
            && now_s - *said_s > REPEAT_S
        {
            *said_s = now_s;
            self.sections.send(*stamp, section);
        }
    }

    /// The operator says that a new piece begins.
    pub(crate) fn reset(&mut self, now: Stamp) {
        self.core.lost(time::mono_s(now) - self.offset_s, &mut self.out);
        self.say(now);
    }

    /// The section that sounds.
    pub(crate) fn section(&self) -> Option<&Section> {
        self.core.section()
    }

    /// Whether the last block was the first good one after refused ones; true once.
    pub(crate) fn recovered(&mut self) -> bool {
        std::mem::take(&mut self.recovered)
    }

    fn say(&mut self, now: Stamp) {
        for emitted in std::mem::take(&mut self.out) {
            let stamp = time::stamp_of_mono(((emitted.at_s + self.offset_s) * 1e9) as i64);
            // What does not leave is counted by the bus.
            let _sent = match emitted.event {
                Event::Section(section) => {
                    let sent = self.sections.send(stamp, &section);
                    self.said = Some((stamp, section, time::mono_s(now)));
                    sent
                }
                Event::Progress(progress) => self.progress.send(stamp, &progress),
                Event::Event(moment) => self.moments.send(stamp, &moment),
            };
        }
    }
}
