//! Which topics a user's filters ask for.

use schemas::{
    Name, Payload as _, Subject, Topic, audio, beat, lyrics, osc, playback, structure, subject, sys, tags,
};

// Everything but samples: a night of those is 700 MB an hour, and a sound file serves better.
pub(crate) const READS: &[&Topic] = &[
    audio::Features::TOPIC,
    audio::Spectrum::TOPIC,
    audio::Pitch::TOPIC,
    audio::Key::TOPIC,
    audio::Input::TOPIC,
    beat::Onset::TOPIC,
    beat::Grid::TOPIC,
    beat::Tick::TOPIC,
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
    sys::Heartbeat::TOPIC,
    sys::Lifecycle::TOPIC,
    sys::Log::TOPIC,
    osc::Out::TOPIC,
    osc::In::TOPIC,
];

/// Topics with subjects that match any of `filters`.
pub(crate) fn topics(filters: &[String]) -> Result<Vec<&'static Topic>, String> {
    let mut found = Vec::new();
    for filter in filters {
        // A name at the end of a filter is tried as such; otherwise any name will do.
        let name = filter.rsplit('.').next().and_then(|last| Name::new(last).ok()).unwrap_or_else(Name::main);
        let matching =
            |topic: &&'static Topic| subject::matches(filter, &Subject::new(topic, &name).to_string());
        let matches: Vec<_> = READS.iter().copied().filter(matching).collect();
        if matches.is_empty() {
            return Err(format!(
                "subjects: “{filter}” matches nothing that can be written; docs/subjects.md lists all"
            ));
        }
        found.extend(matches);
    }
    found.sort_by_key(|topic| topic.name);
    found.dedup_by_key(|topic| topic.name);
    Ok(found)
}
