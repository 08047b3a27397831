//! The body of a post that tells what plays, as JSON and as a form.
#![no_main]

use nowplaying::reading;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    for content_type in ["application/json", "application/x-www-form-urlencoded"] {
        if let Ok(told) = reading::post(Some(content_type), body) {
            assert!(told.rate.is_finite() && told.position_s.is_none_or(f64::is_finite), "{told:?}");
            assert!(
                told.track.title.is_none_or(|title| !title.contains(char::is_control)),
                "titles are clean"
            );
        }
    }
});
