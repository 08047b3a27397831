//! From the properties of a player, as D-Bus carries them, to what they mean. Pure.
//!
//! Names and types: MPRIS 2.2, interface `org.mpris.MediaPlayer2.Player`, and its metadata guidelines. What players
//! really send differs from it in type, and is foreign text in any case.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use schemas::playback::{Provenance, Track};
use url::Url;
use zbus::{OwnedVariant, Variant};

use crate::text;
use crate::values::{entry, number, texts};

/// Longest length or position that is believed, in seconds. Endless streams say 2⁶³ − 1 µs.
pub const LONGEST_S: f64 = 30.0 * 86_400.0;
/// Fastest playback that is believed, in both directions.
const FASTEST: f64 = 100.0;
/// Artists of one track that are named.
const ARTISTS_MAX: usize = 16;
/// What `mpris:trackid` says when there is no track (MPRIS 2.2, TrackList).
const NO_TRACK: &str = "/org/mpris/MediaPlayer2/TrackList/NoTrack";
/// Services of the tracks.
const MPRIS: &str = "mpris";
const SPOTIFY: &str = "spotify";

/// What a player does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its position moves.
    Playing,
    /// It holds a track and stands still.
    Paused,
    /// It holds nothing.
    Stopped,
}

/// A player at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What it plays or holds; without a title when it has stopped.
    pub track: Track,
    /// What it does.
    pub status: Status,
    /// Seconds of track per second.
    pub rate: f64,
    /// Seconds from the start of the track; below zero for a moment at a change of track, while the sound is still
    /// on its way. `None` when it does not say.
    pub position_s: Option<f64>,
}

/// Reads the properties of a player; `plays_spotify` when all that it plays is Spotify's.
pub fn seen(properties: &HashMap<String, OwnedVariant>, plays_spotify: bool) -> Seen {
    let number_of = |key: &str| properties.get(key).and_then(|value| number(value));
    let rate = number_of("Rate").filter(|rate| rate.abs() <= FASTEST).unwrap_or(1.0);
    let status = match properties.get("PlaybackStatus").and_then(|value| crate::values::text(value)) {
        Some("Playing") if rate != 0.0 => Status::Playing,
        Some("Playing" | "Paused") => Status::Paused,
        _ => Status::Stopped,
    };
    let track = match properties.get("Metadata") {
        Some(metadata) if status != Status::Stopped => Track {
            audible: (number_of("Volume") == Some(0.0)).then_some(false),
            ..track(metadata, plays_spotify)
        },
        _ => Track::default(),
    };
    let position_s = number_of("Position").map(|us| (us / 1e6).clamp(-LONGEST_S, LONGEST_S));
    Seen { track, status, rate, position_s }
}

/// Reads the metadata of a track.
fn track(metadata: &Variant<'_>, plays_spotify: bool) -> Track {
    let words = |key: &str| entry(metadata, key).map(texts).unwrap_or_default();
    let ids = ids(words("xesam:url").first().copied(), words("mpris:trackid").first().copied());
    let artists: Vec<_> =
        words("xesam:artist").into_iter().take(ARTISTS_MAX).filter_map(text::line).collect();
    let spotify = plays_spotify || ids.iter().any(|(kind, id)| is_of_spotify(kind, id));
    Track {
        artist: text::line(&artists.join(", ")),
        title: title(words("xesam:title").first().copied(), ids.get("path")),
        album: words("xesam:album").first().copied().and_then(text::line),
        duration_s: entry(metadata, "mpris:length").and_then(number).map(|us| us / 1e6).filter(is_length),
        ids,
        audible: None,
        provenance: Provenance {
            service: if spotify { SPOTIFY } else { MPRIS }.to_owned(),
            licence: String::new(),
        },
    }
}

fn is_length(seconds: &f64) -> bool {
    *seconds > 0.0 && *seconds <= LONGEST_S
}

/// The title; of a file without one, or whose player gives the file's name for it, the name without its ending.
fn title(said: Option<&str>, path: Option<&String>) -> Option<String> {
    let said = said.and_then(text::line);
    let Some(path) = path.map(Path::new) else { return said };
    let part = |part: Option<&std::ffi::OsStr>| part.and_then(|part| text::line(&part.to_string_lossy()));
    if said.is_none() || said == part(path.file_name()) { part(path.file_stem()) } else { said }
}

/// What names the track to others: `path` or `url`, and `mpris`, the player's own name for it.
fn ids(url: Option<&str>, track_id: Option<&str>) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    if let Some((kind, id)) = url.and_then(place) {
        ids.insert(kind.to_owned(), id);
    }
    if let Some(id) = track_id.filter(|id| *id != NO_TRACK).and_then(text::id) {
        ids.insert("mpris".to_owned(), id);
    }
    ids
}

/// Where the track lies: a file's path, percent-decoded, or an address of the net.
fn place(url: &str) -> Option<(&'static str, String)> {
    let url = text::id(url)?;
    match Url::parse(&url) {
        Ok(file) if file.scheme() == "file" => {
            let path = file.to_file_path().ok()?;
            Some(("path", text::id(path.to_str()?)?))
        }
        // Pictures and objects of a browser's memory: they mean nothing to anybody else.
        Ok(inner) if matches!(inner.scheme(), "data" | "blob") => None,
        Ok(_) => Some(("url", url)),
        Err(_) => Path::new(&url).is_absolute().then_some(("path", url)),
    }
}

/// Whether an identifier is Spotify's, whatever plays it: its web player runs in any browser.
fn is_of_spotify(kind: &str, id: &str) -> bool {
    match kind {
        "path" => false,
        "mpris" => id.starts_with("/com/spotify/") || id.starts_with("spotify:"),
        _ => Url::parse(id).is_ok_and(|url| {
            let host = url.host_str().unwrap_or_default();
            url.scheme() == "spotify" || host == "spotify.com" || host.ends_with(".spotify.com")
        }),
    }
}
