//! The last state of every subject, for targets that come later, and which track each player plays.

use std::collections::BTreeMap;

use component::Delivery;
use schemas::{Class, Name, playback};

use crate::follow::is_of_track;
use crate::mapping::READS;

// Far more than any show has sources and players; a program that invents names takes no memory.
const MAX_SUBJECTS: usize = 512;

/// What is known of every subject.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    // By topic and the last part of the subject.
    states: BTreeMap<(&'static str, Option<Name>), Delivery>,
    tracks: BTreeMap<Name, Identity>,
}

#[derive(Debug, PartialEq)]
struct Identity {
    artist: Option<String>,
    title: Option<String>,
}

/// What a message about a track means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The first of its player: what was told of a track so far is about this one.
    First,
    /// The track of before.
    Same,
    /// Another one.
    Other,
}

impl Memory {
    /// Keeps a message if it is state.
    pub(crate) fn keep(&mut self, delivery: &Delivery) {
        let topic = delivery.subject.topic();
        let key = (topic.name, delivery.subject.name().cloned());
        let place = self.states.len() < MAX_SUBJECTS || self.states.contains_key(&key);
        if topic.class == Class::State && place {
            self.states.insert(key, delivery.clone());
        }
    }

    /// Everything that is known, in the order of [`READS`]: a track comes before its words.
    pub(crate) fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        READS.iter().flat_map(|topic| {
            self.states.iter().filter(|((name, _), _)| *name == topic.name).map(|(_, delivery)| delivery)
        })
    }

    /// What is known of the track that `player` plays.
    pub(crate) fn of_track(&self, player: &Name) -> impl Iterator<Item = &Delivery> {
        self.deliveries().filter(move |delivery| {
            is_of_track(delivery.subject.topic().name) && delivery.subject.name() == Some(player)
        })
    }

    /// Whether `player` plays the same track as before; remembered.
    pub(crate) fn turn_to(&mut self, player: &Name, track: &playback::Track) -> Turn {
        let identity = Identity { artist: track.artist.clone(), title: track.title.clone() };
        if self.tracks.len() >= MAX_SUBJECTS && !self.tracks.contains_key(player) {
            return Turn::Same;
        }
        match self.tracks.insert(player.clone(), identity) {
            None => Turn::First,
            Some(before) if self.tracks.get(player) == Some(&before) => Turn::Same,
            Some(_) => Turn::Other,
        }
    }

    /// Another track of `player` plays since `told_s` (Unix seconds): forgets what was told of the one before.
    pub(crate) fn forget_track(&mut self, player: &Name, told_s: f64) {
        self.states.retain(|(topic, name), delivery| {
            !is_of_track(topic) || name.as_ref() != Some(player) || delivery.header.sent >= told_s
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_is_its_artist_and_title() {
        let mut memory = Memory::default();
        let track = |title: &str, audible| playback::Track {
            title: Some(title.to_owned()),
            audible: Some(audible),
            ..playback::Track::default()
        };
        let mut turn = |player: &Name, track| memory.turn_to(player, &track);
        assert_eq!(turn(&Name::room(), track("a", false)), Turn::First);
        assert_eq!(turn(&Name::room(), track("a", true)), Turn::Same);
        assert_eq!(turn(&Name::main(), track("b", true)), Turn::First);
        assert_eq!(turn(&Name::room(), track("b", true)), Turn::Other);
        assert_eq!(turn(&Name::room(), playback::Track::default()), Turn::Other);
    }

    #[test]
    fn invented_players_take_no_memory() {
        let mut memory = Memory::default();
        for number in 0..2 * MAX_SUBJECTS {
            memory.turn_to(&Name::new(format!("p{number}")).unwrap(), &playback::Track::default());
        }
        assert_eq!(memory.tracks.len(), MAX_SUBJECTS);
    }
}
