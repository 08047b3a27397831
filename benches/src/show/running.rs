//! A running `vjbus up` in a folder of its own, with everything ended when it is dropped.

use std::ffi::OsString;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use bus::{Bus, Credentials, Settings};
use schemas::Name;
use supervisor::StateDir;
use supervisor::broker::{Role, keys};
use supervisor::record::{self, Record};
use tempfile::TempDir;
use testkit::process::Signal;
use testkit::sound::Card;
use testkit::wait::wait_until_async;
use testkit::{Program, Spawned, leaks, wav};
use tokio::runtime::Runtime;

use crate::arrivals::Arrivals;
use crate::transport::runtime;

/// Seconds after which a run counts as stable: short, so that many deaths fit into one measurement.
pub(crate) const STABLE_S: f64 = 1.0;
/// Key of the broker among the records of the state folder.
const BROKER: &str = "_broker";
/// Sample rate of the music.
const RATE_HZ: u32 = 48_000;
/// How long the show may take to come up, and to go down.
const UP: Duration = Duration::from_secs(30);
const DOWN: Duration = Duration::from_secs(10);
const LINK: Duration = Duration::from_secs(5);

/// What the show listens to.
pub(crate) enum Input {
    /// The project's demo track from a sound file, again and again.
    Music,
    /// A virtual sound card, into which somebody plays.
    Card(Card),
}

/// The show.
pub(crate) struct Show {
    up: Spawned,
    input: Option<Input>,
    /// The one OSC target.
    pub(crate) target: Arrivals,
    /// Where our own connections live.
    pub(crate) runtime: Runtime,
    url: String,
    dir: TempDir,
}

impl Show {
    /// Starts it and waits until every component is ready.
    pub(crate) fn start(input: Input) -> Result<Show> {
        let program = program()?;
        let dir = tempfile::Builder::new().prefix("vjbus-bench-").tempdir()?;
        let (target, port) = (Arrivals::listen()?, free_port()?);
        let audio = input.prepare(dir.path())?;
        fs::write(dir.path().join("vjbus.toml"), config(dir.path(), &audio, port, target.port()))?;
        let up = command(&program, dir.path(), &["up"]).envs(input.env()).start()?;
        let (runtime, url) = (runtime()?, format!("nats://127.0.0.1:{port}"));
        let mut show = Show { up, input: Some(input), target, runtime, url, dir };
        let wait = ["status", "--json", "--wait", "ready", "--timeout", "25s"];
        let status = command(&program, show.dir.path(), &wait).run(UP)?;
        let ready = status.status.success() && show.up.is_running();
        ensure!(ready, "not ready: {} {}\n{}", status.stdout, status.stderr, show.up.tail());
        Ok(show)
    }

    /// Connects without a key.
    pub(crate) fn viewer(&self) -> Result<Bus> {
        self.connect(None)
    }

    /// Connects as the operator.
    pub(crate) fn operator(&self) -> Result<Bus> {
        self.connect(Some(keys::credentials(&self.state_dir(), &Role::Operator)?))
    }

    /// The supervisor's process id.
    pub(crate) fn supervisor(&self) -> u32 {
        self.up.pid()
    }

    /// The running instances.
    pub(crate) fn instances(&self) -> Vec<Record> {
        let mut records = record::living(&self.state_dir());
        records.retain(|record| record.key != BROKER);
        records
    }

    /// The broker.
    pub(crate) fn broker(&self) -> Result<Record> {
        let records = record::living(&self.state_dir());
        records.into_iter().find(|record| record.key == BROKER).context("the broker is not running")
    }

    /// What `up` said last, for a failure's message.
    pub(crate) fn tail(&self) -> String {
        self.up.tail()
    }

    /// Plays a sound file into its card until it ends or what is returned is dropped.
    pub(crate) fn play(&self, file: &Path) -> Result<Spawned> {
        match &self.input {
            Some(Input::Card(card)) => card.play(file),
            _ => bail!("{} cannot be played: this show listens to no sound card", file.display()),
        }
    }

    /// Ends it as Ctrl-C does, and makes sure that nothing is left.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.up.signal(Signal::INT)?;
        self.up.wait(DOWN)?;
        drop(self.input.take());
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

impl Input {
    /// Writes what it needs into `dir`; gives the fields of the instance `audio`.
    fn prepare(&self, dir: &Path) -> Result<String> {
        match self {
            Input::Music => {
                write_music(&dir.join("music.wav"))?;
                Ok(format!("source = \"file\"\npath = \"{}/music.wav\"\nloop = true", dir.display()))
            }
            Input::Card(_) => Ok("source = \"device\"".to_owned()),
        }
    }

    /// Environment in which it is heard.
    fn env(&self) -> Vec<(&'static str, OsString)> {
        match self {
            Input::Music => Vec::new(),
            Input::Card(card) => card.env(),
        }
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

fn config(dir: &Path, audio: &str, broker_port: u16, target_port: u16) -> String {
    let dir = dir.display();
    format!(
        "state_dir = \"{dir}/state\"\n\
         [broker]\nport = {broker_port}\n\
         [supervision]\nstable_s = {STABLE_S}\n\
         [instances.audio]\n{audio}\n\
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
