//! What one of the ways in was told.

use std::time::Duration;

use schemas::playback::{Provenance, Track};

use crate::text::Song;

/// The state of a player as a program tells it; a later one replaces all of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// What is loaded; without a title nothing is playing.
    pub(crate) track: Track,
    /// Seconds from the start of the track at the instant of telling. `None`: a new track has just begun, and a
    /// known one goes on.
    pub(crate) position_s: Option<f64>,
    /// For a new track whose position was not told: how long ago it began.
    pub(crate) age: Duration,
    /// Seconds of track per second.
    pub(crate) rate: f64,
    /// False when paused.
    pub(crate) playing: bool,
}

impl Told {
    /// A track that plays at its own speed.
    pub(crate) fn playing(track: Track) -> Told {
        let playing = track.title.is_some();
        Told { track, position_s: None, age: Duration::ZERO, rate: 1.0, playing }
    }

    /// Nothing plays.
    pub(crate) fn nothing() -> Told {
        Told::playing(Track::default())
    }
}

/// A track known by its names.
pub(crate) fn track(song: Song, album: Option<String>, service: &str) -> Track {
    let provenance = Provenance { service: service.to_owned(), licence: String::new() };
    Track { artist: song.artist, title: song.title, album, provenance, ..Track::default() }
}
