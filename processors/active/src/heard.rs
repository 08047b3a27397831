//! What is known of one player, and what it is worth.

use schemas::Stamp;
use schemas::playback::{Position, Track};

/// A player that has said no position for so long has vanished; each says one every 0.5 s.
pub const VANISHED_S: f64 = 3.0;

/// What was heard of one player. Instants in seconds of CLOCK_MONOTONIC, unless they are stamps.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Its last track, with the instant that it speaks of.
    pub track: Option<(Stamp, Track)>,
    /// Its last position, with the instant at which it was true.
    pub position: Option<(Stamp, Position)>,
    /// When its last position came.
    pub position_came_s: f64,
    /// When it last began to play.
    pub started_s: f64,
}

/// What a player is worth, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It says no position any more.
    Vanished,
    /// Nothing is loaded.
    Stopped,
    /// It says that the audience does not hear it.
    Inaudible,
    /// It may be what the audience hears. One that is paused is not, however open its fader.
    Present {
        /// It plays; false when it is paused.
        playing: bool,
        /// It says that the audience hears it; false when it does not know.
        audible: bool,
    },
}

impl Heard {
    /// Takes a position that came at `now_s`.
    pub fn place(&mut self, at: Stamp, position: Position, now_s: f64) {
        if position.playing && !self.playing() {
            self.started_s = now_s;
        }
        self.position = Some((at, position));
        self.position_came_s = now_s;
    }

    /// Whether it was playing when it last spoke.
    pub fn playing(&self) -> bool {
        self.position.as_ref().is_some_and(|(_, position)| position.playing)
    }

    /// What it is worth at `now_s`.
    pub fn standing(&self, now_s: f64) -> Standing {
        let track = self.track.as_ref().map(|(_, track)| track);
        let loaded = track.is_some_and(|track| track.title.is_some());
        let audible = track.and_then(|track| track.audible);
        if self.position.is_none() || now_s - self.position_came_s >= VANISHED_S {
            Standing::Vanished
        } else if !loaded && !self.playing() {
            Standing::Stopped
        } else if audible == Some(false) {
            Standing::Inaudible
        } else {
            Standing::Present { audible: audible == Some(true), playing: self.playing() }
        }
    }
}

impl Standing {
    /// Whether the audience may hear it.
    pub const fn is_present(self) -> bool {
        matches!(self, Standing::Present { .. })
    }

    /// What it does, as the end of a sentence that begins with its name.
    pub const fn words(self) -> &'static str {
        match self {
            Standing::Vanished => "says no position any more",
            Standing::Stopped => "has stopped",
            Standing::Inaudible => "is not audible",
            Standing::Present { audible: true, playing: true } => "plays and is audible",
            Standing::Present { audible: true, playing: false } => "is audible but paused",
            Standing::Present { audible: false, playing: true } => "plays",
            Standing::Present { audible: false, playing: false } => "is paused",
        }
    }
}
