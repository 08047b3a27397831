//! The supervisor at work: one loop that hears, decides by the policies, and shows.

use std::time::{Duration, Instant};

use bus::{Bus, Command, Delivery, Inbox, Service};
use schemas::sys::{Heartbeat, Lifecycle, LifecycleEvent, State};
use schemas::{Name, Payload as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::broker::managed::{Managed, broker_config};
use crate::child::{Child, Event, Report};
use crate::members::Members;
use crate::plan::{BrokerPlan, Plan};
use crate::platform::DownSignals;
use crate::policy::Input;
use crate::record::SupervisorFile;
use crate::state_dir::{BROKER, StateDir};
use crate::status::{BrokerStatus, Status, SupervisorStatus};
use crate::voice::{self, Voice};
use crate::{commands, logs};

/// Time between two looks at everything that depends on time.
const TICK: Duration = Duration::from_millis(50);
/// Time between two heartbeats of our own.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// Our own heartbeat must come back within this, or nobody's can be expected to arrive.
const ECHO_MAX: Duration = Duration::from_millis(1700);
/// Time between two looks at the size of the logs.
const ROTATE: Duration = Duration::from_secs(5);
/// Longest wait for the last words to leave.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// What is asked of a running supervisor from inside its process.
pub(crate) enum Control {
    Apply(Box<Plan>, oneshot::Sender<Result<(), ApplyError>>),
    Down,
}

/// A changed plan that could not be followed; the old one stays in force.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The new instances cannot be given their users.
    #[error("the changed plan is not followed: the broker cannot be given its users")]
    Broker(#[from] crate::broker::BrokerError),
    /// The supervisor is on its way down.
    #[error("the supervisor is ending")]
    Ending,
}

/// A hold on a running supervisor. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    control: mpsc::Sender<Control>,
    status: watch::Receiver<Status>,
}

impl Handle {
    pub(crate) fn new(control: mpsc::Sender<Control>, status: watch::Receiver<Status>) -> Handle {
        Handle { control, status }
    }

    /// The status document, to be watched.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Makes the running show what the new plan says.
    ///
    /// # Errors
    /// See [`ApplyError`].
    pub async fn apply(&self, plan: Plan) -> Result<(), ApplyError> {
        let (answer, applied) = oneshot::channel();
        self.control.send(Control::Apply(Box::new(plan), answer)).await.map_err(|_| ApplyError::Ending)?;
        applied.await.unwrap_or(Err(ApplyError::Ending))
    }

    /// Ends the show.
    pub async fn down(&self) {
        // A supervisor that has ended already is down.
        let _already_down = self.control.send(Control::Down).await;
    }
}

/// A supervisor whose show is on. Made by [`Supervisor::start`], driven by [`Supervisor::run`].
pub struct Supervisor {
    pub(crate) dir: StateDir,
    pub(crate) plan: Plan,
    pub(crate) url: String,
    pub(crate) clock: Instant,
    pub(crate) broker: Option<Managed>,
    pub(crate) members: Members,
    pub(crate) bus: Bus,
    pub(crate) inbox: Inbox,
    pub(crate) service: Service,
    pub(crate) voice: Voice,
    pub(crate) events: mpsc::Receiver<Event>,
    pub(crate) control: mpsc::Receiver<Control>,
    pub(crate) handle: Handle,
    pub(crate) shown: watch::Sender<Status>,
    pub(crate) signals: DownSignals,
    pub(crate) link: LinkWatch,
    pub(crate) due: Due,
    pub(crate) stopping: bool,
    pub(crate) rotation: Option<JoinHandle<()>>,
    pub(crate) _name: component::Held,
}

/// Whether heartbeats can reach us, judged by our own.
#[derive(Debug, Default)]
pub(crate) struct LinkWatch {
    pub(crate) up: bool,
    pub(crate) last_echo: Option<Duration>,
}

/// When the regular chores are due.
#[derive(Debug, Default)]
pub(crate) struct Due {
    heartbeat: Duration,
    rotate: Duration,
}

enum Turn {
    Event(Event),
    Heard(Delivery),
    Command(Box<Command>),
    Control(Control),
    Signal(&'static str),
    Tick,
}

impl Supervisor {
    /// A hold on it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Runs the show until a signal, a command or the handle ends it; then no process is left.
    pub async fn run(mut self) {
        let mut ticks = component::every(TICK);
        loop {
            let turn = tokio::select! {
                Some(event) = self.events.recv() => Turn::Event(event),
                signal = self.signals.next() => Turn::Signal(signal),
                Some(control) = self.control.recv() => Turn::Control(control),
                command = self.service.next() => Turn::Command(Box::new(command)),
                delivery = self.inbox.next() => Turn::Heard(delivery),
                _ = ticks.tick() => Turn::Tick,
            };
            match turn {
                Turn::Event(event) => self.on_event(event),
                Turn::Signal(signal) => self.down(signal),
                Turn::Control(Control::Down) => self.down("asked to"),
                Turn::Control(Control::Apply(plan, answer)) => {
                    let applied = self.apply(*plan).await;
                    // Whoever asked may have given up waiting.
                    let _heard = answer.send(applied);
                }
                Turn::Command(command) => commands::obey(&mut self, *command).await,
                Turn::Heard(delivery) => self.hear(&delivery),
                Turn::Tick => self.tick(),
            }
            self.show();
            if self.stopping && self.everyone_has_left().await {
                return self.finish();
            }
        }
    }

    /// Time on the policies' clock.
    pub(crate) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// The status document of this moment.
    pub(crate) fn status(&self) -> Status {
        let state = match (self.stopping, self.link.up) {
            (true, _) => State::Stopping,
            (false, true) => State::Ready,
            (false, false) => State::Degraded,
        };
        Status {
            broker: self.broker_status(),
            supervisor: Some(SupervisorStatus {
                pid: std::process::id(),
                version: self.plan.version.clone(),
                state,
            }),
            components: self.members.by_name.values().map(|member| member.child.status()).collect(),
        }
    }

    /// Begins the end of the show; a second time it ends at once.
    pub(crate) fn down(&mut self, why: &str) {
        let now = self.now();
        if std::mem::replace(&mut self.stopping, true) {
            tracing::warn!(why, "asked again: ending at once");
            let at_once = crate::SupervisionConfig { grace_s: 0.0, ..self.plan.supervision.clone() };
            self.each_child(|child| child.configure(at_once.clone()));
            return;
        }
        tracing::info!(why, "the show ends");
        let told = self.members.step_all(now, &Input::Stop);
        self.tell(told);
    }

    /// Says what happened to the instances.
    pub(crate) fn tell(&mut self, told: Vec<(Name, Vec<Report>)>) {
        for (name, reports) in told {
            self.voice.tell(&name, &reports);
        }
    }

    fn each_child(&mut self, mut act: impl FnMut(&mut Child)) {
        self.members.by_name.values_mut().for_each(|member| act(&mut member.child));
        self.broker.iter_mut().for_each(|broker| act(&mut broker.child));
    }

    fn on_event(&mut self, event: Event) {
        // What a process said before its end is heard before its end: its last live changes count.
        while let Some(delivery) = self.inbox.take() {
            self.hear(&delivery);
        }
        let now = self.now();
        match event {
            Event::BrokerGreets { version } => {
                if let Some(broker) = &mut self.broker {
                    broker.greeted(now, version);
                }
            }
            Event::Exited { key, generation, ending } if key == BROKER => {
                let reports = self
                    .broker
                    .as_mut()
                    .map(|broker| broker.child.exited(now, generation, ending))
                    .unwrap_or_default();
                reports.iter().for_each(|(event, why)| voice::log("broker", *event, why));
            }
            Event::Exited { key, generation, ending } => {
                let Ok(name) = Name::new(key) else { return };
                let Some(member) = self.members.by_name.get_mut(&name) else { return };
                let reports = member.child.exited(now, generation, ending);
                self.voice.tell(&name, &reports);
            }
        }
    }

    fn hear(&mut self, delivery: &Delivery) {
        let now = self.now();
        let Some(name) = delivery.subject.name().cloned() else { return };
        if delivery.header.origin == *self.bus.origin() {
            // Our own words have come back: the way through the broker is open.
            self.link.last_echo = Some(now);
            return self.judge_link(now);
        }
        let Some(member) = self.members.by_name.get_mut(&name) else { return };
        let reports = if delivery.subject.topic() == Heartbeat::TOPIC {
            // What cannot be read is no heartbeat: the policy waits on.
            delivery
                .decode::<Heartbeat>()
                .map(|beat| member.child.heartbeat(now, beat.header, beat.body))
                .unwrap_or_default()
        } else {
            let leaving =
                delivery.decode::<Lifecycle>().is_ok_and(|life| life.body.event == LifecycleEvent::Stopped);
            if leaving { member.child.step(now, Input::Leaving) } else { vec![] }
        };
        self.voice.tell(&name, &reports);
    }

    fn tick(&mut self) {
        let now = self.now();
        self.judge_link(now);
        let told = self.members.step_all(now, &Input::Tick);
        self.tell(told);
        if let Some(broker) = &mut self.broker {
            let reports = broker.child.step(now, Input::Tick);
            reports.iter().for_each(|(event, why)| voice::log("broker", *event, why));
        }
        for name in self.members.remove_gone() {
            let bus = self.bus.clone();
            tokio::spawn(async move {
                if let Err(error) = bus::state::forget_instance(&bus, &name).await {
                    tracing::warn!(instance = %name, %error, "the last values of a removed instance stay");
                }
            });
        }
        if now >= self.due.heartbeat {
            self.due.heartbeat = now + HEARTBEAT;
            self.voice.beat(if self.stopping { State::Stopping } else { State::Ready });
        }
        if now >= self.due.rotate {
            self.due.rotate = now + ROTATE;
            self.rotate_logs();
        }
    }

    fn judge_link(&mut self, now: Duration) {
        let heard = self.link.last_echo.is_some_and(|echo| now.saturating_sub(echo) < ECHO_MAX);
        let up = heard && self.bus.is_up();
        if up == self.link.up {
            return;
        }
        self.link.up = up;
        tracing::info!(up, "link to the broker");
        let told = self.members.step_all(now, &Input::Link(up));
        self.tell(told);
        if up {
            // A broker that came back with an empty store gets its stream again.
            let bus = self.bus.clone();
            tokio::spawn(async move {
                if let Err(error) = bus::state::create(&bus).await {
                    tracing::error!(%error, "last values are not kept");
                }
            });
        }
    }

    fn rotate_logs(&mut self) {
        if self.rotation.as_ref().is_some_and(|running| !running.is_finished()) {
            return;
        }
        let mut paths = Vec::new();
        self.each_child(|child| paths.push(child.log()));
        let max_bytes = u64::from(self.plan.supervision.log_max_mb) << 20;
        let keep = self.plan.supervision.log_files;
        self.rotation = Some(tokio::task::spawn_blocking(move || {
            for path in paths {
                if let Err(error) = logs::rotate(&path, max_bytes, keep) {
                    tracing::warn!(path = %path.display(), %error, "log not rotated");
                }
            }
        }));
    }

    async fn apply(&mut self, plan: Plan) -> Result<(), ApplyError> {
        if self.stopping {
            return Err(ApplyError::Ending);
        }
        if let Some(broker) = &mut self.broker {
            broker.reconfigure(&plan.instances).await?;
            broker.child.configure(broker_config(&plan.supervision));
        }
        if plan.broker != self.plan.broker {
            tracing::warn!("a change of [broker] counts from the next `vjbus up` on");
        }
        let now = self.now();
        let (told, live) = self.members.apply(now, &plan.instances, &plan.supervision);
        self.tell(told);
        live.into_iter().for_each(|instance| commands::reload(&self.bus, instance));
        self.plan = Plan { broker: self.plan.broker.clone(), state_dir: self.plan.state_dir.clone(), ..plan };
        Ok(())
    }

    fn broker_status(&self) -> BrokerStatus {
        let reached = self.bus.broker_version();
        match &self.broker {
            Some(broker) => BrokerStatus {
                url: self.url.clone(),
                version: Some(broker.version.clone()),
                managed: true,
                state: broker.child.state(),
                pid: broker.child.identity().map(|identity| identity.pid),
                started: broker.child.started(),
            },
            None => BrokerStatus {
                url: self.url.clone(),
                version: Some(reached).filter(|version| !version.is_empty()),
                managed: matches!(self.plan.broker, BrokerPlan::Managed { .. }),
                state: if self.link.up { State::Ready } else { State::Backoff },
                pid: None,
                started: None,
            },
        }
    }

    /// Shows the status to whoever watches it, when it is news.
    pub(crate) fn show(&mut self) {
        let status = self.status();
        self.shown.send_if_modified(|shown| {
            let news = *shown != status;
            *shown = status;
            news
        });
    }

    /// Components first, then the broker that carries their last words.
    async fn everyone_has_left(&mut self) -> bool {
        if !self.members.by_name.values().all(|member| member.child.is_stopped()) {
            return false;
        }
        let now = self.now();
        let Some(broker) = &mut self.broker else {
            self.bus.flush(LAST_WORDS).await;
            return true;
        };
        if !matches!(broker.child.state(), State::Stopping | State::Stopped) {
            self.bus.flush(LAST_WORDS).await;
            broker.child.step(now, Input::Stop);
        }
        broker.child.is_stopped()
    }

    fn finish(self) {
        let ours = |file: &SupervisorFile| file.identity.pid == std::process::id();
        if SupervisorFile::read(&self.dir).is_some_and(|file| ours(&file)) {
            crate::files::remove_quietly(&self.dir.supervisor());
        }
        tracing::info!("down");
    }
}
