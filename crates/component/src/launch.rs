//! Everything that a component is started with.

use std::path::PathBuf;

use schemas::Name;
use serde_json::Value;

/// What `vjbus run <instance>` has found out before the component begins.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Name of the instance.
    pub instance: Name,
    /// Its table of `vjbus.toml` with defaults, environment and command line applied.
    pub config: Value,
    /// Live changes of earlier generations; wins over `config`.
    pub overlay: Value,
    /// How to reach the broker.
    pub bus: bus::Settings,
    /// Where state is kept.
    pub state_dir: PathBuf,
}
