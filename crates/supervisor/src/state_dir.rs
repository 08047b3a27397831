//! Where everything lies in the state folder.

use std::path::{Path, PathBuf};

/// Key of the broker among the instances; no instance can be called so.
pub(crate) const BROKER: &str = "_broker";

/// The state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDir(PathBuf);

impl StateDir {
    /// The state folder at `path`.
    pub fn new(path: impl Into<PathBuf>) -> StateDir {
        StateDir(path.into())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What a supervisor writes down of the process of `key`.
    pub fn record(&self, key: &str) -> PathBuf {
        self.0.join("run").join(format!("{key}.json"))
    }

    /// Log file of `key`.
    pub fn log(&self, key: &str) -> PathBuf {
        self.0.join("log").join(format!("{key}.log"))
    }

    /// Live changes of an instance.
    pub fn overlay(&self, instance: &str) -> PathBuf {
        self.0.join("overlay").join(format!("{instance}.json"))
    }

    /// Private copies of programs.
    pub fn bin(&self) -> PathBuf {
        self.0.join("bin")
    }

    /// Seeds of the keys.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// The broker's configuration.
    pub fn broker_conf(&self) -> PathBuf {
        self.0.join("broker").join("nats.conf")
    }

    /// The broker's store.
    pub fn broker_store(&self) -> PathBuf {
        self.0.join("broker").join("jetstream")
    }

    /// Who supervises, for the command line.
    pub fn supervisor(&self) -> PathBuf {
        self.0.join("supervisor.json")
    }
}
