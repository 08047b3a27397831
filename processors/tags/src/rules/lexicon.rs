//! What words mean, in six languages. The lists under `lexicon/` are vjbus's own.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::moods::Mood;

/// Languages that are known, as ISO 639-1 codes, and their words.
const LANGUAGES: [(&str, &str); 6] = [
    ("en", include_str!("lexicon/en.tsv")),
    ("de", include_str!("lexicon/de.tsv")),
    ("fr", include_str!("lexicon/fr.tsv")),
    ("es", include_str!("lexicon/es.tsv")),
    ("it", include_str!("lexicon/it.tsv")),
    ("pt", include_str!("lexicon/pt.tsv")),
];
const MEANINGS: &str = include_str!("lexicon/meanings.tsv");
/// The meaning of words that turn the next ones round.
const NOT: &str = "not";
/// Shortest beginning of a word that is looked up, in characters.
const SHORTEST_STEM: usize = 3;

/// What a word stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meaning {
    /// -1 sad .. 1 glad
    pub(crate) valence: f32,
    /// what a song that says it often is about
    pub(crate) theme: &'static str,
    /// moods that it speaks for, each 0..1
    pub(crate) moods: Vec<(Mood, f32)>,
}

/// What a lexicon says of a word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Entry {
    /// It means this.
    Means(&'static Meaning),
    /// It turns the next words round.
    Not,
}

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Lexicon {
    /// ISO 639-1 code
    pub(crate) language: &'static str,
    words: HashMap<&'static str, Entry>,
    stems: HashMap<&'static str, Entry>,
}

impl Lexicon {
    /// What a word in lower case means; `None` when nothing is known of it.
    pub(crate) fn look_up(&self, word: &str) -> Option<Entry> {
        // An elided article in front (l'amour, dell'amore) is no part of the word.
        let bare = word.rsplit('\'').next().unwrap_or(word);
        self.whole(word).or_else(|| if bare == word { None } else { self.whole(bare) })
    }

    fn whole(&self, word: &str) -> Option<Entry> {
        let exact = self.words.get(word).copied();
        let ends: Vec<usize> = word.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
        let long_enough = ends.get(SHORTEST_STEM - 1..).unwrap_or_default();
        let stem = || long_enough.iter().rev().find_map(|end| self.stems.get(&word[..*end]).copied());
        exact.or_else(stem)
    }
}

/// All languages.
pub(crate) fn all() -> &'static [Lexicon] {
    static ALL: LazyLock<Vec<Lexicon>> =
        LazyLock::new(|| LANGUAGES.into_iter().map(|(language, text)| read(language, text)).collect());
    &ALL
}

fn meanings() -> &'static HashMap<&'static str, Meaning> {
    static ALL: LazyLock<HashMap<&'static str, Meaning>> =
        LazyLock::new(|| rows(MEANINGS).filter_map(|row| Some((row.0, meaning(row.1)?))).collect());
    &ALL
}

fn read(language: &'static str, text: &'static str) -> Lexicon {
    let (mut words, mut stems) = (HashMap::new(), HashMap::new());
    for (name, list) in rows(text) {
        let entry = if name == NOT { Some(Entry::Not) } else { meanings().get(name).map(Entry::Means) };
        let Some(entry) = entry else { continue };
        for word in list.split_whitespace() {
            match word.strip_suffix('*') {
                Some(stem) => stems.entry(stem).or_insert(entry),
                None => words.entry(word).or_insert(entry),
            };
        }
    }
    Lexicon { language, words, stems }
}

fn rows(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

fn meaning(columns: &'static str) -> Option<Meaning> {
    let mut columns = columns.split('\t');
    let (valence, theme) = (columns.next()?.parse().ok()?, columns.next()?);
    let mood = |pair: &str| {
        let (name, weight) = pair.split_once(':')?;
        Some((Mood::named(name)?, weight.parse().ok()?))
    };
    let moods = columns.next()?.split(' ').map(mood).collect::<Option<Vec<_>>>()?;
    Some(Meaning { valence, theme, moods })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(language: &str, word: &str) -> &'static str {
        let lexicon = all().iter().find(|l| l.language == language).unwrap();
        match lexicon.look_up(word) {
            Some(Entry::Means(meaning)) => meaning.theme,
            Some(Entry::Not) => NOT,
            None => "",
        }
    }

    #[test]
    fn every_row_of_every_list_is_read() {
        let expected = rows(MEANINGS).count();
        assert_eq!(meanings().len(), expected);
        for (language, text) in LANGUAGES {
            for (name, list) in rows(text) {
                assert!(name == NOT || meanings().contains_key(name), "{language}: {name}");
                for stem in list.split_whitespace().filter_map(|word| word.strip_suffix('*')) {
                    assert!(stem.chars().count() >= SHORTEST_STEM, "{language}: {stem}* is never found");
                }
            }
            assert_eq!(rows(text).count(), expected + 1, "{language}: all meanings, and `not`");
        }
    }

    #[test]
    fn words_are_found_whole_by_stem_and_behind_an_article() {
        assert_eq!(
            [theme("en", "night"), theme("en", "dancing"), theme("en", "don't")],
            ["night", "dance", "not"]
        );
        assert_eq!(
            [theme("fr", "l'amour"), theme("it", "dell'amore"), theme("en", "xyz")],
            ["love", "love", ""]
        );
        assert_eq!(
            [theme("de", "tränen"), theme("es", "lluvia"), theme("pt", "saudade")],
            ["sorrow", "rain", "memory"]
        );
        assert_eq!(theme("de", "die"), "", "an article is nobody's death");
    }
}
