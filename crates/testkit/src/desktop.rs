//! A desktop session of the test's own: a D-Bus, and mpv on it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::{Program, Spawned, tool};

/// Longest wait for the bus.
const PATIENCE: Duration = Duration::from_secs(20);
/// Where Debian and others put the MPRIS interface of mpv, which is a package of its own.
const MPV_MPRIS: [&str; 3] = [
    "/usr/lib/mpv-mpris/mpris.so",
    "/usr/lib/x86_64-linux-gnu/mpv-mpris/mpris.so",
    "/etc/mpv/scripts/mpris.so",
];

/// The session. Dropping it ends its bus.
#[derive(Debug)]
pub struct Desktop {
    address: String,
    home: PathBuf,
    dbus: Spawned,
}

impl Desktop {
    /// A session whose bus listens on a socket in `home`, which is also the home of its programs.
    ///
    /// # Errors
    /// When dbus-daemon is not installed or does not start.
    pub fn start(home: &Path) -> Result<Desktop> {
        let address = format!("unix:path={}", home.join("bus").display());
        let mut dbus = Program::new(tool::find("dbus-daemon")?)
            .args(["--session", "--print-address", "--nofork", "--address", &address])
            .start()?;
        let address =
            dbus.wait_for_line(PATIENCE, "the address of the bus", |line| line.starts_with("unix:"))?;
        Ok(Desktop { address, home: home.to_owned(), dbus })
    }

    /// The address of its bus, as in `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The process that is its bus, to be killed.
    pub fn dbus(&mut self) -> &mut Spawned {
        &mut self.dbus
    }

    /// mpv, playing these files one after the other, in silence and real time.
    ///
    /// # Errors
    /// When mpv or mpv-mpris is not installed.
    pub fn mpv<S: AsRef<OsStr>>(&self, files: impl IntoIterator<Item = S>) -> Result<Spawned> {
        let mpv = tool::find("mpv")?;
        let Some(script) = MPV_MPRIS.into_iter().find(|file| Path::new(file).is_file()) else {
            bail!("{} is not there: apt-get install mpv-mpris", MPV_MPRIS[0]);
        };
        self.program(mpv)
            .args(["--no-config", "--no-video", "--no-terminal", "--ao=null", "--idle=no"])
            .arg(format!("--script={script}"))
            .args(files)
            .start()
    }

    /// What playerctl says about mpv, or does to it, e.g. `["position", "15"]`.
    ///
    /// # Errors
    /// When playerctl is not installed, or finds no mpv.
    pub fn playerctl(&self, args: &[&str]) -> Result<String> {
        let playerctl = tool::find("playerctl")?;
        let done = self.program(playerctl).args(["--player", "mpv"]).args(args).run(PATIENCE)?;
        if !done.status.success() {
            bail!("playerctl {args:?}: {}", done.stderr.trim());
        }
        Ok(done.stdout.trim().to_owned())
    }

    fn program(&self, program: PathBuf) -> Program {
        Program::new(program).env("DBUS_SESSION_BUS_ADDRESS", &self.address).env("HOME", &self.home)
    }
}
