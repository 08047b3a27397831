//! Which day's history VirtualDJ writes.
//!
//! It begins one for each day, `2026-11-26.m3u`, in its folder `History`, and goes on in it after midnight. Those of
//! past months lie in folders below and are not read.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The places, and the history beside each log.
pub fn beside(mut places: Vec<PathBuf>) -> Vec<PathBuf> {
    let logs = places.iter().filter(|place| place.ends_with("tracklist.txt"));
    let histories: Vec<PathBuf> = logs.filter_map(|log| written(log.parent()?)).collect();
    places.extend(histories);
    places
}

/// Of the two with the latest dates the one that was written last: until the morning it may be yesterday's, and one that
/// is older still was at most touched.
pub fn written(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten();
    let mut dated: Vec<PathBuf> =
        files.filter(|file| is_dated(&file.file_name())).map(|file| file.path()).collect();
    dated.sort_unstable();
    let latest = dated.split_off(dated.len().saturating_sub(2));
    latest.into_iter().max_by_key(|path| fs::metadata(path).and_then(|about| about.modified()).ok())
}

/// `2026-11-26.m3u`.
fn is_dated(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.len() == 14
        && name[10..].eq_ignore_ascii_case(b".m3u")
        && name[..10].iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn write(folder: &Path, name: &str, unix_s: u64) {
        let file = File::create(folder.join(name)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(unix_s)).unwrap();
    }

    fn name(folder: &Path) -> Option<String> {
        Some(written(folder)?.file_name()?.to_str()?.to_owned())
    }

    #[test]
    fn of_two_evenings_the_one_that_goes_on_counts() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        assert_eq!(name(&folder.join("History")), None);
        for other in ["tracklist.txt", "2026.m3u", "2026-11-26.m3u8", "Best of 26.m3u"] {
            write(folder, other, 9_000);
        }
        assert_eq!(name(folder), None);
        write(folder, "2026-11-26.m3u", 5_000);
        assert_eq!(name(folder).as_deref(), Some("2026-11-26.m3u"));
        write(folder, "2026-11-27.m3u", 5_000);
        assert_eq!(name(folder).as_deref(), Some("2026-11-27.m3u"), "begun");
        write(folder, "2026-11-26.m3u", 6_000);
        assert_eq!(name(folder).as_deref(), Some("2026-11-26.m3u"), "the evening goes on");
        write(folder, "2026-03-01.m3u", 7_000);
        assert_eq!(name(folder).as_deref(), Some("2026-11-26.m3u"), "an old one was touched");
    }

    #[test]
    fn it_lies_beside_the_log_whether_or_not_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "2026-11-26.m3u", 1);
        let places = ["tracklist.txt", "now_playing.txt"].map(|name| dir.path().join(name));
        let found = beside(places.to_vec());
        assert_eq!(found[..2], places);
        assert_eq!(found[2..], [dir.path().join("2026-11-26.m3u")]);
    }
}
