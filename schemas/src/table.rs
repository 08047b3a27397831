//! Every topic in one table.

use crate::topic::{Payload, Topic};
use crate::{audio, beat, lyrics, osc, playback, structure, sys, tags};

/// Something that is done for every message type.
pub trait Visitor {
    /// Called once per type.
    fn visit<T: Payload>(&mut self);
}

macro_rules! table {
    ($($ty:ty),+ $(,)?) => {
        /// All topics, in the order of the documentation.
        pub const TOPICS: &[&Topic] = &[$(<$ty as Payload>::TOPIC),+];

        /// Calls `visitor` with every message type.
        pub fn visit(visitor: &mut impl Visitor) {
            $(visitor.visit::<$ty>();)+
        }
    };
}

table! {
    audio::Block, audio::Features, audio::Spectrum, audio::Pitch, audio::Key, audio::Input,
    beat::Onset, beat::Grid, beat::Tick, beat::Active,
    structure::Section, structure::Progress, structure::Event,
    playback::Track, playback::Position, playback::ActivePlayer,
    lyrics::Document, lyrics::Line, lyrics::SungWord,
    tags::Song,
    sys::Heartbeat, sys::Lifecycle, sys::Log,
    osc::Out, osc::In,
}

/// The topic called `name`, e.g. `beat.grid`.
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().copied().find(|topic| topic.name == name)
}
