//! Samples in, grid, ticks and onsets out: the same core for a file, a test and the live bus.

use dsp::steps::{STEPS_PER_S, Steps, is_silent};
use schemas::beat::{Onset, OnsetKind};

use crate::engine::{Advice, Engine, EngineChoice, EngineError, EngineEvent};
use crate::evidence::Heard;
use crate::guide::Coming;
use crate::tracker::{Emitted, Event, Settings, Tracker};

/// A gap no longer than this is filled with zeros, which keeps the engine's time; after a longer one it starts afresh.
const FILLED_GAP_S: f64 = 0.5;

/// The beat core of one source. Seconds of the stream are `index / rate`, plus what [`Core::rebase`] says.
pub struct Core {
    tracker: Tracker,
    engine: Box<dyn Engine>,
    choice: EngineChoice,
    rate_hz: u32,
    // seconds of the stream at sample 0 of the present numbering
    base_s: f64,
    // sample at which the engine started, and the next that it wants
    engine_start: u64,
    expected: Option<u64>,
    steps: Steps,
    silent_s: f64,
    // onsets of each kind, in the order of `kind_index`
    onsets: [u64; 4],
    found: Vec<EngineEvent>,
}

impl Core {
    /// A core for samples of one rate.
    ///
    /// # Errors
    /// When the engine does not work at this rate.
    pub fn new(
        choice: impl Into<EngineChoice>,
        rate_hz: u32,
        settings: Settings,
    ) -> Result<Core, EngineError> {
        let choice = choice.into();
        Ok(Core {
            tracker: Tracker::new(settings),
            engine: choice.make(rate_hz)?,
            choice,
            rate_hz,
            base_s: 0.0,
            engine_start: 0,
            expected: None,
            steps: Steps::new(rate_hz),
            silent_s: 0.0,
            onsets: [0; 4],
            found: Vec::new(),
        })
    }

    /// Takes the samples from `first_index` on. Samples that were heard before are left out, gaps are bridged.
    pub fn process(&mut self, block: &[f32], first_index: u64, out: &mut Vec<Emitted>) {
        let expected = *self.expected.get_or_insert_with(|| {
            self.engine_start = first_index;
            first_index
        });
        if first_index > expected {
            self.bridge(expected, first_index, out);
        }
        let known = usize::try_from(expected.saturating_sub(first_index)).unwrap_or(usize::MAX);
        if let Some(fresh) = block.get(known..) {
            self.hear(fresh, out);
        }
    }

    /// Sample 0 of what follows lies at `base_s` seconds of the stream, and its rate is `rate_hz`: the
    /// input was restarted or changed. The grid stays.
    ///
    /// # Errors
    /// When the engine does not work at this rate; the core is as before.
    pub fn rebase(&mut self, rate_hz: u32, base_s: f64) -> Result<(), EngineError> {
        if rate_hz == self.rate_hz {
            self.engine.reset();
        } else {
            self.engine = self.choice.make(rate_hz)?;
        }
        self.rate_hz = rate_hz;
        self.base_s = base_s;
        self.expected = None;
        self.steps = Steps::new(rate_hz);
        self.silent_s = 0.0;
        self.tracker.lost();
        Ok(())
    }

    /// Lets another engine hear the beats from now on.
    ///
    /// # Errors
    /// When it does not work at this rate; the core is as before.
    pub fn use_engine(&mut self, choice: EngineChoice) -> Result<(), EngineError> {
        if choice != self.choice {
            self.engine = choice.make(self.rate_hz)?;
            self.choice = choice;
            self.restart_engine(self.expected);
        }
        Ok(())
    }

    /// The grid and its corrections.
    pub fn tracker(&mut self) -> &mut Tracker {
        &mut self.tracker
    }

    /// The grid.
    pub fn grid(&self) -> &Tracker {
        &self.tracker
    }

    /// The operator wants to start anew: grid, corrections and engine.
    pub fn reset(&mut self) {
        self.tracker.reset();
        self.restart_engine(self.expected);
    }

    /// The operator taps a beat at `at` seconds. Gives the number of taps of this run.
    pub fn tap(&mut self, at: f64) -> usize {
        let taps = self.tracker.tap(at);
        self.advise(false);
        taps
    }

    /// The operator says that the beat nearest to `at` seconds is the first of its bar. False when no beat
    /// is known.
    pub fn downbeat(&mut self, at: f64) -> bool {
        let known = self.tracker.downbeat(at);
        if known {
            self.advise(true);
        }
        known
    }

    // What the operator set is evidence for the engine too.
    fn advise(&mut self, downbeat: bool) {
        if let Some((at_s, period_s)) = self.tracker.advice(downbeat) {
            let at = (at_s - self.base_s) * f64::from(self.rate_hz) - self.engine_start as f64;
            self.engine.advise(Advice { at, period_s, downbeat });
        }
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

    fn bridge(&mut self, expected: u64, first_index: u64, out: &mut Vec<Emitted>) {
        let missing = first_index - expected;
        if missing as f64 <= FILLED_GAP_S * f64::from(self.rate_hz) {
            // Not silence: what was missed may have been loud.
            let silent = self.silent_s;
            self.hear(&vec![0.0; missing as usize], out);
            self.silent_s = silent;
            return;
        }
        self.restart_engine(Some(first_index));
        self.tracker.lost();
        let now = self.seconds(first_index as f64);
        self.tracker.advance(now, out);
    }

    fn restart_engine(&mut self, at: Option<u64>) {
        self.engine.reset();
        self.engine_start = at.unwrap_or(0);
        self.expected = at;
        self.steps.clear();
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
        let now = self.seconds(self.expected.unwrap_or(0) as f64);
        self.engine.process(step, &mut self.found);
        for event in std::mem::take(&mut self.found) {
            self.take(event, now, out);
        }
        self.silent_s = if is_silent(step) { self.silent_s + 1.0 / f64::from(STEPS_PER_S) } else { 0.0 };
        self.tracker.level(self.silent_s);
        self.tracker.advance(now, out);
    }

    fn take(&mut self, event: EngineEvent, heard_s: f64, out: &mut Vec<Emitted>) {
        let start = self.engine_start as f64;
        match event {
            EngineEvent::Beat(beat) if beat.bpm > 0.0 => {
                let heard = Heard { at: self.seconds(start + beat.at), period: 60.0 / beat.bpm };
                self.tracker.beat(heard, beat.place);
            }
            EngineEvent::Coming(beat) if beat.bpm > 0.0 => {
                let coming = Coming {
                    at: self.seconds(start + beat.at),
                    period: 60.0 / beat.bpm,
                    confidence: beat.confidence,
                    place: beat.place,
                };
                self.tracker.coming(coming);
            }
            EngineEvent::Beat(_) | EngineEvent::Coming(_) => {}
            EngineEvent::Onset(onset) => {
                let count = &mut self.onsets[kind_index(onset.kind)];
                *count += 1;
                let said = Onset { kind: onset.kind, strength: onset.strength, count: *count };
                let at_s = self.seconds(start + onset.at);
                out.push(Emitted { heard_s, at_s, event: Event::Onset(said) });
            }
        }
    }
}

fn kind_index(kind: OnsetKind) -> usize {
    match kind {
        OnsetKind::Kick => 0,
        OnsetKind::Snare => 1,
        OnsetKind::Hat => 2,
        OnsetKind::Other => 3,
    }
}
