//! The line of a key in a TOML text, for messages that an editor can jump to.

use toml::de::{DeTable, DeValue};

/// Checks the syntax.
///
/// # Errors
/// The line (from 1) and what is wrong there.
pub(super) fn syntax(text: &str) -> Result<(), (usize, String)> {
    DeTable::parse(text).map(drop).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        (line, error.message().to_owned())
    })
}

/// The line, from 1, of the deepest part of `key` (`instances.audio.path`) that the text has.
pub(super) fn line(text: &str, key: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut table = table.get_ref();
    let mut found = None;
    for part in key.split('.') {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref().as_ref() == part) else { break };
        found = Some(line_of(text, name.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    found
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "state_dir = \"x\"\n\n[instances.audio]\nsource = \"file\"\npath = 3\n";

    #[test]
    fn keys_are_found_as_deep_as_they_go() {
        assert_eq!(line(TEXT, "state_dir"), Some(1));
        assert_eq!(line(TEXT, "instances.audio.path"), Some(5));
        assert_eq!(line(TEXT, "instances.audio.missing"), Some(3));
        assert_eq!(line(TEXT, "nothing"), None);
    }

    #[test]
    fn syntax_errors_name_their_line() {
        assert_eq!(syntax("a = 1\nb = = 2\n").unwrap_err().0, 2);
    }
}
