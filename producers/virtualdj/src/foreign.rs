//! Text that others wrote, made fit for the bus.

/// Longest title, artist or album that is passed on, in characters.
const LONGEST: usize = 300;

/// The text on one line, without control characters, cut at 300 characters; `None` when nothing is left.
pub(crate) fn plain(text: &str) -> Option<String> {
    let spaced: String =
        text.chars().map(|c| if c.is_control() || c == '\u{feff}' { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().flat_map(|word| [" ", word]).skip(1).collect::<String>();
    let cut: String = line.chars().take(LONGEST).collect();
    (!cut.is_empty()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_length_is_bounded() {
        assert_eq!(plain(" A\u{1b}[31m\tB\r\n").as_deref(), Some("A [31m B"));
        assert_eq!(plain("\u{feff}\0 \n"), None);
        assert_eq!(plain(&"é".repeat(1000)).map(|text| text.chars().count()), Some(LONGEST));
    }
}
