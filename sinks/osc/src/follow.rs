//! Whose messages a target gets: it follows a source, and `room` moves; and it follows a player.
//!
//! The beat grid is published as `room`, so `room` is simply another name there. Levels, onsets and
//! sections are published by the source that was heard, so for them `room` means the source that
//! `beat.active` names. That source need not be heard at all (a clock from DJ software has no levels):
//! then, and while nothing is active, it means `main`. Tracks, lyrics and tags belong to a player, and
//! what the audience hears of all players is published once more as `room`: again another name.

use std::collections::{BTreeSet, HashMap};

use schemas::{Name, Payload as _, Scope, Topic, audio, beat, lyrics, playback, tags};

use crate::mapping::{Mapping, READS};

// Features come nearly two hundred times a second; a source that gave none for so long is not heard.
const HEARD_LASTS_NS: i64 = 3_000_000_000;

/// Whom a target follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Following {
    /// For beats, levels and sections.
    pub(crate) source: Name,
    /// For tracks, lyrics and tags.
    pub(crate) player: Name,
}

/// Who is active and who is heard.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    active_source: Option<Name>,
    heard_ns: HashMap<Name, i64>,
}

impl Follow {
    pub(crate) fn set_active_source(&mut self, source: Option<Name>) {
        self.active_source = source;
    }

    pub(crate) fn active_source(&self) -> Option<&Name> {
        self.active_source.as_ref()
    }

    /// Notes that a message of `topic` came from `name`.
    pub(crate) fn heard(&mut self, topic: &Topic, name: &Name, now_ns: i64) {
        if topic.name == audio::Features::TOPIC.name {
            // Keyed by source: as many as there are inputs, forgotten when they are silent.
            self.heard_ns.retain(|_, heard_ns| now_ns - *heard_ns < HEARD_LASTS_NS);
            self.heard_ns.insert(name.clone(), now_ns);
        }
    }

    /// Whether a target that follows `following` wants a message of `topic` from `name`.
    pub(crate) fn wants(
        &self,
        following: &Following,
        topic: &Topic,
        name: Option<&Name>,
        now_ns: i64,
    ) -> bool {
        let Some(name) = name else { return true };
        let Following { source, player } = following;
        if topic.scope == Scope::Player {
            return name == player;
        }
        if source.as_str() != schemas::subject::ROOM || topic.name == beat::Grid::TOPIC.name {
            return name == source;
        }
        let followed = self.active_source.as_ref().filter(|source| self.is_heard(source, now_ns));
        followed.map_or(name.as_str() == "main", |followed| name == followed)
    }

    fn is_heard(&self, source: &Name, now_ns: i64) -> bool {
        self.heard_ns.get(source).is_some_and(|heard_ns| now_ns - heard_ns < HEARD_LASTS_NS)
    }
}

/// Topics that have to be read for these mappings: their own, and those that say whom to follow and
/// which track it is about. In the order of [`READS`], so that a track comes before its words.
pub(crate) fn topics_for<'a>(mappings: impl Iterator<Item = &'a Mapping>) -> Vec<&'static Topic> {
    let mut wanted = BTreeSet::from([beat::Active::TOPIC.name]);
    for mapping in mappings {
        for topic in mapping.topics() {
            wanted.insert(if mapping.feed.is_clock() { beat::Grid::TOPIC.name } else { topic.name });
            match topic.scope {
                _ if is_of_track(topic.name) => drop(wanted.insert(playback::Track::TOPIC.name)),
                // Which source is heard shows in its features.
                Scope::Source if !mapping.feed.is_clock() => {
                    wanted.insert(audio::Features::TOPIC.name);
                }
                _ => {}
            }
        }
    }
    READS.iter().copied().filter(|topic| wanted.contains(topic.name)).collect()
}

/// Whether what a topic says is about one track, and no longer true when another one plays.
pub(crate) fn is_of_track(topic: &str) -> bool {
    let of_track = [lyrics::Document::TOPIC, lyrics::Line::TOPIC, lyrics::SungWord::TOPIC, tags::Song::TOPIC];
    of_track.iter().any(|known| known.name == topic)
}

#[cfg(test)]
mod tests {
    use schemas::structure;

    use super::*;
    use crate::mapping::Target;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn following(source: &str, player: &str) -> Following {
        Following { source: name(source), player: name(player) }
    }

    #[test]
    fn room_is_main_until_another_source_is_active_and_heard() {
        let mut follow = Follow::default();
        let (room, features) = (following("room", "room"), audio::Features::TOPIC);
        let wants = |follow: &Follow, from: &str, now| follow.wants(&room, features, Some(&name(from)), now);
        assert!(wants(&follow, "main", 0) && !wants(&follow, "deck-a", 0));
        follow.set_active_source(Some(name("deck-a")));
        assert!(wants(&follow, "main", 0), "deck-a is active and silent");
        follow.heard(features, &name("deck-a"), 1);
        assert!(wants(&follow, "deck-a", 2) && !wants(&follow, "main", 2));
        assert!(follow.wants(&room, structure::Event::TOPIC, Some(&name("deck-a")), 2));
        assert!(wants(&follow, "main", 1 + HEARD_LASTS_NS));
    }

    #[test]
    fn grids_go_by_their_own_name_and_tracks_by_player() {
        let mut follow = Follow::default();
        follow.set_active_source(Some(name("deck-a")));
        let wants = |source: &str, player: &str, topic, from: &str| {
            follow.wants(&following(source, player), topic, Some(&name(from)), 0)
        };
        let (grid, track) = (beat::Grid::TOPIC, playback::Track::TOPIC);
        assert!(wants("room", "room", grid, "room") && !wants("room", "room", grid, "deck-a"));
        assert!(wants("room", "room", track, "room") && !wants("room", "room", track, "main"));
        assert!(wants("deck-b", "vdj-1", track, "vdj-1") && !wants("deck-b", "vdj-1", track, "deck-b"));
        let features = audio::Features::TOPIC;
        assert!(wants("deck-b", "room", grid, "deck-b") && !wants("deck-b", "room", features, "main"));
        assert!(follow.wants(&following("room", "room"), beat::Active::TOPIC, None, 0));
    }

    #[test]
    fn whoever_shows_lyrics_reads_the_track_first() {
        let target = Target::compile(
            "title = \"T\"\nevidence = \"unverified\"\naddress = \"127.0.0.1:9\"\n[[send]]\nfrom = \"lyrics.line\"\nwith = { doc = \"lyrics.document\" }\nosc = \"/x\"\n",
        );
        let topics = topics_for(target.unwrap().mappings.iter());
        let names: Vec<_> = topics.iter().map(|topic| topic.name).collect();
        assert_eq!(names, ["beat.active", "playback.track", "lyrics.document", "lyrics.line"]);
    }
}
