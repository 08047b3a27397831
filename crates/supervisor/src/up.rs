//! From nothing, or from what an earlier supervisor left, to a show that is on.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bus::{Bus, ConnectError, Settings};
use schemas::{Name, Payload as _, sys};
use tokio::sync::{mpsc, watch};

use crate::binary;
use crate::broker::managed::{Managed, Wanted};
use crate::broker::{BrokerError, KeyError, Role, keys};
use crate::child::Event;
use crate::files::{FileError, make_folder};
use crate::members::{Members, Surroundings};
use crate::plan::{BrokerPlan, Plan};
use crate::platform::{DownSignals, Nudge};
use crate::policy::Input;
use crate::process::Identity;
use crate::record::{self, Record, SupervisorFile};
use crate::state_dir::{BROKER, StateDir};
use crate::status::status_offline;
use crate::supervisor::{Due, Handle, LinkWatch, Supervisor};
use crate::voice::{self, SUPERVISOR, Voice};

/// Ends and greetings that may wait for the loop.
const EVENTS_MAX: usize = 256;
/// Requests from inside the process that may wait.
const CONTROL_MAX: usize = 8;
/// Longest wait for the new connection to be up.
const LINK: Duration = Duration::from_secs(5);

/// The show cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum UpError {
    /// Another supervisor has this state folder.
    #[error(transparent)]
    Taken(#[from] component::LockError),
    /// An instance has a name that is ours.
    #[error("no instance can be called “{0}”: that is the supervisor's own name; give it another one")]
    ReservedName(Name),
    /// The state folder cannot be used.
    #[error("the state folder {} cannot be used", dir.display())]
    StateDir {
        /// The folder.
        dir: PathBuf,
        /// Why.
        #[source]
        source: FileError,
    },
    /// The managed broker cannot be had.
    #[error(transparent)]
    Broker(#[from] BrokerError),
    /// The broker does not let us in, or none answers.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Our key is missing or damaged.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The stream of last values cannot be made.
    #[error(transparent)]
    State(#[from] bus::state::StateError),
    /// Something of the system that never fails has failed.
    #[error("the supervisor could not {0}")]
    System(&'static str, #[source] Box<dyn std::error::Error + Send + Sync>),
}

impl UpError {
    /// Exit code of the command that fails with it: 64 for what the user must correct, 69 for what is
    /// absent, 70 for the rest.
    pub const fn exit_code(&self) -> u8 {
        match self {
            UpError::ReservedName(_) => 64,
            UpError::System(..) => 70,
            _ => 69,
        }
    }
}

/// What a supervisor needs before it starts anything.
struct Ground {
    dir: StateDir,
    us: Name,
    name: component::Held,
    signals: DownSignals,
    clock: Instant,
    sender: mpsc::Sender<Event>,
    events: mpsc::Receiver<Event>,
}

impl Ground {
    fn take(plan: &Plan) -> Result<Ground, UpError> {
        let signals =
            DownSignals::install().map_err(|e| UpError::System("take over the signals", e.into()))?;
        let us = voice::name().map_err(|e| UpError::System("take its name", e.into()))?;
        if let Some(taken) = plan.instances.iter().find(|instance| instance.name == us) {
            return Err(UpError::ReservedName(taken.name.clone()));
        }
        let dir = StateDir::new(&plan.state_dir);
        make_folder(dir.path()).map_err(unusable(&dir))?;
        let name = component::Held::take(dir.path(), SUPERVISOR)?;
        record::forget_dead(&dir);
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        Ok(Ground { dir, us, name, signals, clock: Instant::now(), sender, events })
    }
}

fn unusable(dir: &StateDir) -> impl FnOnce(FileError) -> UpError + use<> {
    let dir = dir.path().to_owned();
    move |source| UpError::StateDir { dir, source }
}

impl Supervisor {
    /// Begins the show: takes over what still runs, starts the rest. From here on the signals that end
    /// a process mean `down` and are seen by [`Supervisor::run`].
    ///
    /// # Errors
    /// See [`UpError`]; what was started for this show is then ended again.
    pub async fn start(plan: Plan) -> Result<Supervisor, UpError> {
        let ground = Ground::take(&plan)?;
        let (brokers, living): (Vec<_>, Vec<_>) =
            record::living(&ground.dir).into_iter().partition(|r| r.key == BROKER);
        let recorded = brokers.into_iter().next();
        let before = recorded.as_ref().map(|record| record.identity.clone());
        let (url, broker) = bring_up_broker(&plan, &ground, recorded).await?;
        let started = broker.as_ref().and_then(|broker| broker.child.identity().cloned());
        let begun = Supervisor::begin(plan, ground, url, broker, living).await;
        if let (Err(_), Some(broker)) = (&begun, started.filter(|now| before.as_ref() != Some(now)))
            && let Err(error) = broker.signal(Nudge::Terminate)
        {
            tracing::error!(pid = broker.pid, %error, "the broker that was just started runs on");
        }
        begun
    }

    async fn begin(
        plan: Plan,
        ground: Ground,
        url: String,
        broker: Option<Managed>,
        living: Vec<Record>,
    ) -> Result<Supervisor, UpError> {
        let Ground { dir, us, .. } = &ground;
        let bus = connect(plan.keys(), &url, us).await?;
        bus::state::create(&bus).await?;
        if living.is_empty() {
            bus::state::clear(&bus).await?;
        }
        write_ourselves_down(dir, &plan, &url, broker.is_some()).map_err(unusable(dir))?;
        let mut inbox = bus.inbox();
        inbox.subscribe(sys::Heartbeat::TOPIC, None).await;
        inbox.subscribe(sys::Lifecycle::TOPIC, None).await;
        let service = voice::serve(&bus, us, &plan.version)
            .await
            .map_err(|e| UpError::System("offer its commands", e.into()))?;
        let surroundings = Surroundings {
            dir: dir.clone(),
            keys: plan.keys(),
            url: url.clone(),
            version: plan.version.clone(),
        };
        let (control_sender, control) = mpsc::channel(CONTROL_MAX);
        let (shown, status) = watch::channel(status_offline(dir, &url));
        let mut supervisor = Supervisor {
            voice: Voice::new(&bus, us, &plan.version),
            members: Members::new(surroundings, plan.supervision.clone(), ground.sender),
            handle: Handle::new(control_sender, status),
            link: LinkWatch::default(),
            due: Due::default(),
            stopping: false,
            rotation: None,
            clock: ground.clock,
            dir: ground.dir,
            events: ground.events,
            signals: ground.signals,
            _name: ground.name,
            plan,
            url,
            broker,
            bus,
            inbox,
            service,
            control,
            shown,
        };
        supervisor.populate(living);
        supervisor.show();
        Ok(supervisor)
    }

    fn populate(&mut self, living: Vec<Record>) {
        let now = self.now();
        for record in living {
            let planned = self.plan.instances.iter().find(|instance| instance.name.as_str() == record.key);
            let told = self.members.adopt(now, record, planned);
            self.tell(told.into_iter().collect());
        }
        let missing: Vec<_> = self
            .plan
            .instances
            .iter()
            .filter(|i| !self.members.by_name.contains_key(&i.name))
            .cloned()
            .collect();
        for instance in missing {
            let reports = self.members.add(&instance).child.step(now, Input::Start);
            self.tell(vec![(instance.name, reports)]);
        }
        let mut in_use: Vec<PathBuf> = self.plan.instances.iter().map(|i| i.launch.program.clone()).collect();
        in_use.extend(self.members.by_name.values().filter_map(|m| m.child.binary().map(PathBuf::from)));
        binary::clean(&self.dir, &in_use);
    }
}

async fn bring_up_broker(
    plan: &Plan,
    ground: &Ground,
    recorded: Option<Record>,
) -> Result<(String, Option<Managed>), UpError> {
    match &plan.broker {
        BrokerPlan::External { url, .. } => Ok((url.clone(), None)),
        BrokerPlan::Managed { port } => {
            let Ground { dir, sender: events, .. } = ground;
            let (instances, config) = (plan.instances.as_slice(), &plan.supervision);
            let wanted = Wanted { dir, port: *port, instances, config, events };
            let managed = Managed::bring_up(wanted, ground.clock.elapsed(), recorded).await?;
            Ok((managed.url(), Some(managed)))
        }
    }
}

async fn connect(known_keys: Option<StateDir>, url: &str, us: &Name) -> Result<Bus, UpError> {
    let credentials = known_keys.map(|dir| keys::credentials(&dir, &Role::Supervisor)).transpose()?;
    let settings =
        Settings { url: url.to_owned(), credentials, instance: us.clone(), wait_for_broker: false };
    let bus = Bus::connect(settings).await?;
    let mut link = bus.link();
    let up = tokio::time::timeout(LINK, link.wait_for(|link| *link == bus::Link::Up)).await;
    match up {
        Ok(Ok(_)) => {}
        Ok(Err(_)) | Err(_) => {
            return Err(UpError::System("reach the broker", "it accepts and says nothing".into()));
        }
    }
    Ok(bus)
}

fn write_ourselves_down(dir: &StateDir, plan: &Plan, url: &str, managed: bool) -> Result<(), FileError> {
    let pid = std::process::id();
    let boot = bus::time::boot_id().to_owned();
    let identity = Identity::of(pid).unwrap_or(Identity { pid, start_time: 0, boot });
    SupervisorFile { identity, version: plan.version.clone(), url: url.to_owned(), managed }.write(dir)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
#[path = "up_tests.rs"]
mod tests;
