//! What differs between operating systems: signals, process groups, the kernel's start time of a
//! process, file modes.
//!
//! Gaps: outside Linux there is no start time to tell a process from a later one of the same number, so
//! nothing is adopted there; on Windows `down` kills instead of asking, and files have the modes of
//! their folder.

use std::fs;
use std::io;
use std::path::Path;

/// Signals that mean `down`. From the moment it exists they no longer end the process by themselves.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct DownSignals {
    int: tokio::signal::unix::Signal,
    term: tokio::signal::unix::Signal,
    hup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl DownSignals {
    /// Takes the signals over.
    pub(crate) fn install() -> io::Result<DownSignals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(DownSignals {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one. Cancel-safe.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.int.recv() => "SIGINT",
            _ = self.term.recv() => "SIGTERM",
            _ = self.hup.recv() => "SIGHUP",
        }
    }
}

/// Ctrl-C means `down`.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct DownSignals;

#[cfg(not(unix))]
impl DownSignals {
    /// Nothing to take over before waiting.
    pub(crate) fn install() -> io::Result<DownSignals> {
        Ok(DownSignals)
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    }
}

/// What is sent to a process group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nudge {
    /// Please end: SIGTERM.
    Terminate,
    /// End: SIGKILL.
    Kill,
    /// Read your configuration again: SIGHUP.
    Reload,
}

/// Signals the process group that `leader` leads. A group that is gone is no error.
#[cfg(unix)]
pub(crate) fn signal_group(leader: u32, nudge: Nudge) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match nudge {
        Nudge::Terminate => Signal::TERM,
        Nudge::Kill => Signal::KILL,
        Nudge::Reload => Signal::HUP,
    };
    let Some(pid) = i32::try_from(leader).ok().and_then(Pid::from_raw) else { return Ok(()) };
    match kill_process_group(pid, signal) {
        Err(rustix::io::Errno::SRCH) => Ok(()),
        result => Ok(result?),
    }
}

/// Asks one process to end, and not its group: a supervisor may share its group with a shell.
#[cfg(unix)]
pub(crate) fn ask_to_end(pid: u32) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::NotFound)?;
    Ok(kill_process(pid, Signal::TERM)?)
}

/// There are no requests here.
#[cfg(not(unix))]
pub(crate) fn ask_to_end(pid: u32) -> io::Result<()> {
    let _nothing_to_signal_with = pid;
    Err(io::ErrorKind::Unsupported.into())
}

/// Ends the process; there are no groups and no requests here.
#[cfg(not(unix))]
pub(crate) fn signal_group(leader: u32, nudge: Nudge) -> io::Result<()> {
    let _nothing_to_signal_with = (leader, nudge);
    Err(io::ErrorKind::Unsupported.into())
}

/// Kernel start time of a living process in clock ticks since boot, field 22 of proc_pid_stat(5).
/// `None` when there is no such process, or only a zombie of it.
#[cfg(target_os = "linux")]
pub(crate) fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command in field 2 may hold spaces and brackets: fields are counted from the last bracket.
    let mut fields = stat[stat.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// Not known on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn start_time(pid: u32) -> Option<u64> {
    let _unknown = pid;
    None
}

/// A hold on one process of which we are not the parent.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(crate) struct Hold(tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>);

#[cfg(target_os = "linux")]
impl Hold {
    /// Takes hold of the process that has this number now; `None` when none has.
    pub(crate) fn on(pid: u32) -> io::Result<Option<Hold>> {
        use rustix::process::{Pid, PidfdFlags, pidfd_open};
        let Some(raw) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(None) };
        let fd = match pidfd_open(raw, PidfdFlags::NONBLOCK) {
            Err(rustix::io::Errno::SRCH) => return Ok(None),
            result => result?,
        };
        #[expect(
            deprecated,
            reason = "its successor is unsafe; an OwnedFd keeps its number for life, which is all that is asked"
        )]
        let fd = tokio::io::unix::AsyncFd::with_interest(fd, tokio::io::Interest::READABLE)?;
        Ok(Some(Hold(fd)))
    }

    /// Resolves when it has ended: the descriptor is readable from then on, pidfd_open(2).
    pub(crate) async fn ended(&self) -> io::Result<()> {
        self.0.readable().await.map(drop)
    }
}

/// Not known on this system: nothing is taken hold of.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(crate) struct Hold;

#[cfg(not(target_os = "linux"))]
impl Hold {
    /// No hold.
    pub(crate) fn on(pid: u32) -> io::Result<Option<Hold>> {
        let _unknown = pid;
        Ok(None)
    }

    /// At once.
    pub(crate) async fn ended(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The file that a process runs, where the system tells.
pub(crate) fn executable_of(pid: u32) -> Option<std::path::PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// Makes a copied program executable by its owner.
pub(crate) fn make_executable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    let _by_its_name = path;
    Ok(())
}

/// How a child ended, from what the runtime says.
pub(crate) fn ending(status: std::process::ExitStatus) -> crate::policy::Ending {
    use crate::policy::Ending;
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ending::Signal(signal);
    }
    status.code().map_or(Ending::Unknown, Ending::Code)
}

/// Name of a program file on this system.
pub(crate) fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn our_own_start_time_is_known_and_constant() {
        let us = std::process::id();
        assert!(start_time(us).is_some_and(|ticks| ticks > 0));
        assert_eq!(start_time(us), start_time(us));
        assert_eq!(start_time(u32::MAX), None);
    }
}
