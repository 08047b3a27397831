//! A file in which VirtualDJ keeps what plays: its log, its history, or the line of a plugin.
#![no_main]

use virtualdj::files::text::Encoding;
use virtualdj::files::{entry, m3u};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = Encoding::of(bytes).read(bytes);
    let history = format!("#EXTVDJ:<time>21:45</time>{text}\n{text}");
    for (entry, _ended) in [entry::last(&text), m3u::last(&text), m3u::last(&history)].into_iter().flatten() {
        assert!(!entry.title.is_empty() && !entry.title.contains(char::is_control), "{entry:?}");
        assert!(entry.duration_s.is_none_or(f64::is_finite), "{entry:?}");
    }
});
