//! Samples and beats in, sections and their events out: the same core for a file, a test and the live bus.

use dsp::steps::{PIECE_END_S, STEPS_PER_S, Steps, is_silent};
use schemas::beat::{Grid, Tick};
use schemas::structure::{Event as Moment, Progress, Section};

use crate::envelope::Envelope;
use crate::frames::Frames;
use crate::meter::Meter;
use crate::piece::Piece;

/// A frame of the spectrum is made every so many steps.
const STEPS_PER_FRAME: u64 = 2;
/// A gap no longer than this is filled with zeros; after a longer one the piece starts anew.
const FILLED_GAP_S: f64 = 0.5;
/// Samples of a restarted input may begin a little before the last that were heard.
const OVERLAP_S: f64 = 0.1;

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

/// The three things that the structure processor says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A section began.
    Section(Section),
    /// How far it has come.
    Progress(Progress),
    /// A build-up, drop or break.
    Event(Moment),
}

/// What has been heard of late.
pub(crate) struct Ears {
    pub(crate) frames: Frames,
    pub(crate) envelope: Envelope,
}

/// The structure core of one source. Seconds of the stream are `index / rate`, plus what [`Core::rebase`] says.
pub struct Core {
    rate_hz: u32,
    // seconds of the stream at sample 0 of the present numbering
    base_s: f64,
    expected: Option<u64>,
    steps: Steps,
    count: u64,
    ears: Ears,
    meter: Meter,
    piece: Option<Piece>,
    silent_s: f64,
    heard_s: f64,
}

impl Core {
    /// A core for samples of one rate.
    ///
    /// # Errors
    /// When the rate is outside 8-192 kHz.
    pub fn new(rate_hz: u32) -> Result<Core, dsp::UnsupportedRate> {
        if !dsp::RATES_HZ.contains(&rate_hz) {
            return Err(dsp::UnsupportedRate(rate_hz));
        }
        Ok(Core {
            rate_hz,
            base_s: 0.0,
            expected: None,
            steps: Steps::new(rate_hz),
            count: 0,
            ears: Ears { frames: Frames::new(rate_hz), envelope: Envelope::new(rate_hz) },
            meter: Meter::new(),
            piece: None,
            silent_s: 0.0,
            heard_s: 0.0,
        })
    }

    /// A beat of this source was announced for `at_s`, in seconds of the stream.
    ///
    /// Announce it before the samples of its instant are processed; up to 50 ms later is early enough.
    pub fn tick(&mut self, at_s: f64, tick: &Tick) {
        self.meter.tick(at_s, tick);
    }

    /// The grid of this source changed.
    pub fn grid(&mut self, _at_s: f64, grid: &Grid) {
        self.meter.grid(grid);
    }

    /// Takes the samples from `first_index` on. Samples that were heard before are left out, gaps are bridged.
    pub fn process(&mut self, block: &[f32], first_index: u64, out: &mut Vec<Emitted>) {
        let joined = self.expected.is_none();
        let expected = *self.expected.get_or_insert(first_index);
        if joined || first_index > expected {
            self.bridge(expected, first_index, out);
        }
        let known = usize::try_from(expected.saturating_sub(first_index)).unwrap_or(usize::MAX);
        if let Some(fresh) = block.get(known..) {
            self.hear(fresh, out);
        }
    }

    /// Sample 0 of what follows lies at `base_s` seconds of the stream, and its rate is `rate_hz`: the
    /// input was restarted or changed. The piece goes on when it was away for less than 3 s.
    ///
    /// # Errors
    /// When the rate is outside 8-192 kHz; the core is as before.
    pub fn rebase(&mut self, rate_hz: u32, base_s: f64) -> Result<(), dsp::UnsupportedRate> {
        if rate_hz != self.rate_hz {
            *self = Core::new(rate_hz)?;
        }
        self.base_s = base_s;
        self.expected = None;
        self.steps.clear();
        Ok(())
    }

    /// The input is gone at `now_s`: what comes after it is another piece.
    pub fn lost(&mut self, now_s: f64, out: &mut Vec<Emitted>) {
        if let Some(mut piece) = self.piece.take() {
            piece.end(now_s, out);
        }
        self.steps.clear();
        self.ears.frames.reset();
        self.ears.envelope.reset();
    }

    /// Seconds of the stream at sample `index`.
    pub fn seconds(&self, index: f64) -> f64 {
        self.base_s + index / f64::from(self.rate_hz)
    }

    /// The sample that should come next, `None` before the first.
    pub fn expected(&self) -> Option<u64> {
        self.expected
    }

    /// Samples per second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Label and role of the section that sounds, `None` before the first.
    pub fn section(&self) -> Option<&Section> {
        self.piece.as_ref().and_then(Piece::section)
    }

    // Whatever the reason, time that goes back or stays away for long ends the piece.
    fn bridge(&mut self, expected: u64, first_index: u64, out: &mut Vec<Emitted>) {
        let missing = first_index.saturating_sub(expected);
        if missing > 0 && missing as f64 <= FILLED_GAP_S * f64::from(self.rate_hz) {
            // Not silence: what was missed may have been loud.
            let silent_s = self.silent_s;
            self.hear(&vec![0.0; missing as usize], out);
            self.silent_s = silent_s;
        } else if missing > 0 {
            self.steps.clear();
            self.expected = Some(first_index);
        }
        let away_s = self.seconds(first_index as f64) - self.heard_s;
        if self.piece.is_some() && !(-OVERLAP_S..PIECE_END_S).contains(&away_s) {
            self.lost(self.heard_s, out);
        }
    }

    fn hear(&mut self, mut samples: &[f32], out: &mut Vec<Emitted>) {
        let mut steps = std::mem::take(&mut self.steps);
        while !samples.is_empty() {
            let before = samples.len();
            let step = steps.next(&mut samples);
            let taken = (before - samples.len()) as u64;
            self.expected = self.expected.map(|index| index.saturating_add(taken));
            if let Some(step) = step {
                self.finish_step(step, out);
            }
        }
        self.steps = steps;
    }

    fn finish_step(&mut self, step: &[f32], out: &mut Vec<Emitted>) {
        let now_s = self.seconds(self.expected.unwrap_or(0) as f64);
        self.heard_s = now_s;
        self.ears.envelope.take(step, now_s);
        self.ears.frames.push(step);
        self.count += 1;
        if self.count.is_multiple_of(STEPS_PER_FRAME) {
            self.ears.frames.make(now_s);
        }
        if is_silent(step) {
            self.silent_s += 1.0 / f64::from(STEPS_PER_S);
        } else {
            self.silent_s = 0.0;
            if self.piece.is_none() {
                self.meter.restart(now_s);
                self.piece = Some(Piece::new(now_s));
            }
        }
        self.advance(now_s, out);
    }

    fn advance(&mut self, now_s: f64, out: &mut Vec<Emitted>) {
        let Some(piece) = &mut self.piece else { return };
        if self.silent_s >= PIECE_END_S {
            piece.end(now_s, out);
            self.piece = None;
            return;
        }
        while let Some(pulse) = self.meter.due(now_s) {
            piece.beat(pulse, now_s, &self.ears, &mut self.meter, out);
        }
        piece.step(now_s, &self.ears, &self.meter, out);
    }
}
