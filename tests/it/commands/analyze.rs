//! `vjbus analyze` and `vjbus decode`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{lines, shell};
use crate::pipeline::own_track;

/// Sample rate of the files.
const RATE_HZ: u32 = 44_100;
/// Length of a file in seconds, and where it is cut: within a beat, within a step of 10 ms, and at the edge of one.
const LENGTH_S: f64 = 14.0;
const CUTS_S: [f64; 3] = [5.303, 9.767_71, 12.5];
/// Size of a picture of one row.
const PICTURE: (u32, u32) = (1800, 1000);
/// One pixel in so many is looked at.
const SAMPLED: usize = 7;

/// What is printed of a file.
fn analyze(file: &Path, options: &str) -> Result<String> {
    let done = shell(&format!("\"$VJBUS\" analyze '{}' {options}", file.display()))?;
    ensure!(done.status.success(), "{}", done.stderr);
    Ok(done.stdout)
}

/// `count` samples of a track of the project's own, with its build-up and drop.
fn excerpt(dir: &Path, seed: u64, count: usize) -> Result<PathBuf> {
    let mut track = demo::Track::new(seed, RATE_HZ)?;
    let drop = track.annotations().sections.iter().find(|s| s.role == demo::Role::Drop).map(|s| s.start_s);
    let from_s = drop.context("the track has a drop")? - LENGTH_S / 2.0;
    track.seek((from_s * f64::from(RATE_HZ)) as u64);
    let mut samples = vec![0.0; count];
    track.render(&mut samples);
    let file = dir.join(format!("{seed}-{count}.wav"));
    testkit::wav::write(&file, RATE_HZ, 1, &samples)?;
    Ok(file)
}

fn nothing_knows_the_future(seed: u64, options: &str, subjects: &[&str]) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let samples = |seconds: f64| (seconds * f64::from(RATE_HZ)) as usize;
    let whole = analyze(&excerpt(dir.path(), seed, samples(LENGTH_S))?, options)?;
    let heard_s = |line: &str| -> Result<f64> {
        serde_json::from_str::<Value>(line)?["t"].as_f64().context("a line has t")
    };
    let all = whole.lines().map(|line| Ok((heard_s(line)?, line))).collect::<Result<Vec<_>>>()?;
    ensure!(all.is_sorted_by(|a, b| a.0 <= b.0), "seed {seed}: lines are out of order");
    for cut_s in CUTS_S {
        let count = samples(cut_s);
        let end_s = count as f64 / f64::from(RATE_HZ);
        let before: Vec<&str> = all.iter().filter(|line| line.0 <= end_s).map(|line| line.1).collect();
        let cut = analyze(&excerpt(dir.path(), seed, count)?, options)?;
        let cut: Vec<&str> = cut.lines().collect();
        let differs = before.iter().zip(&cut).find(|(a, b)| a != b);
        ensure!(differs.is_none(), "seed {seed} cut at {end_s}: {differs:?}");
        ensure!(cut.len() == before.len(), "seed {seed}: {} lines, {} wanted", cut.len(), before.len());
    }
    let missing = subjects.iter().find(|subject| !whole.contains(**subject));
    ensure!(missing.is_none(), "seed {seed}: no {missing:?}");
    Ok(())
}

#[test]
fn a_file_that_is_cut_gives_the_lines_up_to_there() -> Result<()> {
    let always = ["beat.grid", "beat.tick", "beat.onset", "structure.section"];
    let more = ["audio.features", "audio.spectrum", "audio.pitch", "structure.progress"];
    nothing_knows_the_future(1, "--all", &[always, more].concat())?;
    (2..=4).try_for_each(|seed| nothing_knows_the_future(seed, "", &always))?;
    nothing_knows_the_future(5, "--engine learned", &always)?;
    nothing_knows_the_future(5, "--engine aubio", &always)
}

#[test]
fn ticks_come_ahead_of_their_beats_and_only_asked_for_streams_are_printed() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let printed = analyze(&own_track(dir.path(), 25.0)?.0, "")?;
    let printed: Vec<Value> = printed.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let ticks: Vec<&Value> = printed.iter().filter(|l| l["subject"] == "vj.beat.tick.main").collect();
    ensure!(ticks.len() > 10, "only {} ticks", ticks.len());
    let ahead = ticks.iter().filter(|l| l["data"]["at"].as_f64() > l["t"].as_f64()).count();
    ensure!(ahead == ticks.len(), "{ahead} of {} ticks are ahead", ticks.len());
    let subjects: BTreeSet<&str> = printed.iter().filter_map(|line| line["subject"].as_str()).collect();
    for subject in ["beat.grid", "beat.onset", "audio.key", "structure.section"] {
        ensure!(subjects.contains(&*format!("vj.{subject}.main")), "no {subject} in {subjects:?}");
    }
    for subject in ["audio.features", "audio.spectrum", "audio.pitch", "structure.progress"] {
        ensure!(!subjects.contains(&*format!("vj.{subject}.main")), "{subject} in {subjects:?}");
    }
    Ok(())
}

#[test]
fn a_picture_shows_the_music() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let file = own_track(dir.path(), 6.0)?.0;
    let of_music = picture(&file, &dir.path().join("music.png"))?;
    let silence = dir.path().join("silence.wav");
    testkit::wav::write(&silence, RATE_HZ, 1, &[0.0; 6 * RATE_HZ as usize])?;
    let of_silence = picture(&silence, &dir.path().join("silence.png"))?;
    let colours = |pixels: &[u8]| pixels.chunks(3).step_by(SAMPLED).collect::<BTreeSet<_>>().len();
    let (music, silence) = (colours(&of_music), colours(&of_silence));
    ensure!(music > 200 && music > 2 * silence, "{music} colours of music, {silence} of silence");

    let two = shell(&format!("\"$VJBUS\" analyze '{0}' '{0}' --plot x.png", file.display()))?;
    ensure!(two.status.code() == Some(64) && two.stderr.contains("--plot"), "{}", two.stderr);
    Ok(())
}

/// Pixels of the picture of a file, red, green and blue of each.
fn picture(file: &Path, to: &Path) -> Result<Vec<u8>> {
    analyze(file, &format!("--plot '{}'", to.display()))?;
    let decoder = png::Decoder::new(std::fs::File::open(to)?);
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut pixels)?;
    ensure!((info.width, info.height) == PICTURE, "{} x {}", info.width, info.height);
    ensure!(info.color_type == png::ColorType::Rgb, "{:?}", info.color_type);
    Ok(pixels)
}

#[test]
fn several_files_are_told_apart_and_a_bad_one_is_named() -> Result<()> {
    let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let (a, b) = (own_track(one.path(), 8.0)?.0, own_track(two.path(), 8.0)?.0);
    let done = shell(&format!("\"$VJBUS\" analyze '{}' '{}'", a.display(), b.display()))?;
    let files: BTreeSet<String> = lines(&done)?.iter().map(|l| l["file"].to_string()).collect();
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
fn an_ear_of_ones_own_hears_and_one_that_is_none_is_refused() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let file = own_track(dir.path(), 12.0)?.0;
    let native = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/dsp/src/rhythm/weights/native.safetensors");
    let by = |options: &str| analyze(&file, options);
    let own = by(&format!("--engine learned --weights '{native}'"))?;
    ensure!(own.contains("vj.beat.tick") && own == by("--engine native")?, "it hears by these weights");
    ensure!(own != by("--engine learned")?, "and not by those that come along");
    for (options, reason) in [
        (format!("--engine native --weights '{native}'"), "--engine learned"),
        (format!("--engine learned --weights '{}'", file.display()), "no safetensors file"),
        ("--engine learned --weights /nowhere".to_owned(), "/nowhere"),
    ] {
        let done = shell(&format!("\"$VJBUS\" analyze '{}' {options}", file.display()))?;
        ensure!(done.status.code() == Some(64) && done.stderr.contains(reason), "{options}: {}", done.stderr);
    }
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
