//! Which sound belongs to which player: tempo and key per source, and who is heard in the room.

use std::collections::{BTreeMap, BTreeSet};

use schemas::beat::{Grid, Mode};
use schemas::{Name, subject};

use crate::player::{Player, Sound};

/// Least confidence of a tempo or a key that is taken up.
const CONFIDENT: f32 = 0.3;
/// Sources that are told apart; more are noise.
const SOURCES: usize = 64;

/// What is heard of all sources.
#[derive(Debug, Default)]
pub(crate) struct Ears {
    tempos: BTreeMap<Name, f64>,
    keys: BTreeMap<Name, String>,
    /// Sources whose features were heard.
    heard: BTreeSet<Name>,
    /// The player that the audience hears; `None` inside when there is none, outside when nobody says.
    active: Option<Option<Name>>,
}

impl Ears {
    /// Takes the tempo of a source.
    pub(crate) fn grid(&mut self, source: &Name, grid: &Grid) {
        let found =
            matches!(grid.mode, Mode::Locked | Mode::Held | Mode::Tapped) && grid.confidence >= CONFIDENT;
        if found && grid.bpm.is_finite() && self.has_room(&self.tempos, source) {
            self.tempos.insert(source.clone(), grid.bpm);
        } else {
            self.tempos.remove(source);
        }
    }

    /// Takes the key of a source.
    pub(crate) fn key(&mut self, source: &Name, key: &schemas::audio::Key) {
        if key.confidence >= CONFIDENT && key.key.len() <= 16 && self.has_room(&self.keys, source) {
            self.keys.insert(source.clone(), key.key.clone());
        } else {
            self.keys.remove(source);
        }
    }

    /// Takes which player the audience hears.
    pub(crate) fn active(&mut self, player: Option<String>) {
        self.active = Some(player.and_then(|name| Name::new(name).ok()));
    }

    /// A source has features.
    pub(crate) fn source(&mut self, source: &Name) {
        if self.heard.len() < SOURCES && !self.heard.contains(source) {
            self.heard.insert(source.clone());
        }
    }

    /// Whether the features of this source are the sound of this player: a source of the player's own name is;
    /// where there is none, the main input is the sound of who is heard in the room.
    pub(crate) fn is_sound_of(&self, source: &Name, name: &Name, player: &Player) -> bool {
        source == name
            || (*source == Name::main() && !self.heard.contains(name) && self.in_room(name, player))
    }

    /// Tempo and key of what a player plays.
    pub(crate) fn sound_of(&self, name: &Name, player: &Player) -> Sound {
        let room: &[Name] = &[Name::room(), Name::main()];
        let in_room = self.in_room(name, player);
        let sources = || std::iter::once(name).chain(room.iter().filter(|_| in_room));
        Sound {
            bpm: sources().find_map(|source| self.tempos.get(source).copied()),
            key: sources().find_map(|source| self.keys.get(source).cloned()),
        }
    }

    fn in_room(&self, name: &Name, player: &Player) -> bool {
        match &self.active {
            _ if name.as_str() == subject::ROOM => true,
            Some(active) => active.as_ref() == Some(name),
            None => player.is_audible(),
        }
    }

    fn has_room<T>(&self, known: &BTreeMap<Name, T>, source: &Name) -> bool {
        known.len() < SOURCES || known.contains_key(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn grid(bpm: f64, mode: Mode) -> Grid {
        let (beat, beats_per_bar, bar) = (None, None, None);
        Grid { bpm, index: 0, beat, beats_per_bar, bar, confidence: 0.9, downbeat_confidence: 0.0, mode }
    }

    #[test]
    fn the_main_input_is_the_sound_of_the_active_player() {
        let (mut ears, player) = (Ears::default(), Player::new());
        let (main, deck, other) = (Name::main(), name("vdj-1"), name("vdj-2"));
        assert!(ears.is_sound_of(&main, &deck, &player), "nobody says who is heard");
        ears.active(Some("vdj-1".into()));
        assert!(ears.is_sound_of(&main, &deck, &player) && !ears.is_sound_of(&main, &other, &player));
        assert!(ears.is_sound_of(&main, &Name::room(), &player));
        ears.active(None);
        assert!(!ears.is_sound_of(&main, &deck, &player) && ears.is_sound_of(&main, &Name::room(), &player));
    }

    #[test]
    fn a_source_of_its_own_comes_first() {
        let (mut ears, player, deck) = (Ears::default(), Player::new(), name("deck-a"));
        ears.source(&deck);
        assert!(ears.is_sound_of(&deck, &deck, &player) && !ears.is_sound_of(&Name::main(), &deck, &player));
        ears.grid(&Name::room(), &grid(120.0, Mode::Locked));
        assert_eq!(ears.sound_of(&deck, &player).bpm, Some(120.0));
        ears.grid(&deck, &grid(90.0, Mode::Held));
        assert_eq!(ears.sound_of(&deck, &player).bpm, Some(90.0));
        ears.grid(&deck, &grid(90.0, Mode::Searching));
        assert_eq!(ears.sound_of(&deck, &player).bpm, Some(120.0), "a tempo that is lost is no tempo");
    }

    #[test]
    fn an_unsure_key_is_none() {
        let (mut ears, player) = (Ears::default(), Player::new());
        let key = |confidence| schemas::audio::Key { key: "A:min".into(), confidence };
        ears.key(&Name::main(), &key(0.9));
        assert_eq!(ears.sound_of(&Name::room(), &player).key.as_deref(), Some("A:min"));
        ears.key(&Name::main(), &key(0.1));
        assert_eq!(ears.sound_of(&Name::room(), &player).key, None);
    }
}
