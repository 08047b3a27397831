//! Foreign text, made fit to be passed on.

/// Longest title, artist or album in characters.
const TEXT_MAX_CHARS: usize = 300;
/// Longest identifier in bytes: longer ones are pictures or scripts in an address.
const ID_MAX_BYTES: usize = 2_048;

/// One line without control characters, bounded; `None` when nothing is left.
pub(crate) fn line(text: &str) -> Option<String> {
    // Line ends part words; other control characters stand in the middle of them.
    let spaced = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    let plain: String = spaced.filter(|c| !is_harmful(*c)).take(TEXT_MAX_CHARS).collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// An identifier as it is, or not at all: half of one names something else.
pub(crate) fn id(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.len() <= ID_MAX_BYTES && !text.chars().any(is_harmful);
    fits.then(|| text.to_owned())
}

/// Control characters, and those that turn the direction of what follows (Unicode Technical Report 36, 3.2).
fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_line_ends_part_words() {
        assert_eq!(line(" one\ntwo\u{1b}[31m\u{0}\u{202e} ").as_deref(), Some("one two[31m"));
        assert_eq!(line("\u{0}\n \t"), None);
        assert_eq!(line(&"é".repeat(1_000)).map(|text| text.chars().count()), Some(TEXT_MAX_CHARS));
    }

    #[test]
    fn an_identifier_is_whole_or_none() {
        assert_eq!(id("/track/1").as_deref(), Some("/track/1"));
        for text in ["", "a\u{7}b", &"x".repeat(ID_MAX_BYTES + 1)] {
            assert_eq!(id(text), None);
        }
    }
}
