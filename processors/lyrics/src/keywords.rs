//! The words of a line that matter, in any script.
//!
//! Words are found by Unicode's rules (Annex 29). Scripts that write no spaces between words (Han, Thai, Khmer …)
//! are parted at their stop words instead: what stands between two of them is taken as one word. That needs no
//! dictionary, and parts a word that has a stop word in it. The stop words are those of the language of which the
//! lyrics have most (`stopwords-iso`).

use std::collections::{BTreeMap, HashSet};

use schemas::lyrics::DocumentLine;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::lower;

/// Most keywords of a line.
pub const MAX_PER_LINE: usize = 3;
/// Shortest keyword in characters, of letters and of syllables (Hangul, Katakana).
const MIN_LETTERS: usize = 3;
const MIN_SYLLABLES: usize = 2;
/// Longest keyword in characters: what is longer is no word.
const MAX_CHARS: usize = 30;

/// Finds the keywords of each line.
pub fn mark(lines: &mut [DocumentLine]) {
    let stops = StopWords::of(lines);
    for line in lines {
        line.keywords = stops.keywords(&line.text);
    }
}

#[derive(Default)]
struct StopWords {
    words: HashSet<&'static str>,
    /// Of the longest, in characters.
    longest: usize,
}

impl StopWords {
    /// The stop words of the language that has most of them in these lines; of equals, the first by its code.
    fn of(lines: &[DocumentLine]) -> StopWords {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for piece in lines.iter().flat_map(|line| pieces(&line.text)) {
            *counts.entry(piece.text).or_default() += 1;
        }
        let hits = |language: &&str| {
            let words: HashSet<&str> =
                stop_words::lookup(language).unwrap_or_default().iter().copied().collect();
            // Of a script without spaces each character is a piece, and its stop words may be longer.
            counts.iter().filter(|(word, _)| words.contains(word.as_str())).map(|(_, n)| n).sum::<usize>()
        };
        let found = stop_words::available_languages().iter().map(|language| (hits(language), *language));
        let best = found.fold((0, ""), |best, next| if next.0 > best.0 { next } else { best });
        let words: HashSet<&str> = stop_words::lookup(best.1).unwrap_or_default().iter().copied().collect();
        let longest = words.iter().map(|word| word.chars().count()).max().unwrap_or(0);
        StopWords { words, longest }
    }

    fn keywords(&self, line: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut run = String::new();
        for piece in pieces(line) {
            if piece.unspaced {
                run.push_str(&piece.text);
                continue;
            }
            self.part(&std::mem::take(&mut run), &mut found);
            if self.is_keyword(&piece.text) {
                add(&mut found, piece.text);
            }
        }
        self.part(&run, &mut found);
        // One character of a longer word looks like a word: it is believed where there is nothing longer.
        if found.iter().any(|word| word.chars().nth(1).is_some()) {
            found.retain(|word| word.chars().nth(1).is_some());
        }
        longest_in_order(found)
    }

    fn is_keyword(&self, word: &str) -> bool {
        let length = word.chars().count();
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        let least = if word.chars().all(is_syllable) { MIN_SYLLABLES } else { MIN_LETTERS };
        (least..=MAX_CHARS).contains(&length)
            && word.chars().any(char::is_alphabetic)
            && !self.words.contains(word)
            && !self.words.contains(plain)
    }

    /// Parts a run of an unspaced script at its stop words, the longest first.
    fn part(&self, run: &str, found: &mut Vec<String>) {
        let letters: Vec<char> = run.chars().collect();
        let (mut start, mut place) = (0, 0);
        while place < letters.len() {
            let most = self.longest.min(letters.len() - place);
            let stop = (1..=most).rev().find(|length| {
                self.words.contains(letters[place..place + length].iter().collect::<String>().as_str())
            });
            if let Some(length) = stop {
                add_run(found, &letters[start..place]);
                start = place + length;
            }
            place += stop.unwrap_or(1);
        }
        add_run(found, &letters[start.min(letters.len())..]);
    }
}

struct Piece {
    text: String,
    /// Of a script that writes no spaces between words.
    unspaced: bool,
}

fn pieces(line: &str) -> Vec<Piece> {
    lower(line)
        .replace('’', "'")
        .unicode_words()
        .map(|word| Piece { text: word.to_owned(), unspaced: word.chars().next().is_some_and(is_unspaced) })
        .collect()
}

/// Han, Hiragana, Thai, Lao, Myanmar, Khmer. Katakana and Hangul words are found whole by Unicode's rules.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{309f}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn is_syllable(c: char) -> bool {
    matches!(c, '\u{30a0}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}')
}

// Where Han and Hiragana meet, one word ends: `桜が` is a flower and a particle.
fn add_run(found: &mut Vec<String>, letters: &[char]) {
    let is_kana = |c: &char| matches!(c, '\u{3040}'..='\u{309f}');
    for part in letters.chunk_by(|a, b| is_kana(a) == is_kana(b)) {
        let short = part.len() == 1 && part.iter().all(is_kana);
        if !short && part.len() <= MAX_CHARS {
            add(found, part.iter().collect());
        }
    }
}

fn add(found: &mut Vec<String>, word: String) {
    if !word.is_empty() && !found.contains(&word) {
        found.push(word);
    }
}

// Long words are rare words (Zipf): they say most. They stay in the order of the line.
fn longest_in_order(found: Vec<String>) -> Vec<String> {
    let mut ranked: Vec<(usize, String)> = found.into_iter().enumerate().collect();
    ranked.sort_by_key(|(place, word)| (std::cmp::Reverse(word.chars().count()), *place));
    ranked.truncate(MAX_PER_LINE);
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Lyrics;

    fn of(text: &str) -> Vec<Vec<String>> {
        let mut lines = Lyrics::from_text(text).unwrap().lines;
        mark(&mut lines);
        lines.into_iter().map(|line| line.keywords).collect()
    }

    #[test]
    fn stop_words_are_left_out_in_the_language_of_the_lyrics() {
        assert_eq!(
            of("We were dancing in the burning light\nAnd you would not")[0],
            ["dancing", "burning", "light"]
        );
        assert_eq!(of("Und wir tanzen in der Nacht\nUnd du bist nicht bei mir")[0], ["tanzen", "nacht"]);
        assert_eq!(of("А мы танцуем под дождём\nИ это не для них")[0], ["танцуем", "дождём"]);
    }

    #[test]
    fn scripts_without_spaces_have_keywords() {
        assert_eq!(of("星空在我的心里\n我和你的")[0], ["星空", "心里"]);
        assert!(of("桜が咲いた\nこれはあなたの")[0].contains(&"桜".to_owned()));
        assert!(!of("ความรักของฉัน\nและที่เป็น")[0].is_empty());
        assert!(of("사랑 너를 영원히")[0].contains(&"사랑".to_owned()));
    }

    #[test]
    fn at_most_three_and_always_the_same() {
        let text = "magnificent kaleidoscope thunderstorm avalanche waterfall\n12 345 !!!";
        assert_eq!(of(text)[0], ["magnificent", "kaleidoscope", "thunderstorm"]);
        assert!(of(text)[1].is_empty());
        assert_eq!(of(text), of(text));
    }
}
