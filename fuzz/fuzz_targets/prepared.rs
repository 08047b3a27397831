//! Words of any script, with refrains and keywords marked and their instants at hand.
#![no_main]

use lyrics::document::Lyrics;
use lyrics::prepare::Prepared;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(lyrics) = Lyrics::from_text(text) {
        let prepared = Prepared::new("fuzz", lyrics);
        assert!(prepared.lines.iter().all(|line| line.keywords.len() <= 3), "three keywords at most");
    }
});
