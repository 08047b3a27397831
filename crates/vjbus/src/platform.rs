//! Where this operating system keeps an application's state.

use std::path::PathBuf;

/// Linux and the BSDs: `$XDG_STATE_HOME/vjbus` or `~/.local/state/vjbus` (XDG Base Directory Specification).
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn state_dir() -> PathBuf {
    let given = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    given.unwrap_or_else(|| home().join(".local/state")).join("vjbus")
}

/// macOS: `~/Library/Application Support/vjbus`.
#[cfg(target_os = "macos")]
pub(crate) fn state_dir() -> PathBuf {
    home().join("Library/Application Support/vjbus")
}

/// Windows: `%LOCALAPPDATA%\vjbus`.
#[cfg(windows)]
pub(crate) fn state_dir() -> PathBuf {
    std::env::var_os("LOCALAPPDATA").map_or_else(std::env::temp_dir, PathBuf::from).join("vjbus")
}

#[cfg(unix)]
fn home() -> PathBuf {
    std::env::var_os("HOME").map_or_else(std::env::temp_dir, PathBuf::from)
}
