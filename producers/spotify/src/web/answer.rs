//! The answer of `GET /v1/me/player`, as far as it is read.
//!
//! <https://developer.spotify.com/documentation/web-api/reference/get-information-about-the-users-current-playback>.
//! Everything may be absent or null: local tracks have no ids, advertisements no item, some devices no volume, and
//! apps in development mode get fewer fields from year to year.

use serde::Deserialize;

/// What the user's player is doing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Answer {
    /// Where it plays.
    pub device: Option<Device>,
    /// Position when the server looked, in milliseconds; null now and then (spotify/web-api#748).
    pub progress_ms: Option<f64>,
    /// False when paused.
    pub is_playing: Option<bool>,
    /// What is loaded: a track or an episode.
    pub item: Option<Item>,
    /// `track`, `episode`, `ad` or `unknown`.
    pub currently_playing_type: Option<String>,
}

/// A player that belongs to the user's account.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Device {
    /// 0 to 100; null when the device tells none.
    pub volume_percent: Option<f64>,
}

/// A track or an episode.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Item {
    /// Title.
    pub name: Option<String>,
    /// `spotify:track:…`, `spotify:episode:…`, `spotify:local:…`
    pub uri: Option<String>,
    /// Length in milliseconds.
    pub duration_ms: Option<f64>,
    /// Of a track.
    pub artists: Option<Vec<Named>>,
    /// Of a track.
    pub album: Option<Named>,
    /// Of an episode.
    pub show: Option<Named>,
    /// Of a track.
    pub external_ids: Option<ExternalIds>,
}

/// Something of which the name counts.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Named {
    /// Its name.
    pub name: Option<String>,
}

/// Identifiers that others know too.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ExternalIds {
    /// International Standard Recording Code, ISO 3901.
    pub isrc: Option<String>,
}
