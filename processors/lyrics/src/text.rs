//! Foreign text: made safe to show, and made comparable.

use component::foreign::{self, is_hidden};
use unicode_normalization::UnicodeNormalization as _;

/// The text without control characters and without those that turn the direction of what follows, its white
/// space made single, of at most `max_chars` characters.
pub fn clean(text: &str, max_chars: usize) -> String {
    foreign::line(text, max_chars).unwrap_or_default()
}

/// One spelling for all that readers hold to be the same: NFKC (Unicode Annex 15), without case, single spaces.
pub fn fold(text: &str) -> String {
    let composed: String = text.nfkc().filter(|c| !is_hidden(*c) || c.is_whitespace()).collect();
    // By way of upper case, so that `ß` and `SS` meet, as full case folding has it.
    let caseless: String = composed.to_uppercase().to_lowercase().nfkc().collect();
    caseless.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// NFKC and small letters: a spelling that can still be shown.
pub fn lower(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// As [`fold`], and without punctuation: what two versions of a title or a line have in common.
pub fn bare(text: &str) -> String {
    let folded = fold(text);
    // An apostrophe joins (`don't`), every other sign parts.
    let letters = folded.chars().filter(|c| !matches!(c, '\'' | '’' | 'ʼ' | '`'));
    let spaced: String = letters.map(|c| if is_letter(c) { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_move_a_cursor_or_turn_a_line_is_gone() {
        assert_eq!(clean(" a\u{1b}[2J\u{202e}b\tc \n", 50), "a[2Jb c");
        assert_eq!(clean("日本語の歌", 3), "日本語");
    }

    #[test]
    fn one_spelling_for_what_readers_hold_the_same() {
        assert_eq!(fold("  STRASSE\u{a0}１ "), fold("straße 1"));
        assert_eq!(fold("cafe\u{301}"), fold("CAFÉ"));
        assert_ne!(fold("A"), fold("a!"));
        assert_eq!(bare("Don’t stop — (now)!"), bare("dont STOP now"));
        assert_eq!(bare("हिन्दी"), "हिन्दी");
    }
}
