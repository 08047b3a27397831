//! What a model says of a song.
#![no_main]

use tags::{Facts, of_answer};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(song) = of_answer(text, &Facts::default(), None, "m") {
        assert!((0.0..=1.0).contains(&song.energy) && song.valence.is_finite(), "{song:?}");
        assert!(!song.image_prompt.contains(char::is_control), "{song:?}");
    }
});
