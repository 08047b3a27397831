//! Words of a song: taken apart in any script, its languages, and the words that matter.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation as _;

use super::lexicon::{self, Lexicon};
use crate::song::{KEYWORDS, WORD};

/// A language counts when it has this share of the stop words of the foremost.
const SHARE: f32 = 0.6;
/// Shortest keyword of an alphabet, in characters. Ideographs stand for words of their own.
const SHORTEST: usize = 3;
/// Words that are looked at of a song: more are noise or an attack.
pub(crate) const MOST_WORDS: usize = 3000;

/// The words of a text in lower case, with plain apostrophes (word boundaries of UAX #29).
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.unicode_words().map(|word| word.to_lowercase().replace('\u{2019}', "'"))
}

/// The languages that the words may be in, as far as they are known: those with the most stop words, or
/// all when there are none.
pub(crate) fn languages(words: &[String]) -> Vec<&'static Lexicon> {
    let count = |lexicon: &Lexicon| {
        let stop = stop_words(lexicon.language);
        words.iter().filter(|word| stop.contains(word.as_str())).count() as f32
    };
    let counted: Vec<(f32, &Lexicon)> =
        lexicon::all().iter().map(|lexicon| (count(lexicon), lexicon)).collect();
    let most = counted.iter().map(|(count, _)| *count).fold(0.0, f32::max);
    counted.into_iter().filter(|(count, _)| *count >= most * SHARE).map(|(_, lexicon)| lexicon).collect()
}

/// The words that matter, the most frequent first, then in the order of the song.
pub(crate) fn keywords(words: &[String], languages: &[&Lexicon]) -> Vec<String> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (place, word) in words.iter().enumerate().filter(|(_, word)| matters(word, languages)) {
        counts.entry(word).or_insert((0, place)).0 += 1;
    }
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, (count, place))| (std::cmp::Reverse(*count), *place));
    ranked.into_iter().take(KEYWORDS).map(|(word, _)| word.to_owned()).collect()
}

fn matters(word: &str, languages: &[&Lexicon]) -> bool {
    let length = word.chars().count();
    let ideographs = word.chars().all(|c| ('\u{2e80}'..='\u{9fff}').contains(&c));
    (SHORTEST..=WORD).contains(&length.max(if ideographs { SHORTEST } else { 0 }))
        && word.chars().any(char::is_alphabetic)
        && !languages.iter().any(|lexicon| stop_words(lexicon.language).contains(word))
}

fn stop_words(language: &str) -> &'static HashSet<&'static str> {
    static ALL: LazyLock<BTreeMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
        let list = |lexicon: &Lexicon| stop_words::lookup(lexicon.language).unwrap_or_default();
        lexicon::all()
            .iter()
            .map(|lexicon| (lexicon.language, list(lexicon).iter().copied().collect()))
            .collect()
    });
    static NONE: LazyLock<HashSet<&'static str>> = LazyLock::new(HashSet::new);
    ALL.get(language).unwrap_or(&NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        words(text).collect()
    }

    fn codes(text: &str) -> Vec<&'static str> {
        languages(&split(text)).iter().map(|lexicon| lexicon.language).collect()
    }

    #[test]
    fn languages_are_told_apart() {
        assert_eq!(codes("we were the ones who would have had it all"), ["en"]);
        assert_eq!(codes("ich weiß nicht was das soll und wo wir sind"), ["de"]);
        assert_eq!(codes("je ne sais pas ce que nous avons dans cette"), ["fr"]);
        assert_eq!(codes("夜 空"), ["en", "de", "fr", "es", "it", "pt"], "nothing known: all");
    }

    #[test]
    fn keywords_are_of_any_script_and_no_stop_words() {
        let words = split("The river and the river, and THE Neon; Ночь ночь ночь 夜 42");
        let found = keywords(&words, &languages(&words));
        assert_eq!(found, ["ночь", "river", "neon", "夜"]);
    }
}
