//! What VirtualDJ answered, value by value.

use std::collections::BTreeMap;

use component::foreign::{self, NAME_CHARS};

/// Queries about one deck, after `deck <n> `. `get_bpm` is the tempo that is heard, `get_bpm absolute` the track's own.
pub const DECK_VERBS: [&str; 11] = [
    "loaded",
    "get_title",
    "get_artist",
    "get_album",
    "get_songlength",
    "song_pos",
    "play",
    "is_audible",
    "volume",
    "get_bpm",
    "get_bpm absolute",
];
/// The query about both: 0 is the left deck, 1 the right one.
pub const CROSSFADER: &str = "crossfader";

/// Answers by verb; what is missing was not answered.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    values: BTreeMap<&'static str, String>,
    nonsense: u64,
}

impl Answers {
    /// Takes one answer; what VirtualDJ calls an error is none.
    pub fn take(&mut self, verb: &'static str, body: &str) {
        if body.trim_start().starts_with("error:") {
            self.spoil();
        } else {
            self.values.insert(verb, body.to_owned());
        }
    }

    /// An answer was none.
    pub fn spoil(&mut self) {
        self.nonsense += 1;
    }

    /// Answers so far that were nonsense, here or to the functions below.
    pub fn nonsense(&self) -> u64 {
        self.nonsense
    }

    /// Whether anything at all was answered.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A text on one line, bounded; `None` when empty.
    pub fn text(&self, verb: &str) -> Option<String> {
        self.values.get(verb).and_then(|value| foreign::line(value, NAME_CHARS))
    }

    /// A number within `range`; an empty answer is none, anything else nonsense.
    pub fn number(&mut self, verb: &str, range: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let value = self.values.get(verb)?.trim();
        if value.is_empty() {
            return None;
        }
        let number = value.parse::<f64>().ok().filter(|number| range.contains(number));
        self.nonsense += u64::from(number.is_none());
        number
    }

    /// A truth as VDJScript writes it: `on`, `yes`, `true`, `1`; `off`, `no`, `false`, `0` or nothing.
    pub fn truth(&mut self, verb: &str) -> Option<bool> {
        match self.values.get(verb)?.trim().to_ascii_lowercase().as_str() {
            "on" | "yes" | "true" | "1" => Some(true),
            "off" | "no" | "false" | "0" | "" => Some(false),
            _ => {
                self.nonsense += 1;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_nonsense_is_counted() {
        let mut answers = Answers::default();
        answers.take("play", "On\n");
        answers.take("loaded", "");
        answers.take("song_pos", "0.25");
        answers.take("get_title", " A\u{7}B ");
        answers.take("is_audible", "maybe");
        answers.take("volume", "NaN");
        answers.take("get_bpm", "error:-2147467259");
        assert_eq!((answers.truth("play"), answers.truth("loaded")), (Some(true), Some(false)));
        assert_eq!(
            (answers.number("song_pos", 0.0..=1.0), answers.number("get_bpm", 0.0..=1.0)),
            (Some(0.25), None)
        );
        assert_eq!(answers.text("get_title").as_deref(), Some("AB"));
        assert_eq!(answers.nonsense(), 1);
        assert_eq!((answers.truth("is_audible"), answers.number("volume", 0.0..=1.0)), (None, None));
        assert_eq!(answers.nonsense(), 3);
    }
}
