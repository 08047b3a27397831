//! `vjbus tag`: a set is prepared before the show, and what was found is there on stage without a network.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use testkit::Program;
use testkit::process::Finished;
use testkit::web::{Reply, Server};

use super::{ALONE, lines};
use crate::pipeline::own_track;
use crate::support::vjbus;

const TIMED: &str = "[00:01.00]Streetlights\n[00:02.00]count us";

/// `vjbus tag` with these arguments, in a folder whose configuration asks this server for words.
fn tag(folder: &Path, lrclib: &str, args: &[&str]) -> Result<Finished> {
    let state = folder.join("state");
    let text = format!("state_dir = \"{}\"\n[instances.lyrics]\nlrclib = \"{lrclib}\"\n", state.display());
    std::fs::write(folder.join("vjbus.toml"), text)?;
    Program::new(vjbus()?).arg("tag").args(args).dir(folder).run(ALONE)
}

#[test]
fn songs_of_a_set_list_are_heard_worded_and_tagged() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (_, bpm) = own_track(folder.path(), 40.0)?;
    std::fs::write(folder.path().join("own.lrc"), TIMED)?;
    std::fs::write(folder.path().join("set.m3u"), "#EXTM3U\nown.wav\n\nnot-there.wav\n")?;
    let done = tag(folder.path(), "", &["--setlist", "set.m3u", "--json"])?;
    let songs = lines(&done)?;
    ensure!(songs.len() == 2 && done.status.code() == Some(64), "{}\n{}", done.stdout, done.stderr);
    let own = &songs[0];
    let heard = own["bpm"].as_f64().context("no tempo")?;
    ensure!((heard / bpm - 1.0).abs() < 0.02, "{heard} and not {bpm} BPM");
    ensure!(own["words"] == serde_json::json!({"source": "sidecar", "synced": true, "lines": 2}), "{own}");
    ensure!(own["tags"]["source"] == "rules" && own["energy"].as_f64().is_some_and(|e| e > 0.1), "{own}");
    ensure!(own["missing"] == serde_json::json!([]), "{own}");
    ensure!(songs[1]["missing"] == serde_json::json!(["the sound"]), "{}", songs[1]);

    let table = tag(folder.path(), "", &["own.wav"])?;
    ensure!(table.status.success() && table.stdout.contains("1 of 1 songs are ready"), "{}", table.stdout);
    ensure!(table.stdout.contains("own") && table.stdout.contains("2 lines, sidecar"), "{}", table.stdout);
    Ok(())
}

#[test]
fn words_of_the_network_are_kept_for_the_night() -> Result<()> {
    let folder = tempfile::tempdir()?;
    own_track(folder.path(), 15.0)?;
    let body = serde_json::json!({
        "id": 1, "trackName": "own", "artistName": "", "albumName": "", "duration": 15.0,
        "instrumental": false, "plainLyrics": null, "syncedLyrics": TIMED,
    });
    let server = Server::start(move |request| match request.target().starts_with("/api/search") {
        true => Reply::json(200, &format!("[{body}]")),
        false => Reply::json(404, "{}"),
    })?;
    let source = |done: &Finished| -> Result<Value> { Ok(lines(done)?[0]["words"]["source"].clone()) };
    ensure!(source(&tag(folder.path(), &server.url(), &["own.wav", "--json"])?)? == "lrclib");
    let asked = server.requests().len();
    ensure!(asked > 0);
    ensure!(source(&tag(folder.path(), &server.url(), &["own.wav", "--json"])?)? == "lrclib");
    ensure!(server.requests().len() == asked, "it was asked again for what is kept");

    let away = tag(folder.path(), "http://127.0.0.1:1", &["own.wav", "--json"])?;
    ensure!(source(&away)? == "lrclib", "without a network nothing is left: {}", away.stdout);
    Ok(())
}
