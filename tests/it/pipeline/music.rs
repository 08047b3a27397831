//! Sound files: the beats that `oscdump` prints have the tempo of the annotation.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use testkit::osc::Dump;

use super::{own_track, same_tempo, show, tempo};

/// Enough to lock on and to measure.
const LISTEN: Duration = Duration::from_secs(40);
/// Beats that are measured, after as many that are let pass.
const BEATS: usize = 16;

/// Plays `file` and gives the tempo of the beats that arrive.
fn heard(file: &Path) -> Result<f64> {
    let dump = Dump::start()?;
    let mut show =
        show(&format!("source = \"file\"\npath = \"{}\"\nloop = true", file.display()), dump.port())?;
    show.up()?;
    // The trigger is 1 and then 0: every other line is a beat.
    let lines = dump.wait_for_count(LISTEN, "/vj/beat/trigger", BEATS * 4).with_context(|| show.tail())?;
    let beats: Vec<i64> =
        lines.iter().filter(|line| line.args.starts_with('1')).map(|line| line.at_mono_ns).collect();
    let bpm = tempo(&beats[beats.len() - BEATS..]);
    show.down()?;
    Ok(bpm)
}

#[test]
fn our_own_track_is_heard_at_its_tempo() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (file, wanted) = own_track(dir.path(), 60.0)?;
    let bpm = heard(&file)?;
    println!("annotated {wanted:.2} BPM, heard {bpm:.2}");
    ensure!(same_tempo(bpm, wanted, 0.03), "annotated {wanted:.2} BPM, heard {bpm:.2}");
    Ok(())
}

/// Real recordings lie in `VJBUS_EVAL_DIR` where somebody has them; they are not the project's to ship.
#[test]
fn recorded_music_is_heard_at_the_tempo_of_its_annotation() -> Result<()> {
    let Some(folder) = std::env::var_os("VJBUS_EVAL_DIR").map(PathBuf::from) else { return Ok(()) };
    for song in ["fof_war_of_freedom", "osu_triangles"] {
        let file = folder.join("dev/real").join(song).with_extension("ogg");
        let wanted = annotated(&file.with_extension("beats"))?;
        let bpm = heard(&file)?;
        println!("{song}: annotated {wanted:.2} BPM, heard {bpm:.2}");
        ensure!((bpm / wanted - 1.0).abs() < 0.03, "{song}: annotated {wanted:.2} BPM, heard {bpm:.2}");
    }
    Ok(())
}

fn annotated(file: &Path) -> Result<f64> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let beats: Vec<f64> = text.lines().filter_map(|line| line.split('\t').next()?.parse().ok()).collect();
    Ok(60.0 / super::median(beats.windows(2).map(|pair| pair[1] - pair[0]).collect()))
}
