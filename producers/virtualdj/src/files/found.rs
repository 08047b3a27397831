//! What one look at a file found. Pure.

use std::path::Path;

use super::entry::{self, Entry};
use super::m3u;

/// An entry that calls itself older than its file by more than this stands in a file that was touched, not written,
/// in seconds. Less is what lies between the start of a track and its entry in the log.
const TOUCHED_S: f64 = 600.0;

/// How a file names tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `tracklist.txt` and the files of plugins.
    Lines,
    /// The history of a day.
    History,
}

impl Format {
    /// By the name of the file.
    pub fn of(path: &Path) -> Format {
        let is_m3u = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("m3u"));
        if is_m3u { Format::History } else { Format::Lines }
    }
}

/// What one look found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The end of the file, as text.
    pub text: String,
    /// How to read it.
    pub format: Format,
    /// Seconds since it was written to.
    pub age_s: f64,
    /// When it was looked at, in Unix seconds.
    pub unix_s: f64,
}

impl Found {
    /// The entry that it names last, and whether that was ended: one that was not may be half written.
    pub fn last(&self) -> Option<(Entry, bool)> {
        match self.format {
            Format::Lines => entry::last(&self.text),
            Format::History => m3u::last(&self.text),
        }
    }

    /// Seconds since `entry`, its last, was written. Histories of earlier evenings have been seen to be touched when
    /// VirtualDJ starts (whatsnowplaying/whats-now-playing#362): then the entry itself knows better.
    pub fn age_of(&self, entry: Option<&Entry>) -> f64 {
        let played_unix_s = entry.and_then(|entry| entry.played_unix_s);
        let said_s = played_unix_s.map_or(0.0, |played| self.unix_s - played as f64);
        if said_s - self.age_s > TOUCHED_S { said_s } else { self.age_s.max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_format() {
        assert_eq!(Format::of(Path::new("h/2026-11-26.M3U")), Format::History);
        assert_eq!(Format::of(Path::new("h/tracklist.txt")), Format::Lines);
    }

    #[test]
    fn a_file_that_was_touched_is_as_old_as_its_entry() {
        let age = |age_s, played_unix_s| {
            let found = Found { text: String::new(), format: Format::History, age_s, unix_s: 100_000.0 };
            found.age_of(Some(&Entry { played_unix_s, ..Entry::default() }))
        };
        assert_eq!(age(5.0, None), 5.0);
        assert_eq!(age(5.0, Some(99_940)), 5.0, "logged a minute after its start");
        assert_eq!(age(5.0, Some(20_000)), 80_000.0);
        assert_eq!((age(-3.0, None), age(5.0, Some(u64::MAX))), (0.0, 5.0), "clocks that differ");
    }
}
