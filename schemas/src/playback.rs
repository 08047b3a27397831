//! What is playing and where in it we are.

use std::collections::BTreeMap;

record! {
    /// Where the identity of a track comes from; some origins forbid some uses.
    #[derive(Default)]
    Provenance {
        /// service or kind of source, e.g. `file`
        service: String,
        /// licence or terms that its data is under
        licence: String,
    }
}

message! {
    /// The loaded track; nothing is playing when `title` is null.
    #[derive(Default)]
    Track = "playback.track", State, Json, Player, valid 86400.0 {
        /// artist, or null
        artist: Option<String>,
        /// title, or null when nothing is playing
        title: Option<String>,
        /// album, or null
        album: Option<String>,
        /// length in seconds, or null
        duration_s: Option<f64>,
        /// identifiers by kind, e.g. `path`, `isrc`
        #[serde(default)]
        ids: BTreeMap<String, String>,
        /// whether the audience hears it; null when not known
        audible: Option<bool>,
        /// where its identity comes from
        provenance: Provenance,
    }
}

message! {
    /// Position in the track, true at `at`; readers extrapolate by `rate`.
    Position = "playback.position", Stream, Json, Player {
        /// seconds from the start of the track
        position_s: f64,
        /// seconds of track per second, 1 at original speed
        rate: f64,
        /// false when paused or stopped
        playing: bool,
    }
}

message! {
    /// Which player the audience hears.
    ActivePlayer = "playback.active", State, Json, Global, valid 86400.0 {
        /// the player; null when none
        player: Option<String>,
        /// why it was chosen
        why: String,
        /// since when, in Unix seconds
        since: f64,
    }
}
