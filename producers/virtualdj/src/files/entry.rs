//! One entry, and the lines of a plain file: which track they name last.

use component::foreign::{self, NAME_CHARS};

/// One entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The time of the log, as it stands there: it tells the same track from its second time.
    pub time: Option<String>,
    /// The same in Unix seconds, where the log has it.
    pub played_unix_s: Option<u64>,
    /// Artist, when it is told apart from the title.
    pub artist: Option<String>,
    /// Title.
    pub title: String,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Where the track lies: `path` or `url`, and which.
    pub place: Option<(&'static str, String)>,
}

impl Entry {
    /// Whether both tell of the same track from the same start, each in the way of its file.
    pub fn is_same_play(&self, other: &Entry) -> bool {
        self.title == other.title
            && agree(&self.artist, &other.artist)
            && agree(&self.time, &other.time)
            && agree(&self.played_unix_s, &other.played_unix_s)
    }

    /// This, and of `known` what this lacks.
    pub fn or(self, known: &Entry) -> Entry {
        Entry {
            time: self.time.or_else(|| known.time.clone()),
            played_unix_s: self.played_unix_s.or(known.played_unix_s),
            artist: self.artist.or_else(|| known.artist.clone()),
            title: self.title,
            duration_s: self.duration_s.or(known.duration_s),
            place: self.place.or_else(|| known.place.clone()),
        }
    }
}

fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// The last entry of a log or the line of a now-playing file, and whether its line was ended: one that was not may
/// be half written.
pub fn last(text: &str) -> Option<(Entry, bool)> {
    let lines =
        || text.split_inclusive('\n').map(|line| (line.trim_matches(is_padding), line.ends_with('\n')));
    let logged = lines().filter_map(|(line, ended)| log_line(line).map(|entry| (entry, ended))).next_back();
    if logged.is_some() || lines().any(|(line, _)| is_heading(line)) {
        return logged;
    }
    let mut named = lines().filter_map(|(line, ended)| Some((named(line)?, ended)));
    named.next_back()
}

pub(super) fn is_padding(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

/// `22:50 : Artist - Title`, with seconds or `PM` where VirtualDJ's clock shows them.
fn log_line(line: &str) -> Option<Entry> {
    let (time, rest) = line.split_once(" : ")?;
    let clock = time.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.' || c == ' ');
    let parts: Vec<&str> = clock.split(':').collect();
    let two_digits = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(two_digits) || time.len() > 16 {
        return None;
    }
    Some(Entry { time: Some(time.to_owned()), ..named(rest)? })
}

/// `VirtualDJ History 2024/11/30` and the line below it: a log without an entry yet names no track.
fn is_heading(line: &str) -> bool {
    line.starts_with("VirtualDJ History") || (line.len() >= 5 && line.bytes().all(|b| b == b'-'))
}

/// `Artist - Title`, or the title alone.
pub(super) fn named(line: &str) -> Option<Entry> {
    let parts = line.split_once(" - ").or_else(|| line.split_once(" – "));
    let (artist, title) = parts.map_or((None, line), |(artist, title)| (name(artist), title));
    match name(title) {
        Some(title) => Some(Entry { artist, title, ..Entry::default() }),
        None => artist.map(|title| Entry { title, ..Entry::default() }),
    }
}

/// One line of a name; `None` when nothing is left.
pub(super) fn name(text: &str) -> Option<String> {
    foreign::line(text, NAME_CHARS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, wanted: Option<(Option<&str>, Option<&str>, &str, bool)>) {
        let found = last(text);
        let found = found.as_ref().map(|(entry, ended)| {
            (entry.time.as_deref(), entry.artist.as_deref(), entry.title.as_str(), *ended)
        });
        assert_eq!(found, wanted, "{text:?}");
    }

    #[test]
    fn the_last_line_of_a_log_wins() {
        let log = "\u{feff}VirtualDJ History 2024/11/30\r\n------------------------------\r\n\
                   22:50 : Bolier, Joe Stone - Keep This Fire Burning\r\n22:53 : Calvin Harris - Summer\r\n";
        check(log, Some((Some("22:53"), Some("Calvin Harris"), "Summer", true)));
        check("22:53 : A - B - C", Some((Some("22:53"), Some("A"), "B - C", false)));
        check("09:18 PM : A - B\n\n", Some((Some("09:18 PM"), Some("A"), "B", true)));
        check("1:02:03 : Untitled\n", Some((Some("1:02:03"), None, "Untitled", true)));
        check("VirtualDJ History 2024/11/30\n-----------\n", None);
    }

    #[test]
    fn a_now_playing_file_names_the_track_alone() {
        check("Daft Punk - One More Time", Some((None, Some("Daft Punk"), "One More Time", false)));
        check("Daft Punk – One More Time\n", Some((None, Some("Daft Punk"), "One More Time", true)));
        check("One More Time\n", Some((None, None, "One More Time", true)));
        check("Daft Punk - \n", Some((None, None, "Daft Punk -", true)));
        for nothing in ["", "\n \r\n", "\u{feff}"] {
            check(nothing, None);
        }
    }

    #[test]
    fn what_one_file_lacks_another_may_have_told() {
        let plain = named("A - B").unwrap();
        let full = Entry {
            time: Some("22:50".into()),
            duration_s: Some(200.0),
            place: Some(("path", "/b.mp3".into())),
            ..plain.clone()
        };
        assert!(plain.is_same_play(&full) && full.is_same_play(&plain));
        assert_eq!(plain.clone().or(&full), full);
        let again = Entry { time: Some("22:57".into()), ..plain.clone() };
        assert!(again.is_same_play(&plain) && !again.is_same_play(&full), "the same once more");
        assert!(!named("A - C").unwrap().is_same_play(&plain));
        assert!(!named("C - B").unwrap().is_same_play(&plain));
    }

    proptest! {
        #[test]
        fn any_text_gives_bounded_names(text in "(.|\n){0,400}") {
            if let Some((entry, _)) = last(&text) {
                prop_assert!(!entry.title.is_empty() && !entry.title.contains(char::is_control));
            }
        }
    }
}
