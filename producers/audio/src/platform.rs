//! What differs between systems.

/// A cheap picture of which sound cards there are: when it changes, the devices are worth asking again.
/// Asking them costs time, and ALSA complains to standard error each time that there is none.
#[cfg(target_os = "linux")]
pub(crate) fn cards() -> String {
    std::fs::read_to_string("/proc/asound/cards").unwrap_or_default()
}

/// Without a cheap picture the devices are asked every time.
#[cfg(not(target_os = "linux"))]
pub(crate) fn cards() -> String {
    component::time::mono_ns().to_string()
}

/// Whether a device of this identifier never hears anything: ALSA lists its bit bucket as an input.
pub(crate) fn is_no_input(id: &str) -> bool {
    cfg!(target_os = "linux") && id == "null"
}
