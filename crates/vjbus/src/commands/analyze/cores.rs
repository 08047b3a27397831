//! The processors' cores for one file, in the order in which a live show hands on what they say.

use beat::core::Core as Beat;
use beat::engine::EngineChoice;
use beat::tracker::{Emitted, Event as BeatEvent};
use features::core::tonal::{self, Heard, Tonal};
use features::core::{Analyzer, Output};
use schemas::audio::{Key, Pitch};
use structure::core::{Core as Structure, Emitted as Structured, Event as StructureEvent};

use super::lines::{Line, Said};
use crate::failure::Failure;

/// Samples are handed on in steps of this many per second. The cores of beat and structure move in the same steps,
/// so a tick reaches the structure core between the same two samples wherever the file ends.
const STEPS_PER_S: u32 = 100;

/// The cores of one file.
pub(crate) struct Cores {
    rate_hz: u32,
    position: u64,
    step: Vec<f32>,
    step_len: usize,
    beat: Beat,
    structure: Structure,
    sound: Sound,
    beats: Vec<Emitted>,
    structured: Vec<Structured>,
}

/// What is told of the sound itself.
enum Sound {
    /// Its key alone.
    Key(Box<Tonal>, tonal::Output),
    /// Features, spectrum and pitch as well.
    All(Box<Analyzer>, Output),
}

impl Cores {
    /// Cores for samples of one rate.
    ///
    /// # Errors
    /// When the rate cannot be analysed.
    pub(crate) fn new(rate_hz: u32, engine: impl Into<EngineChoice>, all: bool) -> Result<Cores, Failure> {
        let settings = beat::Config::default().settings();
        let unfit = |e: dsp::UnsupportedRate| Failure::usage(crate::chain(&e));
        let sound = match all {
            false => Sound::Key(Box::new(Tonal::key_only(rate_hz).map_err(unfit)?), tonal::Output::default()),
            true => Sound::All(Box::new(Analyzer::new(rate_hz).map_err(unfit)?), Output::default()),
        };
        let step_len = (rate_hz / STEPS_PER_S).max(1) as usize;
        Ok(Cores {
            rate_hz,
            position: 0,
            step: Vec::with_capacity(step_len),
            step_len,
            beat: Beat::new(engine, rate_hz, settings).map_err(|e| Failure::usage(crate::chain(&e)))?,
            structure: Structure::new(rate_hz).map_err(unfit)?,
            sound,
            beats: Vec::new(),
            structured: Vec::new(),
        })
    }

    /// Takes the next samples and adds what is said of them, in the order of `t`.
    pub(crate) fn process(&mut self, mut samples: &[f32], out: &mut Vec<Line>) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(self.step_len - self.step.len()));
            self.step.extend_from_slice(now);
            samples = later;
            if self.step.len() == self.step_len {
                self.finish(out);
            }
        }
    }

    /// The file is over: what is left of it is no whole step.
    pub(crate) fn finish(&mut self, out: &mut Vec<Line>) {
        let begun = out.len();
        self.hear_beats(out);
        self.hear_structure(out);
        self.hear_sound(out);
        // A stable sort: what is said at one instant stays in the order of the cores.
        out[begun..].sort_by(|a, b| a.t_s.total_cmp(&b.t_s));
        self.position += self.step.len() as u64;
        self.step.clear();
    }

    /// Seconds of the file that were handed over.
    pub(crate) fn heard_s(&self) -> f64 {
        seconds(self.position, self.rate_hz)
    }

    fn hear_beats(&mut self, out: &mut Vec<Line>) {
        self.beat.process(&self.step, self.position, &mut self.beats);
        for Emitted { heard_s, at_s, event } in self.beats.drain(..) {
            let said = match event {
                BeatEvent::Grid(grid) => {
                    self.structure.grid(at_s, &grid);
                    Said::Grid(grid)
                }
                BeatEvent::Tick(tick) => {
                    self.structure.tick(at_s, &tick);
                    Said::Tick(tick)
                }
                BeatEvent::Onset(onset) => Said::Onset(onset),
            };
            out.push(Line { t_s: heard_s, at_s, said });
        }
    }

    fn hear_structure(&mut self, out: &mut Vec<Line>) {
        self.structure.process(&self.step, self.position, &mut self.structured);
        let all = matches!(self.sound, Sound::All(..));
        for Structured { heard_s, at_s, event } in self.structured.drain(..) {
            let said = match event {
                StructureEvent::Section(section) => Said::Section(section),
                StructureEvent::Event(moment) => Said::Moment(moment),
                StructureEvent::Progress(_) if !all => continue,
                StructureEvent::Progress(progress) => Said::Progress(progress),
            };
            out.push(Line { t_s: heard_s, at_s, said });
        }
    }

    fn hear_sound(&mut self, out: &mut Vec<Line>) {
        let rate_hz = self.rate_hz;
        match &mut self.sound {
            Sound::Key(tonal, found) => {
                tonal.process(&self.step, found);
                out.extend(found.keys.iter().map(|key| key_line(key, rate_hz)));
            }
            Sound::All(analyzer, found) => {
                analyzer.process(&self.step, found);
                let hop = analyzer.hop() as u64;
                for frame in found.frames() {
                    let t_s = seconds(frame.position + hop, rate_hz);
                    let at_s = seconds(frame.position, rate_hz);
                    out.push(Line { t_s, at_s, said: Said::Features(frame.features.clone()) });
                    out.push(Line { t_s, at_s, said: Said::Spectrum(frame.spectrum.clone()) });
                }
                out.extend(found.pitches().iter().map(|pitch| pitch_line(pitch, rate_hz)));
                out.extend(found.keys().iter().map(|key| key_line(key, rate_hz)));
            }
        }
    }
}

fn pitch_line(pitch: &Heard<Pitch>, rate_hz: u32) -> Line {
    let (t_s, at_s) = (seconds(pitch.heard, rate_hz), seconds(pitch.at, rate_hz));
    Line { t_s, at_s, said: Said::Pitch(pitch.value.clone()) }
}

fn key_line(key: &Heard<Key>, rate_hz: u32) -> Line {
    let (t_s, at_s) = (seconds(key.heard, rate_hz), seconds(key.at, rate_hz));
    Line { t_s, at_s, said: Said::Key(key.value.clone()) }
}

fn seconds(samples: u64, rate_hz: u32) -> f64 {
    samples as f64 / f64::from(rate_hz)
}
