//! What is played: annotated music of the folder in `VJBUS_EVAL_DIR`, else generated music.
//!
//! The folder, or `dev/` in it, holds `manifest.csv` with the columns `file`, `source` and `duration`, no quoted
//! cell before these, and beside each sound file `NAME.beats`: seconds, a tab, position in the bar.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use audio::SoundFile;
use signals::changes::track;
use signals::groove::{BREAK, FOUR_ON_THE_FLOOR, SWING};
use signals::suite::START_S;
use signals::{Beat, Signal};

/// Environment variable that names the folder.
const FOLDER: &str = "VJBUS_EVAL_DIR";
/// Its list of music.
const MANIFEST: &str = "manifest.csv";
/// Pieces of music, each of another source, and what is played of each, in seconds.
const PIECES: usize = 5;
const SECONDS: f64 = 60.0;
/// Rate of generated music in Hz.
const RATE_HZ: u32 = 48_000;

/// What is played, in words, and the pieces.
pub(super) fn chosen() -> Result<(String, Vec<Signal>)> {
    let Some(folder) = std::env::var_os(FOLDER) else {
        let words = format!("generated music ({FOLDER} names no folder of annotated music)");
        return Ok((words, generated()));
    };
    let folder = music(&PathBuf::from(folder))?;
    let manifest = folder.join(MANIFEST);
    let list = std::fs::read_to_string(&manifest)
        .with_context(|| format!("{} cannot be read", manifest.display()))?;
    let files = files(&list).with_context(|| {
        format!("{}: its first line must name file, source and duration", manifest.display())
    })?;
    ensure!(!files.is_empty(), "{} lists no piece of {SECONDS} s or more", manifest.display());
    let pieces = files.iter().map(|file| read(&folder.join(file))).collect::<Result<_>>()?;
    Ok(("annotated music, the first piece of each of so many sources".to_owned(), pieces))
}

fn generated() -> Vec<Signal> {
    let piece = |name: &str, bpm: f64, groove| Signal {
        name: format!("{name} at {bpm}"),
        ..track(bpm, SECONDS, START_S, groove, RATE_HZ)
    };
    vec![
        piece("break", 92.0, &BREAK),
        piece("swing", 110.0, &SWING),
        piece("four on the floor", 128.0, &FOUR_ON_THE_FLOOR),
    ]
}

fn music(folder: &Path) -> Result<PathBuf> {
    let found = [folder.to_owned(), folder.join("dev")].into_iter().find(|dir| dir.join(MANIFEST).is_file());
    found.with_context(|| {
        format!(
            "{FOLDER}: no {MANIFEST} in {}; name a folder of annotated music, or unset it",
            folder.display()
        )
    })
}

/// The first file of each source that is long enough; none when a column is missing.
fn files(manifest: &str) -> Option<Vec<&str>> {
    let mut lines = manifest.lines();
    let head: Vec<&str> = lines.next()?.split(',').collect();
    let column = |name: &str| head.iter().position(|title| *title == name);
    let (file, source, duration) = (column("file")?, column("source")?, column("duration")?);
    let (mut sources, mut files) = (Vec::new(), Vec::new());
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let long = cells.get(duration).and_then(|cell| cell.parse().ok()).is_some_and(|s: f64| s >= SECONDS);
        if let (true, Some(file), Some(source)) =
            (long && files.len() < PIECES, cells.get(file), cells.get(source))
            && !sources.contains(source)
        {
            sources.push(*source);
            files.push(*file);
        }
    }
    Some(files)
}

fn read(file: &Path) -> Result<Signal> {
    let unreadable = || format!("{} cannot be read", file.display());
    let mut sound = SoundFile::open(file).with_context(unreadable)?;
    let rate_hz = sound.rate_hz();
    let frames = (SECONDS * f64::from(rate_hz)) as usize;
    let mut samples = Vec::with_capacity(frames);
    while samples.len() < frames && sound.read(&mut samples).with_context(unreadable)? {}
    samples.truncate(frames);
    let annotation = file.with_extension("beats");
    let text = std::fs::read_to_string(&annotation)
        .with_context(|| format!("{} cannot be read", annotation.display()))?;
    let mut beats = beats(&text).with_context(|| {
        format!("{}: every line must be seconds, a tab, position in the bar", annotation.display())
    })?;
    beats.retain(|beat| beat.at_s < samples.len() as f64 / f64::from(rate_hz));
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Signal { name, rate_hz, samples, beats })
}

fn beats(text: &str) -> Option<Vec<Beat>> {
    let beat = |line: &str| {
        let (at_s, position) = line.split_once('\t')?;
        Some(Beat { at_s: at_s.parse().ok()?, position: position.trim().parse().ok()? })
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(beat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_long_file_of_each_source_is_chosen() {
        let list = "file,split,source,duration,note\na.ogg,dev,X,20.0,short\nb.ogg,dev,X,75,\nc.ogg,dev,X,80,\nd.ogg,dev,Y,60,a, b\n";
        assert_eq!(files(list).unwrap(), ["b.ogg", "d.ogg"]);
        assert_eq!(files("file,length\na.ogg,70\n"), None);
        let many: String = (0..9).map(|n| format!("{n}.ogg,{n},99\n")).collect();
        assert_eq!(files(&format!("file,source,duration\n{many}")).unwrap().len(), PIECES);
    }

    #[test]
    fn an_annotation_is_read_as_it_was_written() {
        let piece = &generated()[0];
        let read = beats(&piece.beats_text()).unwrap();
        assert_eq!(read.len(), piece.beats.len());
        assert!(read.iter().zip(&piece.beats).all(|(a, b)| (a.at_s - b.at_s).abs() < 1e-4));
        assert_eq!(beats("0.5\n"), None, "without a position");
    }
}
