//! One player over time: what is said of it, and when. Pure: the only clock is that of the stamps.

use schemas::Stamp;
use schemas::playback::{Position, Track};

use crate::seen::{LONGEST_S, Seen, Status};

/// A position is said again when the last one is so old: by the look nearest to 0.5 s later.
const AGAIN_S: f64 = 0.42;
/// A position this far from where it was expected is a jump, in seconds. Players round to 0.1 s at worst.
const JUMP_S: f64 = 0.15;

/// Something to publish.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// Another track, or more about the same.
    Track {
        /// When that was seen.
        at: Stamp,
        /// What it says.
        body: Track,
    },
    /// Where in the track it is.
    Position {
        /// When that was true.
        at: Stamp,
        /// What it says.
        body: Position,
    },
}

/// What was said of a player.
#[derive(Debug, Default)]
pub struct Player {
    track: Option<Track>,
    place: Option<(Stamp, Position)>,
    /// What the player itself gave as its position when it was last seen.
    given_s: Option<f64>,
}

impl Player {
    /// Takes what was true of the player at `at`.
    pub fn seen(&mut self, mut seen: Seen, at: Stamp, out: &mut Vec<Say>) {
        let same = self.track.as_ref().is_some_and(|last| is_same(last, &seen.track));
        if same {
            keep_length(self.track.as_ref(), &mut seen.track);
        }
        let position_s = self.position(&seen, same, at);
        self.given_s = seen.position_s;
        let playing = seen.status == Status::Playing;
        if self.track.as_ref() != Some(&seen.track) {
            out.push(Say::Track { at, body: seen.track.clone() });
            self.track = Some(seen.track);
        }
        let body = Position { position_s, rate: seen.rate, playing };
        if !same || self.is_news(&body, at) {
            self.say(body, at, out);
        }
    }

    /// Says at `now` where it must be by now, when it was not looked at for a while.
    pub fn between(&mut self, now: Stamp, out: &mut Vec<Say>) {
        if let Some((_, body)) = &self.place
            && let Some(position_s) = self.expected(now)
        {
            let body = Position { position_s, ..body.clone() };
            if self.is_news(&body, now) {
                self.say(body, now, out);
            }
        }
    }

    /// It has gone at `now`: nothing is playing any more.
    pub fn gone(now: Stamp) -> [Say; 2] {
        let body = Position { position_s: 0.0, rate: 1.0, playing: false };
        [Say::Track { at: now, body: Track::default() }, Say::Position { at: now, body }]
    }

    /// The position of the track at `at`, never below zero.
    fn position(&self, seen: &Seen, same: bool, at: Stamp) -> f64 {
        if seen.status == Status::Stopped {
            return 0.0;
        }
        // Some builds of Spotify say 0 for ever: then the clock counts, from the first time that it was said.
        let stuck =
            seen.status == Status::Playing && seen.position_s == Some(0.0) && self.given_s == Some(0.0);
        let given = seen.position_s.filter(|_| !(stuck && same));
        let counted = || self.expected(at).filter(|_| same);
        given.or_else(counted).unwrap_or(0.0).clamp(0.0, LONGEST_S)
    }

    fn expected(&self, at: Stamp) -> Option<f64> {
        let (since, place) = self.place.as_ref()?;
        let moved = if place.playing { place.rate * seconds(*since, at) } else { 0.0 };
        Some((place.position_s + moved).clamp(0.0, LONGEST_S))
    }

    fn is_news(&self, body: &Position, at: Stamp) -> bool {
        let Some((since, last)) = &self.place else { return true };
        let jumped = self.expected(at).is_none_or(|expected| (expected - body.position_s).abs() > JUMP_S);
        jumped || last.playing != body.playing || last.rate != body.rate || seconds(*since, at) >= AGAIN_S
    }

    fn say(&mut self, body: Position, at: Stamp, out: &mut Vec<Say>) {
        self.place = Some((at, body.clone()));
        out.push(Say::Position { at, body });
    }
}

/// Whether two descriptions are of one track; the second may know more, or less.
fn is_same(one: &Track, other: &Track) -> bool {
    one.title == other.title && one.ids == other.ids
}

/// At a change of track the metadata come twice, without the length and with it; a length that is known stays.
fn keep_length(last: Option<&Track>, track: &mut Track) {
    if track.title.is_some() && track.duration_s.is_none() {
        track.duration_s = last.and_then(|last| last.duration_s);
    }
}

fn seconds(from: Stamp, to: Stamp) -> f64 {
    (to.at_mono_ns - from.at_mono_ns) as f64 / 1e9
}
