//! Comments in an Ogg stream.
#![no_main]

use nowplaying::reading;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let begun: [&[u8]; 2] = [b"\x03vorbis", b"OpusTags"];
    for packet in begun.map(|begin| [begin, bytes].concat()) {
        if let Some(track) = reading::ogg_comments(&packet) {
            assert!(track.title.is_some_and(|title| !title.contains(char::is_control)), "titles are clean");
        }
    }
});
