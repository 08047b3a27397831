//! Whose messages a target gets: it follows a source, and `room` moves.
//!
//! The beat grid is published as `room`, so `room` is simply another name there. Levels, onsets and
//! sections are published by the source that was heard, so for them `room` means the source that
//! `beat.active` names. That source need not be heard at all (a clock from DJ software has no levels):
//! then, and while nothing is active, it means `main`. Titles and lyrics belong to a player: `room`
//! means the one that `playback.active` names, else `main`.

use std::collections::HashMap;

use schemas::{Name, Payload as _, Scope, Topic, audio, beat, playback};

use crate::mapping::Feed;

// Features come nearly two hundred times a second; a source that gave none for so long is not heard.
const HEARD_LASTS_NS: i64 = 3_000_000_000;

/// Who is active and who is heard.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    active_source: Option<Name>,
    active_player: Option<Name>,
    heard_ns: HashMap<Name, i64>,
}

impl Follow {
    pub(crate) fn set_active_source(&mut self, source: Option<Name>) {
        self.active_source = source;
    }

    pub(crate) fn set_active_player(&mut self, player: Option<Name>) {
        self.active_player = player;
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

    /// Whether a target that follows `source` wants a message of `topic` from `name`.
    pub(crate) fn wants(&self, source: &Name, topic: &Topic, name: Option<&Name>, now_ns: i64) -> bool {
        let Some(name) = name else { return true };
        if source.as_str() != schemas::subject::ROOM || topic.name == beat::Grid::TOPIC.name {
            return name == source;
        }
        let followed = match topic.scope {
            Scope::Player => self.active_player.as_ref(),
            _ => self.active_source.as_ref().filter(|source| self.is_heard(source, now_ns)),
        };
        followed.map_or(name.as_str() == "main", |followed| name == followed)
    }

    fn is_heard(&self, source: &Name, now_ns: i64) -> bool {
        self.heard_ns.get(source).is_some_and(|heard_ns| now_ns - heard_ns < HEARD_LASTS_NS)
    }
}

/// Topics that have to be read for these feeds: their own, and those that say whom to follow.
pub(crate) fn topics_for(feeds: impl Iterator<Item = Feed>) -> Vec<&'static Topic> {
    let mut topics = vec![beat::Active::TOPIC];
    for feed in feeds {
        topics.push(if feed.is_clock() { beat::Grid::TOPIC } else { feed.topic() });
        match feed.topic().scope {
            Scope::Player => topics.push(playback::ActivePlayer::TOPIC),
            // Which source is heard shows in its features.
            Scope::Source if !feed.is_clock() => topics.push(audio::Features::TOPIC),
            _ => {}
        }
    }
    topics
}

#[cfg(test)]
mod tests {
    use schemas::structure;

    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    #[test]
    fn room_is_main_until_another_source_is_active_and_heard() {
        let mut follow = Follow::default();
        let features = audio::Features::TOPIC;
        let wants =
            |follow: &Follow, from: &str, now| follow.wants(&Name::room(), features, Some(&name(from)), now);
        assert!(wants(&follow, "main", 0) && !wants(&follow, "deck-a", 0));
        follow.set_active_source(Some(name("deck-a")));
        assert!(wants(&follow, "main", 0), "deck-a is active and silent");
        follow.heard(features, &name("deck-a"), 1);
        assert!(wants(&follow, "deck-a", 2) && !wants(&follow, "main", 2));
        assert!(follow.wants(&Name::room(), structure::Event::TOPIC, Some(&name("deck-a")), 2));
        assert!(wants(&follow, "main", 1 + HEARD_LASTS_NS));
    }

    #[test]
    fn grids_go_by_their_own_name_and_tracks_by_player() {
        let mut follow = Follow::default();
        follow.set_active_source(Some(name("deck-a")));
        follow.set_active_player(Some(name("spotify")));
        let wants =
            |source: &str, topic, from: &str| follow.wants(&name(source), topic, Some(&name(from)), 0);
        assert!(wants("room", beat::Grid::TOPIC, "room") && !wants("room", beat::Grid::TOPIC, "deck-a"));
        assert!(
            wants("room", playback::Track::TOPIC, "spotify")
                && !wants("room", playback::Track::TOPIC, "main")
        );
        assert!(
            wants("deck-b", beat::Grid::TOPIC, "deck-b") && !wants("deck-b", audio::Features::TOPIC, "main")
        );
        assert!(follow.wants(&name("room"), beat::Active::TOPIC, None, 0));
    }
}
