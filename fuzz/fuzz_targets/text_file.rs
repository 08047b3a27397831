//! A text file that another program writes, and the template that describes it; the first line is the template.
#![no_main]

use nowplaying::{Line, reading};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (template, text) = bytes.split_at(at);
    let template = String::from_utf8_lossy(template);
    for template in [template.as_ref(), "{artist} - {title}", "{title}\n{position}/{duration}\n{album}"] {
        for line in [Line::First, Line::Last] {
            if let Ok(Some(told)) = reading::text_file(template, text, line) {
                assert!(
                    told.track.title.is_some_and(|title| !title.contains(char::is_control)),
                    "{template}"
                );
            }
        }
    }
});
