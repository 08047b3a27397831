//! The room's player without I/O: tracks and positions of all players in, those of the room out.

use std::collections::BTreeMap;

use schemas::playback::{Position, Track};
use schemas::{Name, Stamp};

use crate::choice::{Choice, Wishes};
use crate::heard::Heard;

/// Players that are remembered. Far more than a room has; a writer of endless names does not fill the memory.
pub const PLAYERS_MAX: usize = 256;
/// While there is no player, the room says so this often.
const NONE_EVERY_S: f64 = 0.5;
/// What the room says while nothing plays.
const AT_REST: Position = Position { position_s: 0.0, rate: 1.0, playing: false };

/// Something to publish.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// Which player the audience hears. Comes first of all.
    Active {
        /// The player.
        player: Option<Name>,
        /// Why, in a sentence.
        why: String,
        /// Since when, in Unix seconds.
        since: f64,
    },
    /// The room's track. Comes before its position.
    Track {
        /// The instant that its player gave.
        at: Stamp,
        /// What it says.
        body: Track,
    },
    /// The room's position.
    Position {
        /// The instant at which it was true, as its player gave it.
        at: Stamp,
        /// What it says.
        body: Position,
    },
}

/// The room's player.
#[derive(Debug, Default)]
pub struct Core {
    wishes: Wishes,
    players: BTreeMap<Name, Heard>,
    choice: Choice,
    since: f64,
    why_said: Option<String>,
    track_due: bool,
    position_due: bool,
    rest_said_s: Option<f64>,
}

impl Core {
    /// A room in which no player was heard.
    pub fn new(wishes: Wishes) -> Core {
        Core { wishes, track_due: true, ..Core::default() }
    }

    /// Takes over which player was chosen before a restart, and since when, in Unix seconds.
    pub fn resume(&mut self, player: Option<Name>, since: f64, now: Stamp) {
        self.choice.resume(player, seconds(now));
        self.since = since;
        // The room's last track still stands at the broker.
        self.track_due = false;
    }

    /// A player says its track.
    pub fn track(&mut self, player: &Name, at: Stamp, track: Track) {
        self.track_due |= self.choice.chosen.as_ref() == Some(player);
        self.player(player).track = Some((at, track));
    }

    /// A player says its position. False when that is nonsense.
    pub fn position(&mut self, player: &Name, at: Stamp, position: Position, now: Stamp) -> bool {
        if !position.position_s.is_finite() || !position.rate.is_finite() || !at.at.is_finite() {
            return false;
        }
        self.position_due |= self.choice.chosen.as_ref() == Some(player);
        self.player(player).place(at, position, seconds(now));
        true
    }

    /// The operator pins a player, or none.
    pub fn pin(&mut self, player: Option<Name>) {
        self.wishes.pin = player;
    }

    /// Takes other wishes.
    pub fn configure(&mut self, wishes: Wishes) {
        self.wishes = wishes;
    }

    /// The states are to be said again.
    pub fn repeat(&mut self) {
        self.why_said = None;
        self.track_due = true;
    }

    /// Time has come to `now`: chooses, and says what is due.
    pub fn advance(&mut self, now: Stamp, out: &mut Vec<Say>) {
        if self.choice.update(&self.players, &self.wishes, seconds(now)) {
            self.since = now.at;
            (self.track_due, self.position_due) = (true, true);
            self.rest_said_s = None;
        }
        if self.why_said.as_ref() != Some(&self.choice.why) {
            self.why_said = Some(self.choice.why.clone());
            let (player, why) = (self.choice.chosen.clone(), self.choice.why.clone());
            out.push(Say::Active { player, why, since: self.since });
        }
        match self.choice.chosen.as_ref().map(|name| self.players.get(name)) {
            Some(Some(_)) => self.follow(now, out),
            // Chosen before a restart, and not heard since.
            Some(None) => {}
            None => self.rest(now, out),
        }
    }

    /// The chosen player and why.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The pinned player.
    pub fn pinned(&self) -> Option<&Name> {
        self.wishes.pin.as_ref()
    }

    /// Every player that was heard.
    pub fn players(&self) -> &BTreeMap<Name, Heard> {
        &self.players
    }

    fn follow(&mut self, now: Stamp, out: &mut Vec<Say>) {
        let Some(heard) = self.choice.chosen.as_ref().and_then(|name| self.players.get(name)) else { return };
        if std::mem::take(&mut self.track_due) {
            // A player that says only where it is has a track without a name.
            let (at, body) = heard.track.clone().unwrap_or_else(|| (now, Track::default()));
            out.push(Say::Track { at, body });
        }
        if std::mem::take(&mut self.position_due)
            && let Some((at, body)) = heard.position.clone()
        {
            out.push(Say::Position { at, body });
        }
    }

    fn rest(&mut self, now: Stamp, out: &mut Vec<Say>) {
        if std::mem::take(&mut self.track_due) {
            out.push(Say::Track { at: now, body: Track::default() });
        }
        self.position_due = false;
        if self.rest_said_s.is_none_or(|said| seconds(now) - said >= NONE_EVERY_S) {
            self.rest_said_s = Some(seconds(now));
            out.push(Say::Position { at: now, body: AT_REST });
        }
    }

    /// The player of this name. When there are too many, the one that was silent for longest is forgotten.
    fn player(&mut self, name: &Name) -> &mut Heard {
        if self.players.len() >= PLAYERS_MAX && !self.players.contains_key(name) {
            let others = self.players.iter().filter(|(name, _)| self.choice.chosen.as_ref() != Some(*name));
            let oldest = others.min_by(|(_, a), (_, b)| a.position_came_s.total_cmp(&b.position_came_s));
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.players.remove(&oldest);
            }
        }
        self.players.entry(name.clone()).or_default()
    }
}

fn seconds(stamp: Stamp) -> f64 {
    stamp.at_mono_ns as f64 / 1e9
}
