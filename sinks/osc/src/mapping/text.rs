//! Text that is fit to be sent: titles and lyrics come from anywhere.

/// Text without control characters, in ASCII letters if the receiver can show no others.
pub(crate) fn clean(text: &str, ascii: bool) -> String {
    // Line breaks of any kind become spaces, so that words do not run together.
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let plain: String = spaced.filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    if ascii { deunicode::deunicode(&plain) } else { plain }
}

// Marks that turn the direction of writing or show nothing: they can make a title read as another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::clean;

    #[test]
    fn control_characters_go_and_letters_stay() {
        assert_eq!(clean("a\nb\0c\u{1b}[31md\u{202e}", false), "a bc[31md");
        assert_eq!(clean("Björk – Jóga", false), "Björk – Jóga");
    }

    #[test]
    fn ascii_spells_what_it_can() {
        assert_eq!(clean("Björk, Röyksopp & Mø…", true), "Bjork, Royksopp & Mo...");
        assert_eq!(clean("Ça plane", true), "Ca plane");
    }

    proptest! {
        #[test]
        fn ascii_is_ascii_and_printable(text in ".{0,60}") {
            let clean = clean(&text, true);
            prop_assert!(clean.bytes().all(|b| (0x20..0x7f).contains(&b)), "{clean:?}");
        }
    }
}
