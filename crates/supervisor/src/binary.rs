//! A private copy of the running program: a rebuild in the middle of a show changes nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::files::{FileError, make_folder, remove_quietly};
use crate::platform;
use crate::state_dir::StateDir;

/// Copies `program` to `bin/<version>-<time>-<size>/<name>` and gives the copy. A program that has not
/// changed since (same time of modification, same size) is not copied again.
///
/// # Errors
/// When it cannot be read or the copy cannot be written.
pub fn private_copy(dir: &StateDir, program: &Path, version: &str) -> Result<PathBuf, FileError> {
    let meta = fs::metadata(program).map_err(FileError::new("read", program))?;
    let changed =
        meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let folder = dir.bin().join(format!("{version}-{:x}-{:x}", changed.as_nanos(), meta.len()));
    let copy = folder.join(program.file_name().unwrap_or_default());
    if fs::metadata(&copy).is_ok_and(|there| there.len() == meta.len()) {
        return Ok(copy);
    }
    make_folder(&folder)?;
    let beside = folder.join(format!(".copy.{}", std::process::id()));
    // A copy, not a link: a tool that writes into the file instead of replacing it would change the show.
    fs::copy(program, &beside)
        .and_then(|_| platform::make_executable(&beside))
        .and_then(|()| fs::rename(&beside, &copy))
        .inspect_err(|_| remove_quietly(&beside))
        .map_err(FileError::new("write the copy", &copy))?;
    Ok(copy)
}

/// Removes copies that none of `in_use` is.
pub fn clean(dir: &StateDir, in_use: &[PathBuf]) {
    let Ok(entries) = fs::read_dir(dir.bin()) else { return };
    for folder in entries.flatten().map(|entry| entry.path()).filter(|path| is_ours(path)) {
        if in_use.iter().any(|used| used.starts_with(&folder)) {
            continue;
        }
        if let Err(error) = fs::remove_dir_all(&folder) {
            tracing::warn!(path = %folder.display(), %error, "old copy could not be removed");
        }
    }
}

/// Whether it is a folder of [`private_copy`]: the broker's program may lie beside it.
fn is_ours(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let hex = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = name.rsplitn(3, '-');
    let marked = parts.next().is_some_and(hex) && parts.next().is_some_and(hex) && parts.next().is_some();
    marked && folder.is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebuild_leaves_the_copy_as_it_was_and_the_old_one_goes_when_unused() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path().join("state"));
        let program = folder.path().join("prog");
        fs::write(&program, "one").unwrap();
        let first = private_copy(&dir, &program, "0.1.0").unwrap();
        assert_eq!(private_copy(&dir, &program, "0.1.0").unwrap(), first);
        fs::write(&program, "two two").unwrap();
        let second = private_copy(&dir, &program, "0.1.0").unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(&first).unwrap(), "one");
        assert_eq!(fs::read_to_string(&second).unwrap(), "two two");
        fs::write(dir.bin().join("nats-server"), "broker").unwrap();
        fs::create_dir(dir.bin().join("nats-server-2.15.1")).unwrap();
        clean(&dir, std::slice::from_ref(&second));
        assert!(!first.exists() && second.exists() && dir.bin().join("nats-server").exists());
        assert!(dir.bin().join("nats-server-2.15.1").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_copy_can_be_run_by_its_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let copy = private_copy(&dir, Path::new("/bin/sh"), "0.1.0").unwrap();
        assert_eq!(fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
