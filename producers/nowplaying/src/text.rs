//! Foreign text, made fit to be published.

use component::foreign::{self, NAME_CHARS};

/// What stands between artist and title wherever both come as one text.
const BETWEEN: &str = " - ";

/// Artist and title, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Song {
    pub(crate) artist: Option<String>,
    pub(crate) title: Option<String>,
}

impl Song {
    /// The song of two fields, either of which may hold both or nothing.
    ///
    /// `Artist - Title` is split once, at the first separator; an artist without a title is all that is known of
    /// the song, and so its title.
    pub(crate) fn of(artist: Option<&str>, title: Option<&str>) -> Song {
        match (artist.and_then(clean), title.and_then(clean)) {
            (None, Some(both)) => Song::split(&both),
            (Some(only), None) => Song::split(&only),
            (artist, title) => Song { artist, title },
        }
    }

    fn split(both: &str) -> Song {
        match both.split_once(BETWEEN).map(|(artist, title)| (clean(artist), clean(title))) {
            Some((artist, Some(title))) => Song { artist, title: Some(title) },
            Some((Some(artist), None)) => Song { artist: None, title: Some(artist) },
            _ => Song { artist: None, title: clean(both) },
        }
    }
}

/// `text` without control characters and superfluous white space, at most [`NAME_CHARS`] long; `None` when
/// nothing is left.
pub(crate) fn clean(text: &str) -> Option<String> {
    foreign::line(text, NAME_CHARS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn song(artist: Option<&str>, title: Option<&str>) -> (Option<String>, Option<String>) {
        let song = Song::of(artist, title);
        (song.artist, song.title)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn artist_and_title_in_one_text_are_split_once() {
        assert_eq!(song(None, Some("Ann - Blue - Live")), (some("Ann"), some("Blue - Live")));
        assert_eq!(song(Some("Ann - Blue"), None), (some("Ann"), some("Blue")));
        assert_eq!(song(Some("Ann"), Some("Blue - Live")), (some("Ann"), some("Blue - Live")));
        assert_eq!(song(None, Some("Jay-Z")), (None, some("Jay-Z")));
    }

    #[test]
    fn all_that_is_known_of_a_song_is_its_title() {
        assert_eq!(song(Some("Blue"), Some("  ")), (None, some("Blue")));
        assert_eq!(song(None, Some(" - Blue")), (None, some("- Blue")));
        assert_eq!(song(None, Some("Blue - ")), (None, some("Blue -")));
        assert_eq!(song(Some(""), Some("\n\t")), (None, None));
    }

    #[test]
    fn control_characters_never_pass() {
        assert_eq!(clean("a\u{1b}[31m\0b\r\n c\u{85}"), some("a[31mb c"));
        assert_eq!(clean("\u{feff}x"), some("x"));
    }

    proptest! {
        #[test]
        fn what_is_cleaned_is_bounded_and_stays_clean(text in "\\PC{0,50}[\\x00-\\x20]{0,5}.{0,400}") {
            if let Some(plain) = clean(&text) {
                prop_assert!((1..=NAME_CHARS).contains(&plain.chars().count()));
                prop_assert!(!plain.chars().any(char::is_control));
                prop_assert_eq!(clean(&plain), Some(plain));
            }
        }

        #[test]
        fn a_song_is_never_an_artist_alone(artist in proptest::option::of(".{0,20}"), title in proptest::option::of(".{0,20}")) {
            let song = Song::of(artist.as_deref(), title.as_deref());
            prop_assert!(song.title.is_some() || song.artist.is_none());
        }
    }
}
