//! Child processes of a test: each in a process group of its own, its output in files, ended when dropped.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, kill_process, kill_process_group};
use tempfile::TempDir;

pub use rustix::process::Signal;

use crate::leaks;
use crate::wait::{wait_for, wait_until};

/// How much of each output a failure shows, in bytes from its end.
const TAIL_BYTES: usize = 4_000;

/// A program about to be started.
#[derive(Debug)]
pub struct Program {
    command: Command,
    name: String,
}

/// What a program that has ended left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// A running child. Dropping it kills its whole process group and waits for its end.
#[derive(Debug)]
pub struct Spawned {
    child: Child,
    name: String,
    output: TempDir,
}

impl Program {
    /// Names the program by its path, and gives it the run id by which [`leaks`] finds it.
    pub fn new(path: impl AsRef<Path>) -> Program {
        let path = path.as_ref();
        #[expect(clippy::disallowed_methods, reason = "the one place where tests start processes")]
        let mut command = Command::new(path);
        command.env(leaks::RUN_ID, leaks::run_id()).stdin(Stdio::null()).process_group(0);
        Program { command, name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned() }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Program {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Program {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Program {
        self.command.env(key, value);
        self
    }

    /// Sets environment variables.
    pub fn envs<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut self,
        vars: impl IntoIterator<Item = (K, V)>,
    ) -> Program {
        self.command.envs(vars);
        self
    }

    /// Takes an environment variable away.
    pub fn env_remove(mut self, key: impl AsRef<OsStr>) -> Program {
        self.command.env_remove(key);
        self
    }

    /// Sets the working directory.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Program {
        self.command.current_dir(dir);
        self
    }

    /// Starts it with both outputs written to files.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut self) -> Result<Spawned> {
        let output =
            tempfile::Builder::new().prefix("vjbus-out-").tempdir().context("no folder for the output")?;
        self.command.stdout(File::create(output.path().join("stdout"))?);
        self.command.stderr(File::create(output.path().join("stderr"))?);
        let child = self.command.spawn().with_context(|| format!("{} cannot be started", self.name))?;
        Ok(Spawned { child, name: self.name, output })
    }

    /// Starts it and waits for its end.
    ///
    /// # Errors
    /// When it cannot be started or has not ended by the deadline; it is killed then.
    pub fn run(self, deadline: Duration) -> Result<Finished> {
        let mut child = self.start()?;
        let status = child.wait(deadline)?;
        Ok(Finished { status, stdout: child.stdout(), stderr: child.stderr() })
    }
}

impl Spawned {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends it a signal, and only it.
    ///
    /// # Errors
    /// When it is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(Pid::from_child(&self.child), signal)
            .with_context(|| format!("{} cannot be signalled", self.name))
    }

    /// SIGKILL to it alone, and waits until it is gone: what the test of a hard death does.
    ///
    /// # Errors
    /// When it was gone already.
    pub fn kill9(&mut self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.child.wait().with_context(|| format!("{} cannot be waited for", self.name))?;
        Ok(())
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it has not ended by the deadline; the message shows the end of its output.
    pub fn wait(&mut self, deadline: Duration) -> Result<ExitStatus> {
        let what = format!("{} ends", self.name);
        let ended = wait_for(deadline, &what, || self.child.try_wait().ok().flatten());
        ended.with_context(|| self.tail())
    }

    /// Waits until its standard output has a line for which `matches` holds, and returns that line.
    ///
    /// # Errors
    /// When there is none by the deadline, or it ends before; the message shows the end of its output.
    pub fn wait_for_line(
        &mut self,
        deadline: Duration,
        what: &str,
        matches: impl Fn(&str) -> bool,
    ) -> Result<String> {
        let mut ended = false;
        let found = wait_for(deadline, what, || {
            // Looked at before the output is read: what it wrote last must not be missed.
            ended = !self.is_running();
            let line = self.stdout().lines().find(|line| matches(line)).map(str::to_owned);
            if ended { Some(line) } else { line.map(Some) }
        });
        match found.with_context(|| self.tail())? {
            Some(line) => Ok(line),
            None => bail!("{what}: {} ended without it\n{}", self.name, self.tail()),
        }
    }

    /// Its standard output so far.
    pub fn stdout(&self) -> String {
        self.read("stdout")
    }

    /// Its standard error so far.
    pub fn stderr(&self) -> String {
        self.read("stderr")
    }

    /// Where its standard output is written, for a reader that follows it.
    pub fn stdout_path(&self) -> PathBuf {
        self.output.path().join("stdout")
    }

    /// The end of both outputs, for a failure's message.
    pub fn tail(&self) -> String {
        let (out, err) = (self.stdout(), self.stderr());
        format!("--- {} wrote:\n{}\n--- and on standard error:\n{}", self.name, end_of(&out), end_of(&err))
    }

    fn read(&self, file: &str) -> String {
        let bytes = fs::read(self.output.path().join(file)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        // The group outlives its leader where grandchildren are left, so it is signalled in any case.
        // An error says that it is empty: everything has ended already.
        let _empty = kill_process_group(Pid::from_child(&self.child), Signal::KILL).is_err();
        let gone = wait_until(Duration::from_secs(5), "child is gone", || {
            !matches!(self.child.try_wait(), Ok(None))
        });
        debug_assert!(gone.is_ok(), "{} does not die of SIGKILL", self.name);
    }
}

fn end_of(text: &str) -> &str {
    let mut from = text.len().saturating_sub(TAIL_BYTES);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    fn sh(script: &str) -> Program {
        Program::new("/bin/sh").args(["-c", script])
    }

    #[test]
    fn output_and_status_come_back() {
        let done = sh("echo out; echo err >&2; exit 7").run(SOON).unwrap();
        assert_eq!((done.status.code(), &*done.stdout, &*done.stderr), (Some(7), "out\n", "err\n"));
    }

    #[test]
    fn a_dropped_child_takes_its_own_children_along() {
        let mut parent = sh("sleep 600 & echo $!; wait").start().unwrap();
        let line = parent.wait_for_line(SOON, "pid of the grandchild", |line| !line.is_empty()).unwrap();
        let grandchild = Pid::from_raw(line.parse().unwrap()).unwrap();
        assert!(rustix::process::test_kill_process(grandchild).is_ok());
        drop(parent);
        let stat = || fs::read_to_string(format!("/proc/{line}/stat")).unwrap_or_default();
        // Gone, or a zombie that init has not collected yet.
        wait_until(SOON, "grandchild is gone", || stat().is_empty() || stat().contains(") Z ")).unwrap();
    }

    #[test]
    fn a_program_that_ends_without_the_line_is_not_waited_for() {
        let mut child = sh("echo other; echo why >&2").start().unwrap();
        let error =
            child.wait_for_line(Duration::from_secs(600), "the line", |line| line == "line").unwrap_err();
        assert!(
            error.to_string().contains("ended without it") && error.to_string().contains("why"),
            "{error}"
        );
    }
}
