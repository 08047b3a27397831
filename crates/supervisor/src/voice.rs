//! What the supervisor says on the bus: the lives of the instances and its own heartbeat.

use std::collections::{BTreeMap, HashMap};

use bus::{Bus, Publisher, ServeError, Service, ServiceInfo, time};
use schemas::sys::{Heartbeat, Lifecycle, LifecycleEvent, State};
use schemas::{Name, NameError};

use crate::child::Report;

/// The supervisor's own name on the bus; no instance can have it.
pub const SUPERVISOR: &str = "supervisor";
/// What it is asked.
pub(crate) const VERBS: &[&str] = &["status", "start", "stop", "restart"];

/// The supervisor's voice.
pub(crate) struct Voice {
    bus: Bus,
    heartbeat: Publisher<Heartbeat>,
    lives: BTreeMap<Name, Publisher<Lifecycle>>,
    version: String,
    started: f64,
    rounds: u64,
}

/// The supervisor's name.
///
/// # Errors
/// Never: the name is one.
pub(crate) fn name() -> Result<Name, NameError> {
    Name::new(SUPERVISOR)
}

impl Voice {
    /// Speaks through `bus`.
    pub(crate) fn new(bus: &Bus, us: &Name, version: &str) -> Voice {
        Voice {
            bus: bus.clone(),
            heartbeat: bus.publisher(us),
            lives: BTreeMap::new(),
            version: version.to_owned(),
            started: time::unix_s(),
            rounds: 0,
        }
    }

    /// Says and logs what happened to `instance`.
    pub(crate) fn tell(&mut self, instance: &Name, reports: &[Report]) {
        for (event, reason) in reports {
            log(instance.as_str(), *event, reason);
            let life = self.lives.entry(instance.clone()).or_insert_with(|| self.bus.publisher(instance));
            // Lost while the broker is away; the status document still tells the state.
            life.send(time::now(), &Lifecycle { event: *event, reason: reason.clone() });
        }
    }

    /// The supervisor's own heartbeat.
    pub(crate) fn beat(&mut self, state: State) {
        self.rounds += 1;
        let body = Heartbeat {
            component: SUPERVISOR.into(),
            pid: std::process::id(),
            started: self.started,
            state,
            reason: String::new(),
            progress: self.rounds,
            version: self.version.clone(),
            uptime_s: time::unix_s() - self.started,
            lag_ms: 0.0,
            dropped: self.bus.counts().dropped(),
            last_error: None,
            busy_s: None,
            counters: BTreeMap::new(),
            overlay: None,
        };
        self.heartbeat.send(time::now(), &body);
    }
}

/// Writes a step in a child's life into the supervisor's own log.
pub(crate) fn log(who: &str, event: LifecycleEvent, reason: &str) {
    let reason = (!reason.is_empty()).then_some(reason);
    match event {
        LifecycleEvent::GaveUp => tracing::error!(instance = %who, reason, "given up"),
        LifecycleEvent::Exited => tracing::warn!(instance = %who, reason, "exited"),
        LifecycleEvent::Starting => tracing::info!(instance = %who, "starting"),
        LifecycleEvent::Ready => tracing::info!(instance = %who, "ready"),
        LifecycleEvent::Restarted => tracing::warn!(instance = %who, reason, "restarted"),
        LifecycleEvent::Adopted => tracing::info!(instance = %who, reason, "adopted"),
        LifecycleEvent::Stopped => tracing::info!(instance = %who, reason, "stopped"),
    }
}

/// Offers the supervisor's commands.
///
/// # Errors
/// When the client is closed.
pub(crate) async fn serve(bus: &Bus, us: &Name, version: &str) -> Result<Service, ServeError> {
    let info = ServiceInfo {
        name: SUPERVISOR.into(),
        version: version.to_owned(),
        description: "starts, stops and watches the components".into(),
        metadata: HashMap::from([
            ("instance".to_owned(), us.to_string()),
            ("component".to_owned(), SUPERVISOR.to_owned()),
            ("pid".to_owned(), std::process::id().to_string()),
        ]),
    };
    bus.serve(us, info, VERBS).await
}
