//! From an answer to what is published.

use component::foreign::{self, NAME_CHARS};
use schemas::playback::{Provenance, Track};

use super::answer::{Answer, Device, Item, Named};

/// Most artists that are named.
const ARTISTS: usize = 16;
/// Longest length and position that are believed, in seconds: a day.
const LONGEST_S: f64 = 86_400.0;
/// A player that says it plays so far beyond the end of its track has gone away; the server counts on for it
/// (spotify/web-api#533).
const BEYOND_S: f64 = 10.0;

/// What the player was doing when the server looked.
#[derive(Debug, Clone, PartialEq)]
pub struct Playback {
    /// What is loaded; without a title when nothing is, or nothing that has an identity.
    pub track: Track,
    /// Seconds from the start; `None` when the answer says none.
    pub position_s: Option<f64>,
    /// False when paused, or nothing is loaded.
    pub playing: bool,
}

impl Playback {
    /// Nothing is loaded.
    pub fn nothing() -> Playback {
        Playback {
            track: Track { provenance: provenance(), ..Track::default() },
            position_s: None,
            playing: false,
        }
    }
}

/// Where all of this comes from. Clause III.14 of the Developer Policy forbids what the licence says.
pub fn provenance() -> Provenance {
    Provenance { service: "spotify".into(), licence: "Spotify Developer Terms: not for AI models".into() }
}

/// Translates an answer. An advertisement has no identity, and nothing follows its position: it counts as nothing.
pub fn playback(answer: &Answer) -> Playback {
    let kind = answer.currently_playing_type.as_deref().unwrap_or("track");
    let Some(item) = answer.item.as_ref().filter(|_| matches!(kind, "track" | "episode")) else {
        return Playback::nothing();
    };
    let track = track(item, answer.device.as_ref());
    if track.title.is_none() {
        return Playback::nothing();
    }
    let (length_s, position_s) = (track.duration_s, seconds(answer.progress_ms));
    let gone = matches!((position_s, length_s), (Some(at), Some(length)) if at > length + BEYOND_S);
    let position_s = position_s.map(|at| at.min(length_s.unwrap_or(LONGEST_S)));
    Playback { track, position_s, playing: answer.is_playing == Some(true) && !gone }
}

fn track(item: &Item, device: Option<&Device>) -> Track {
    let ids = [
        ("spotify", item.uri.as_deref()),
        ("isrc", item.external_ids.as_ref().and_then(|ids| ids.isrc.as_deref())),
    ];
    Track {
        artist: artist(item),
        title: item.name.as_deref().and_then(plain),
        album: item.album.as_ref().and_then(named),
        duration_s: seconds(item.duration_ms).filter(|length| *length > 0.0),
        ids: ids.into_iter().filter_map(|(kind, id)| Some((kind.to_owned(), plain(id?)?))).collect(),
        audible: device.and_then(audible),
        provenance: provenance(),
    }
}

/// All artists, the first one first; of an episode, its show.
fn artist(item: &Item) -> Option<String> {
    let artists: Vec<String> = item.artists.iter().flatten().take(ARTISTS).filter_map(named).collect();
    if artists.is_empty() { item.show.as_ref().and_then(named) } else { plain(&artists.join(", ")) }
}

/// The service knows its device and not the room: a device that is turned down is certainly not heard, any other
/// may stand in another house.
fn audible(device: &Device) -> Option<bool> {
    device.volume_percent.filter(|volume| *volume <= 0.0).map(|_| false)
}

fn named(thing: &Named) -> Option<String> {
    thing.name.as_deref().and_then(plain)
}

/// Text without control characters, bounded; `None` when nothing is left.
fn plain(text: &str) -> Option<String> {
    foreign::line(text, NAME_CHARS)
}

fn seconds(milliseconds: Option<f64>) -> Option<f64> {
    milliseconds.map(|ms| ms / 1000.0).filter(|s| (0.0..=LONGEST_S).contains(s))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn translated(answer: Value) -> Playback {
        playback(&serde_json::from_value(answer).unwrap())
    }

    fn with_item(item: Value) -> Value {
        json!({ "item": item, "is_playing": true, "progress_ms": 1500, "currently_playing_type": "track" })
    }

    #[test]
    fn a_track_is_taken_whole() {
        let seen = translated(json!({
            "timestamp": 1, "progress_ms": 44272, "is_playing": true, "currently_playing_type": "track",
            "device": { "id": "d", "is_active": true, "volume_percent": 59, "name": "Booth" },
            "item": {
                "type": "track", "name": "One More Time", "uri": "spotify:track:0DiWol3AO6WpXZgp0goxAV",
                "duration_ms": 320357, "is_local": false, "external_ids": { "isrc": "GBDUW0000053" },
                "artists": [{ "name": "Daft Punk" }, { "name": "Romanthony" }],
                "album": { "name": "Discovery" }
            }
        }));
        let track = &seen.track;
        assert_eq!(track.artist.as_deref(), Some("Daft Punk, Romanthony"));
        assert_eq!(
            (track.title.as_deref(), track.album.as_deref()),
            (Some("One More Time"), Some("Discovery"))
        );
        assert_eq!((track.duration_s, track.audible), (Some(320.357), None));
        assert_eq!(track.ids["spotify"], "spotify:track:0DiWol3AO6WpXZgp0goxAV");
        assert_eq!(track.ids["isrc"], "GBDUW0000053");
        assert_eq!(track.provenance, provenance());
        assert_eq!((seen.position_s, seen.playing), (Some(44.272), true));
    }

    #[test]
    fn an_episode_is_by_its_show_and_a_local_track_has_no_isrc() {
        let episode = translated(json!({
            "currently_playing_type": "episode", "is_playing": false, "progress_ms": 0,
            "item": { "type": "episode", "name": "12", "show": { "name": "Talk" }, "duration_ms": 60000 }
        }));
        assert_eq!((episode.track.artist.as_deref(), episode.playing), (Some("Talk"), false));
        let local = translated(with_item(json!({
            "name": "White Label", "is_local": true, "id": null, "external_ids": {}, "duration_ms": 0,
            "uri": "spotify:local:::White+Label:240", "artists": [{ "name": "" }], "album": { "name": "" }
        })));
        assert_eq!((local.track.artist, local.track.album, local.track.duration_s), (None, None, None));
        assert_eq!(local.track.ids.into_keys().collect::<Vec<_>>(), ["spotify"]);
        assert_eq!(local.position_s, Some(1.5));
    }

    #[test]
    fn what_has_no_identity_is_nothing() {
        for answer in [
            json!({}),
            json!({ "is_playing": true, "item": null, "currently_playing_type": "unknown" }),
            json!({ "is_playing": true, "item": null, "currently_playing_type": "ad", "progress_ms": 7 }),
            json!({ "is_playing": true, "item": { "name": "Buy" }, "currently_playing_type": "ad" }),
            with_item(json!({ "name": "\u{7}" })),
            with_item(json!({ "uri": "spotify:track:x" })),
        ] {
            assert_eq!(translated(answer.clone()), Playback::nothing(), "{answer}");
        }
    }

    #[test]
    fn only_a_device_that_is_turned_down_is_surely_not_heard() {
        let heard = |device: Value| {
            let mut answer = with_item(json!({ "name": "a" }));
            answer["device"] = device;
            translated(answer).track.audible
        };
        assert_eq!(heard(json!({ "is_active": true, "volume_percent": 0 })), Some(false));
        assert_eq!(heard(json!({ "is_active": true, "volume_percent": null })), None);
        assert_eq!(heard(json!({ "is_active": false, "volume_percent": 50 })), None);
        assert_eq!(heard(json!(null)), None);
    }

    #[test]
    fn a_player_that_left_long_ago_does_not_play() {
        let mut answer = with_item(json!({ "name": "a", "duration_ms": 179_122 }));
        answer["progress_ms"] = json!(17_811_662);
        let seen = translated(answer);
        assert_eq!((seen.playing, seen.position_s), (false, Some(179.122)));
    }

    #[test]
    fn hostile_text_and_numbers_are_bounded() {
        let mut answer = with_item(json!({
            "name": format!("\u{1b}[2J{}", "x".repeat(10_000)), "duration_ms": -1e300,
            "artists": vec![json!({ "name": "y".repeat(100) }); 1000]
        }));
        answer["progress_ms"] = json!(1e300);
        let seen = translated(answer);
        let title = seen.track.title.unwrap();
        assert!(title.starts_with("[2Jx") && title.chars().count() == NAME_CHARS);
        assert_eq!(seen.track.artist.unwrap().chars().count(), NAME_CHARS);
        assert_eq!((seen.track.duration_s, seen.position_s), (None, None));
    }

    proptest! {
        #[test]
        fn positions_lie_within_the_track(progress in any::<f64>(), length in any::<f64>()) {
            let item = Item { name: Some("a".into()), duration_ms: Some(length), ..Item::default() };
            let answer = Answer { item: Some(item), progress_ms: Some(progress), ..Answer::default() };
            let seen = playback(&answer);
            if let Some(at) = seen.position_s {
                prop_assert!(at >= 0.0 && at <= seen.track.duration_s.unwrap_or(LONGEST_S));
            }
        }
    }
}
