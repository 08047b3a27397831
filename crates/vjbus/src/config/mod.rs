//! The configuration: defaults, `vjbus.toml`, environment, command line, in this order.

mod check;
mod layers;
mod locate;
mod snapshot;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use component::Entry;
use schemas::Name;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use supervisor::SupervisionConfig;

pub use check::Mistake;
pub use layers::Layers;
pub use snapshot::{snapshot, without_nulls};
pub use write::{Difference, differences, save};

/// The shipped `vjbus.toml`: at once the documentation, the file to edit and the lowest layer.
pub const DEFAULTS: &str = include_str!("../../../../vjbus.toml");
/// Name of the file in the working folder.
pub const FILE: &str = "vjbus.toml";

/// A configuration without mistakes.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where state, keys, logs and locks are kept.
    pub state_dir: PathBuf,
    /// Which broker.
    pub broker: BrokerConfig,
    /// How patient the supervisor is.
    pub supervision: SupervisionConfig,
    /// Tables of the enabled instances.
    pub instances: BTreeMap<Name, Instance>,
}

/// One enabled instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its component, e.g. `producers/audio`.
    pub component: String,
    /// Its configuration as the component reads it.
    pub config: Value,
}

/// `[broker]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrokerConfig {
    /// `managed`: started and watched by the supervisor; `external`: somebody else's.
    pub mode: BrokerMode,
    /// Managed: port on the loopback interface.
    pub port: u16,
    /// External: `nats://host:4222`.
    pub url: Option<String>,
    /// External: folder with the keys that `vjbus broker setup` wrote, default the state folder's.
    pub creds: Option<PathBuf>,
}

/// Whose broker it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BrokerMode {
    /// A child of the supervisor.
    Managed,
    /// Already there.
    External,
}

impl Default for BrokerConfig {
    fn default() -> BrokerConfig {
        BrokerConfig { mode: BrokerMode::Managed, port: 4222, url: None, creds: None }
    }
}

impl BrokerConfig {
    /// Where clients connect.
    pub fn url(&self) -> String {
        match (&self.url, self.mode) {
            (Some(url), BrokerMode::External) => url.clone(),
            _ => format!("nats://127.0.0.1:{}", self.port),
        }
    }
}

/// Reads and checks the configuration.
///
/// # Errors
/// All mistakes at once, in the order of the file.
pub fn load(layers: &Layers, registry: &[Entry]) -> Result<Config, Vec<Mistake>> {
    let tree = layers.merged()?;
    let mut mistakes = check::tree(&tree, registry, layers);
    let config = build(&tree, layers, &mut mistakes);
    match config {
        Some(config) if mistakes.is_empty() => Ok(config),
        _ => {
            mistakes.sort_by_key(Mistake::line);
            Err(mistakes)
        }
    }
}

/// Reads what commands to a running show need, whatever mistakes an edit has left in the file: the show must stay
/// within reach on the worst night. The mistakes come along, to be told.
pub fn load_leniently(layers: &Layers, registry: &[Entry]) -> (Config, Vec<Mistake>) {
    let (tree, mut mistakes) = match layers.merged() {
        Ok(tree) => (tree, Vec::new()),
        Err(mistakes) => (layers.salvaged(), mistakes),
    };
    mistakes.extend(check::tree(&tree, registry, layers));
    let config = build(&tree, layers, &mut mistakes);
    let config = config.or_else(|| build(&only_reach(&tree), layers, &mut Vec::new()));
    (config.unwrap_or_else(Config::unreached), mistakes)
}

/// Where the state and the broker are, and nothing else.
fn only_reach(tree: &Map<String, Value>) -> Map<String, Value> {
    tree.iter()
        .filter(|(key, _)| ["state_dir", "broker"].contains(&key.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

impl Config {
    fn unreached() -> Config {
        Config {
            state_dir: crate::platform::state_dir(),
            broker: BrokerConfig::default(),
            supervision: SupervisionConfig::default(),
            instances: BTreeMap::new(),
        }
    }
}

fn build(tree: &Map<String, Value>, layers: &Layers, mistakes: &mut Vec<Mistake>) -> Option<Config> {
    let broker = section(tree, "broker", layers, mistakes);
    let supervision: Option<SupervisionConfig> = section(tree, "supervision", layers, mistakes);
    let supervision = supervision?;
    for mistake in supervision.mistakes() {
        mistakes.push(layers.mistake(&format!("supervision.{}", mistake.key), &mistake.message));
    }
    let state_dir = match tree.get("state_dir").and_then(Value::as_str) {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir),
        _ => crate::platform::state_dir(),
    };
    Some(Config { state_dir, broker: broker?, supervision, instances: instances(tree, layers) })
}

fn section<T: serde::de::DeserializeOwned + Default>(
    tree: &Map<String, Value>,
    key: &str,
    layers: &Layers,
    mistakes: &mut Vec<Mistake>,
) -> Option<T> {
    let Some(value) = tree.get(key) else { return Some(T::default()) };
    match serde_path_to_error::deserialize(value) {
        Ok(section) => Some(section),
        Err(error) => {
            let path = format!("{key}.{}", error.path());
            mistakes.push(layers.mistake(path.trim_end_matches(".."), &error.inner().to_string()));
            None
        }
    }
}

fn instances(tree: &Map<String, Value>, layers: &Layers) -> BTreeMap<Name, Instance> {
    let tables = tree.get("instances").and_then(Value::as_object);
    let named = tables
        .into_iter()
        .flatten()
        .filter_map(|(name, table)| Some((Name::new(name).ok()?, table.as_object()?)));
    named
        .filter(|(_, table)| table.get("enabled") != Some(&Value::Bool(false)))
        .map(|(name, table)| (name, instance(table, tree, layers)))
        .collect()
}

fn instance(table: &Map<String, Value>, tree: &Map<String, Value>, layers: &Layers) -> Instance {
    let component = table.get("component").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut config = own_keys(table);
    if component == TARGETS_FOR {
        share_targets(&mut config, tree, layers.folder());
    }
    Instance { component, config: Value::Object(config) }
}

/// The component that the top-level `[targets.*]` tables belong to.
const TARGETS_FOR: &str = "sinks/osc";

/// Keys of an instance table that are not the component's own.
const FRAME_KEYS: [&str; 2] = ["component", "enabled"];

fn own_keys(table: &Map<String, Value>) -> Map<String, Value> {
    table
        .iter()
        .filter(|(key, _)| !FRAME_KEYS.contains(&key.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

fn share_targets(config: &mut Map<String, Value>, tree: &Map<String, Value>, folder: Option<&Path>) {
    if let Some(targets) = tree.get("targets") {
        config.insert("targets".into(), targets.clone());
    }
    let own = folder.map(|f| f.join("targets")).filter(|f| f.is_dir());
    if let (None, Some(own)) = (config.get("targets_dir"), own) {
        config.insert("targets_dir".into(), own.to_string_lossy().into());
    }
}
