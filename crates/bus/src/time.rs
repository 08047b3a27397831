//! The one place that reads clocks for stamps.

use std::time::{SystemTime, UNIX_EPOCH};

use schemas::Stamp;

pub use crate::platform::{boot_id, host_name, mono_ns};

/// Unix time in seconds.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads wall time")]
pub fn unix_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}

/// This instant on both clocks.
pub fn now() -> Stamp {
    Stamp { at: unix_s(), at_mono_ns: mono_ns() }
}

/// The instant `at_mono_ns` of CLOCK_MONOTONIC on both clocks.
pub fn stamp_of_mono(at_mono_ns: i64) -> Stamp {
    let now = now();
    Stamp { at: now.at + (at_mono_ns - now.at_mono_ns) as f64 / 1e9, at_mono_ns }
}
