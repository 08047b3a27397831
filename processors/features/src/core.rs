//! The analysis: samples in, features out. No I/O and no clock; time is counted in samples.
//!
//! It works in hops of a fixed length near 5 ms (256 samples at 44.1 and 48 kHz), whatever the size of the
//! blocks that come, so that equal samples give equal features at equal positions. Everything is causal.

use dsp::history::History;
use dsp::stft::Stft;
use dsp::{RATES_HZ, UnsupportedRate, bands, samples_at_least};
use schemas::audio::{Features, Key, Pitch, Spectrum};

use self::display::Display;
use self::drums::Drums;
use self::levels::Levels;
use self::tonal::{Heard, Tonal};
use self::tone::Tone;

mod display;
mod drums;
mod levels;
#[cfg(test)]
mod tests;
pub mod tonal;
mod tone;

/// Shortest hop in seconds; a power of two of samples makes it at most twice as long.
const HOP_S: f64 = 0.003;
/// Time constant in seconds with which measured values fade when samples no longer arrive.
const FADE_S: f32 = 0.15;
/// A level below this is not seen: what fades ends here.
const UNSEEN: f32 = 1e-3;

/// One hop's worth of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Number of the hop's first sample, counted over all samples since the start, gaps included.
    pub position: u64,
    /// Levels, bands and envelopes.
    pub features: Features,
    /// Bars for display.
    pub spectrum: Spectrum,
}

impl Frame {
    fn silent(position: u64) -> Frame {
        Frame { position, features: levels::silence(), spectrum: display::silence() }
    }
}

/// Results of one call. Reused from call to call, so that it allocates only until it has grown.
#[derive(Debug, Default)]
pub struct Output {
    frames: Vec<Frame>,
    used: usize,
    tonal: tonal::Output,
}

impl Output {
    /// Frames of the last call, in order.
    pub fn frames(&self) -> &[Frame] {
        &self.frames[..self.used]
    }

    /// Pitches that the last call found, in order.
    pub fn pitches(&self) -> &[Heard<Pitch>] {
        &self.tonal.pitches
    }

    /// Keys that are to be said after the last call.
    pub fn keys(&self) -> &[Heard<Key>] {
        &self.tonal.keys
    }

    fn push(&mut self, frame: &Frame) {
        if self.used == self.frames.len() {
            self.frames.push(Frame::silent(frame.position));
        }
        let slot = &mut self.frames[self.used];
        self.used += 1;
        slot.position = frame.position;
        slot.features.clone_from(&frame.features);
        slot.spectrum.bars.clone_from(&frame.spectrum.bars);
        slot.spectrum.peaks.clone_from(&frame.spectrum.peaks);
    }
}

/// Analyses one mono source.
pub struct Analyzer {
    rate_hz: u32,
    hop: usize,
    pending: Vec<f32>,
    position: u64,
    history: History,
    long: Stft,
    short: Stft,
    levels: Levels,
    tone: Tone,
    display: Display,
    drums: Drums,
    tonal: Tonal,
    frame: Frame,
    faded: bool,
}

impl Analyzer {
    /// An analyser for `rate_hz`.
    ///
    /// # Errors
    /// When the rate is outside 8-192 kHz.
    pub fn new(rate_hz: u32) -> Result<Analyzer, UnsupportedRate> {
        if !RATES_HZ.contains(&rate_hz) {
            return Err(UnsupportedRate(rate_hz));
        }
        let hop = samples_at_least(HOP_S, rate_hz);
        let long = Stft::new(samples_at_least(bands::LONG_WINDOW_S, rate_hz), rate_hz);
        let short = Stft::new(samples_at_least(bands::SHORT_WINDOW_S, rate_hz), rate_hz);
        Ok(Analyzer {
            rate_hz,
            hop,
            pending: Vec::with_capacity(hop),
            position: 0,
            history: History::new(long.size()),
            levels: Levels::new(rate_hz)?,
            tone: Tone::new(&long, &short),
            display: Display::new(&long, &short),
            drums: Drums::new(&short, rate_hz),
            tonal: Tonal::new(rate_hz)?,
            frame: Frame::silent(0),
            faded: false,
            long,
            short,
        })
    }

    /// Takes the next samples, any number of them; `output` then holds one frame per hop that was completed,
    /// and what was found of pitch and key.
    pub fn process(&mut self, mut samples: &[f32], output: &mut Output) {
        output.used = 0;
        if std::mem::take(&mut self.faded) {
            self.interrupt();
            self.tonal.gap(0);
        }
        self.tonal.process(samples, &mut output.tonal);
        while !samples.is_empty() {
            let (taken, rest) = samples.split_at(samples.len().min(self.hop - self.pending.len()));
            let start = self.pending.len();
            self.pending.extend_from_slice(taken);
            self.levels.condition(&mut self.pending[start..]);
            samples = rest;
            if self.pending.len() == self.hop {
                self.analyse_hop();
                output.push(&self.frame);
            }
        }
    }

    /// `missing` samples were lost before the next ones: windows start anew, envelopes go on.
    pub fn gap(&mut self, missing: u64) {
        self.position += self.pending.len() as u64 + missing;
        self.pending.clear();
        self.interrupt();
        self.tonal.gap(missing);
    }

    /// No samples arrived for `seconds`: everything fades towards silence. Where time comes from samples
    /// there is none without them, so whoever waits for them says how long.
    pub fn decay(&mut self, seconds: f32) -> &Frame {
        self.faded = true;
        let Frame { features, spectrum, .. } = &mut self.frame;
        self.levels.decay(seconds, features);
        self.tone.decay(seconds, features);
        self.drums.decay(seconds, features);
        self.display.decay(seconds, spectrum);
        if self.is_silent() {
            self.silence();
        }
        &self.frame
    }

    /// The newest frame.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Whether nothing is left to be seen.
    pub fn is_silent(&self) -> bool {
        let f = &self.frame.features;
        let levels = [f.rms, f.peak, f.fast, f.slow, f.intensity, f.flux, f.kick, f.snare, f.hat];
        let bands = tone::array(&f.bands);
        let bars = self.frame.spectrum.bars.iter().chain(&self.frame.spectrum.peaks);
        levels.iter().chain(&bands).chain(bars).all(|level| *level < UNSEEN)
    }

    /// As if nothing had ever been heard; positions start at 0 again.
    pub fn reset(&mut self) {
        self.pending.clear();
        self.position = 0;
        self.faded = false;
        self.history.clear();
        self.silence();
        self.levels.reset();
        self.tone.reset();
        self.display.reset();
        self.drums.reset();
        self.tonal.reset();
    }

    /// Number of the next sample, in the count of [`Frame::position`].
    pub fn position(&self) -> u64 {
        self.position + self.pending.len() as u64
    }

    /// Sample rate in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Samples per frame.
    pub fn hop(&self) -> usize {
        self.hop
    }

    fn analyse_hop(&mut self) {
        let dt_s = self.hop as f32 / self.rate_hz as f32;
        self.history.push(&self.pending);
        let (long, short) = (self.long.power(&self.history), self.short.power(&self.history));
        let Frame { features, spectrum, position } = &mut self.frame;
        *position = self.position;
        self.tone.update(long, short, dt_s, features);
        self.levels.update(&self.pending, dt_s, features);
        self.drums.update(&self.pending, short, dt_s, features);
        self.display.update(long, short, dt_s, spectrum);
        self.position += self.pending.len() as u64;
        self.pending.clear();
    }

    fn interrupt(&mut self) {
        self.history.clear();
        self.levels.interrupt();
        self.tone.interrupt();
        self.drums.interrupt();
    }

    fn silence(&mut self) {
        self.frame = Frame::silent(self.frame.position);
    }
}

/// What remains of a measured value after `seconds` without samples.
fn fade(seconds: f32) -> f32 {
    (-seconds / FADE_S).exp()
}
