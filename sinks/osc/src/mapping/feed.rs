//! What a mapping can be fed from: topics of the bus, and what this sink's own beat clock says.

use schemas::topic::Described as _;
use schemas::{
    Class, Codec, Field, Kind, Payload as _, Scope, Topic, audio, beat, lyrics, playback, structure, tags,
};

/// Topics that mappings may name.
pub const READS: &[&Topic] = &[
    audio::Features::TOPIC,
    audio::Spectrum::TOPIC,
    audio::Pitch::TOPIC,
    audio::Key::TOPIC,
    audio::Input::TOPIC,
    beat::Grid::TOPIC,
    beat::Tick::TOPIC,
    beat::Onset::TOPIC,
    beat::Active::TOPIC,
    structure::Section::TOPIC,
    structure::Progress::TOPIC,
    structure::Event::TOPIC,
    playback::Track::TOPIC,
    playback::Position::TOPIC,
    playback::ActivePlayer::TOPIC,
    lyrics::Document::TOPIC,
    lyrics::Line::TOPIC,
    lyrics::SungWord::TOPIC,
    tags::Song::TOPIC,
];

/// What feeds a mapping.
#[derive(Debug, Clone, Copy)]
pub enum Feed {
    /// Messages of a topic, when they arrive.
    Message(&'static Topic),
    /// `beat.tick`: this sink's own clock, at the instant of each beat.
    Beat,
    /// `beat.phase`: this sink's own clock, `max_rate_hz` times a second.
    Phase,
}

// Names are unique, and comparing whole schemas for each mapping of each message would cost more than the message.
impl PartialEq for Feed {
    fn eq(&self, other: &Feed) -> bool {
        self.topic().name == other.topic().name
    }
}

/// `beat.tick` as mappings see it: the tick's fields and what else the grid knows.
pub static BEAT: Topic = Topic {
    name: "beat.tick",
    class: Class::Event,
    codec: Codec::Json,
    scope: Scope::Source,
    valid_s: None,
    fields: &[
        field("index", i64::KIND, "absolute number of the beat"),
        field("beat", Option::<u32>::KIND, "its number in the bar, from 1, or null"),
        field("bar", Option::<i64>::KIND, "number of the bar, or null"),
        field("bpm", f64::KIND, "tempo in beats per minute"),
        field("confidence", f32::KIND, "0..1"),
        field("downbeat_confidence", f32::KIND, "confidence of beat, 0..1"),
        field("mode", beat::Mode::KIND, "locked, held or tapped"),
    ],
    doc: "One beat, at its instant.",
};

/// `beat.phase`: where between two beats we are.
pub static PHASE: Topic = Topic {
    name: "beat.phase",
    class: Class::Stream,
    codec: Codec::Json,
    scope: Scope::Source,
    valid_s: None,
    fields: &[
        field("phase", f64::KIND, "0 at the beat, towards 1 before the next"),
        field("index", i64::KIND, "absolute number of the beat before"),
        field("beat", Option::<u32>::KIND, "its number in the bar, from 1, or null"),
        field("bar", Option::<i64>::KIND, "number of the bar, or null"),
        field("bpm", f64::KIND, "tempo in beats per minute"),
        field("mode", beat::Mode::KIND, "locked, held or tapped"),
    ],
    doc: "Where between two beats we are.",
};

const fn field(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, doc }
}

impl Feed {
    /// The feed that a file calls `name`, e.g. `beat.grid`.
    pub fn named(name: &str) -> Option<Feed> {
        match name {
            "beat.tick" => Some(Feed::Beat),
            "beat.phase" => Some(Feed::Phase),
            _ => READS.iter().find(|topic| topic.name == name).map(|topic| Feed::Message(topic)),
        }
    }

    /// Every name that [`Feed::named`] knows.
    pub fn names() -> Vec<&'static str> {
        READS.iter().map(|topic| topic.name).chain(["beat.phase"]).collect()
    }

    /// Its fields and class.
    pub fn topic(self) -> &'static Topic {
        match self {
            Feed::Message(topic) => topic,
            Feed::Beat => &BEAT,
            Feed::Phase => &PHASE,
        }
    }

    /// Whether this sink's own clock makes it: those are handled on the clock's thread.
    pub fn is_clock(self) -> bool {
        matches!(self, Feed::Beat | Feed::Phase)
    }

    /// Whether it may be thinned out: continuous values may, beats and other events may not.
    pub fn is_continuous(self) -> bool {
        matches!(self.topic().class, Class::Stream | Class::State)
    }

    /// Every path to a single value or list, e.g. `bands.bass`.
    pub fn paths(self) -> Vec<String> {
        fn walk(prefix: &str, fields: &[Field], paths: &mut Vec<String>) {
            for field in fields {
                let path = format!("{prefix}{}", field.name);
                match field.kind.required() {
                    Kind::Struct(inner) => walk(&format!("{path}."), inner, paths),
                    Kind::Map(_) => paths.push(format!("{path}.NAME")),
                    _ => paths.push(path),
                }
            }
        }
        let mut paths = Vec::new();
        walk("", self.topic().fields, &mut paths);
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clocks_beat_has_every_field_of_the_tick() {
        for field in beat::Tick::TOPIC.fields {
            assert_eq!(BEAT.field(field.name), Some(&field.kind), "{}", field.name);
        }
    }

    #[test]
    fn every_name_is_found_and_has_paths() {
        for name in Feed::names() {
            let feed = Feed::named(name).unwrap();
            assert_eq!(feed.topic().name, name);
            for path in feed.paths() {
                assert!(feed.topic().field(&path).is_some(), "{name}: {path}");
            }
        }
        assert_eq!(Feed::named("audio.block"), None);
    }
}
