//! `vjbus analyze`: the cores of a live show, driven by files as fast as they can be read.
//!
//! Causal: a line with `t` depends on nothing after `t` seconds of the file, so a file cut at T gives the
//! lines with t ≤ T of the whole one, in the same order.

pub(crate) mod cores;
mod engines;
pub(crate) mod lines;
mod plot;

use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use audio::SoundFile;
use beat::engine::{EngineChoice, EngineKind};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::cores::Cores;
use self::lines::Lines;
use self::plot::Plot;
use crate::failure::{Failure, Outcome};

/// Files longer than this get a progress bar on a terminal, in seconds.
const BAR_FROM_S: f64 = 60.0;

/// What is to be analysed, and how.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What hears the beats
    #[arg(long, default_value = engines::usual(), value_parser = engines::parser())]
    engine: EngineKind,
    /// Weights that the learned engine hears by, instead of those that come along
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Features, spectrum, pitch and progress too
    #[arg(long)]
    all: bool,
    /// Draw what was heard, of one file: a row per minute, at most 15
    ///
    /// Each row shows over time: sections and events; the mode of the grid and its confidence; a spectrogram
    /// with beats and downbeats; onsets by kind; the activations that vjbus's own engines listen to; the
    /// probability of each tempo of the pulse.
    #[arg(long, value_name = "F.png", value_parser = png)]
    plot: Option<PathBuf>,
}

impl Arguments {
    fn engine(&self) -> Result<EngineChoice, Failure> {
        if self.weights.is_some() && self.engine != EngineKind::Learned {
            return Err(Failure::usage("--weights are those of the learned engine: add --engine learned"));
        }
        let weights = self.weights.as_deref().map(beat::weights::read).transpose();
        let weights = weights.map_err(|e| Failure::usage(crate::chain(&e)))?;
        Ok(EngineChoice { kind: self.engine, weights })
    }
}

/// Prints JSON lines for each file in turn.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let several = arguments.files.len() > 1;
    if several && arguments.plot.is_some() {
        return Err(Failure::usage("--plot draws one file: give one, or leave --plot out"));
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for file in &arguments.files {
        let label = several.then(|| file.display().to_string());
        analyze(file, arguments, &mut Lines::new(&mut out, label))?;
    }
    Ok(out.flush()?)
}

fn analyze<W: Write>(file: &Path, arguments: &Arguments, lines: &mut Lines<'_, W>) -> Outcome {
    let mut sound = SoundFile::open(file).map_err(|e| Failure::usage(crate::chain(&e)))?;
    let rate_hz = sound.rate_hz();
    let mut cores = Cores::new(rate_hz, arguments.engine()?, arguments.all)?;
    let mut plot = arguments.plot.as_ref().map(|_| Plot::new(rate_hz));
    let bar = bar(file, sound.duration_s());
    let (mut samples, mut said) = (Vec::new(), Vec::new());
    loop {
        samples.clear();
        let more = sound.read(&mut samples).map_err(|e| Failure::internal(crate::chain(&e)))?;
        cores.process(&samples, &mut said);
        if !more {
            cores.finish(&mut said);
        }
        if let Some(plot) = &mut plot {
            plot.hear(&samples, &said);
        }
        for line in said.drain(..) {
            lines.write(&line)?;
        }
        if !more {
            break;
        }
        bar.set_position(cores.heard_s() as u64);
    }
    bar.finish_and_clear();
    if let (Some(plot), Some(to)) = (plot, &arguments.plot) {
        plot.draw(to, &name(file), engines::name(arguments.engine))?;
    }
    Ok(())
}

fn bar(file: &Path, duration_s: Option<f64>) -> ProgressBar {
    let shown = std::io::stderr().is_terminal() && duration_s.is_some_and(|s| s >= BAR_FROM_S);
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(duration_s.map(|s| s as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} s  {eta} left") {
        bar.set_style(style);
    }
    bar.with_message(name(file))
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn png(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let fits = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    if fits { Ok(path) } else { Err("pictures are PNG: let the name end in .png".into()) }
}
