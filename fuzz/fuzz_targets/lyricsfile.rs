//! What calls itself a Lyricsfile, and so reaches the reader of YAML.
#![no_main]

use lyrics::document::Lyrics;

const HEAD: &str = "version: '1.0'\nmetadata:\n  title: a\n";

libfuzzer_sys::fuzz_target!(|rest: &str| {
    if let Ok(lyrics) = Lyrics::from_text(&format!("{HEAD}{rest}")) {
        assert!(lyrics.lines.iter().all(|line| line.at_s.is_finite()), "instants are numbers");
        lyrics.digest();
    }
});
