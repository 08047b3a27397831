//! `vjbus analyze`: the cores of a live show, driven by files as fast as they can be read.
//!
//! Causal: a line with `t` depends on nothing after `t` seconds of the file, so a file cut at T gives the
//! lines with t ≤ T of the whole one.

use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use audio::SoundFile;
use beat::core::Core as BeatCore;
use beat::tracker::{Emitted, Event};
use features::core::{Analyzer, Output};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use schemas::audio::{Features, Spectrum};
use schemas::beat::{Grid, Onset, Tick};
use schemas::{Name, Payload, Subject};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};

/// Files longer than this get a progress bar on a terminal, in seconds.
const BAR_FROM_S: f64 = 60.0;

/// Prints JSON lines for each file in turn.
pub(crate) fn run(files: &[PathBuf], engine: &str, all: bool) -> Outcome {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let several = files.len() > 1;
    for file in files {
        let label = several.then(|| file.display().to_string());
        analyze(file, engine, all, &mut Lines { out: &mut out, file: label })?;
    }
    Ok(out.flush()?)
}

fn analyze<W: Write>(file: &Path, engine: &str, all: bool, lines: &mut Lines<'_, W>) -> Outcome {
    let mut sound = SoundFile::open(file).map_err(|e| Failure::usage(crate::chain(&e)))?;
    let mut cores = Cores::new(sound.rate_hz(), engine, all)?;
    let bar = bar(file, sound.duration_s());
    let mut samples = Vec::new();
    loop {
        samples.clear();
        if !sound.read(&mut samples).map_err(|e| Failure::internal(crate::chain(&e)))? {
            break;
        }
        cores.process(&samples, lines)?;
        bar.set_position(cores.position / u64::from(cores.rate_hz));
    }
    bar.finish_and_clear();
    Ok(())
}

fn bar(file: &Path, duration_s: Option<f64>) -> ProgressBar {
    let shown = std::io::stderr().is_terminal() && duration_s.is_some_and(|s| s >= BAR_FROM_S);
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(duration_s.map(|s| s as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} s  {eta} left") {
        bar.set_style(style);
    }
    bar.with_message(file.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

/// The processors' cores for one file.
struct Cores {
    rate_hz: u32,
    position: u64,
    beat: BeatCore,
    emitted: Vec<Emitted>,
    features: Option<(Analyzer, Output)>,
}

impl Cores {
    fn new(rate_hz: u32, engine: &str, all: bool) -> Result<Cores, Failure> {
        let config: beat::Config =
            serde_json::from_value(json!({ "engine": engine })).map_err(Failure::usage)?;
        let beat = BeatCore::new(config.engine, rate_hz, config.settings())
            .map_err(|e| Failure::usage(crate::chain(&e)))?;
        let features = match all {
            false => None,
            true => Some((
                Analyzer::new(rate_hz).map_err(|e| Failure::usage(crate::chain(&e)))?,
                Output::default(),
            )),
        };
        Ok(Cores { rate_hz, position: 0, beat, emitted: Vec::new(), features })
    }

    fn process<W: Write>(&mut self, samples: &[f32], lines: &mut Lines<'_, W>) -> Outcome {
        self.beat.process(samples, self.position, &mut self.emitted);
        for emitted in self.emitted.drain(..) {
            let (t, at) = (emitted.heard_s, emitted.at_s);
            match &emitted.event {
                Event::Grid(grid) => lines.write::<Grid>(t, at, grid)?,
                Event::Tick(tick) => lines.write::<Tick>(t, at, tick)?,
                Event::Onset(onset) => lines.write::<Onset>(t, at, onset)?,
            }
        }
        if let Some((analyzer, output)) = &mut self.features {
            analyzer.process(samples, output);
            let hop_s = analyzer.hop() as f64 / f64::from(self.rate_hz);
            for frame in output.frames() {
                let at = frame.position as f64 / f64::from(self.rate_hz);
                lines.write::<Features>(at + hop_s, at, &frame.features)?;
                lines.write::<Spectrum>(at + hop_s, at, &frame.spectrum)?;
            }
        }
        self.position += samples.len() as u64;
        Ok(())
    }
}

struct Lines<'a, W> {
    out: &'a mut W,
    file: Option<String>,
}

impl<W: Write> Lines<'_, W> {
    fn write<T: Payload>(&mut self, t: f64, at: f64, body: &T) -> Outcome {
        let mut data = serde_json::to_value(body).map_err(Failure::internal)?;
        if let Value::Object(fields) = &mut data {
            fields.insert("at".into(), at.into());
        }
        let mut line =
            json!({ "t": t, "subject": Subject::new(T::TOPIC, &Name::main()).to_string(), "data": data });
        if let Some(file) = &self.file {
            line["file"] = file.as_str().into();
        }
        Ok(writeln!(self.out, "{line}")?)
    }
}
