//! The one place that reads clocks for stamps.

use std::time::{SystemTime, UNIX_EPOCH};

use schemas::{Header, Stamp};

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

/// Seconds on CLOCK_MONOTONIC.
pub fn mono_s(stamp: Stamp) -> f64 {
    stamp.at_mono_ns as f64 / 1e9
}

/// Whether a message comes from this machine since it was last started, so that its monotonic clock is ours.
pub fn is_from_here(header: &Header) -> bool {
    header.boot == boot_id() && header.origin.host == host_name()
}

/// The instant of a message on this machine's CLOCK_MONOTONIC, in seconds. Another machine's (or another
/// boot's) monotonic clock means nothing here: then Unix time decides.
pub fn here_s(header: &Header, now: Stamp) -> f64 {
    if is_from_here(header) { header.at_mono_ns as f64 / 1e9 } else { mono_s(now) + header.at - now.at }
}
