//! A file with its words beside it, through the whole show, decoded by python-osc as the catalogue of `karaoke`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use testkit::osc::{PythonMessage, PythonOsc};

use crate::pipeline::own_track;
use crate::support::show::Show;
use crate::support::vjbus;

/// The file is decoded, heard and taken for the room's before the first line is sung.
const LISTEN: Duration = Duration::from_secs(60);

const WORDS: &str = "[00:00.50]Streetlights count us down the hill\n\
    [00:02.00]First light, take us in\n[00:03.00]First light, let the day begin\n\
    [00:04.50]Half the city learned to fly\n\
    [00:06.00]First light, take us in\n[00:07.00]First light, let the day begin\n";

fn tables(file: &Path, port: u16) -> String {
    format!(
        "[instances.audio]\nsource = \"file\"\npath = \"{}\"\n\
         [targets.generic]\nenabled = false\n\
         [targets.karaoke]\nenabled = true\naddress = \"127.0.0.1:{port}\"\n",
        file.display()
    )
}

fn heard(python: &PythonOsc, show: &Show, address: &str, count: usize) -> Result<Vec<PythonMessage>> {
    python.wait_for_count(LISTEN, address, count).with_context(|| show.tail())
}

#[test]
fn a_file_and_the_words_beside_it_are_the_whole_catalogue() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, _) = own_track(folder.path(), 12.0)?;
    std::fs::write(file.with_extension("lrc"), WORDS)?;
    let python = PythonOsc::start()?;
    let mut show = Show::new(vjbus()?, &tables(&file, python.port()))?;
    show.up()?;

    let lines = heard(&python, &show, "/karaoke/lyrics/line", 6)?;
    let first = &lines[0];
    ensure!(first.types == ["int", "float", "str"], "{first:?}");
    ensure!(first.args[0] == 0 && first.args[1] == 0.5, "{first:?}");
    ensure!(first.args[2] == "Streetlights count us down the hill", "{first:?}");
    let known =
        |m: &PythonMessage| m.address == "/karaoke/track" && m.args.last().is_some_and(|has| *has == 1);
    let track =
        testkit::wait_for(LISTEN, "a track with lyrics", || python.messages().into_iter().find(known))?;
    ensure!(track.types == ["int", "str", "str", "str", "str", "float", "int"], "{track:?}");
    ensure!(track.args[0] == 1 && track.args[1] == "file", "{track:?}");

    let refrain = heard(&python, &show, "/karaoke/refrain/line", 4)?;
    ensure!(refrain[2].args[0] == 2 && refrain[2].args[1] == 6.0, "{:?}", refrain[2]);
    let active = heard(&python, &show, "/karaoke/line/active", 4)?;
    ensure!(active.iter().all(|line| line.types == ["int"]), "{active:?}");
    heard(&python, &show, "/karaoke/refrain/active", 1)?;
    heard(&python, &show, "/karaoke/keywords/line", 1)?;
    let places = heard(&python, &show, "/karaoke/pos", 4)?;
    ensure!(places.iter().all(|place| place.types == ["float", "int"]), "{places:?}");
    let moods = |m: &PythonMessage| m.address.starts_with("/karaoke/categories/") && m.types == ["float"];
    testkit::wait_until(LISTEN, "ten moods", || python.messages().iter().filter(|m| moods(m)).count() >= 10)?;
    show.down()
}
