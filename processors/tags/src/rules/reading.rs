//! A text, read: how much it speaks of each mood, how glad it is, what it is about.

use std::collections::BTreeMap;

use schemas::lyrics::Document;

use super::lexicon::{Entry, Lexicon};
use super::words::{self, MOST_WORDS};
use crate::facts::Facts;
use crate::moods::{Mood, Scores};
use crate::song::{LINE, REFRAIN_LINES, THEMES};
use crate::text::{clean, clean_list};

/// Longest title that is read, in characters.
const TITLE: usize = 200;
/// A word of the title weighs as much as so many of the lyrics.
const TITLE_WEIGHT: f32 = 3.0;
/// A word that says `not` turns round the next so many.
const NOT_REACHES: usize = 2;
/// A text of this many words has a score of one half of what it says once.
const HALF_WORDS: f32 = 40.0;

/// What is to know of the words of a track.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Reading {
    /// score of each mood, by the words alone
    pub(crate) scores: Scores,
    /// -1..1, by the words alone
    pub(crate) valence: f32,
    /// words whose meaning is known
    pub(crate) known: usize,
    /// words of the lyrics; 0 when there are none
    pub(crate) lyrics: usize,
    /// what it is about, the foremost first
    pub(crate) themes: Vec<String>,
    /// words that matter
    pub(crate) keywords: Vec<String>,
    /// the refrain, line by line
    pub(crate) refrain: Vec<String>,
}

#[derive(Default)]
struct Tally {
    moods: BTreeMap<Mood, f32>,
    themes: BTreeMap<&'static str, (f32, usize)>,
    valence: f32,
    weight: f32,
    known: usize,
}

impl Reading {
    /// Reads title and lyrics. Of an absurdly long text the beginning is read.
    pub(crate) fn of(facts: &Facts, lyrics: Option<&Document>) -> Reading {
        let title: Vec<String> =
            words::words(&clean(facts.title.as_deref().unwrap_or_default(), TITLE)).collect();
        let lines = lyrics.map_or(&[][..], |document| &document.lines);
        let cleaned: Vec<String> =
            lines.iter().take(MOST_WORDS).map(|line| clean(&line.text, LINE)).collect();
        let sung: Vec<String> = cleaned.iter().flat_map(|line| words::words(line)).take(MOST_WORDS).collect();
        let all: Vec<String> = title.iter().chain(&sung).cloned().collect();
        let languages = words::languages(&all);
        let mut tally = Tally::default();
        tally.add(&title, &languages, TITLE_WEIGHT);
        tally.add(&sung, &languages, 1.0);
        let spoken = TITLE_WEIGHT * title.len() as f32 + sung.len() as f32;
        Reading {
            scores: tally.scores(spoken),
            valence: tally.valence / (tally.weight + 2.0),
            known: tally.known,
            lyrics: sung.len(),
            themes: tally.themes(),
            keywords: words::keywords(if sung.is_empty() { &title } else { &sung }, &languages),
            refrain: refrain(lyrics),
        }
    }
}

impl Tally {
    fn add(&mut self, words: &[String], languages: &[&Lexicon], weight: f32) {
        let mut turned = 0;
        for word in words {
            match languages.iter().find_map(|lexicon| lexicon.look_up(word)) {
                Some(Entry::Not) => turned = NOT_REACHES + 1,
                Some(Entry::Means(meaning)) => {
                    // “No fear” speaks of fear, but not for it.
                    let (mood, valence) = if turned > 0 { (0.25, -0.5) } else { (1.0, 1.0) };
                    for (name, share) in &meaning.moods {
                        *self.moods.entry(*name).or_default() += weight * mood * share;
                    }
                    let place = self.themes.len();
                    self.themes.entry(meaning.theme).or_insert((0.0, place)).0 += weight;
                    self.valence += weight * valence * meaning.valence;
                    self.weight += weight * meaning.valence.abs();
                    self.known += 1;
                }
                None => {}
            }
            turned = turned.saturating_sub(1);
        }
    }

    fn scores(&self, spoken: f32) -> Scores {
        let mut scores = Scores::default();
        for (mood, said) in &self.moods {
            // Twice as often in twice as many words is the same score; a single word is never much.
            scores.set(*mood, said / (said + 1.0 + spoken / HALF_WORDS));
        }
        scores
    }

    fn themes(&self) -> Vec<String> {
        let mut ranked: Vec<_> = self.themes.iter().filter(|(theme, _)| **theme != "-").collect();
        ranked.sort_by(|(_, a), (_, b)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().take(THEMES).map(|(theme, _)| (*theme).to_owned()).collect()
    }
}

/// The lines of the refrain, each once.
pub(crate) fn refrain(lyrics: Option<&Document>) -> Vec<String> {
    let lines = lyrics.map_or(&[][..], |document| &document.lines).iter();
    let refrain = lines.filter(|line| line.refrain == Some(true)).map(|line| line.text.as_str());
    clean_list(refrain, REFRAIN_LINES, LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(title: &str, lines: &[&str]) -> Reading {
        let facts = Facts { title: Some(title.into()), ..Facts::default() };
        Reading::of(&facts, Some(&crate::rules::tests::document(lines)))
    }

    #[test]
    fn moods_and_themes_are_those_of_the_words() {
        let reading =
            read("Alone", &["I cry my tears alone", "the rain comes down and I am sad", "you said goodbye"]);
        assert_eq!(reading.scores.ranked()[0], Mood::Sad);
        assert!(reading.valence < -0.3, "{}", reading.valence);
        assert_eq!(reading.themes[..2], ["loneliness", "sorrow"]);
        let glad = read(
            "Sommer",
            &["wir tanzen in der Sonne und lachen", "das Glück ist hier, wir feiern die Freiheit"],
        );
        assert!(glad.valence > 0.4, "{}", glad.valence);
        assert!(glad.scores.get(Mood::Happy) > 0.5 && glad.scores.get(Mood::Sad) < 0.1);
    }

    #[test]
    fn not_turns_round() {
        let (with, without) = (read("", &["I feel the fear"]), read("", &["I feel no fear"]));
        assert!(without.valence > with.valence);
        assert!(without.scores.get(Mood::Dark) < with.scores.get(Mood::Dark));
    }

    #[test]
    fn a_giant_text_is_read_in_part() {
        let line = "night ".repeat(100_000);
        let reading = read(&line, &vec![line.as_str(); 50]);
        assert!(reading.lyrics <= MOST_WORDS);
        assert_eq!(reading.themes, ["night"]);
    }
}
