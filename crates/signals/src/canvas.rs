//! Samples that sounds are added to.

use std::collections::HashMap;

use crate::signal::{Beat, Signal};
use crate::voice::{Voice, note};

/// Peak of a finished signal: -3 dBFS.
const PEAK: f32 = 0.7;

/// A mono signal in the making.
#[derive(Debug)]
pub struct Canvas {
    rate_hz: u32,
    samples: Vec<f32>,
    beats: Vec<Beat>,
    voices: HashMap<u8, Vec<f32>>,
}

impl Canvas {
    /// Silence of `seconds` at `rate_hz`.
    pub fn new(rate_hz: u32, seconds: f64) -> Canvas {
        let frames = (seconds * f64::from(rate_hz)) as usize;
        Canvas { rate_hz, samples: vec![0.0; frames], beats: Vec::new(), voices: HashMap::new() }
    }

    /// Adds a drum at `at_s`; what lies beyond the end is cut.
    pub fn strike(&mut self, voice: Voice, at_s: f64, gain: f32) {
        let rate_hz = f64::from(self.rate_hz);
        let sound = self.voices.entry(voice as u8).or_insert_with(|| voice.render(rate_hz));
        add(&mut self.samples, sound, at_s * rate_hz, gain);
    }

    /// Adds a note of `hz` that lasts `seconds`.
    pub fn note(&mut self, hz: f64, at_s: f64, seconds: f64, gain: f32, attack_s: f64) {
        let rate_hz = f64::from(self.rate_hz);
        add(&mut self.samples, &note(hz, seconds, rate_hz, attack_s), at_s * rate_hz, gain);
    }

    /// Adds whatever `sound` gives for each instant, in seconds.
    pub fn fill(&mut self, mut sound: impl FnMut(f64) -> f64) {
        for (n, sample) in self.samples.iter_mut().enumerate() {
            *sample += sound(n as f64 / f64::from(self.rate_hz)) as f32;
        }
    }

    /// A beat is true at `at_s`, with its number in the bar.
    pub fn beat(&mut self, at_s: f64, position: u32) {
        self.beats.push(Beat { at_s, position });
    }

    /// Root mean square of what is there.
    pub fn rms(&self) -> f64 {
        let energy: f64 = self.samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
        (energy / self.samples.len().max(1) as f64).sqrt()
    }

    /// What was made, scaled to a peak of -3 dBFS.
    pub fn finish(mut self, name: impl Into<String>) -> Signal {
        let peak = self.samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
        if peak > 0.0 {
            self.samples.iter_mut().for_each(|sample| *sample *= PEAK / peak);
        }
        let end_s = self.samples.len() as f64 / f64::from(self.rate_hz);
        self.beats.retain(|beat| beat.at_s < end_s);
        Signal { name: name.into(), rate_hz: self.rate_hz, samples: self.samples, beats: self.beats }
    }
}

fn add(samples: &mut [f32], sound: &[f32], start: f64, gain: f32) {
    let start = start.round().max(0.0) as usize;
    let here = samples.iter_mut().skip(start);
    here.zip(sound).for_each(|(sample, sound)| *sample += gain * sound);
}
