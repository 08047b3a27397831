//! Processes that a test left behind: found by the run id in their environment, and ended.
//!
//! Every [`Program`](crate::Program) carries `VJBUS_RUN_ID`, and what it starts inherits it. `just
//! test` gives one id to the whole run; each test process adds its own pid, so that under nextest
//! (one process per test) a test can ask for its own leaks while others run. Linux only: elsewhere
//! there is no `/proc`, and nothing is found.

use std::env;
use std::fs;
use std::process;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::wait::wait_until;

/// Environment variable that carries the run id.
pub const RUN_ID: &str = "VJBUS_RUN_ID";
/// What separates the id of a run from the pid of one of its tests.
const SEPARATOR: char = '.';

/// A process that was left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaked {
    /// Its process id.
    pub pid: u32,
    /// Its command line.
    pub command: String,
}

/// The run id of this test process.
pub fn run_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let run = env::var(RUN_ID).unwrap_or_else(|_| "alone".to_owned());
        format!("{run}{SEPARATOR}{}", process::id())
    })
}

/// Kills every process of `run_id` and of the tests under it, and says which there were.
pub fn reap(run_id: &str) -> Vec<Leaked> {
    let found = alive(run_id);
    for leaked in &found {
        let pid = i32::try_from(leaked.pid).ok().and_then(Pid::from_raw);
        // It may have ended by itself since it was found.
        let _gone = pid.is_none_or(|pid| kill_process(pid, Signal::KILL).is_err());
    }
    found
}

/// The processes of `run_id` and of the tests under it that are alive, this one left out.
pub fn alive(run_id: &str) -> Vec<Leaked> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != process::id() && belongs(*pid, run_id))
        .map(|pid| Leaked { pid, command: command_of(pid) })
        .collect()
}

/// Succeeds when every process that this test started has ended. Those still there get `grace` to end, and are killed then.
///
/// # Errors
/// When any had to be killed; the message names each.
pub fn none_left(grace: Duration) -> Result<()> {
    if wait_until(grace, "all processes of this test have ended", || alive(run_id()).is_empty()).is_ok() {
        return Ok(());
    }
    let left: Vec<String> = reap(run_id()).iter().map(|l| format!("{} {}", l.pid, l.command)).collect();
    bail!("processes left behind, killed now: {}", left.join("; "))
}

fn belongs(pid: u32, run_id: &str) -> bool {
    // Unreadable means another user's, or gone.
    let Ok(environ) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    let prefix = format!("{RUN_ID}={run_id}");
    environ.split(|byte| *byte == 0).any(|var| {
        var.strip_prefix(prefix.as_bytes())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(&[SEPARATOR as u8]))
    })
}

fn command_of(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Program;

    #[test]
    fn a_process_that_left_its_group_is_found_and_ended() {
        let run = format!("leak-test-{}", process::id());
        // setsid leaves the group that dropping would kill.
        let script = "setsid sleep 600 & echo started; wait";
        let mut parent =
            Program::new("/bin/sh").args(["-c", script]).env(RUN_ID, format!("{run}.1")).start().unwrap();
        wait_until(Duration::from_secs(10), "the daemon runs", || {
            alive(&run).iter().any(|l| l.command == "sleep 600")
        })
        .unwrap();
        parent.kill9().unwrap();
        drop(parent);
        assert_eq!(alive(&format!("{run}.")), [], "an id is matched whole, or up to its separator");
        let reaped = reap(&run);
        assert_eq!(reaped.iter().map(|l| l.command.as_str()).collect::<Vec<_>>(), ["sleep 600"]);
        wait_until(Duration::from_secs(10), "it is gone", || alive(&run).is_empty()).unwrap();
    }
}
