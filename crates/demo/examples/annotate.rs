//! Writes what is known about a track, for accuracy programs: `cargo run -p vjbus-demo --example annotate -- FOLDER [SEED]`.
//!
//! `demo.beats` (time, position in the bar), `demo.sections` (start, end, letter, role) and `demo.drums` (time, drum),
//! separated by tabs, in seconds from the first sample.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("name the folder to write into")?);
    let seed = args.next().map_or(Ok(demo::FIRST_LIGHT), |seed| seed.parse())?;
    let track = demo::Track::new(seed, 48_000)?;
    let truth = track.annotations();
    std::fs::write(folder.join("demo.beats"), truth.beats_text())?;
    std::fs::write(folder.join("demo.sections"), truth.sections_text())?;
    std::fs::write(folder.join("demo.drums"), truth.drums_text())?;
    Ok(())
}
