//! The answer of LRCLIB to a search.
#![no_main]

use lyrics::document::Lyrics;
use lyrics::identity::Song;
use lyrics::lrclib::{Record, likeliest};
use schemas::playback::Track;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let some = |text: &str| Some(text.to_owned());
    let track = Track { artist: some("a"), title: some("b"), duration_s: Some(9.0), ..Track::default() };
    if let (Ok(found), Some(song)) = (serde_json::from_slice::<Vec<Record>>(body), Song::of(&track)) {
        let words = likeliest(&song, found, |lyrics| !lyrics.lines.is_empty());
        if let Some(words) = words.filter(|words| !words.text.is_empty()) {
            assert!(Lyrics::from_text(&words.text).is_ok(), "what is kept can be read");
        }
    }
});
