//! Which of several records is this song.

use super::Record;
use crate::identity::Song;
use crate::text::bare;

/// Lengths differ by no more, in seconds: as the server has it for `/api/get`.
const NEAR_S: f64 = 2.0;
/// Least likeness of titles and of artists, 0..1 (Jaro-Winkler).
const TITLE: f64 = 0.88;
const ARTIST: f64 = 0.80;
/// What is added to a title in brackets or after a dash and does not make it another song.
const DECORATION: [&str; 14] = [
    "remaster",
    "official",
    "lyric",
    "video",
    "audio",
    "feat",
    "ft",
    "featuring",
    "with",
    "explicit",
    "mono",
    "stereo",
    "hd",
    "visualizer",
];

/// The records that may be this song, the likeliest first: timed words before others, then likeness, then length.
pub(super) fn best_first(song: &Song, records: Vec<Record>) -> Vec<Record> {
    let mut ranked: Vec<(Rank, Record)> =
        records.into_iter().filter_map(|record| Some((rank(song, &record)?, record))).collect();
    ranked.sort_by(|(a, _), (b, _)| {
        (b.synced.cmp(&a.synced))
            .then(b.likeness.total_cmp(&a.likeness))
            .then(a.apart_s.total_cmp(&b.apart_s))
            .then(a.id.cmp(&b.id))
    });
    ranked.into_iter().map(|(_, record)| record).collect()
}

struct Rank {
    synced: bool,
    likeness: f64,
    apart_s: f64,
    id: i64,
}

fn rank(song: &Song, record: &Record) -> Option<Rank> {
    let title = likeness(&song.title, record.track_name.as_deref()?);
    let artist = match &song.artist {
        Some(artist) => likeness(artist, record.artist_name.as_deref()?),
        // Without an artist only the very title will do.
        None => {
            if title > 0.99 {
                1.0
            } else {
                return None;
            }
        }
    };
    let apart_s = match (song.duration_s, record.duration) {
        (Some(ours), Some(theirs)) => (f64::from(ours) - theirs).abs(),
        // Without a length nothing tells a song from its long mix: the artist must be right, then.
        _ => {
            if song.artist.is_some() {
                NEAR_S
            } else {
                return None;
            }
        }
    };
    let has_words = record.instrumental != Some(true);
    let synced = record.synced_lyrics.as_ref().is_some_and(|text| !text.trim().is_empty());
    let near = title >= TITLE && artist >= ARTIST && apart_s <= NEAR_S && has_words;
    near.then(|| Rank { synced, likeness: title + artist, apart_s, id: record.id.unwrap_or(i64::MAX) })
}

fn likeness(ours: &str, theirs: &str) -> f64 {
    let whole = strsim::jaro_winkler(&bare(ours), &bare(theirs));
    whole.max(strsim::jaro_winkler(&bare(undecorated(ours)), &bare(undecorated(theirs))))
}

/// A title without `(feat. …)`, `[Official Video]`, `- 2011 Remaster`. `(Live)` and `(Remix)` make another song.
pub(super) fn undecorated(title: &str) -> &str {
    let mut title = title;
    while let Some(place) = title.rfind(['(', '[']).or_else(|| title.rfind(" - ")) {
        let added = bare(&title[place..]);
        let decorates = added.split(' ').any(|word| {
            DECORATION.iter().any(|known| word == *known || (known.len() > 4 && word.starts_with(known)))
        });
        if place == 0 || !decorates {
            break;
        }
        title = &title[..place];
    }
    title.trim_end()
}

#[cfg(test)]
mod tests {
    use schemas::playback::Track;

    use super::*;

    fn song(artist: Option<&str>, title: &str, duration_s: Option<f64>) -> Song {
        let track = Track {
            artist: artist.map(str::to_owned),
            title: Some(title.into()),
            duration_s,
            ..Track::default()
        };
        Song::of(&track).unwrap()
    }

    fn record(id: i64, artist: &str, title: &str, duration: f64, synced: bool) -> Record {
        let words = Some("[00:01.00]la".to_owned());
        let (synced_lyrics, plain_lyrics) = if synced { (words, None) } else { (None, words) };
        Record {
            id: Some(id),
            track_name: Some(title.into()),
            artist_name: Some(artist.into()),
            duration: Some(duration),
            instrumental: None,
            plain_lyrics,
            synced_lyrics,
        }
    }

    fn ids(song: &Song, records: Vec<Record>) -> Vec<i64> {
        best_first(song, records).into_iter().filter_map(|record| record.id).collect()
    }

    #[test]
    fn the_likeliest_is_first_and_what_is_another_song_is_out() {
        let song = song(Some("The Anyones"), "Night Song (feat. Somebody)", Some(200.0));
        let records = vec![
            record(1, "The Anyones", "Night Song", 201.5, false),
            record(2, "The Anyones", "Night Song", 202.0, true),
            record(3, "the anyones", "Night Song [Official Video]", 200.0, true),
            record(4, "The Anyones", "Night Song", 210.0, true),
            record(5, "Somebody Else", "Night Song", 200.0, true),
            record(6, "The Anyones", "Morning Tune", 200.0, true),
            Record { instrumental: Some(true), ..record(7, "The Anyones", "Night Song", 200.0, true) },
        ];
        assert_eq!(ids(&song, records), [3, 2, 1]);
    }

    #[test]
    fn other_scripts_are_compared_too() {
        let song = song(Some("歌手"), "夜の歌", Some(100.0));
        assert_eq!(
            ids(
                &song,
                vec![record(1, "歌手", "夜の歌", 100.0, true), record(2, "歌手", "朝の夢だ", 100.0, true)]
            ),
            [1]
        );
    }

    #[test]
    fn without_artist_title_and_length_must_be_right() {
        let records =
            || vec![record(1, "A", "Night Song", 100.0, true), record(2, "B", "Night Songs", 100.0, true)];
        assert_eq!(ids(&song(None, "night song", Some(100.0)), records()), [1]);
        assert!(ids(&song(None, "night song", None), records()).is_empty());
        assert_eq!(ids(&song(Some("A"), "night song", None), records()), [1]);
    }

    #[test]
    fn decoration_is_taken_off_and_versions_stay() {
        assert_eq!(undecorated("A - 2011 Remaster"), "A");
        assert_eq!(undecorated("A (feat. B) [Official Video]"), "A");
        assert_eq!(undecorated("A (Live)"), "A (Live)");
        assert_eq!(undecorated("(feat. B)"), "(feat. B)");
    }
}
