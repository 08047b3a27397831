//! What one player publishes: the track on every change, the position at once on every change and else every 0.5 s.
//!
//! Pure: times in seconds of CLOCK_MONOTONIC.

use schemas::playback::{Position, Track};

/// Longest time between two positions while something is loaded.
pub const REPEAT_S: f64 = 0.5;
/// A position this far from where it was expected is a seek: polled positions are less exact than the wire allows.
const SEEK_S: f64 = 0.25;
/// A rate that differs by less is the same.
const SAME_RATE: f64 = 0.002;

/// What a player plays.
#[derive(Debug, Clone, PartialEq)]
pub struct Playing {
    /// The track; without a title nothing is playing.
    pub track: Track,
    /// Where in the track, in seconds; `None` when not known.
    pub position_s: Option<f64>,
    /// Seconds of track per second.
    pub rate: f64,
    /// Whether it moves.
    pub moves: bool,
    /// The instant at which all this was true.
    pub at: f64,
}

impl Playing {
    /// Nothing is loaded.
    pub fn nothing(at: f64) -> Playing {
        Playing { track: Track::default(), position_s: Some(0.0), rate: 1.0, moves: false, at }
    }

    /// Where in the track it is at `now`.
    pub fn position_at(&self, now: f64) -> Option<f64> {
        let moved = if self.moves { self.rate * (now - self.at) } else { 0.0 };
        let end = self.track.duration_s.unwrap_or(f64::INFINITY);
        self.position_s.map(|position| (position + moved).clamp(0.0, end.max(0.0)))
    }
}

/// Something to publish.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// Another track, or another state of it.
    Track(Track),
    /// A position that was true at `at`.
    Position {
        /// When.
        at: f64,
        /// Which.
        body: Position,
    },
}

/// What a player said last.
#[derive(Debug, Default)]
pub struct Player {
    shown: Option<Playing>,
    said: f64,
}

impl Player {
    /// It plays this now.
    pub fn show(&mut self, playing: Playing, out: &mut Vec<Say>) {
        let changes = self.shown.as_ref().is_none_or(|shown| shown.track != playing.track);
        let moves = changes || self.shown.as_ref().is_some_and(|shown| jumps(shown, &playing));
        let at = playing.at;
        if changes {
            out.push(Say::Track(playing.track.clone()));
        }
        self.shown = Some(playing);
        if moves {
            self.say(at, out);
        }
    }

    /// Time has come to `now`.
    pub fn advance(&mut self, now: f64, out: &mut Vec<Say>) {
        if now >= self.due() {
            self.say(now, out);
        }
    }

    /// When the next position is due.
    pub fn due(&self) -> f64 {
        let loaded = self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.track.title.is_some() && shown.position_s.is_some());
        if loaded { self.said + REPEAT_S } else { f64::INFINITY }
    }

    /// What it plays.
    pub fn shown(&self) -> Option<&Playing> {
        self.shown.as_ref()
    }

    fn say(&mut self, at: f64, out: &mut Vec<Say>) {
        let Some(shown) = &self.shown else { return };
        self.said = at;
        if let Some(position_s) = shown.position_at(at) {
            out.push(Say::Position {
                at,
                body: Position { position_s, rate: shown.rate, playing: shown.moves },
            });
        }
    }
}

fn jumps(before: &Playing, now: &Playing) -> bool {
    let sought = match (before.position_at(now.at), now.position_s) {
        (Some(expected), Some(position)) => (expected - position).abs() > SEEK_S,
        (expected, position) => expected.is_some() != position.is_some(),
    };
    sought || before.moves != now.moves || (before.rate - now.rate).abs() > SAME_RATE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn playing(title: &str, position_s: f64, at: f64) -> Playing {
        let track = Track { title: Some(title.into()), duration_s: Some(100.0), ..Track::default() };
        Playing { track, position_s: Some(position_s), rate: 1.0, moves: true, at }
    }

    fn said(say: impl FnOnce(&mut Vec<Say>)) -> Vec<String> {
        let mut out = Vec::new();
        say(&mut out);
        let word = |say: &Say| match say {
            Say::Track(track) => track.title.clone().unwrap_or_else(|| "nothing".into()),
            Say::Position { at, body } => format!("{:.2} at {at:.2} {}", body.position_s, body.playing),
        };
        out.iter().map(word).collect()
    }

    #[test]
    fn the_track_is_said_once_and_the_position_every_half_second() {
        let mut player = Player::default();
        assert_eq!(said(|out| player.show(playing("A", 10.0, 1.0), out)), ["A", "10.00 at 1.00 true"]);
        assert!(said(|out| player.show(playing("A", 10.31, 1.3), out)).is_empty());
        assert!(said(|out| player.advance(1.4, out)).is_empty());
        assert_eq!(player.due(), 1.5);
        assert_eq!(said(|out| player.advance(1.5, out)), ["10.51 at 1.50 true"]);
    }

    #[test]
    fn pause_seek_and_rate_are_said_at_once() {
        let mut player = Player::default();
        said(|out| player.show(playing("A", 10.0, 1.0), out));
        assert_eq!(said(|out| player.show(playing("A", 50.0, 1.1), out)), ["50.00 at 1.10 true"]);
        let paused = Playing { moves: false, ..playing("A", 50.1, 1.2) };
        assert_eq!(said(|out| player.show(paused.clone(), out)), ["50.10 at 1.20 false"]);
        assert_eq!(said(|out| player.advance(1.7, out)), ["50.10 at 1.70 false"], "also while it is paused");
        let faster = Playing { rate: 1.05, at: 1.8, ..paused };
        assert_eq!(said(|out| player.show(faster, out)).len(), 1);
    }

    #[test]
    fn nothing_is_said_once() {
        let mut player = Player::default();
        said(|out| player.show(playing("A", 10.0, 1.0), out));
        assert_eq!(said(|out| player.show(Playing::nothing(2.0), out)), ["nothing", "0.00 at 2.00 false"]);
        assert!(said(|out| player.show(Playing::nothing(3.0), out)).is_empty());
        assert_eq!(player.due(), f64::INFINITY);
    }

    #[test]
    fn a_position_ends_with_the_track_and_an_unknown_one_is_not_said() {
        assert_eq!(playing("A", 99.0, 0.0).position_at(5.0), Some(100.0));
        let mut player = Player::default();
        let unknown = Playing { position_s: None, ..playing("A", 0.0, 1.0) };
        assert_eq!(said(|out| player.show(unknown, out)), ["A"]);
        assert_eq!(player.due(), f64::INFINITY);
    }
}
