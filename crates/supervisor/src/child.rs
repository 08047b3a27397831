//! One supervised child: what the policy orders is done here.

use std::collections::VecDeque;
use std::time::Duration;

use schemas::Header;
use schemas::sys::{Heartbeat, LifecycleEvent, State};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::SupervisionConfig;
use crate::logs;
use crate::overlay::Overlay;
use crate::platform::Nudge;
use crate::policy::{Action, Beat, Ending, Input, Policy, Watch};
use crate::process::{Identity, Launch, Process};
use crate::record::{self, Record};
use crate::state_dir::StateDir;
use crate::status::ComponentStatus;

/// How often a process is looked at where the system cannot tell of its end.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What the tasks beside the supervisor's loop have to tell it.
#[derive(Debug)]
pub(crate) enum Event {
    /// A process has ended.
    Exited {
        /// Whose it was.
        key: String,
        /// Which one it was.
        generation: u64,
        /// How.
        ending: Ending,
    },
    /// The broker has greeted.
    BrokerGreets {
        /// Its version.
        version: String,
    },
}

/// A step in a child's life, to be told.
pub(crate) type Report = (LifecycleEvent, String);

/// What is fixed about a child.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// Instance, or `_broker`.
    pub(crate) key: String,
    /// Its component.
    pub(crate) component: String,
    /// How it is started; none when it is no longer part of the plan.
    pub(crate) launch: Option<Launch>,
    /// Version of what is started.
    pub(crate) version: String,
    /// Broker only: where it listens.
    pub(crate) url: Option<String>,
}

/// One supervised child.
pub(crate) struct Child {
    pub(crate) setup: Setup,
    dir: StateDir,
    policy: Policy,
    events: mpsc::Sender<Event>,
    live: Option<Live>,
    overlay: Overlay,
    last: Option<(Header, Heartbeat)>,
    last_error: Option<String>,
}

struct Live {
    record: Record,
    adopted: bool,
    watcher: JoinHandle<()>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.watcher.abort();
    }
}

impl Child {
    /// A child that is not running yet.
    pub(crate) fn new(
        dir: &StateDir,
        setup: Setup,
        config: SupervisionConfig,
        events: mpsc::Sender<Event>,
    ) -> Child {
        // Whoever shares a cause of death gets another jitter by its name.
        let seed = setup
            .key
            .bytes()
            .fold(u64::from(std::process::id()), |seed, byte| seed.rotate_left(5) ^ u64::from(byte));
        Child {
            policy: Policy::new(config, Watch::Progress, seed),
            overlay: Overlay::open(dir, &setup.key),
            dir: dir.clone(),
            setup,
            events,
            live: None,
            last: None,
            last_error: None,
        }
    }

    /// Takes in what happened, does what the policy orders, and gives what is to be told.
    pub(crate) fn step(&mut self, now: Duration, input: Input) -> Vec<Report> {
        let mut reports = Vec::new();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for action in self.policy.step(now, input) {
                match action {
                    Action::Spawn => {
                        inputs.extend(self.spawn().err().map(|error| Input::SpawnFailed(error.to_string())))
                    }
                    Action::Terminate => self.signal(Nudge::Terminate),
                    Action::Kill => self.signal(Nudge::Kill),
                    Action::Report(event, why) => reports.push((event, why)),
                }
            }
        }
        reports
    }

    /// Takes over a living process.
    pub(crate) fn adopt(&mut self, now: Duration, record: Record) -> Vec<Report> {
        let ran = Duration::from_secs_f64(record.uptime_s());
        let identity = record.identity.clone();
        let ended = async move {
            await_end(&identity).await;
            Ending::Unknown
        };
        self.watch(record, true, ended);
        self.step(now, Input::Adopted(ran))
    }

    /// The process of this generation has ended.
    pub(crate) fn exited(&mut self, now: Duration, generation: u64, ending: Ending) -> Vec<Report> {
        let Some(live) = self.live.take_if(|live| live.record.generation == generation) else {
            return vec![];
        };
        record::forget(&self.dir, &self.setup.key);
        let last_line = logs::last_line(&live.record.log, live.record.log_since);
        let reports = self.step(now, Input::Exited(ending, last_line));
        if let Some((_, why)) = reports.iter().find(|(event, _)| *event == LifecycleEvent::Exited) {
            self.last_error = Some(why.clone());
        }
        reports
    }

    /// A heartbeat of this instance; one of another process than ours is left alone.
    pub(crate) fn heartbeat(&mut self, now: Duration, header: Header, beat: Heartbeat) -> Vec<Report> {
        let ours = self.live.as_ref().is_some_and(|live| live.record.identity.pid == beat.pid);
        if !ours || header.origin.host != bus::time::host_name() {
            return vec![];
        }
        if let Err(error) = self.overlay.update(beat.overlay.as_ref()) {
            tracing::warn!(instance = %self.setup.key, %error, "live changes will not survive this process");
        }
        if beat.last_error.is_some() {
            self.last_error.clone_from(&beat.last_error);
        }
        let input = Beat {
            state: beat.state,
            reason: beat.reason.clone(),
            progress: beat.progress,
            busy_s: beat.busy_s,
        };
        self.last = Some((header, beat));
        self.step(now, Input::Heartbeat(input))
    }

    /// New numbers for its policy.
    pub(crate) fn configure(&mut self, config: SupervisionConfig) {
        self.policy.configure(config);
    }

    /// Whether nothing runs and nothing will by itself.
    pub(crate) fn is_stopped(&self) -> bool {
        self.live.is_none() && self.policy.is_stopped()
    }

    /// Identity of its process.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        self.live.as_ref().map(|live| &live.record.identity)
    }

    /// Unix seconds at the start of its process.
    pub(crate) fn started(&self) -> Option<f64> {
        self.live.as_ref().map(|live| live.record.generation as f64 / 1e3)
    }

    /// Program file of its process.
    pub(crate) fn binary(&self) -> Option<&std::path::Path> {
        self.live.as_ref().map(|live| live.record.binary.as_path())
    }

    /// Its log.
    pub(crate) fn log(&self) -> std::path::PathBuf {
        self.dir.log(&self.setup.key)
    }

    /// The last line that its process wrote.
    pub(crate) fn last_line(&self) -> String {
        self.live
            .as_ref()
            .map(|live| logs::last_line(&live.record.log, live.record.log_since))
            .unwrap_or_default()
    }

    /// Signals its process group, if the process is still the same.
    pub(crate) fn signal(&self, nudge: Nudge) {
        let Some(live) = &self.live else { return };
        // A process that has gone meanwhile is no error: its end is on the way here.
        if let Err(error) = live.record.identity.signal(nudge) {
            tracing::error!(instance = %self.setup.key, pid = live.record.identity.pid, %error, ?nudge, "signal not delivered");
        }
    }

    /// What is shown of it.
    pub(crate) fn status(&self) -> ComponentStatus {
        let view = self.policy.view();
        let beat = self.last.as_ref().filter(|_| self.live.is_some());
        let adopted = self.live.as_ref().is_some_and(|live| live.adopted);
        let generation = self.last.as_ref().map(|(header, _)| header.origin.generation);
        let version = self.live.as_ref().map(|live| live.record.version.clone());
        ComponentStatus {
            instance: self.setup.key.clone(),
            component: self.setup.component.clone(),
            pid: self.identity().map(|identity| identity.pid),
            generation: generation.or(self.live.as_ref().map(|live| live.record.generation)).unwrap_or(0),
            reason: marked(view.reason, version.as_deref().filter(|v| adopted && *v != self.setup.version)),
            state: view.state,
            adopted,
            restarts: view.restarts,
            uptime_s: self.live.as_ref().map_or(0.0, |live| live.record.uptime_s()),
            dropped: beat.map_or(0, |(_, beat)| beat.dropped),
            last_error: self.last_error.clone(),
            version,
        }
    }

    /// State by its policy.
    pub(crate) fn state(&self) -> State {
        self.policy.view().state
    }

    fn spawn(&mut self) -> std::io::Result<()> {
        let launch = self
            .setup
            .launch
            .clone()
            .ok_or_else(|| std::io::Error::other("it is no longer part of the plan"))?;
        let log = self.log();
        let log_since = logs::size(&log);
        let process = Process::spawn(&launch, &log)?;
        let record = Record {
            key: self.setup.key.clone(),
            component: self.setup.component.clone(),
            identity: process.identity().clone(),
            generation: (bus::time::unix_s() * 1e3) as u64,
            version: self.setup.version.clone(),
            binary: launch.program,
            log,
            log_since,
            url: self.setup.url.clone(),
        };
        self.watch(record, false, process.wait());
        Ok(())
    }

    fn watch(&mut self, record: Record, adopted: bool, ended: impl Future<Output = Ending> + Send + 'static) {
        if let Err(error) = record.write(&self.dir) {
            tracing::error!(instance = %record.key, %error, "not written down: a later supervisor would not find this process");
        }
        let (key, generation, events) = (record.key.clone(), record.generation, self.events.clone());
        let watcher = tokio::spawn(async move {
            let ending = ended.await;
            // Nobody listens any more when the supervisor ends.
            let _ended_too = events.send(Event::Exited { key, generation, ending }).await;
        });
        self.last = None;
        self.live = Some(Live { record, adopted, watcher });
    }
}

async fn await_end(identity: &Identity) {
    if let Err(error) = identity.gone().await {
        tracing::debug!(%error, pid = identity.pid, "looking at the process instead of being told");
        while identity.is_alive() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn marked(reason: String, other_version: Option<&str>) -> String {
    match other_version {
        None => reason,
        Some(version) => {
            let mark = format!("still runs version {version}, replaced on restart");
            if reason.is_empty() { mark } else { format!("{reason}; {mark}") }
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
#[path = "child_tests.rs"]
mod tests;
