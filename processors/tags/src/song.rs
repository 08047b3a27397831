//! The bounds of what is published, whoever tagged it.

use schemas::tags::Song;

use crate::moods::{Mood, Scores};
use crate::text::{clean, clean_list};

/// Most themes, keywords, adjectives, refrain lines and colours.
pub(crate) const THEMES: usize = 6;
/// As [`THEMES`].
pub(crate) const KEYWORDS: usize = 12;
/// As [`THEMES`].
pub(crate) const ADJECTIVES: usize = 8;
/// As [`THEMES`].
pub(crate) const REFRAIN_LINES: usize = 4;
/// As [`THEMES`].
pub(crate) const COLOURS: usize = 6;
/// Longest theme, keyword or adjective, in characters.
pub(crate) const WORD: usize = 40;
/// Longest refrain line, in characters.
pub(crate) const LINE: usize = 160;
/// Longest image prompt and note, in characters.
const PROSE: usize = 500;
/// Longest name of a model, and identity of a track, in characters.
const IDENTITY: usize = 300;

/// The song within all bounds: scores of the twelve moods and no others, numbers in their ranges, texts clean
/// and short, colours that are colours.
pub(crate) fn bounded(song: &Song) -> Song {
    let mut scores = Scores::default();
    for (name, score) in &song.moods {
        if let Some(mood) = Mood::named(name) {
            scores.set(mood, *score);
        }
    }
    let known = !song.mood.is_empty();
    Song {
        mood: if known { scores.ranked()[0].name().to_owned() } else { String::new() },
        moods: scores.map(),
        energy: within(song.energy, 0.0, 1.0, 0.5),
        valence: within(song.valence, -1.0, 1.0, 0.0),
        themes: words(&song.themes, THEMES, WORD),
        keywords: words(&song.keywords, KEYWORDS, WORD),
        adjectives: words(&song.adjectives, ADJECTIVES, WORD),
        image_prompt: clean(&song.image_prompt, PROSE),
        source: clean(&song.source, IDENTITY),
        palette: song.palette.iter().filter_map(|text| colour(text)).take(COLOURS).collect(),
        refrain_lines: words(&song.refrain_lines, REFRAIN_LINES, LINE),
        note: clean(&song.note, PROSE),
        track_id: clean(&song.track_id, IDENTITY),
        confidence: within(song.confidence, 0.0, 1.0, 0.0),
    }
}

/// What is said while nothing plays: no mood, no words.
pub(crate) fn nothing() -> Song {
    Song {
        mood: String::new(),
        moods: Scores::default().map(),
        energy: 0.0,
        valence: 0.0,
        themes: Vec::new(),
        keywords: Vec::new(),
        adjectives: Vec::new(),
        image_prompt: String::new(),
        source: crate::rules::SOURCE.to_owned(),
        palette: Vec::new(),
        refrain_lines: Vec::new(),
        note: "nothing is playing".to_owned(),
        track_id: String::new(),
        confidence: 0.0,
    }
}

/// `#rrggbb` in lower case, if it is that (or `#rgb`).
pub(crate) fn colour(text: &str) -> Option<String> {
    let hex = text.trim().strip_prefix('#').filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    match hex.len() {
        3 => Some(hex.chars().fold("#".to_owned(), |long, c| format!("{long}{c}{c}")).to_lowercase()),
        6 => Some(format!("#{}", hex.to_lowercase())),
        _ => None,
    }
}

fn words(texts: &[String], count: usize, limit: usize) -> Vec<String> {
    clean_list(texts.iter().map(String::as_str), count, limit)
}

fn within(value: f32, least: f32, most: f32, otherwise: f32) -> f32 {
    if value.is_finite() { value.clamp(least, most) } else { otherwise }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_in_what_goes_out_is_within_bounds() {
        let mut song = nothing();
        song.mood = "sunny".into();
        song.moods =
            [("Sad".to_owned(), 9.0), ("sunny".to_owned(), 1.0), ("calm".to_owned(), f32::NAN)].into();
        (song.energy, song.valence, song.confidence) = (f32::NAN, -7.0, 3.0);
        song.themes = (0..99).map(|n| format!("theme\n{n}{}", "x".repeat(99))).collect();
        song.palette = ["#FF0080", "#abc", "red", "#12345g", "#ff00800"].map(String::from).into();
        song.image_prompt = "\u{1b}]0;x\u{7}".repeat(999);
        let song = bounded(&song);
        assert_eq!((song.mood.as_str(), song.moods.len(), song.moods["sad"]), ("sad", 12, 1.0));
        assert_eq!((song.energy, song.valence, song.confidence), (0.5, -1.0, 1.0));
        assert_eq!(song.themes.len(), THEMES);
        assert!(song.themes.iter().all(|t| t.chars().count() == WORD && !t.contains('\n')));
        assert_eq!(song.palette, ["#ff0080", "#aabbcc"]);
        assert!(song.image_prompt.chars().count() <= PROSE && !song.image_prompt.contains('\u{1b}'));
    }

    #[test]
    fn what_is_within_bounds_stays_as_it_is() {
        assert_eq!(bounded(&nothing()), nothing());
    }
}
