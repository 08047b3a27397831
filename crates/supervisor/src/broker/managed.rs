//! The managed broker: a child like any other, started first and ended last.

use std::path::PathBuf;
use std::time::Duration;

use schemas::sys::State;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::broker::{ConfError, FindError, StartError};
use crate::broker::{conf, find, probe};
use crate::child::{Child, Event, Report, Setup};
use crate::config::SupervisionConfig;
use crate::logs;
use crate::plan::Instance;
use crate::platform::{self, Nudge};
use crate::policy::{Beat, Input};
use crate::process::Launch;
use crate::record::Record;
use crate::state_dir::{BROKER, StateDir};
use crate::voice;

/// Longest wait for a broker to start: it reads its store back first.
const START: Duration = Duration::from_secs(10);
/// Longest wait for an unresponsive broker of an earlier supervisor to go.
const GOING: Duration = Duration::from_secs(5);
/// Time between two looks at whether it answers.
const PULSE: Duration = Duration::from_secs(1);
/// What nats-server 2.15 writes when a changed configuration is in force.
const RELOADED: &str = "Reloaded server configuration";
/// Longest wait for that.
const RELOAD: Duration = Duration::from_millis(500);
/// Time between two looks at its log.
const LOOK: Duration = Duration::from_millis(5);
/// A broker that ran for so long is stable, seconds: nothing flows without it, so it is back at once.
const STABLE_S: f64 = 5.0;

/// The broker cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// No program.
    #[error(transparent)]
    Find(#[from] FindError),
    /// No configuration.
    #[error(transparent)]
    Conf(#[from] ConfError),
    /// It does not start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// The broker as a child.
pub(crate) struct Managed {
    /// The child.
    pub(crate) child: Child,
    /// Its version.
    pub(crate) version: String,
    dir: StateDir,
    port: u16,
    program: PathBuf,
    greetings: u64,
    pulse: JoinHandle<()>,
}

impl Drop for Managed {
    fn drop(&mut self) {
        self.pulse.abort();
    }
}

/// What the broker is started with.
pub(crate) struct Wanted<'a> {
    /// The state folder.
    pub(crate) dir: &'a StateDir,
    /// TCP port, 0 for any.
    pub(crate) port: u16,
    /// Who gets a user of its own.
    pub(crate) instances: &'a [Instance],
    /// How patient the supervisor is.
    pub(crate) config: &'a SupervisionConfig,
    /// Where its end is told.
    pub(crate) events: &'a mpsc::Sender<Event>,
}

impl Managed {
    /// Takes over the recorded broker if it answers, starts one otherwise, and waits until it answers.
    ///
    /// # Errors
    /// See [`BrokerError`].
    pub(crate) async fn bring_up(
        wanted: Wanted<'_>,
        now: Duration,
        recorded: Option<Record>,
    ) -> Result<Managed, BrokerError> {
        let found = find::find(wanted.dir).await?;
        let name = conf::server_name(wanted.dir)?;
        if let Some(record) = recorded {
            if let Some((port, version)) = answering(&record, &name).await {
                return Managed::adopt(wanted, now, record, port, version, found).await;
            }
            end(&record).await;
        }
        let port = probe::free_port(wanted.port)?;
        conf::install(wanted.dir, &found.program, &conf::render(wanted.dir, port, wanted.instances)?).await?;
        let mut managed = Managed::new(wanted, port, found, name.clone());
        for (event, why) in managed.child.step(now, Input::Start) {
            voice::log("broker", event, &why);
        }
        managed.await_ready(now, &name).await?;
        Ok(managed)
    }

    /// New users: the running broker reads its configuration again.
    ///
    /// # Errors
    /// [`BrokerError::Conf`]; the old users then stay.
    pub(crate) async fn reconfigure(&mut self, instances: &[Instance]) -> Result<(), BrokerError> {
        let text = conf::render(&self.dir, self.port, instances)?;
        if conf::install(&self.dir, &self.program, &text).await? {
            let since = logs::size(&self.child.log());
            self.child.signal(Nudge::Reload);
            self.await_reload(since).await;
        }
        Ok(())
    }

    // Who started before the new users are known would be turned away once. The broker says so in its log only.
    async fn await_reload(&self, since: u64) {
        let log = self.child.log();
        let done = async {
            while !logs::tail(&log, since, 50).iter().any(|line| line.contains(RELOADED)) {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(RELOAD, done).await.is_err() {
            tracing::warn!("the broker does not confirm its new users; instances try until it knows them");
        }
    }

    /// It has greeted.
    pub(crate) fn greeted(&mut self, now: Duration, version: String) -> Vec<Report> {
        self.greetings += 1;
        self.version = version;
        let beat =
            Beat { state: State::Ready, reason: String::new(), progress: self.greetings, busy_s: None };
        self.child.step(now, Input::Heartbeat(beat))
    }

    /// `nats://127.0.0.1:<port>`
    pub(crate) fn url(&self) -> String {
        url(self.port)
    }

    fn new(wanted: Wanted<'_>, port: u16, found: find::Found, name: String) -> Managed {
        let args = vec!["-c".to_owned(), wanted.dir.broker_conf().to_string_lossy().into_owned()];
        let setup = Setup {
            key: BROKER.into(),
            component: "nats-server".into(),
            launch: Some(Launch { program: found.program.clone(), args, ..Launch::default() }),
            version: found.version.clone(),
            url: Some(url(port)),
        };
        let pulse = tokio::spawn(pulse(port, name, wanted.events.clone()));
        Managed {
            child: Child::new(wanted.dir, setup, broker_config(wanted.config), wanted.events.clone()),
            version: found.version,
            dir: wanted.dir.clone(),
            port,
            program: found.program,
            greetings: 0,
            pulse,
        }
    }

    async fn adopt(
        wanted: Wanted<'_>,
        now: Duration,
        record: Record,
        port: u16,
        version: String,
        found: find::Found,
    ) -> Result<Managed, BrokerError> {
        if wanted.port != 0 && wanted.port != port {
            tracing::warn!(
                running = port,
                wanted = wanted.port,
                "the broker runs on another port: the new one counts from the next show on"
            );
        }
        let instances = wanted.instances;
        let name = conf::server_name(wanted.dir)?;
        let mut managed = Managed::new(wanted, port, found, name);
        managed.child.adopt(now, record);
        managed.greeted(now, version);
        managed.child.step(now, Input::Link(true));
        managed.reconfigure(instances).await?;
        Ok(managed)
    }

    async fn await_ready(&mut self, now: Duration, name: &str) -> Result<(), BrokerError> {
        let not_ready = |child: &Child, otherwise: &str| {
            let said = [child.last_line(), child.status().reason].into_iter().find(|line| !line.is_empty());
            BrokerError::from(StartError::NotReady {
                said: said.unwrap_or_else(|| otherwise.into()),
                log: child.log(),
            })
        };
        let Some(identity) = self.child.identity().cloned() else {
            return Err(not_ready(&self.child, "it was not started"));
        };
        let version = tokio::select! {
            version = tokio::time::timeout(START, probe::ready(self.port, name)) => version.ok(),
            _ = identity.gone() => None,
        };
        let Some(version) = version else {
            self.child.signal(Nudge::Kill);
            return Err(not_ready(&self.child, "it says nothing"));
        };
        self.use_real_program(identity.pid);
        self.greeted(now, version);
        // Nothing but itself stands between us and its greeting.
        self.child.step(now, Input::Link(true));
        Ok(())
    }

    // A wrapper script (a version manager's shim) takes a tenth of a second; a restart goes without it.
    fn use_real_program(&mut self, pid: u32) {
        let real = platform::executable_of(pid)
            .filter(|path| path.file_name() == self.program.file_name() && path.is_file());
        if let (Some(real), Some(launch)) = (real, &mut self.child.setup.launch) {
            launch.program = real;
        }
    }
}

/// The broker's own numbers: stable sooner than a component.
pub(crate) fn broker_config(config: &SupervisionConfig) -> SupervisionConfig {
    SupervisionConfig { stable_s: config.stable_s.min(STABLE_S), ..config.clone() }
}

fn url(port: u16) -> String {
    format!("nats://127.0.0.1:{port}")
}

async fn answering(record: &Record, name: &str) -> Option<(u16, String)> {
    let port = record.url.as_ref()?.rsplit(':').next()?.parse().ok()?;
    let version = probe::greeting(port, name).await?;
    Some((port, version))
}

async fn end(record: &Record) {
    tracing::warn!(
        pid = record.identity.pid,
        "the broker of an earlier supervisor does not answer and is ended"
    );
    if let Err(error) = record.identity.signal(Nudge::Kill) {
        tracing::error!(%error, "it could not be ended");
    }
    if tokio::time::timeout(GOING, record.identity.gone()).await.is_err() {
        tracing::error!(pid = record.identity.pid, "it does not go");
    }
}

async fn pulse(port: u16, name: String, events: mpsc::Sender<Event>) {
    loop {
        tokio::time::sleep(PULSE).await;
        if let Some(version) = probe::greeting(port, &name).await
            && events.send(Event::BrokerGreets { version }).await.is_err()
        {
            return;
        }
    }
}
