//! Pitch and key of one source: what changes slowly is said when it changes, what moves is said as it moves.
//!
//! Stands on its own, so that the key of a file can be had without the rest of the analysis. Works on a
//! decimated signal, in hops of its own; counted, like everything here, in samples that came in.

use dsp::chroma::{Chroma, PEAKS_HZ};
use dsp::decimate::Decimator;
use dsp::history::History;
use dsp::key::Tracker;
use dsp::peaks::{self, Peak};
use dsp::pitch::Yin;
use dsp::stft::Stft;
use dsp::{RATES_HZ, UnsupportedRate, samples_at_least};
use schemas::audio::{Key, Pitch};

/// Shortest window in seconds for the chords: tells semitones apart from 100 Hz upwards.
const CHORD_WINDOW_S: f64 = 0.25;
/// Windows of chords overlap so many times.
const CHORD_OVERLAP: usize = 4;
/// Time in seconds from one estimate of the pitch to the next (62 per second).
const PITCH_HOP_S: f32 = 0.016;
/// Where there is no pitch this is said again after so many seconds.
const NO_PITCH_AGAIN_S: f32 = 0.5;
/// The same key is said again when its confidence has moved this far, or after so many seconds of keyed sound.
const CONFIDENCE_STEP: f32 = 0.1;
const KEY_AGAIN_S: f32 = 60.0;

/// A result with its place, in samples of the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard<T> {
    /// Samples that had been heard when it was found.
    pub heard: u64,
    /// Sample that it is about, at most `heard`: the middle of the window of a pitch, the end of that of a key.
    pub at: u64,
    /// What was found.
    pub value: T,
}

/// Results of one call, reused from call to call.
#[derive(Debug, Default)]
pub struct Output {
    /// Pitches, in order.
    pub pitches: Vec<Heard<Pitch>>,
    /// Keys that are new, or due to be said again.
    pub keys: Vec<Heard<Key>>,
}

impl Output {
    pub(super) fn clear(&mut self) {
        self.pitches.clear();
        self.keys.clear();
    }
}

/// Follows pitch and key.
pub struct Tonal {
    decimator: Decimator,
    position: u64,
    voice: Option<Voice>,
    harmony: Harmony,
}

impl Tonal {
    /// Pitch and key of a source at `rate_hz`.
    ///
    /// # Errors
    /// When the rate is outside 8-192 kHz.
    pub fn new(rate_hz: u32) -> Result<Tonal, UnsupportedRate> {
        let tonal = Tonal::key_only(rate_hz)?;
        let voice = Some(Voice::new(tonal.decimator.rate_hz()));
        Ok(Tonal { voice, ..tonal })
    }

    /// The key alone, for less than half the work.
    ///
    /// # Errors
    /// When the rate is outside 8-192 kHz.
    pub fn key_only(rate_hz: u32) -> Result<Tonal, UnsupportedRate> {
        if !RATES_HZ.contains(&rate_hz) {
            return Err(UnsupportedRate(rate_hz));
        }
        let decimator = Decimator::new(rate_hz);
        let harmony = Harmony::new(decimator.rate_hz());
        Ok(Tonal { decimator, position: 0, voice: None, harmony })
    }

    /// Takes the next samples, any number of them; `output` then holds what they brought.
    pub fn process(&mut self, samples: &[f32], output: &mut Output) {
        output.clear();
        for sample in samples {
            self.position += 1;
            if let Some(low) = self.decimator.next(*sample) {
                self.take(low, output);
            }
        }
    }

    /// `missing` samples were lost before the next ones: windows start anew, the key stays.
    pub fn gap(&mut self, missing: u64) {
        self.position += missing;
        self.decimator.reset();
        self.harmony.interrupt();
        if let Some(voice) = &mut self.voice {
            voice.interrupt();
        }
    }

    /// As if nothing had ever been heard.
    pub fn reset(&mut self) {
        self.gap(0);
        self.position = 0;
        self.harmony.reset();
    }

    fn take(&mut self, sample: f32, output: &mut Output) {
        let heard = self.position;
        if let Some((pitch, delay)) = self.voice.as_mut().and_then(|voice| voice.take(sample)) {
            let delay = self.decimator.delay() + delay * self.decimator.factor();
            output.pitches.push(Heard { heard, at: heard.saturating_sub(delay as u64), value: pitch });
        }
        if let Some(key) = self.harmony.take(sample) {
            output.keys.push(Heard { heard, at: heard, value: key });
        }
    }
}

/// Collects samples up to a hop; knows whether a whole window has come since the last break.
struct Window {
    history: History,
    pending: Vec<f32>,
    hop: usize,
    filled: usize,
}

impl Window {
    fn new(size: usize, hop: usize) -> Window {
        Window { history: History::new(size), pending: Vec::with_capacity(hop), hop, filled: 0 }
    }

    /// Whether this sample completes a hop, and the window is full.
    fn take(&mut self, sample: f32) -> bool {
        self.pending.push(sample);
        if self.pending.len() < self.hop {
            return false;
        }
        self.history.push(&self.pending);
        self.filled = (self.filled + self.hop).min(self.history.capacity());
        self.pending.clear();
        self.filled == self.history.capacity()
    }

    fn clear(&mut self) {
        self.pending.clear();
        self.filled = 0;
    }
}

/// The pitch.
struct Voice {
    window: Window,
    yin: Yin,
    hop_s: f32,
    silent_s: f32,
}

impl Voice {
    fn new(rate_hz: f32) -> Voice {
        let yin = Yin::new(rate_hz);
        let hop = ((PITCH_HOP_S * rate_hz) as usize).max(1);
        let window = Window::new(yin.span(), hop);
        Voice { window, yin, hop_s: hop as f32 / rate_hz, silent_s: NO_PITCH_AGAIN_S }
    }

    /// A pitch, when one is due, and the samples that it lies back.
    fn take(&mut self, sample: f32) -> Option<(Pitch, usize)> {
        if !self.window.take(sample) {
            return None;
        }
        let found = self.yin.estimate(&self.window.history);
        let pitch = found.map_or(none(), |p| Pitch { hz: Some(p.hz), confidence: p.confidence });
        self.is_due(found.is_some()).then(|| (pitch, self.yin.delay()))
    }

    /// Every pitch is said, its end at once, its absence now and then.
    fn is_due(&mut self, sounds: bool) -> bool {
        let ended = self.silent_s == 0.0;
        self.silent_s = if sounds { 0.0 } else { self.silent_s + self.hop_s };
        let due = sounds || ended || self.silent_s >= NO_PITCH_AGAIN_S;
        if due && !sounds {
            self.silent_s = self.hop_s;
        }
        due
    }

    fn interrupt(&mut self) {
        self.window.clear();
        self.yin.reset();
        self.silent_s = NO_PITCH_AGAIN_S;
    }
}

/// The message that there is no pitch.
pub fn none() -> Pitch {
    Pitch { hz: None, confidence: 0.0 }
}

/// The key.
struct Harmony {
    window: Window,
    stft: Stft,
    bin_hz: f32,
    hop_s: f32,
    peaks: Vec<Peak>,
    chroma: Chroma,
    tracker: Tracker,
    said: Option<(dsp::key::Key, f32)>,
    since_s: f32,
}

impl Harmony {
    fn new(rate_hz: f32) -> Harmony {
        let size = samples_at_least(CHORD_WINDOW_S, rate_hz as u32);
        let hop = size / CHORD_OVERLAP;
        let stft = Stft::new(size, rate_hz as u32);
        Harmony {
            window: Window::new(size, hop),
            bin_hz: rate_hz / size as f32,
            hop_s: hop as f32 / rate_hz,
            peaks: Vec::with_capacity(peaks::most(stft.bins())),
            stft,
            chroma: Chroma::new(),
            tracker: Tracker::new(),
            said: None,
            since_s: 0.0,
        }
    }

    /// The key, when it is to be said.
    fn take(&mut self, sample: f32) -> Option<Key> {
        if !self.window.take(sample) {
            return None;
        }
        peaks::find(self.stft.power(&self.window.history), self.bin_hz, &PEAKS_HZ, &mut self.peaks);
        let profile = self.chroma.update(&self.peaks, self.hop_s)?;
        self.tracker.update(&profile, self.hop_s);
        self.since_s += if self.tracker.has_key() { self.hop_s } else { 0.0 };
        self.say()
    }

    fn say(&mut self) -> Option<Key> {
        let now = self.tracker.estimate()?;
        let known = self.said.is_some_and(|(key, confidence)| {
            key == now.key && (confidence - now.confidence).abs() < CONFIDENCE_STEP
        });
        if known && self.since_s < KEY_AGAIN_S {
            return None;
        }
        self.said = Some((now.key, now.confidence));
        self.since_s = 0.0;
        Some(Key { key: now.key.name().to_owned(), confidence: now.confidence })
    }

    fn interrupt(&mut self) {
        self.window.clear();
    }

    fn reset(&mut self) {
        self.chroma.reset();
        self.tracker.reset();
        (self.said, self.since_s) = (None, 0.0);
    }
}

#[cfg(test)]
mod tests;
