//! What a source client sends to the Icecast mount: a head, then audio or a title.
#![no_main]

use nowplaying::reading;

/// `source:x`, which opens the mount.
const KEY: &str = "Authorization: Basic c291cmNlOng=\r\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (head, rest) = bytes.split_at(bytes.len() / 2);
    let known = [b"SOURCE / HTTP/1.0\r\n", KEY.as_bytes(), head, b"\r\n\r\n", rest].concat();
    let update =
        [b"GET /admin/metadata?mode=updinfo&", bytes, b" HTTP/1.0\r\n", KEY.as_bytes(), b"\r\n"].concat();
    for request in [bytes, &known, &update] {
        for track in reading::icecast(request, "x") {
            assert!(track.title.is_none_or(|title| !title.contains(char::is_control)), "titles are clean");
        }
    }
});
