//! Folders in which something is kept for ever, and which must not fill the disk of a machine that runs for years.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Keeps a folder at no more than `most` files: those that were written longest ago go, a tenth more than need be,
/// except what `stays`. Returns how many went. Blocking.
///
/// # Errors
/// When the folder cannot be read. A file that cannot be removed stays.
pub fn trim(folder: &Path, most: usize, stays: impl Fn(&Path) -> bool) -> io::Result<usize> {
    let mut files = files(folder)?;
    if files.len() <= most {
        return Ok(0);
    }
    files.sort();
    let spare = files.len() - (most - most / 10);
    let old = files.into_iter().map(|(_, path)| path).filter(|path| !stays(path));
    Ok(old.take(spare).filter(|path| fs::remove_file(path).is_ok()).count())
}

/// Files with the time of their last writing.
fn files(folder: &Path) -> io::Result<Vec<(SystemTime, PathBuf)>> {
    let entries = fs::read_dir(folder)?.filter_map(Result::ok);
    // One that goes away meanwhile is not there.
    let known = entries.filter_map(|entry| Some((entry.metadata().ok()?, entry.path())));
    let files = known.filter(|(about, _)| about.is_file());
    Ok(files.filter_map(|(about, path)| Some((about.modified().ok()?, path))).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn written(folder: &Path, name: &str, age_s: u64) {
        let file = fs::File::create(folder.join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 - age_s)).unwrap();
    }

    #[test]
    fn the_oldest_go_and_what_is_to_stay_stays() {
        let folder = tempfile::tempdir().unwrap();
        (0..20).for_each(|n| written(folder.path(), &format!("{n:02}"), n));
        assert_eq!(trim(folder.path(), 20, |_| false).unwrap(), 0);
        assert_eq!(trim(folder.path(), 10, |path| path.ends_with("19")).unwrap(), 11);
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["00", "01", "02", "03", "04", "05", "06", "07", "19"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(trim(Path::new("/nowhere/at/all"), 1, |_| false).is_err());
    }
}
