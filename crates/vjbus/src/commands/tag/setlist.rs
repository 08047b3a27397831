//! A set list: M3U, or a path a line.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Longest list, in bytes: thousands of songs.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The files of a list, in its order; paths that are not absolute are relative to the list's folder.
///
/// # Errors
/// When the list cannot be read.
pub(super) fn read(list: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unread = |why: String| Failure::usage(format!("cannot read the set list {}: {why}", list.display()));
    let size = std::fs::metadata(list).map_err(|error| unread(error.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(unread(format!("it is larger than {MAX_BYTES} bytes, which is no list")));
    }
    let bytes = std::fs::read(list).map_err(|error| unread(error.to_string()))?;
    Ok(paths(&String::from_utf8_lossy(&bytes), list.parent().unwrap_or(Path::new(""))))
}

/// `#` begins what M3U says about the next file, and comments.
fn paths(text: &str, folder: &Path) -> Vec<PathBuf> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| folder.join(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_passed_over_and_paths_are_relative_to_the_list() {
        let text = "\u{feff}#EXTM3U\r\n#EXTINF:180,Ann - Blue\r\nblue.flac\r\n\r\n/abs/red.mp3\n";
        assert_eq!(paths(text, Path::new("/set")), [Path::new("/set/blue.flac"), Path::new("/abs/red.mp3")]);
        assert!(paths("# nothing\n", Path::new("/set")).is_empty());
    }

    #[test]
    fn a_list_that_is_not_there_is_named() {
        let error = format!("{:?}", read(Path::new("/no/such.m3u")).unwrap_err());
        assert!(error.contains("/no/such.m3u"), "{error}");
    }
}
