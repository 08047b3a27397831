//! What is written down of each running process, so that a later supervisor can take it over.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files::{FileError, read_if_there, remove_quietly, write_atomically};
use crate::process::Identity;
use crate::state_dir::StateDir;

/// One running process, in `run/<instance>.json`. Fields may be added, none may vanish: an older
/// supervisor's record must stay readable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Instance, or `_broker`.
    pub key: String,
    /// Its component.
    pub component: String,
    /// Which process.
    #[serde(flatten)]
    pub identity: Identity,
    /// Unix milliseconds at its start.
    pub generation: u64,
    /// Version of its program.
    pub version: String,
    /// Program file that it runs.
    pub binary: PathBuf,
    /// Its log.
    pub log: PathBuf,
    /// Length of the log at its start, in bytes.
    #[serde(default)]
    pub log_since: u64,
    /// Broker only: where it listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Record {
    /// Writes it down.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn write(&self, dir: &StateDir) -> Result<(), FileError> {
        write_json(&dir.record(&self.key), self)
    }

    /// Seconds since its start.
    pub fn uptime_s(&self) -> f64 {
        (bus::time::unix_s() - self.generation as f64 / 1e3).max(0.0)
    }
}

/// Forgets the process of `key`.
pub(crate) fn forget(dir: &StateDir, key: &str) {
    remove_quietly(&dir.record(key));
}

/// Forgets processes that ended while nobody supervised.
pub(crate) fn forget_dead(dir: &StateDir) {
    all(dir).iter().filter(|record| !record.identity.is_alive()).for_each(|record| forget(dir, &record.key));
}

/// All records. One that cannot be read is left out with a warning: its process is then a stranger.
pub fn all(dir: &StateDir) -> Vec<Record> {
    let folder = dir.path().join("run");
    let Ok(entries) = fs::read_dir(&folder) else { return vec![] };
    let mut records: Vec<Record> = entries
        .flatten()
        .filter(|e| e.path().extension().is_some_and(|x| x == "json"))
        .filter_map(|e| read_json(&e.path()))
        .collect();
    records.sort_by(|a, b| a.key.cmp(&b.key));
    records
}

/// Records of processes that live.
pub fn living(dir: &StateDir) -> Vec<Record> {
    all(dir).into_iter().filter(|record| record.identity.is_alive()).collect()
}

/// Who supervises, in `supervisor.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SupervisorFile {
    /// Which process.
    #[serde(flatten)]
    pub identity: Identity,
    /// Its version.
    pub version: String,
    /// Where the broker listens.
    pub url: String,
    /// Whether the broker is its child.
    pub managed: bool,
}

impl SupervisorFile {
    /// Reads it; `None` when there is none, or none that can be read.
    pub fn read(dir: &StateDir) -> Option<SupervisorFile> {
        read_json(&dir.supervisor())
    }

    pub(crate) fn write(&self, dir: &StateDir) -> Result<(), FileError> {
        write_json(&dir.supervisor(), self)
    }
}

pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), FileError> {
    let text = serde_json::to_vec_pretty(value)
        .map_err(std::io::Error::from)
        .map_err(FileError::new("write", path))?;
    write_atomically(path, &text)
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let text = match read_if_there(path) {
        Ok(text) => text?,
        Err(error) => {
            tracing::warn!(%error, "file is left out");
            return None;
        }
    };
    serde_json::from_str(&text)
        .inspect_err(|error| tracing::warn!(path = %path.display(), %error, "unreadable file is left out"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, identity: Identity) -> Record {
        Record {
            key: key.into(),
            component: "processors/beat".into(),
            identity,
            generation: 1,
            version: "0.1.0".into(),
            binary: "/x".into(),
            log: "/x.log".into(),
            log_since: 0,
            url: None,
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_living_are_found_and_rubbish_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let us = Identity::of(std::process::id()).unwrap();
        let dead = Identity { start_time: us.start_time + 1, ..us.clone() };
        record("beat", us).write(&dir).unwrap();
        record("clock", dead).write(&dir).unwrap();
        fs::write(dir.record("osc"), "{").unwrap();
        assert_eq!(all(&dir).len(), 2);
        assert_eq!(living(&dir).into_iter().map(|r| r.key).collect::<Vec<_>>(), ["beat"]);
        forget(&dir, "beat");
        assert!(living(&dir).is_empty());
    }
}
