//! Foreign text, made fit to be passed on.

use component::foreign::{self, NAME_CHARS};

/// Longest identifier in bytes: longer ones are pictures or scripts in an address.
const ID_MAX_BYTES: usize = 2_048;

/// One line of a name; `None` when nothing is left.
pub(crate) fn line(text: &str) -> Option<String> {
    foreign::line(text, NAME_CHARS)
}

/// An identifier as it is, or not at all: half of one names something else.
pub(crate) fn id(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.len() <= ID_MAX_BYTES && !text.chars().any(foreign::is_hidden);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_whole_or_none() {
        assert_eq!(id("/track/1").as_deref(), Some("/track/1"));
        for text in ["", "a\u{7}b", &"x".repeat(ID_MAX_BYTES + 1)] {
            assert_eq!(id(text), None);
        }
    }
}
