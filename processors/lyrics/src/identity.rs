//! Which song a track is: the same artist, title, album and length are the same song.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use schemas::playback::Track;
use sha2::{Digest as _, Sha256};

use crate::text::{clean, fold};

/// Longest part of an identity in characters; of what is longer, a hash tells it apart.
const MAX_CHARS: usize = 200;
/// Longest title that is asked for, in characters.
const MAX_ASKED: usize = 300;
/// Service of the demo track.
const DEMO: &str = "demo";
/// A track is no longer than a day.
const LONGEST_S: f64 = 86_400.0;

/// A song that words are wanted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Song {
    /// `artist|title|album|duration`, normalised: as `track_id` in `lyrics.document`.
    pub id: String,
    /// As the player spells it.
    pub artist: Option<String>,
    /// As the player spells it.
    pub title: String,
    /// As the player spells it.
    pub album: Option<String>,
    /// Whole seconds.
    pub duration_s: Option<u32>,
    /// Its file, where that is known.
    pub path: Option<PathBuf>,
    /// Whether it is the demo: nobody else has words for it.
    pub demo: bool,
}

impl Song {
    /// The song of a track; `None` when nothing is playing.
    pub fn of(track: &Track) -> Option<Song> {
        let shown =
            |text: &Option<String>| text.as_ref().map(|t| clean(t, MAX_ASKED)).filter(|t| !t.is_empty());
        let title = shown(&track.title)?;
        let duration = track.duration_s.filter(|s| (0.5..=LONGEST_S).contains(s));
        let duration_s = duration.map(|s| s.round() as u32);
        let parts = [&track.artist, &track.title, &track.album].map(|part| part_of(part.as_deref()));
        let seconds = duration_s.map(|s| s.to_string()).unwrap_or_default();
        let path = track.ids.get("path").map(PathBuf::from).filter(|path: &PathBuf| is_file_path(path));
        let demo = track.provenance.service == DEMO;
        let id = format!("{}|{}|{}|{seconds}", parts[0], parts[1], parts[2]);
        Some(Song {
            id,
            artist: shown(&track.artist),
            title,
            album: shown(&track.album),
            duration_s,
            path,
            demo,
        })
    }

    /// Whether this is `other` with more said about it: players tell the length, the album or the artist late.
    pub fn adds_to(&self, other: &Song) -> bool {
        self.title == other.title
            && keeps(&self.artist, &other.artist)
            && keeps(&self.album, &other.album)
            && keeps(&self.duration_s, &other.duration_s)
            && keeps(&self.path, &other.path)
    }

    /// Name of what is kept about it: SHA-256 of its identity.
    pub fn key(&self) -> String {
        digest(&self.id)
    }
}

fn keeps<T: PartialEq>(now: &Option<T>, before: &Option<T>) -> bool {
    before.is_none() || now == before
}

// The separator within a part is escaped, so that no two songs share an identity.
fn part_of(text: Option<&str>) -> String {
    let folded = fold(text.unwrap_or_default());
    let part = if folded.chars().count() > MAX_CHARS {
        format!("{}…{}", folded.chars().take(MAX_CHARS).collect::<String>(), digest(&folded))
    } else {
        folded
    };
    part.replace('\\', "\\\\").replace('|', "\\|")
}

fn is_file_path(path: &Path) -> bool {
    path.is_absolute()
}

fn digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn track(artist: &str, title: &str, album: &str, duration_s: Option<f64>) -> Track {
        let some = |text: &str| Some(text.to_owned());
        Track { artist: some(artist), title: some(title), album: some(album), duration_s, ..Track::default() }
    }

    fn id(artist: &str, title: &str, album: &str) -> String {
        Song::of(&track(artist, title, album, None)).unwrap().id
    }

    #[test]
    fn an_identity_is_readable_and_normalised() {
        let song = Song::of(&track(" Die  ÄRZTE", "Straße\u{301}", "", Some(180.4))).unwrap();
        assert_eq!(song.id, "die ärzte|strassé||180");
        assert_eq!(song.key().len(), 64);
        assert_eq!(Song::of(&Track::default()), None);
        assert_eq!(Song::of(&track("a", " \n", "", None)), None);
    }

    #[test]
    fn what_differs_differs() {
        assert_ne!(id("A", "b", "c"), id("A!", "b", "c"));
        assert_ne!(id("a|b", "c", ""), id("a", "b|c", ""));
        assert_ne!(id("a\\", "|b", ""), id("a\\|", "b", ""));
        let long = |end: &str| format!("{}{end}", "x".repeat(400));
        assert_ne!(id("a", &long("1"), ""), id("a", &long("2"), ""));
        let odd = [f64::NAN, -3.0, 1e300, 0.0];
        assert!(odd.iter().all(|s| Song::of(&track("a", "b", "", Some(*s))).unwrap().duration_s.is_none()));
    }

    #[test]
    fn more_about_a_song_is_no_other_song() {
        let song = |track: &Track| Song::of(track).unwrap();
        let bare = song(&Track { title: Some("b".into()), ..Track::default() });
        let (full, longer) = (track("a", "b", "c", Some(180.0)), track("a", "b", "c", Some(240.0)));
        assert!(song(&full).adds_to(&bare) && song(&full).adds_to(&song(&full)));
        assert!(!bare.adds_to(&song(&full)), "what was known is gone");
        assert!(!song(&longer).adds_to(&song(&full)), "another version");
        assert!(!song(&track("a", "d", "c", Some(180.0))).adds_to(&bare), "another title");
    }

    proptest! {
        #[test]
        fn no_two_songs_share_an_identity(a in "[ab|\\\\]{0,4}", b in "[ab|\\\\]{1,4}", c in "[ab|\\\\]{0,4}", d in "[ab|\\\\]{1,4}") {
            prop_assert_eq!(id(&a, &b, "") == id(&c, &d, ""), a == c && b == d);
        }
    }
}
