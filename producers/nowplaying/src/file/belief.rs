//! When what was seen of a file is believed. Pure.
//!
//! Few programs replace the file at once: most empty it and then write, and a look in between finds nothing or
//! half a title. So a look counts only when the one after it finds the same.

use std::io;

/// What one look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    Missing,
    /// Why.
    Unreadable(String),
    /// Its size in bytes.
    TooLarge(u64),
    Text(Vec<u8>),
}

impl Look {
    pub(crate) fn failed(error: &io::Error) -> Look {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Look::Missing,
            _ => Look::Unreadable(error.to_string()),
        }
    }
}

/// The last look, and the last that was believed.
#[derive(Debug, Default)]
pub(crate) struct Belief {
    last: Option<Look>,
    believed: Option<Look>,
}

impl Belief {
    /// Takes a look; gives it back when it is believed and says something new.
    pub(crate) fn see(&mut self, look: Look) -> Option<&Look> {
        let again = self.last.as_ref() == Some(&look);
        let known = self.believed.as_ref() == Some(&look);
        self.last = Some(look);
        if again && !known {
            self.believed.clone_from(&self.last);
            return self.believed.as_ref();
        }
        None
    }

    /// Whether the last look is believed, so that none needs to follow soon.
    pub(crate) fn is_settled(&self) -> bool {
        self.last.is_some() && self.last == self.believed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Look {
        Look::Text(text.as_bytes().to_vec())
    }

    #[test]
    fn a_look_counts_when_the_next_finds_the_same() {
        let mut belief = Belief::default();
        assert_eq!(belief.see(text("Ann - Blue")), None);
        assert!(!belief.is_settled());
        assert_eq!(belief.see(text("Ann - Blue")), Some(&text("Ann - Blue")));
        assert!(belief.is_settled());
        assert_eq!(belief.see(text("Ann - Blue")), None, "told once");
    }

    #[test]
    fn what_is_seen_between_two_writes_is_not_believed() {
        let mut belief = Belief::default();
        let looks = [
            text("A"),
            text("A"),
            text(""),
            Look::Missing,
            text("Bob - R"),
            text("Bob - Red"),
            text("Bob - Red"),
        ];
        let believed: Vec<Look> = looks.into_iter().filter_map(|look| belief.see(look).cloned()).collect();
        assert_eq!(believed, [text("A"), text("Bob - Red")]);
    }

    #[test]
    fn a_flicker_back_to_the_same_is_no_news() {
        let mut belief = Belief::default();
        let looks = [text("A"), text("A"), text(""), text("A"), text("A")];
        assert_eq!(looks.into_iter().filter(|look| belief.see(look.clone()).is_some()).count(), 1);
    }
}
