//! The log files of children: appended to by them, rotated and read by us.
//!
//! A child keeps its file open for its whole life, also across supervisors, so a file is rotated by
//! copying it and cutting it off, never by renaming. What a child writes between the last look at the
//! copy and the cut (microseconds) is lost.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// How much of the end of a log is looked at, in bytes.
const TAIL_BYTES: u64 = 16 * 1024;
/// Longest line that is shown, in characters.
const LINE_CHARS: usize = 400;

/// Opens a log for a child to append to.
///
/// # Errors
/// When it cannot be made or opened.
pub fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        component::private::make_folder(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    component::private::owner_only(&mut options);
    options.open(path)
}

/// Rotates `path` when it has grown beyond `max_bytes`: `x.log` is copied to `x.log.1` and emptied, and
/// at most `keep` older ones are kept. Says whether it did.
///
/// # Errors
/// When a file cannot be copied or cut; the log itself is then as it was.
pub fn rotate(path: &Path, max_bytes: u64, keep: u32) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(meta) if meta.len() > max_bytes => {}
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    for n in (1..keep).rev() {
        if let Err(error) = fs::rename(numbered(path, n), numbered(path, n + 1))
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
    }
    let mut log = fs::OpenOptions::new().read(true).write(true).open(path)?;
    if keep > 0 {
        copy_all(&mut log, &numbered(path, 1))?;
    }
    log.set_len(0)?;
    Ok(true)
}

/// The last `lines` lines that were written after byte `since`, without control characters.
pub fn tail(path: &Path, since: u64, lines: usize) -> Vec<String> {
    let text = read_end(path, since).unwrap_or_default();
    let mut last: Vec<String> = String::from_utf8_lossy(&text)
        .lines()
        .rev()
        .map(clean)
        .filter(|line| !line.is_empty())
        .take(lines)
        .collect();
    last.reverse();
    last
}

/// The last line that was written after byte `since`, or nothing.
pub fn last_line(path: &Path, since: u64) -> String {
    tail(path, since, 1).pop().unwrap_or_default()
}

/// Size in bytes; 0 when there is none.
pub fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

fn numbered(path: &Path, n: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{n}"));
    name.into()
}

fn copy_all(log: &mut File, to: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    component::private::owner_only(&mut options);
    let mut copy = options.open(to)?;
    // Until nothing new has come: the child goes on writing meanwhile. Bounded, for one that writes faster than we copy.
    for _ in 0..8 {
        if io::copy(log, &mut copy)? == 0 {
            break;
        }
    }
    Ok(())
}

fn read_end(path: &Path, since: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    // A log that is shorter than it was has been rotated: everything in it is new.
    let since = if since > size { 0 } else { since };
    file.seek(SeekFrom::Start(since.max(size.saturating_sub(TAIL_BYTES))))?;
    let mut end = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut end)?;
    Ok(end)
}

/// A line fit for a terminal: no escape sequences, no control characters, not endless.
fn clean(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' && chars.next_if_eq(&'[').is_some() {
            // A control sequence ends with a byte of 0x40..0x7e: ECMA-48, 5.4.
            while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {}
        } else if !c.is_control() {
            out.push(c);
        }
    }
    out.trim().chars().take(LINE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn rotation_keeps_the_writer_writing_and_bounds_the_number_of_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut child = open(&path).unwrap();
        for n in 0..5 {
            writeln!(child, "line {n} {}", "x".repeat(100)).unwrap();
            assert!(rotate(&path, 50, 2).unwrap());
        }
        assert!(!rotate(&path, 50, 2).unwrap());
        writeln!(child, "after").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after\n");
        assert!(fs::read_to_string(numbered(&path, 1)).unwrap().starts_with("line 4"));
        assert!(fs::read_to_string(numbered(&path, 2)).unwrap().starts_with("line 3"));
        assert!(!numbered(&path, 3).exists());
    }

    #[test]
    fn the_tail_is_of_this_run_and_harmless() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        fs::write(&path, "old\n").unwrap();
        let since = size(&path);
        assert_eq!(last_line(&path, since), "");
        fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"a\n\x1b[31mred\x1b[0m \x07bell\n\n")
            .unwrap();
        assert_eq!(tail(&path, since, 5), ["a", "red bell"]);
        assert_eq!(last_line(&path, 10_000), "red bell");
        assert_eq!(last_line(&folder.path().join("absent"), 0), "");
    }

    #[test]
    fn what_is_small_or_absent_is_not_rotated() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!rotate(&folder.path().join("absent"), 0, 3).unwrap());
    }
}
