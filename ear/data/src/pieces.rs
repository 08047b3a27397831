//! Pieces of music with known beats.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use audio::SoundFile;
use ear::{Choice, Instruments};
use signals::suite::{Scenario, TEMPI_BPM};
use signals::{Signal, nothing};

const RATE_HZ: u32 = 44_100;
/// So much of a demo track is heard.
const DEMO_S: f64 = 60.0;

/// Where a piece comes from.
pub(crate) enum Piece {
    Song { of: Of, seed: u64, instruments: Instruments },
    Demo(u64),
    Recording { kind: String, sound: PathBuf },
    Steady(Scenario, f64),
    Nothing(Signal),
}

/// What a song is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Of {
    Any,
    Style(String),
    Crossed,
}

/// A piece as samples and truth.
pub(crate) struct Music {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) rate_hz: u32,
    pub(crate) samples: Vec<f32>,
    /// Instant in s, number in the bar and beats of the bar, both 0 where they are not known.
    pub(crate) beats: Vec<(f64, u32, u32)>,
}

/// Songs of these in turn.
pub(crate) fn songs(from: u64, count: u64, of: &[Of], instruments: &Instruments) -> Vec<Piece> {
    let mut turns = of.iter().cycle();
    let of = |turn: Option<&Of>| turn.cloned().unwrap_or(Of::Any);
    let song = |seed| Piece::Song { of: of(turns.next()), seed, instruments: instruments.clone() };
    (from..from + count).map(song).collect()
}

/// Styles by their names.
pub(crate) fn styles(styles: Vec<String>) -> Result<Vec<Of>> {
    if let Some(unknown) = styles.iter().find(|style| !ear::styles().contains(&style.as_str())) {
        bail!("“{unknown}” is no style; there are: {}", ear::styles().join(", "));
    }
    Ok(styles.into_iter().map(Of::Style).collect())
}

/// Tracks of the kind that vjbus plays where there is no music: another synthesis, other arrangements.
pub(crate) fn demo(from: u64, count: u64) -> Vec<Piece> {
    (from..from + count).map(Piece::Demo).collect()
}

pub(crate) fn suite() -> Vec<Piece> {
    Scenario::ALL.iter().flat_map(|scenario| TEMPI_BPM.map(|bpm| Piece::Steady(*scenario, bpm))).collect()
}

/// Sounds without a beat.
pub(crate) fn without_beats(from: u64, count: u64) -> Vec<Piece> {
    const SECONDS: f64 = 40.0;
    let seeds = from..from + count;
    let random = seeds.flat_map(|seed| {
        let per_s = 1.5 + (seed % 8) as f64 / 2.0;
        [
            nothing::random_clicks(per_s, SECONDS, seed, RATE_HZ),
            nothing::random_drums(SECONDS, seed, RATE_HZ),
            nothing::speech(SECONDS, seed, RATE_HZ),
        ]
    });
    let noise = [nothing::white(SECONDS, RATE_HZ), nothing::pink(SECONDS, RATE_HZ)];
    random.chain(noise).map(Piece::Nothing).collect()
}

pub(crate) fn recordings(folder: &Path) -> Result<Vec<Piece>> {
    let manifest = folder.join("manifest.csv");
    let text =
        std::fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| {
        head.iter()
            .position(|h| *h == name)
            .with_context(|| format!("{}: no column {name}", manifest.display()))
    };
    let (file, source) = (column("file")?, column("source")?);
    let piece = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let kind = fields.get(source).copied().unwrap_or_default().to_owned();
        Piece::Recording { kind, sound: folder.join(fields.get(file).copied().unwrap_or_default()) }
    };
    Ok(lines.map(piece).collect())
}

impl Piece {
    pub(crate) fn music(&self) -> Result<Music> {
        match self {
            Piece::Song { of, seed, instruments } => song(of, *seed, instruments),
            Piece::Demo(seed) => track(*seed),
            Piece::Recording { kind, sound } => recording(kind, sound),
            Piece::Steady(scenario, bpm) => Ok(heard(scenario.signal(*bpm, RATE_HZ), scenario.name())),
            Piece::Nothing(signal) => Ok(heard(signal.clone(), "nothing")),
        }
    }
}

fn song(of: &Of, seed: u64, instruments: &Instruments) -> Result<Music> {
    let choice = match of {
        Of::Any => Choice::Any,
        Of::Style(name) => Choice::Style(name),
        Of::Crossed => Choice::Crossed,
    };
    let song = ear::Song::of(choice, seed, instruments, RATE_HZ).with_context(|| format!("no {of:?}"))?;
    let place = |number: u32| if song.metre_known { number } else { 0 };
    let beats = song.beats.iter().map(|b| (b.at_s, place(b.position), place(b.beats_per_bar))).collect();
    Ok(Music {
        name: seed.to_string(),
        kind: song.style.to_owned(),
        rate_hz: RATE_HZ,
        samples: song.samples,
        beats,
    })
}

fn track(seed: u64) -> Result<Music> {
    let mut track = demo::Track::new(seed, RATE_HZ)?;
    let mut samples = vec![0.0; (DEMO_S * f64::from(RATE_HZ)) as usize];
    track.render(&mut samples);
    let annotations = track.annotations();
    let heard = annotations.beats.iter().filter(|beat| beat.time_s < DEMO_S);
    let beats = heard.map(|beat| (beat.time_s, beat.position, annotations.beats_per_bar)).collect();
    Ok(Music { name: seed.to_string(), kind: "demo".to_owned(), rate_hz: RATE_HZ, samples, beats })
}

fn heard(signal: Signal, kind: &str) -> Music {
    let beats = signal.beats.iter().map(|beat| (beat.at_s, 0, 0)).collect();
    let Signal { name, rate_hz, samples, .. } = signal;
    Music { name, kind: kind.to_owned(), rate_hz, samples, beats }
}

fn recording(kind: &str, path: &Path) -> Result<Music> {
    let mut file = SoundFile::open(path).with_context(|| path.display().to_string())?;
    let mut samples = Vec::new();
    while file.read(&mut samples).with_context(|| path.display().to_string())? {}
    let truth = path.with_extension("beats");
    let text = std::fs::read_to_string(&truth).with_context(|| truth.display().to_string())?;
    let mut beats: Vec<(f64, u32, u32)> = text.lines().filter_map(beat).collect();
    let per_bar = beats.iter().map(|beat| beat.1).max().unwrap_or(0);
    beats.iter_mut().for_each(|beat| beat.2 = per_bar);
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Music { name, kind: kind.to_owned(), rate_hz: file.rate_hz(), samples, beats })
}

fn beat(line: &str) -> Option<(f64, u32, u32)> {
    let mut fields = line.split_whitespace();
    let at = fields.next()?.parse().ok()?;
    let number: f64 = fields.next().and_then(|field| field.parse().ok()).unwrap_or(0.0);
    Some((at, number as u32, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_take_turns_and_must_be_known() {
        let named = styles(vec!["rock".to_owned(), "house beat".to_owned()]).unwrap();
        let turns: Vec<_> = songs(7, 3, &named, &Instruments::Own)
            .into_iter()
            .map(|piece| match piece {
                Piece::Song { of: Of::Style(style), seed, .. } => (style, seed),
                _ => panic!("no song"),
            })
            .collect();
        assert_eq!(turns, [("rock".into(), 7), ("house beat".into(), 8), ("rock".into(), 9)]);
        let error = styles(vec!["roc".to_owned()]).err().unwrap().to_string();
        assert!(error.contains("“roc”") && error.contains("house beat"), "{error}");
    }
}
