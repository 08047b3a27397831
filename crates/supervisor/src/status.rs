//! The status document: how the whole show is, in one piece of JSON.

use schemas::sys::State;
use serde::{Deserialize, Serialize};

use crate::record::{self, SupervisorFile};
use crate::state_dir::{BROKER, StateDir};

/// `vjbus status --json`. Fields may be added, none may vanish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The broker.
    pub broker: BrokerStatus,
    /// Who supervises; null when nobody does.
    pub supervisor: Option<SupervisorStatus>,
    /// Every instance.
    pub components: Vec<ComponentStatus>,
}

/// The broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrokerStatus {
    /// Where it listens.
    pub url: String,
    /// Its version, null when it has not been reached.
    pub version: Option<String>,
    /// Whether it is the supervisor's child.
    pub managed: bool,
    /// starting, ready, backoff, gave_up, hung, stopping or stopped
    pub state: State,
    /// Managed only: its process.
    pub pid: Option<u32>,
    /// Managed only: Unix seconds at its start.
    pub started: Option<f64>,
}

/// The supervisor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SupervisorStatus {
    /// Its process.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// ready, degraded (no link to the broker) or stopping
    pub state: State,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComponentStatus {
    /// Its name.
    pub instance: String,
    /// Its component.
    pub component: String,
    /// Its process, null when none runs.
    pub pid: Option<u32>,
    /// Unix milliseconds at its last start; 0 before the first.
    pub generation: u64,
    /// starting, ready, busy, degraded, stopping, backoff, gave_up, hung or stopped
    pub state: State,
    /// Why, or empty.
    pub reason: String,
    /// Whether its process was started by an earlier supervisor.
    pub adopted: bool,
    /// Times that it was started again by this supervisor.
    pub restarts: u64,
    /// Seconds since its start; 0 when none runs.
    pub uptime_s: f64,
    /// Messages that it dropped since its start.
    pub dropped: u64,
    /// Its last error, also that of an earlier process.
    pub last_error: Option<String>,
    /// Version of its program, null when none runs.
    #[serde(default)]
    pub version: Option<String>,
}

/// The status when no supervisor answers: from what is written down in the state folder. `url` is where
/// the broker should be when nothing tells of one.
pub fn status_offline(dir: &StateDir, url: &str) -> Status {
    let file = SupervisorFile::read(dir);
    let (brokers, components): (Vec<_>, Vec<_>) =
        record::all(dir).into_iter().partition(|record| record.key == BROKER);
    let broker = brokers.into_iter().find(|record| record.identity.is_alive());
    let known_url = broker.as_ref().and_then(|b| b.url.clone()).or(file.as_ref().map(|f| f.url.clone()));
    Status {
        broker: BrokerStatus {
            url: known_url.unwrap_or_else(|| url.to_owned()),
            version: broker.as_ref().map(|b| b.version.clone()),
            managed: broker.is_some() || file.as_ref().is_some_and(|f| f.managed),
            state: if broker.is_some() { State::Degraded } else { State::Stopped },
            pid: broker.as_ref().map(|b| b.identity.pid),
            started: broker.as_ref().map(|b| b.generation as f64 / 1e3),
        },
        supervisor: file.filter(|f| f.identity.is_alive()).map(|f| SupervisorStatus {
            pid: f.identity.pid,
            version: f.version,
            state: State::Degraded,
        }),
        components: components.into_iter().map(offline).collect(),
    }
}

fn offline(record: record::Record) -> ComponentStatus {
    let alive = record.identity.is_alive();
    ComponentStatus {
        pid: alive.then_some(record.identity.pid),
        generation: record.generation,
        state: if alive { State::Degraded } else { State::Stopped },
        reason: if alive {
            "runs, but no supervisor or broker tells how it is"
        } else {
            "its process is gone"
        }
        .into(),
        adopted: false,
        restarts: 0,
        uptime_s: if alive { record.uptime_s() } else { 0.0 },
        dropped: 0,
        last_error: None,
        version: alive.then_some(record.version),
        instance: record.key,
        component: record.component,
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::process::Identity;

    #[test]
    fn an_empty_state_folder_has_the_same_shape() {
        let folder = tempfile::tempdir().unwrap();
        let status = status_offline(&StateDir::new(folder.path()), "nats://127.0.0.1:4222");
        let json = serde_json::to_value(&status).unwrap();
        assert_eq!(json["broker"]["state"], "stopped");
        assert_eq!(json["broker"]["url"], "nats://127.0.0.1:4222");
        assert!(json["supervisor"].is_null() && json["components"].as_array().unwrap().is_empty());
    }

    #[test]
    fn what_runs_without_a_supervisor_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let identity = Identity::of(std::process::id()).unwrap();
        for key in ["beat", BROKER] {
            record::Record {
                key: key.into(),
                component: "x/y".into(),
                identity: identity.clone(),
                generation: 5,
                version: "1".into(),
                binary: "/x".into(),
                log: "/x.log".into(),
                log_since: 0,
                url: (key == BROKER).then(|| "nats://127.0.0.1:9".into()),
            }
            .write(&dir)
            .unwrap();
        }
        let status = status_offline(&dir, "nats://127.0.0.1:4222");
        assert_eq!(status.components.len(), 1);
        assert_eq!(status.components[0].pid, Some(std::process::id()));
        assert_eq!(status.broker.url, "nats://127.0.0.1:9");
        assert_eq!(status.supervisor, None);
    }
}
