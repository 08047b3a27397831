//! The players that were told of: what each plays, and where in it it is. Pure: time comes from outside.

use std::collections::BTreeMap;

use schemas::Name;
use schemas::playback::{Position, Track};

use crate::told::Told;

/// Most players that are told apart while the component runs: names come from outside.
pub(crate) const MAX_PLAYERS: usize = 32;

/// All players by name.
#[derive(Debug, Default)]
pub(crate) struct Players {
    players: BTreeMap<Name, Player>,
}

/// What is to be published of one player.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct News {
    pub(crate) player: Name,
    /// Only when it has changed.
    pub(crate) track: Option<Track>,
    pub(crate) position: Position,
}

/// There are too many players.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_PLAYERS} players are known already: tell of one of those, or restart this instance")]
pub(crate) struct TooMany;

#[derive(Debug)]
struct Player {
    track: Track,
    motion: Motion,
    /// Instant at which nothing is playing any more unless it is heard of again.
    until_s: Option<f64>,
}

/// A position that moves; instants in seconds of one clock.
#[derive(Debug, Clone, Copy)]
struct Motion {
    at_s: f64,
    position_s: f64,
    rate: f64,
    playing: bool,
}

impl Players {
    /// Takes what was told of a player at `now_s`; it holds for `lasts_s`, or until something else is told.
    ///
    /// # Errors
    /// [`TooMany`] for one player more than can be kept.
    pub(crate) fn tell(
        &mut self,
        name: &Name,
        told: Told,
        lasts_s: Option<f64>,
        now_s: f64,
    ) -> Result<News, TooMany> {
        let until_s = lasts_s.map(|lasts| now_s + lasts);
        let known = self.players.get(name);
        if known.is_none() && self.players.len() >= MAX_PLAYERS {
            return Err(TooMany);
        }
        let motion = Motion::new(&told, known, now_s);
        let changed = known.is_none_or(|player| player.track != told.track);
        let player = Player { track: told.track, motion, until_s };
        let news = player.news(name, changed, now_s);
        self.players.insert(name.clone(), player);
        Ok(news)
    }

    /// From now on what a player was told to play holds for `lasts_s`, or until something else is told.
    pub(crate) fn lasts(&mut self, name: &Name, lasts_s: Option<f64>, now_s: f64) {
        if let Some(player) = self.players.get_mut(name) {
            player.until_s = lasts_s.map(|lasts| now_s + lasts);
        }
    }

    /// Where every player is at `now_s`, and which of them have come to their end.
    pub(crate) fn tick(&mut self, now_s: f64) -> Vec<News> {
        let advance = |(name, player): (&Name, &mut Player)| {
            let lapsed = player.until_s.is_some_and(|until| now_s >= until);
            if lapsed {
                player.until_s = None;
            }
            let ended = lapsed && player.track.title.is_some();
            if ended {
                let told = Told::nothing();
                player.motion = Motion::new(&told, None, now_s);
                player.track = told.track;
            }
            player.news(name, ended, now_s)
        };
        self.players.iter_mut().map(advance).collect()
    }

    /// Whether it has been told of.
    pub(crate) fn knows(&self, name: &Name) -> bool {
        self.players.contains_key(name)
    }

    /// What each plays, and where it is at `now_s`.
    pub(crate) fn all(&self, now_s: f64) -> impl Iterator<Item = (&Name, &Track, Position)> {
        self.players.iter().map(move |(name, player)| (name, &player.track, player.position(now_s)))
    }
}

impl Player {
    fn news(&self, name: &Name, changed: bool, now_s: f64) -> News {
        let track = changed.then(|| self.track.clone());
        News { player: name.clone(), track, position: self.position(now_s) }
    }

    fn position(&self, now_s: f64) -> Position {
        let Motion { rate, playing, .. } = self.motion;
        let longest_s = self.track.duration_s.unwrap_or(f64::INFINITY).max(0.0);
        let position_s = self.motion.position_s(now_s).clamp(0.0, longest_s);
        Position { position_s, rate, playing }
    }

    fn plays_the_same(&self, other: &Track) -> bool {
        let names = |track: &Track| (track.artist.clone(), track.title.clone(), track.album.clone());
        names(&self.track) == names(other)
    }
}

impl Motion {
    fn new(told: &Told, known: Option<&Player>, now_s: f64) -> Motion {
        let known = known.filter(|player| player.plays_the_same(&told.track));
        let untold_s = || match known {
            Some(player) => player.motion.position_s(now_s),
            None if told.playing => told.age.as_secs_f64() * told.rate,
            None => 0.0,
        };
        let position_s = told.position_s.unwrap_or_else(untold_s);
        Motion { at_s: now_s, position_s, rate: told.rate, playing: told.playing }
    }

    fn position_s(&self, now_s: f64) -> f64 {
        let elapsed_s = if self.playing { (now_s - self.at_s).max(0.0) } else { 0.0 };
        self.position_s + self.rate * elapsed_s
    }
}

#[cfg(test)]
mod tests;
