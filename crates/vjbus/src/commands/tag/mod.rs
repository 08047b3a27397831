//! `vjbus tag`: prepares songs before the show, so that on stage nothing has to be found any more.
//!
//! What a live show would find out is found out now, by the same code: tempo, key and energy by listening, words from
//! files, tags or LRCLIB, tags by rules or the model of the configuration. Words and a model's answers are kept
//! where the show looks for them first.

mod listen;
mod prepare;
mod report;
mod setlist;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::prepare::{Prepared, Preparer};
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// Which songs.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Sound files: wav, flac, mp3, ogg
    #[arg(required_unless_present = "setlist")]
    files: Vec<PathBuf>,
    /// A list of them: M3U, or a path a line; paths are relative to the list
    #[arg(long, value_name = "FILE")]
    setlist: Option<PathBuf>,
    /// JSON lines in place of the table
    #[arg(long)]
    json: bool,
}

/// Prepares each song in turn and says what is ready.
pub(crate) async fn run(config: &Config, arguments: &Arguments) -> Outcome {
    let files = files(arguments)?;
    let preparer = Preparer::of(config)?;
    let bar = bar(files.len());
    let mut songs = Vec::with_capacity(files.len());
    for file in &files {
        bar.set_message(name(file));
        songs.push(preparer.prepare(file).await);
        bar.inc(1);
    }
    bar.finish_and_clear();
    report::write(&songs, arguments.json)?;
    unreadable(&songs)
}

fn files(arguments: &Arguments) -> Result<Vec<PathBuf>, Failure> {
    let mut files = arguments.files.clone();
    if let Some(list) = &arguments.setlist {
        files.extend(setlist::read(list)?);
    }
    if files.is_empty() { Err(Failure::usage("the set list names no file")) } else { Ok(files) }
}

fn unreadable(songs: &[Prepared]) -> Outcome {
    match songs.iter().filter(|song| song.unreadable.is_some()).count() {
        0 => Ok(()),
        count => Err(Failure::usage(format!("{count} of {} files cannot be played", songs.len()))),
    }
}

fn bar(songs: usize) -> ProgressBar {
    let shown = std::io::stderr().is_terminal();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(songs as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {eta} left  {msg}") {
        bar.set_style(style);
    }
    bar
}

/// The name of a file, fit for a terminal.
fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    name.chars().filter(|c| !c.is_control()).collect()
}
