//! Files of lyrics: in the user's folder, and beside the track.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::document::{Lyrics, MAX_BYTES};
use crate::identity::Song;
use crate::text::bare;

/// Endings of files of lyrics, the preferred first.
const ENDINGS: [&str; 3] = ["lrc", "yaml", "yml"];
/// Most files of a folder that are looked at.
const MAX_FILES: usize = 50_000;

/// Lyrics called `Artist - Title` (or `Title`, of a track without an artist), whatever case and signs.
pub(super) fn in_folder(song: &Song, folder: &Path) -> io::Result<Vec<Lyrics>> {
    let wanted = bare(&format!("{} - {}", song.artist.as_deref().unwrap_or_default(), song.title));
    let mut found: Vec<(usize, PathBuf)> = fs::read_dir(folder)?
        .take(MAX_FILES)
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let stem = path.file_stem()?.to_string_lossy();
            (bare(&stem) == wanted).then_some(())?;
            Some((ending(&path)?, path))
        })
        .collect();
    found.sort();
    Ok(found.iter().filter_map(|(_, path)| read(path)).collect())
}

/// Lyrics that have the track's own name.
pub(super) fn beside(track: &Path) -> Vec<Lyrics> {
    ENDINGS.iter().filter_map(|ending| read(&track.with_extension(ending))).collect()
}

fn ending(path: &Path) -> Option<usize> {
    let ending = path.extension()?.to_str()?;
    ENDINGS.iter().position(|known| known.eq_ignore_ascii_case(ending))
}

fn read(path: &Path) -> Option<Lyrics> {
    match bytes(path) {
        Ok(bytes) => Lyrics::from_bytes(&bytes)
            .inspect_err(|flaw| tracing::warn!(file = %path.display(), %flaw, "a file of lyrics is left out"))
            .ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "a file of lyrics cannot be read");
            None
        }
    }
}

// One byte more than may be shows that it is too large, without reading all of it.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use schemas::playback::Track;

    use super::*;

    fn song(artist: Option<&str>, title: &str) -> Song {
        Song::of(&Track { artist: artist.map(str::to_owned), title: Some(title.into()), ..Track::default() })
            .unwrap()
    }

    fn texts(lyrics: &[Lyrics]) -> Vec<&str> {
        lyrics.iter().map(|lyrics| lyrics.lines[0].text.as_str()).collect()
    }

    #[test]
    fn the_folder_is_searched_by_artist_and_title() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        write("Any One - Night & Day.lrc", "[00:01.00]right");
        write("any one - night - day.YAML", "metadata: {}\nplain: second\n");
        write("Any One - Other.lrc", "[00:01.00]wrong");
        write("Night & Day.lrc", "[00:01.00]bare");
        write("Any One - Night & Day.txt", "no lyrics");
        fs::create_dir(dir.path().join("Any One - Night _ Day.lrc")).unwrap();
        let look = |song: &Song| in_folder(song, dir.path()).unwrap();
        assert_eq!(texts(&look(&song(Some("ANY ONE"), "Night & Day"))), ["right", "second"]);
        assert_eq!(texts(&look(&song(None, "night & day"))), ["bare"]);
        assert!(look(&song(Some("Any"), "One")).is_empty());
        assert!(in_folder(&song(None, "x"), &dir.path().join("none")).is_err());
    }

    #[test]
    fn a_sidecar_has_the_name_of_the_track_and_a_bad_one_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let track = dir.path().join("01 song.v2.flac");
        assert!(beside(&track).is_empty());
        fs::write(dir.path().join("01 song.v2.lrc"), "[00:01.00]la").unwrap();
        assert_eq!(texts(&beside(&track)), ["la"]);
        fs::write(dir.path().join("01 song.v2.lrc"), vec![0; MAX_BYTES + 5]).unwrap();
        assert!(beside(&track).is_empty());
    }
}
