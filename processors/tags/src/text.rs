//! Foreign text, made fit for terminals, OSC strings and prompts.

/// The text in one line: without control characters and the invisible ones that turn the direction of
/// writing, spaces drawn together, at most `limit` characters.
pub(crate) fn clean(text: &str, limit: usize) -> String {
    let mut clean = String::new();
    // What is far too long is cut before it is looked at: a character has at most 4 bytes, and spaces may shrink.
    let (mut length, mut gap) = (0, false);
    for c in text.chars().take(limit.saturating_mul(8)) {
        if c.is_whitespace() || c.is_control() {
            gap = length > 0;
        } else if !is_invisible(c) {
            let wanted = 1 + usize::from(gap);
            if length + wanted > limit {
                break;
            }
            if std::mem::take(&mut gap) {
                clean.push(' ');
            }
            clean.push(c);
            length += wanted;
        }
    }
    clean
}

/// Each text cleaned; empty and repeated ones are left out, and no more than `count` kept.
pub(crate) fn clean_list<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    count: usize,
    limit: usize,
) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if kept.len() == count {
            break;
        }
        let text = clean(text, limit);
        if !text.is_empty() && !kept.iter().any(|known| known.to_lowercase() == text.to_lowercase()) {
            kept.push(text);
        }
    }
    kept
}

// Zero-width and bidirectional controls (Unicode general category Cf), and the plane of tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn controls_go_and_words_stay() {
        assert_eq!(
            clean(" \u{1b}[31mred\u{7}\r\nand\tblue \u{202e}evil\u{200b} ", 40),
            "[31mred and blue evil"
        );
        assert_eq!(clean("Ünïcøde 夜", 9), "Ünïcøde 夜");
        assert_eq!(clean("Ünïcøde 夜", 8), "Ünïcøde");
        assert_eq!(clean(&"a".repeat(1_000_000), 3), "aaa");
    }

    #[test]
    fn lists_are_short_and_say_nothing_twice() {
        assert_eq!(clean_list(["a", "", "A", "\n", "b", "c"], 2, 5), ["a", "b"]);
    }

    proptest! {
        #[test]
        fn nothing_unfit_is_left(text in any::<String>(), limit in 0..50usize) {
            let clean = clean(&text, limit);
            prop_assert!(clean.chars().count() <= limit);
            prop_assert!(!clean.chars().any(|c| c.is_control() || is_invisible(c)));
            prop_assert_eq!(clean.trim(), &clean);
        }
    }
}
