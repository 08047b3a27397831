//! Every component, one line each. A test names any folder that is missing here.

use component::Entry;

/// The components of this build.
pub const REGISTRY: &[Entry] = &[
    Entry::of::<audio::Audio>(),
    Entry::of::<features::Features>(),
    Entry::of::<beat::Beat>(),
    Entry::of::<clock::Clock>(),
    Entry::of::<structure::Structure>(),
    Entry::of::<osc::Osc>(),
    Entry::of::<log_sink::LogSink>(),
    Entry::of::<mpris::Mpris>(),
    Entry::of::<virtualdj::Virtualdj>(),
    Entry::of::<spotify::Spotify>(),
    Entry::of::<nowplaying::Nowplaying>(),
    Entry::of::<active::Active>(),
    Entry::of::<lyrics::Lyrics>(),
    Entry::of::<tags::Tags>(),
];
