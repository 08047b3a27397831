//! Text that others wrote, made fit to be passed on.

/// Longest title, artist or album that is passed on, in characters.
pub const NAME_CHARS: usize = 300;

/// The text on one line of at most `max_chars` characters, its white space made single; without control characters
/// and without those that turn the direction of what follows (Unicode Technical Report 36, 3.2). `None` when nothing
/// is left.
pub fn line(text: &str, max_chars: usize) -> Option<String> {
    let (mut line, mut count, mut gap) = (String::new(), 0, false);
    for c in text.chars() {
        if c.is_whitespace() {
            gap = count > 0;
        } else if !is_hidden(c) {
            let wanted = 1 + usize::from(gap);
            if count + wanted > max_chars {
                break;
            }
            line.extend(std::mem::take(&mut gap).then_some(' '));
            line.push(c);
            count += wanted;
        }
    }
    (!line.is_empty()).then_some(line)
}

/// Whether a character is no part of a text that is shown. White space that parts lines is one too.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_move_a_cursor_or_turn_a_line_is_gone() {
        let hostile = " a\u{1b}[2J\u{202e}b\tc\r\n\u{feff}d\0 ";
        assert_eq!(line(hostile, 50).as_deref(), Some("a[2Jb c d"));
        assert_eq!(line("\u{feff}\0 \n\t\u{202e}", 50), None);
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(line("日本語の歌", 3).as_deref(), Some("日本語"));
        assert_eq!(line("ab cd", 3).as_deref(), Some("ab"), "no space at the end");
        assert_eq!(line(&"é".repeat(1000), NAME_CHARS).map(|text| text.chars().count()), Some(NAME_CHARS));
    }

    #[test]
    fn joiners_of_scripts_and_pictures_stay() {
        assert_eq!(line("می\u{200c}خواهم", 50).as_deref(), Some("می\u{200c}خواهم"));
    }
}
