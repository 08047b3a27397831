//! What a model answered: foreign text, of which nothing is taken but what fits.

use schemas::lyrics::Document;
use schemas::tags::Song;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::facts::Facts;
use crate::moods::{Mood, Scores};
use crate::rules;
use crate::song::{self, ADJECTIVES, COLOURS, KEYWORDS, REFRAIN_LINES, THEMES, WORD};
use crate::text::{clean, clean_list};

/// Longest answer that is read, in bytes: a hundred times what the schema needs.
const LONGEST: usize = 256 * 1024;
/// Longest image prompt and refrain line, in characters.
const PROMPT: usize = 500;
const LINE: usize = 160;
/// Confidence in a model that had lyrics, and in one that had none.
const WITH_LYRICS: f32 = 0.8;
const WITHOUT: f32 = 0.45;

/// Why an answer cannot be used, in words that the model is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadAnswer {
    /// Longer than any answer needs to be.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// There is no JSON object in it.
    #[error("it is no JSON object ({0})")]
    NoObject(String),
    /// None of the moods has a score.
    #[error("`moods` has no score for any of the twelve moods")]
    NoMoods,
    /// The server says that it stopped in the middle.
    #[error("it was cut off before its end: be shorter")]
    CutOff,
}

/// What a model says of a track, within bounds. Kept in the cache in this form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Guess {
    moods: Value,
    energy: Value,
    valence: Value,
    themes: Value,
    keywords: Value,
    adjectives: Value,
    refrain_lines: Value,
    palette: Value,
    image_prompt: Value,
}

impl Default for Guess {
    fn default() -> Guess {
        let none = || Value::Null;
        Guess {
            moods: none(),
            energy: none(),
            valence: none(),
            themes: none(),
            keywords: none(),
            adjectives: none(),
            refrain_lines: none(),
            palette: none(),
            image_prompt: none(),
        }
    }
}

/// Reads an answer: the JSON object in it, whatever stands around it. Fields of a wrong type count as absent.
///
/// # Errors
/// When there is no object, or none that scores a mood.
pub(crate) fn read(text: &str) -> Result<Guess, BadAnswer> {
    if text.len() > LONGEST {
        return Err(BadAnswer::TooLong);
    }
    // Models like to wrap what they say in a fence, or to say a word before it.
    let (begin, end) = (text.find('{').unwrap_or(0), text.rfind('}').map_or(text.len(), |end| end + 1));
    let object = text.get(begin..end).unwrap_or(text);
    let guess: Guess = serde_json::from_str(object)
        .map_err(|error| BadAnswer::NoObject(format!("line {}, column {}", error.line(), error.column())))?;
    if scores(&guess.moods).is_none() {
        return Err(BadAnswer::NoMoods);
    }
    Ok(guess.tidied())
}

impl Guess {
    /// The tags: what the model said within bounds, what is measured in place of its guess, and what the lyrics
    /// themselves say of the refrain. What the model left out is filled by the rules.
    pub(crate) fn song(&self, ruled: &Song, facts: &Facts, lyrics: Option<&Document>, model: &str) -> Song {
        let or = |texts: Vec<String>, otherwise: &[String]| {
            if texts.is_empty() { otherwise.to_vec() } else { texts }
        };
        let prompt = clean(self.image_prompt.as_str().unwrap_or_default(), PROMPT);
        let refrain = rules::refrain(lyrics);
        let scores = scores(&self.moods).unwrap_or_default();
        let has_words = lyrics.is_some_and(|document| !document.lines.is_empty());
        song::bounded(&Song {
            mood: scores.ranked()[0].name().to_owned(),
            moods: scores.map(),
            energy: facts.energy.or_else(|| number(&self.energy)).unwrap_or(ruled.energy),
            valence: number(&self.valence).unwrap_or(ruled.valence),
            themes: or(texts(&self.themes, THEMES, WORD), &ruled.themes),
            keywords: or(texts(&self.keywords, KEYWORDS, WORD), &ruled.keywords),
            adjectives: or(texts(&self.adjectives, ADJECTIVES, WORD), &ruled.adjectives),
            image_prompt: if prompt.is_empty() { ruled.image_prompt.clone() } else { prompt },
            source: model.to_owned(),
            palette: or(self.colours(), &ruled.palette),
            refrain_lines: if refrain.is_empty() { self.quoted(lyrics) } else { refrain },
            note: String::new(),
            track_id: ruled.track_id.clone(),
            confidence: if has_words { WITH_LYRICS } else { WITHOUT },
        })
    }

    /// Bounded, so that neither memory nor the cache holds what nobody reads.
    fn tidied(&self) -> Guess {
        let finite = |value: &Value| number(value).map_or(Value::Null, Value::from);
        Guess {
            moods: scores(&self.moods).map_or(Value::Null, |scores| serde_json::json!(scores.map())),
            energy: finite(&self.energy),
            valence: finite(&self.valence),
            themes: texts(&self.themes, THEMES, WORD).into(),
            keywords: texts(&self.keywords, KEYWORDS, WORD).into(),
            adjectives: texts(&self.adjectives, ADJECTIVES, WORD).into(),
            refrain_lines: texts(&self.refrain_lines, REFRAIN_LINES, LINE).into(),
            palette: self.colours().into(),
            image_prompt: clean(self.image_prompt.as_str().unwrap_or_default(), PROMPT).into(),
        }
    }

    fn colours(&self) -> Vec<String> {
        let colours: Vec<String> = strings(&self.palette).filter_map(song::colour).take(COLOURS).collect();
        clean_list(colours.iter().map(String::as_str), COLOURS, 7)
    }

    /// Lines of the refrain that are really sung: a model makes some up, and they would be shown to an audience.
    fn quoted(&self, lyrics: Option<&Document>) -> Vec<String> {
        let plain = |text: &str| {
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
        };
        let sung: Vec<String> =
            lyrics.into_iter().flat_map(|d| &d.lines).map(|line| plain(&line.text)).collect();
        let mut lines = texts(&self.refrain_lines, REFRAIN_LINES, LINE);
        lines.retain(|line| sung.contains(&plain(line)));
        lines
    }
}

fn scores(value: &Value) -> Option<Scores> {
    let mut scores = Scores::default();
    let mut known = false;
    for (name, score) in value.as_object()? {
        if let (Some(mood), Some(score)) = (Mood::named(name), number(score)) {
            scores.set(mood, score);
            known = true;
        }
    }
    known.then_some(scores)
}

fn number(value: &Value) -> Option<f32> {
    value.as_f64().map(|number| number as f32).filter(|number| number.is_finite())
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn texts(value: &Value, count: usize, limit: usize) -> Vec<String> {
    clean_list(strings(value), count, limit)
}

#[cfg(test)]
pub(crate) mod tests;
