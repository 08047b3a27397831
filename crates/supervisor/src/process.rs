//! One operating-system process: started or taken over, waited for, signalled only after making sure
//! that it is still the same one.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use serde::{Deserialize, Serialize};

use crate::logs;
use crate::platform::{self, Hold, Nudge};
use crate::policy::Ending;

/// How a process is started.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Launch {
    /// Program file.
    pub program: PathBuf,
    /// Its arguments; never a secret.
    pub args: Vec<String>,
    /// Environment variables added to the supervisor's own.
    pub env: BTreeMap<String, String>,
}

/// What makes a process itself: a number alone is used again by the kernel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Process id.
    pub pid: u32,
    /// Kernel start time in clock ticks since boot; 0 where the system does not tell.
    pub start_time: u64,
    /// The boot in which both are true.
    pub boot: String,
}

impl Identity {
    /// The living process `pid`.
    pub fn of(pid: u32) -> Option<Identity> {
        let start_time = platform::start_time(pid)?;
        Some(Identity { pid, start_time, boot: bus::time::boot_id().to_owned() })
    }

    /// Whether this very process lives.
    pub fn is_alive(&self) -> bool {
        self.boot == bus::time::boot_id() && platform::start_time(self.pid) == Some(self.start_time)
    }

    /// Signals its process group, if it is still the same process. Says whether it was.
    pub(crate) fn signal(&self, nudge: Nudge) -> io::Result<bool> {
        if !self.is_alive() {
            return Ok(false);
        }
        platform::signal_group(self.pid, nudge).map(|()| true)
    }

    /// Resolves when this very process has ended.
    pub(crate) async fn gone(&self) -> io::Result<()> {
        // The hold comes first: if the start time is still ours after it, the hold is on our process.
        match Hold::on(self.pid)? {
            Some(hold) if self.is_alive() => hold.ended().await,
            _ => Ok(()),
        }
    }
}

/// A process that was started by us.
#[derive(Debug)]
pub struct Process {
    child: tokio::process::Child,
    identity: Identity,
}

impl Process {
    /// Starts it in a process group of its own; both outputs go to the end of the file `log`. It
    /// outlives its handle.
    ///
    /// # Errors
    /// When the log cannot be opened or the program cannot be started.
    pub fn spawn(launch: &Launch, log: &std::path::Path) -> io::Result<Process> {
        let out = logs::open(log)?;
        let mut command = command(launch);
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn()?;
        let pid = child.id().ok_or_else(|| io::Error::other("it ended while being started"))?;
        // A child that has ended already is a zombie of ours: its number is still its own.
        let boot = bus::time::boot_id().to_owned();
        let identity = Identity::of(pid).unwrap_or(Identity { pid, start_time: 0, boot });
        Ok(Process { child, identity })
    }

    /// Its identity.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Waits for its end and kills what is left of its group.
    pub async fn wait(mut self) -> Ending {
        let ending = match self.child.wait().await {
            Ok(status) => platform::ending(status),
            Err(error) => {
                tracing::error!(%error, pid = self.identity.pid, "a child could not be waited for");
                Ending::Unknown
            }
        };
        // At once, before the number can be given to another: while one of the group lives it is not free.
        if let Err(error) = platform::signal_group(self.identity.pid, Nudge::Kill) {
            tracing::debug!(%error, pid = self.identity.pid, "nothing left of its group");
        }
        ending
    }
}

/// Runs a short program to its end and gives what it said, at most `patience`.
pub(crate) async fn output(
    launch: &Launch,
    patience: std::time::Duration,
) -> io::Result<std::process::Output> {
    let mut command = command(launch);
    command.stdin(Stdio::null()).kill_on_drop(true);
    tokio::time::timeout(patience, command.output())
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

fn command(launch: &Launch) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(&launch.program);
    command.args(&launch.args).envs(&launch.env);
    command
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shell(script: &str) -> Launch {
        Launch { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()], env: BTreeMap::new() }
    }

    async fn soon<T>(what: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(10), what).await.expect("within ten seconds")
    }

    #[tokio::test]
    async fn exit_codes_and_signals_are_told_apart_and_output_is_logged() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        for (script, expected) in
            [("echo out; echo err >&2; exit 64", Ending::Code(64)), ("kill -9 $$", Ending::Signal(9))]
        {
            assert_eq!(soon(Process::spawn(&shell(script), &log).unwrap().wait()).await, expected);
        }
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "out\nerr\n");
    }

    #[tokio::test]
    async fn the_whole_group_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        let process = Process::spawn(&shell("sleep 600 & echo $!; wait"), &log).unwrap();
        let grandchild = soon(async {
            loop {
                if let Some(pid) = std::fs::read_to_string(&log).ok().and_then(|t| t.trim().parse().ok()) {
                    return Identity::of(pid).unwrap();
                }
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(process.identity().signal(Nudge::Kill).unwrap());
        assert_eq!(soon(process.wait()).await, Ending::Signal(9));
        soon(grandchild.gone()).await.unwrap();
    }

    #[tokio::test]
    async fn the_end_of_a_process_that_is_not_ours_to_reap_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::spawn(&shell("exec sleep 600"), &folder.path().join("x.log")).unwrap();
        let known = process.identity().clone();
        let watcher = tokio::spawn({
            let known = known.clone();
            async move { known.gone().await }
        });
        tokio::task::yield_now().await;
        assert!(!watcher.is_finished());
        known.signal(Nudge::Terminate).unwrap();
        soon(watcher).await.unwrap().unwrap();
        assert_eq!(soon(process.wait()).await, Ending::Signal(15));
    }

    #[tokio::test]
    async fn a_process_of_the_same_number_is_not_mistaken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::spawn(&shell("exec sleep 600"), &folder.path().join("x.log")).unwrap();
        let known = process.identity().clone();
        for stranger in [
            Identity { start_time: known.start_time + 1, ..known.clone() },
            Identity { boot: "another".into(), ..known.clone() },
        ] {
            assert!(!stranger.is_alive());
            assert!(!stranger.signal(Nudge::Kill).unwrap());
            soon(stranger.gone()).await.unwrap();
        }
        assert!(known.is_alive());
        known.signal(Nudge::Kill).unwrap();
        soon(process.wait()).await;
        assert!(!known.is_alive());
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let launch = Launch { program: folder.path().join("absent"), ..Launch::default() };
        assert_eq!(
            Process::spawn(&launch, &folder.path().join("x.log")).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
