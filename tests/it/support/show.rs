//! A whole supervised show: `vjbus up` in a folder of its own, on a free port.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use bus::Bus;
use serde_json::Value;
use tempfile::TempDir;
use testkit::process::Finished;
use testkit::wait::wait_for;
use testkit::{Program, Spawned};

use super::{SOON, viewer};

/// The shipped instances, all of them switched off in shows that want only toys.
pub(crate) const SHIPPED: [&str; 10] =
    ["audio", "features", "beat", "clock", "structure", "active", "lyrics", "tags", "osc", "log"];
/// Time for a show to come up on a machine that builds at the same time.
const UP: Duration = Duration::from_secs(30);

/// The folder of a show, and what runs in it.
pub(crate) struct Show {
    program: PathBuf,
    dir: TempDir,
    port: u16,
    env: Vec<(String, String)>,
    up: Option<Spawned>,
}

impl Show {
    /// A show of these tables of `vjbus.toml`, not yet up.
    pub(crate) fn new(program: PathBuf, tables: &str) -> Result<Show> {
        let dir = tempfile::Builder::new().prefix("vjbus-show-").tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let show = Show { program, dir, port, env: Vec::new(), up: None };
        show.write(tables)?;
        Ok(show)
    }

    /// The same with none of the shipped instances.
    pub(crate) fn only(program: PathBuf, tables: &str) -> Result<Show> {
        let off: String =
            SHIPPED.iter().map(|name| format!("[instances.{name}]\nenabled = false\n")).collect();
        Show::new(program, &format!("{off}{tables}"))
    }

    /// Adds an environment variable for everything that is run.
    pub(crate) fn env(mut self, key: &str, value: &str) -> Show {
        self.env.push((key.into(), value.into()));
        self
    }

    /// Writes `vjbus.toml` anew.
    pub(crate) fn write(&self, tables: &str) -> Result<()> {
        let (state, port) = (self.state_dir(), self.port);
        let text = format!("state_dir = \"{}\"\n[broker]\nport = {port}\n{tables}", state.display());
        Ok(std::fs::write(self.config(), text)?)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("vjbus.toml")
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn state_dir(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A command in the folder of the show.
    pub(crate) fn command(&self, args: &[&str]) -> Program {
        // No test asks anybody outside this machine.
        let quiet = ("VJBUS_INSTANCES__LYRICS__LRCLIB", "");
        let vars = std::iter::once(quiet).chain(self.env.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        Program::new(&self.program)
            .args(args)
            .arg("--config")
            .arg(self.config())
            .envs(vars)
            .dir(self.dir.path())
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Result<Finished> {
        self.command(args).run(UP)
    }

    /// Brings it up and waits until all is ready.
    pub(crate) fn up(&mut self) -> Result<()> {
        self.start()?;
        self.ready()
    }

    /// Starts `vjbus up` and does not wait.
    pub(crate) fn start(&mut self) -> Result<()> {
        self.up = Some(self.command(&["up"]).start()?);
        Ok(())
    }

    /// Waits until all is ready.
    pub(crate) fn ready(&self) -> Result<()> {
        let status = self.run(&["status", "--json", "--wait", "ready", "--timeout", "25s"])?;
        ensure!(
            status.status.success(),
            "not ready: {}\n{}\nup says:\n{}",
            status.stdout,
            status.stderr,
            self.tail()
        );
        Ok(())
    }

    /// What `up` said last.
    pub(crate) fn tail(&self) -> String {
        self.up.as_ref().map(Spawned::tail).unwrap_or_default()
    }

    /// The running `vjbus up`.
    pub(crate) fn supervisor(&mut self) -> Result<&mut Spawned> {
        self.up.as_mut().context("the show is not up")
    }

    /// The status document.
    pub(crate) fn status(&self) -> Result<Value> {
        let status = self.run(&["status", "--json"])?;
        serde_json::from_str(&status.stdout)
            .with_context(|| format!("no status: {} {}", status.stdout, status.stderr))
    }

    /// One component of the status document.
    pub(crate) fn component(&self, instance: &str) -> Result<Value> {
        let status = self.status()?;
        let found = status["components"].as_array().into_iter().flatten().find(|c| c["instance"] == instance);
        found.cloned().with_context(|| format!("{instance} is not in {status}"))
    }

    /// Waits until one component is as wanted.
    pub(crate) fn wait_component(
        &self,
        instance: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let found = wait_for(UP, what, || self.component(instance).ok().filter(&wanted));
        found.with_context(|| {
            format!("{instance} is {:?}; up says:\n{}", self.component(instance).ok(), self.tail())
        })
    }

    /// Process id of one component.
    pub(crate) fn pid(&self, instance: &str) -> Result<u32> {
        let component = self.component(instance)?;
        component["pid"]
            .as_u64()
            .map(|pid| pid as u32)
            .with_context(|| format!("{instance} has no process: {component}"))
    }

    /// Connects without a key.
    pub(crate) async fn viewer(&self) -> Result<Bus> {
        viewer(&self.url()).await
    }

    /// Ends it and makes sure that nothing is left.
    pub(crate) fn down(&mut self) -> Result<()> {
        let down = self.run(&["down"])?;
        ensure!(down.status.success(), "down failed: {} {}", down.stdout, down.stderr);
        if let Some(mut up) = self.up.take() {
            up.wait(SOON)?;
        }
        let left = self.processes();
        if !left.is_empty() {
            bail!("down left {left:?}");
        }
        Ok(())
    }

    /// Processes whose records lie in the state folder and that are alive.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let records = std::fs::read_dir(self.state_dir().join("run")).into_iter().flatten().flatten();
        let pids = records.filter_map(|file| {
            let record: Value = serde_json::from_slice(&std::fs::read(file.path()).ok()?).ok()?;
            record.pointer("/identity/pid").or(record.get("pid"))?.as_u64()
        });
        pids.map(|pid| pid as u32).filter(|pid| Path::new(&format!("/proc/{pid}")).exists()).collect()
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        // Children outlive their supervisor on purpose, so a failed test must end them itself.
        let _ended = self.run(&["down"]);
    }
}
