//! What the ear hears of generated and annotated music, as arrays to train on.
//!
//! The very same code as on stage hears it: [`dsp::rhythm::hearing`]. Written are, in a folder,
//! `tatums.npy` (rows: number of the piece, instant in s, period in s, irregular, certainty, measures, patch),
//! `beats.npy` (rows: number of the piece, instant in s, number in the bar or 0, beats of the bar or 0) and
//! `pieces.tsv` (number, name, kind).

mod hear;
mod npy;
mod pieces;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use dsp::rhythm::weights::Weights;
use ear::{Instruments, SoundFont};
use pieces::Of;

/// What the ear hears of generated and annotated music, as arrays to train on.
#[derive(Parser)]
struct Arguments {
    /// Folder that is written
    #[arg(long)]
    out: PathBuf,
    /// Writes said.npy too: each beat that is said by these weights, with its evidence
    #[arg(long, value_name = "WEIGHTS")]
    said: Option<PathBuf>,
    /// Threads that hear at once
    #[arg(long, default_value_t = 2)]
    threads: usize,
    #[command(subcommand)]
    source: Source,
}

#[derive(Subcommand)]
enum Source {
    /// Songs of the generator
    Songs {
        /// Seed of the first
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many
        #[arg(long, default_value_t = 1000)]
        count: u64,
        /// A style, instead of all by their weights; may be said again
        #[arg(long)]
        style: Vec<String>,
        /// Takes drums, hats and music from three styles
        #[arg(long, conflicts_with = "style")]
        crossed: bool,
        /// The styles that no training draws, in turn
        #[arg(long, conflicts_with_all = ["style", "crossed"])]
        unheard: bool,
        /// Plays them by this file (.sf2) instead of the generator's own synthesis
        #[arg(long, value_name = "FILE")]
        sound_font: Option<PathBuf>,
    },
    /// Tracks of the kind that vjbus plays where there is no music
    Demo {
        /// Seed of the first
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many
        #[arg(long, default_value_t = 60)]
        count: u64,
    },
    /// A folder with a manifest.csv: sound files beside files of their beats
    Recordings {
        /// The folder
        folder: PathBuf,
    },
    /// The suite of steady tempi
    Suite,
    /// Noise, speech and random events
    Nothing {
        /// Seed of the first
        #[arg(long, default_value_t = 1000)]
        from: u64,
        /// How many of each
        #[arg(long, default_value_t = 20)]
        count: u64,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let pieces = match arguments.source {
        Source::Songs { from, count, style, crossed, unheard, sound_font } => {
            let of = match (crossed, unheard) {
                (true, _) => vec![Of::Crossed],
                (_, true) => pieces::styles(ear::unheard().into_iter().map(str::to_owned).collect())?,
                _ => pieces::styles(style)?,
            };
            pieces::songs(from, count, &of, &instruments(sound_font.as_deref())?)
        }
        Source::Demo { from, count } => pieces::demo(from, count),
        Source::Recordings { folder } => pieces::recordings(&folder)?,
        Source::Suite => pieces::suite(),
        Source::Nothing { from, count } => pieces::without_beats(from, count),
    };
    let weights = arguments.said.as_deref().map(weights).transpose()?;
    hear::write(&pieces, arguments.threads, weights.as_ref(), &arguments.out)
}

fn instruments(sound_font: Option<&Path>) -> Result<Instruments> {
    let Some(path) = sound_font else { return Ok(Instruments::Own) };
    Ok(Instruments::SoundFont(SoundFont::open(path)?))
}

fn weights(path: &Path) -> Result<Weights> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    Weights::read(&bytes).with_context(|| path.display().to_string())
}
