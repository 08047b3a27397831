//! Tags without a network: lexicons, counts, and what is measured.
//!
//! The same input gives the same tags, at once. Without lyrics the title, the key and the tempo have to do;
//! the confidence says so.

mod lexicon;
mod look;
mod reading;
mod words;

use schemas::lyrics::Document;
use schemas::tags::Song;

use crate::facts::Facts;
use crate::moods::{Mood, Scores};
use crate::song;

pub(crate) use reading::{Reading, refrain};

/// `source` of what the rules tagged.
pub const SOURCE: &str = "rules";
/// Highest confidence of rules, with lyrics and without.
const WITH_LYRICS: f32 = 0.6;
const WITHOUT: f32 = 0.3;
/// What a key adds to the valence: minor keys are heard as darker.
const MODE_VALENCE: f32 = 0.2;
/// Tempo that speaks for no energy, and for full energy, in BPM.
const SLOW_BPM: f64 = 70.0;
const FAST_BPM: f64 = 160.0;

/// Tags by rules, of a track and its lyrics (`None`, or a document without lines, is a track without words).
pub fn of(facts: &Facts, lyrics: Option<&Document>) -> Song {
    of_reading(&Reading::of(facts, lyrics), facts, lyrics.map_or("", |document| &document.track_id))
}

/// As [`of`], where the words are read already: reading takes milliseconds, this takes none.
pub(crate) fn of_reading(reading: &Reading, facts: &Facts, track_id: &str) -> Song {
    let measured = facts.energy.filter(|energy| energy.is_finite()).map(|energy| energy.clamp(0.0, 1.0));
    let energy = measured.unwrap_or_else(|| guessed_energy(reading, facts));
    let valence = valence(reading, facts);
    let scores = scores(reading, facts, energy, valence);
    let adjectives = look::adjectives(&scores, energy);
    let image_prompt = look::image_prompt(&adjectives, &reading.themes, &reading.keywords);
    song::bounded(&Song {
        mood: scores.ranked()[0].name().to_owned(),
        moods: scores.map(),
        energy,
        valence,
        themes: reading.themes.clone(),
        keywords: reading.keywords.clone(),
        palette: look::palette(&scores, energy, valence),
        adjectives,
        image_prompt,
        source: SOURCE.to_owned(),
        refrain_lines: reading.refrain.clone(),
        note: if reading.lyrics == 0 { "no lyrics are known".to_owned() } else { String::new() },
        track_id: track_id.to_owned(),
        confidence: confidence(reading, facts),
    })
}

/// Tempo, and words of drive against words of rest.
fn guessed_energy(reading: &Reading, facts: &Facts) -> f32 {
    let of = |moods: [Mood; 3]| moods.map(|mood| reading.scores.get(mood)).iter().sum::<f32>();
    let (drive, rest) = (
        of([Mood::Energetic, Mood::Aggressive, Mood::Uplifting]),
        of([Mood::Calm, Mood::Peaceful, Mood::Sad]),
    );
    let words = (drive + 0.5) / (drive + rest + 1.0);
    match facts.bpm.filter(|bpm| bpm.is_finite()) {
        Some(bpm) => 0.5 * words + 0.5 * ((bpm - SLOW_BPM) / (FAST_BPM - SLOW_BPM)).clamp(0.0, 1.0) as f32,
        None => words,
    }
}

fn valence(reading: &Reading, facts: &Facts) -> f32 {
    let mode = facts.is_minor().map_or(0.0, |minor| if minor { -MODE_VALENCE } else { MODE_VALENCE });
    (reading.valence + mode).clamp(-1.0, 1.0)
}

/// What the words say, raised and lowered by how the track sounds.
fn scores(reading: &Reading, facts: &Facts, energy: f32, valence: f32) -> Scores {
    let mut scores = reading.scores;
    // Measured sound is worth more than a guess from the same words.
    let trust = if facts.energy.is_some() { 0.5 } else { 0.15 };
    let (up, down) = ((energy * 2.0 - 1.0).max(0.0), (1.0 - energy * 2.0).max(0.0));
    let (glad, sad) = (valence.max(0.0), (-valence).max(0.0));
    [Mood::Calm, Mood::Peaceful].into_iter().for_each(|mood| scores.lower(mood, trust * up));
    [Mood::Energetic, Mood::Aggressive].into_iter().for_each(|mood| scores.lower(mood, trust * down));
    for (mood, share) in [
        (Mood::Energetic, up),
        (Mood::Calm, down),
        (Mood::Aggressive, up * sad),
        (Mood::Peaceful, down * glad),
        (Mood::Happy, glad * 0.5),
        (Mood::Uplifting, up * glad),
        (Mood::Sad, down * sad),
        (Mood::Dark, sad * 0.5),
    ] {
        scores.raise(mood, trust * share);
    }
    scores
}

fn confidence(reading: &Reading, facts: &Facts) -> f32 {
    let known = reading.known as f32;
    let measured = [facts.energy.is_some(), facts.key.is_some(), facts.bpm.is_some()]
        .iter()
        .filter(|known| **known)
        .count();
    if reading.lyrics > 0 {
        WITH_LYRICS * (0.3 + 0.6 * known / (known + 8.0) + measured as f32 / 30.0)
    } else {
        WITHOUT * (0.2 + 0.4 * known / (known + 1.0) + measured as f32 * 0.4 / 3.0)
    }
}

#[cfg(test)]
pub(crate) mod tests;
