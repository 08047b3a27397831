//! The properties of a player as they come over D-Bus.
#![no_main]

use std::collections::HashMap;

use mpris::seen::{LONGEST_S, seen};
use zbus::OwnedVariant;
use zbus::wire::LE;
use zbus::wire::serialized::{Context, Data};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let data = Data::new(bytes, Context::new(LE, 0));
    if let Ok((properties, _length)) = data.deserialize::<HashMap<String, OwnedVariant>>() {
        let seen = seen(&properties, false);
        assert!(seen.position_s.is_none_or(|s| s.abs() <= LONGEST_S) && seen.rate.is_finite(), "{seen:?}");
        assert!(seen.track.title.is_none_or(|title| !title.contains(char::is_control)), "titles are clean");
    }
});
