//! Reads the end of a file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use component::time;

use super::found::{Format, Found};
use super::text::Encoding;

/// So much of the end of a file is read: a whole evening has less.
const TAIL_BYTES: u64 = 64 * 1024;

/// The end of a file and its age.
///
/// # Errors
/// When it cannot be read or is no file.
pub(super) fn read(path: &Path) -> io::Result<Found> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("is no file"));
    }
    let mut head = [0; 2];
    let head_len = file.read(&mut head)?;
    let encoding = Encoding::of(&head[..head_len]);
    // An even place, for the sake of UTF-16.
    let start = about.len().saturating_sub(TAIL_BYTES) & !1;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES + 1).read_to_end(&mut bytes)?;
    let written_s = about.modified()?.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    let unix_s = time::unix_s();
    Ok(Found { text: encoding.read(&bytes), format: Format::of(path), age_s: unix_s - written_s, unix_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_file_the_end_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tracklist.txt");
        let lines: String = (0..9999).map(|n| format!("22:50 : \u{e9} - {n}\n")).collect();
        std::fs::write(&path, &lines).unwrap();
        let found = read(&path).unwrap();
        assert!(lines.ends_with(&found.text) && found.text.len() as u64 >= TAIL_BYTES - 1);
        assert!(found.age_s.abs() < 60.0 && found.unix_s > 1e9);
    }

    #[test]
    fn a_file_that_is_no_text_names_nothing_and_costs_little() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("2026-11-26.m3u");
        let bytes: Vec<u8> =
            (0..1_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 21) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let found = read(&path).unwrap();
        assert!(found.text.chars().count() as u64 <= TAIL_BYTES + 1);
        assert_eq!(found.last(), None);
    }

    #[test]
    fn a_folder_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).is_err() && read(&dir.path().join("none.m3u")).is_err());
    }
}
