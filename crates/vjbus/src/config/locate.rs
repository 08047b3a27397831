//! The line of a key in a TOML text, for messages that an editor can jump to.

use serde_json::{Map, Value};
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
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref().as_ref() == part) else {
            break;
        };
        found = Some(line_of(text, name.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    found
}

/// The strings and integers of a text with syntax errors, as far as they can be read.
pub(super) fn readable_part(text: &str) -> Map<String, Value> {
    let (table, _errors) = DeTable::parse_recoverable(text);
    plain(table.get_ref())
}

fn plain(table: &DeTable<'_>) -> Map<String, Value> {
    let value = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::from)
        }
        DeValue::Table(inner) => Some(Value::Object(plain(inner))),
        _ => None,
    };
    table.iter().filter_map(|(key, v)| Some((key.get_ref().to_string(), value(v.get_ref())?))).collect()
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
    fn what_stands_before_a_syntax_error_is_still_read() {
        let part = readable_part("state_dir = \"x\"\n[broker]\nport = 14222\n[instances.audio\n");
        assert_eq!(part["state_dir"], "x");
        assert_eq!(part["broker"]["port"], 14222);
    }

    #[test]
    fn syntax_errors_name_their_line() {
        assert_eq!(syntax("a = 1\nb = = 2\n").unwrap_err().0, 2);
    }
}
