//! A running `vjbus up` in a folder of its own, with everything ended when it is dropped.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bus::{Bus, Credentials, Settings};
use schemas::Name;
use supervisor::StateDir;
use supervisor::broker::{Role, keys};
use supervisor::record::{self, Record};
use tempfile::TempDir;
use testkit::process::Signal;
use testkit::wait::wait_until_async;
use testkit::{Program, Spawned, leaks, wav};
use tokio::runtime::Runtime;

use crate::arrivals::Arrivals;
use crate::transport::runtime;

/// Seconds after which a run counts as stable: short, so that many deaths fit into one measurement.
pub(super) const STABLE_S: f64 = 1.0;
/// Key of the broker among the records of the state folder.
const BROKER: &str = "_broker";
/// Sample rate of the music.
const RATE_HZ: u32 = 48_000;
/// How long the show may take to come up, and to go down.
const UP: Duration = Duration::from_secs(30);
const DOWN: Duration = Duration::from_secs(10);
const LINK: Duration = Duration::from_secs(5);

/// The show.
pub(super) struct Show {
    up: Spawned,
    /// The one OSC target.
    pub(super) target: Arrivals,
    /// Where our own connections live.
    pub(super) runtime: Runtime,
    url: String,
    dir: TempDir,
}

impl Show {
    /// Starts it and waits until every component is ready.
    pub(super) fn start() -> Result<Show> {
        let program = program()?;
        let dir = tempfile::Builder::new().prefix("vjbus-bench-").tempdir()?;
        let (target, port) = (Arrivals::listen()?, free_port()?);
        write_music(&dir.path().join("music.wav"))?;
        fs::write(dir.path().join("vjbus.toml"), config(dir.path(), port, target.port()))?;
        let up = command(&program, dir.path(), &["up"]).start()?;
        let mut show = Show { up, target, runtime: runtime()?, url: format!("nats://127.0.0.1:{port}"), dir };
        let wait = ["status", "--json", "--wait", "ready", "--timeout", "25s"];
        let status = command(&program, show.dir.path(), &wait).run(UP)?;
        let ready = status.status.success() && show.up.is_running();
        ensure!(ready, "not ready: {} {}\n{}", status.stdout, status.stderr, show.up.tail());
        Ok(show)
    }

    /// Connects without a key.
    pub(super) fn viewer(&self) -> Result<Bus> {
        self.connect(None)
    }

    /// Connects as the operator.
    pub(super) fn operator(&self) -> Result<Bus> {
        self.connect(Some(keys::credentials(&self.state_dir(), &Role::Operator)?))
    }

    /// The supervisor's process id.
    pub(super) fn supervisor(&self) -> u32 {
        self.up.pid()
    }

    /// The running instances.
    pub(super) fn instances(&self) -> Vec<Record> {
        let mut records = record::living(&self.state_dir());
        records.retain(|record| record.key != BROKER);
        records
    }

    /// The broker.
    pub(super) fn broker(&self) -> Result<Record> {
        let records = record::living(&self.state_dir());
        records.into_iter().find(|record| record.key == BROKER).context("the broker is not running")
    }

    /// What `up` said last, for a failure's message.
    pub(super) fn tail(&self) -> String {
        self.up.tail()
    }

    /// Ends it as Ctrl-C does, and makes sure that nothing is left.
    pub(super) fn stop(mut self) -> Result<()> {
        self.up.signal(Signal::INT)?;
        self.up.wait(DOWN)?;
        leaks::none_left(DOWN)
    }

    fn connect(&self, credentials: Option<Credentials>) -> Result<Bus> {
        let settings = Settings {
            url: self.url.clone(),
            credentials,
            instance: Name::new("bench")?,
            wait_for_broker: true,
        };
        self.runtime.block_on(async {
            let bus = Bus::connect(settings).await?;
            wait_until_async(LINK, "the link is up", async || bus.is_up()).await?;
            Ok(bus)
        })
    }

    fn state_dir(&self) -> StateDir {
        StateDir::new(self.dir.path().join("state"))
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        // Components have groups of their own and outlive a supervisor that is killed. After `stop` there are none.
        leaks::reap(leaks::run_id());
    }
}

/// The program of the same build as this one.
fn program() -> Result<PathBuf> {
    let file = std::env::current_exe()?.with_file_name(format!("vjbus{}", std::env::consts::EXE_SUFFIX));
    ensure!(file.is_file(), "{} is not built: run `cargo build --release -p vjbus`", file.display());
    Ok(file)
}

fn command(program: &Path, dir: &Path, args: &[&str]) -> Program {
    Program::new(program).args(args).arg("--config").arg(dir.join("vjbus.toml")).dir(dir)
}

fn config(dir: &Path, broker_port: u16, target_port: u16) -> String {
    let dir = dir.display();
    format!(
        "state_dir = \"{dir}/state\"\n\
         [broker]\nport = {broker_port}\n\
         [supervision]\nstable_s = {STABLE_S}\n\
         [instances.audio]\nsource = \"file\"\npath = \"{dir}/music.wav\"\nloop = true\n\
         [targets.generic]\nenabled = true\naddress = \"127.0.0.1:{target_port}\"\n"
    )
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn write_music(path: &Path) -> Result<()> {
    let mut track = demo::Track::new(demo::FIRST_LIGHT, RATE_HZ)?;
    let mut samples = vec![0.0; track.frames() as usize];
    track.render(&mut samples);
    wav::write(path, RATE_HZ, 1, &samples)
}
