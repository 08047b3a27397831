//! What differs between systems: what to do when there is no session bus.

/// The end of a sentence that says that there is no bus.
#[cfg(target_os = "linux")]
pub(crate) const ADVICE: &str =
    "start the show inside the desktop session, or set `bus` to what DBUS_SESSION_BUS_ADDRESS says there";

/// Players speak MPRIS where there is D-Bus, and that is rarely here.
#[cfg(not(target_os = "linux"))]
pub(crate) const ADVICE: &str = "players of this system do not speak MPRIS: switch this instance off, and let producers/nowplaying be told what plays";
