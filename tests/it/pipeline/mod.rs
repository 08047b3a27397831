//! The whole product: sound in, OSC out, decoded by receivers that nobody here wrote.

mod capture;
mod deaths;
mod foreign;
mod generic;
mod music;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::support::show::Show;
use crate::support::vjbus;

/// A show whose target `generic` sends to `port`, and whose `audio` instance has these fields.
pub(crate) fn show(audio: &str, port: u16) -> Result<Show> {
    Show::new(vjbus()?, &tables(audio, port))
}

/// The tables of such a show.
pub(crate) fn tables(audio: &str, port: u16) -> String {
    format!(
        "[supervision]\nstable_s = 1.0\n[instances.audio]\n{audio}\n[targets.generic]\naddress = \"127.0.0.1:{port}\"\n"
    )
}

/// A track of the project's own as a sound file, its tempo and the first `seconds` of it.
pub(crate) fn own_track(dir: &Path, seconds: f64) -> Result<(PathBuf, f64)> {
    const RATE: u32 = 44_100;
    let mut track = demo::Track::new(1, RATE)?;
    let mut samples = vec![0.0; (seconds * f64::from(RATE)) as usize];
    track.render(&mut samples);
    let file = dir.join("own.wav");
    testkit::wav::write(&file, RATE, 1, &samples)?;
    Ok((file, track.annotations().bpm))
}

/// Middle value.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Tempo of instants in nanoseconds, from the median distance of neighbours.
pub(crate) fn tempo(instants_ns: &[i64]) -> f64 {
    60e9 / median(instants_ns.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect())
}

/// Whether two tempi are the same within `tolerance`, where twice and half count as the same: the octave is the engine's choice.
pub(crate) fn same_tempo(heard: f64, wanted: f64, tolerance: f64) -> bool {
    [0.5, 1.0, 2.0].iter().any(|octave| (heard / (wanted * octave) - 1.0).abs() < tolerance)
}
