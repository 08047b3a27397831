//! A file of lyrics in any format and encoding.
#![no_main]

use lyrics::document::Lyrics;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(lyrics) = Lyrics::from_bytes(bytes) {
        assert!(lyrics.lines.is_sorted_by(|a, b| a.at_s <= b.at_s), "lines are in order");
        assert!(lyrics.lines.iter().all(|line| !line.text.contains(char::is_control)), "text is clean");
        lyrics.digest();
    }
});
