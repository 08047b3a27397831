//! Which file counts. Pure.

use std::path::{Path, PathBuf};

use super::found::{Format, Found};

/// VirtualDJ writes its two logs in one go; so far apart may their times be, in seconds: FAT counts in steps of two.
const TWIN_S: f64 = 2.0;

/// The one that was written last, but not a log whose history tells more.
pub fn newest(found: Vec<(PathBuf, Found)>) -> Option<(PathBuf, Found)> {
    let is_outdone = |log: &(PathBuf, Found)| found.iter().any(|history| tells_more(history, log));
    let outdone: Vec<bool> = found.iter().map(is_outdone).collect();
    let counted = found.into_iter().zip(outdone).filter(|(_, outdone)| !outdone).map(|(found, _)| found);
    counted.min_by(|(_, a), (_, b)| a.age_s.total_cmp(&b.age_s))
}

// A log that was written this moment is not believed before the history had its time to be written too, so that the
// track is told once and in full. One that is newer for longer stands alone: the history was switched off.
fn tells_more((history, fuller): &(PathBuf, Found), (log, plain): &(PathBuf, Found)) -> bool {
    let are_twins = fuller.format == Format::History && *log == twin_of(history);
    are_twins && (plain.age_s < TWIN_S || fuller.age_s - plain.age_s <= TWIN_S)
}

fn twin_of(history: &Path) -> PathBuf {
    history.with_file_name("tracklist.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest_of(files: &[(&str, f64)]) -> Option<String> {
        let found = files.iter().map(|(path, age_s)| {
            let path = PathBuf::from(path);
            let format = Format::of(&path);
            (path, Found { text: String::new(), format, age_s: *age_s, unix_s: 0.0 })
        });
        newest(found.collect()).map(|(path, _)| path.display().to_string())
    }

    #[test]
    fn the_file_that_was_written_last_counts() {
        assert_eq!(newest_of(&[]), None);
        let files = [("h/now_playing.txt", 3.0), ("h/2026-11-26.m3u", 40.0), ("other/tracklist.txt", 9.0)];
        assert_eq!(newest_of(&files).as_deref(), Some("h/now_playing.txt"));
        assert_eq!(newest_of(&files[1..]).as_deref(), Some("other/tracklist.txt"), "of another folder");
    }

    #[test]
    fn of_the_two_logs_the_history_counts_while_it_is_written() {
        let both = |history_s, log_s| {
            newest_of(&[("h/tracklist.txt", log_s), ("h/2026-11-26.m3u", history_s)])
                .map(|path| path.ends_with(".m3u"))
        };
        assert_eq!(both(60.0, 60.01), Some(true));
        assert_eq!(both(62.0, 60.0), Some(true), "written first, or on FAT");
        assert_eq!(both(300.0, 0.1), Some(true), "about to be written");
        assert_eq!(both(300.0, 2.1), Some(false), "switched off");
        assert_eq!(newest_of(&[("h/tracklist.txt", 0.1)]).as_deref(), Some("h/tracklist.txt"));
    }
}
