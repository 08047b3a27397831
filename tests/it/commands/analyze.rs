//! `vjbus analyze` and `vjbus decode`.

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{lines, shell};
use crate::pipeline::own_track;

/// The lines of a file with `t` up to `until`, t left as text so that they can be compared.
fn analyze(file: &std::path::Path, options: &str, until: f64) -> Result<Vec<Value>> {
    let done = shell(&format!("\"$VJBUS\" analyze '{}' {options}", file.display()))?;
    ensure!(done.status.success(), "{}", done.stderr);
    Ok(lines(&done)?.into_iter().filter(|line| line["t"].as_f64().is_some_and(|t| t <= until)).collect())
}

#[test]
fn ticks_come_ahead_of_their_beats_and_nothing_knows_the_future() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (whole, _) = own_track(dir.path(), 40.0)?;
    let cut_dir = tempfile::tempdir()?;
    let (cut, _) = own_track(cut_dir.path(), 25.0)?;
    let of_whole = analyze(&whole, "--all", 24.9)?;
    ensure!(of_whole == analyze(&cut, "--all", 24.9)?, "the end of the file changed what came before it");

    let ticks: Vec<&Value> = of_whole.iter().filter(|l| l["subject"] == "vj.beat.tick.main").collect();
    ensure!(ticks.len() > 10, "only {} ticks", ticks.len());
    let ahead = ticks.iter().filter(|l| l["data"]["at"].as_f64() > l["t"].as_f64()).count();
    ensure!(ahead == ticks.len(), "{ahead} of {} ticks are ahead", ticks.len());
    for subject in
        ["vj.audio.features.main", "vj.audio.spectrum.main", "vj.beat.grid.main", "vj.beat.onset.main"]
    {
        ensure!(of_whole.iter().any(|l| l["subject"] == subject), "no {subject}");
    }
    Ok(())
}

#[test]
fn several_files_are_told_apart_and_a_bad_one_is_named() -> Result<()> {
    let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let (a, b) = (own_track(one.path(), 8.0)?.0, own_track(two.path(), 8.0)?.0);
    let done = shell(&format!("\"$VJBUS\" analyze '{}' '{}'", a.display(), b.display()))?;
    let files: std::collections::BTreeSet<String> =
        lines(&done)?.iter().map(|l| l["file"].to_string()).collect();
    ensure!(files.len() == 2, "{files:?}");
    let missing = shell("\"$VJBUS\" analyze /nowhere.wav")?;
    ensure!(
        missing.status.code() == Some(64) && missing.stderr.contains("/nowhere.wav"),
        "{}",
        missing.stderr
    );
    Ok(())
}

#[test]
fn decode_reads_both_codecs() -> Result<()> {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/golden/v1");
    for file in ["audio.features.msgpack", "beat.grid.json"] {
        let done = shell(&format!("\"$VJBUS\" decode < '{golden}/{file}'"))?;
        let message: Value = serde_json::from_str(&done.stdout)?;
        ensure!(message["v"] == 1 && message["origin"]["instance"].is_string(), "{file}: {message}");
    }
    let noise = shell("printf '\\377\\376garbage' | \"$VJBUS\" decode")?;
    ensure!(noise.status.code() == Some(64), "{}", noise.status);
    Ok(())
}
