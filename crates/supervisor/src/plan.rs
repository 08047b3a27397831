//! What is to run: handed to the supervisor by the command line, and again whenever it changes.

use std::path::PathBuf;

use component::Kind;
use schemas::{Name, Topic};
use serde_json::Value;

use crate::config::SupervisionConfig;
use crate::process::Launch;
use crate::state_dir::StateDir;

/// Environment variable of a child: the file with its live changes, which may be absent.
pub const ENV_OVERLAY_FILE: &str = "VJBUS_OVERLAY_FILE";
/// Environment variable of a child: where the broker listens.
pub const ENV_BROKER_URL: &str = "VJBUS_BROKER_URL";
/// Environment variable of a child: the file with the seed of its key.
pub const ENV_KEY_FILE: &str = "VJBUS_KEY_FILE";

/// The whole show.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The state folder.
    pub state_dir: PathBuf,
    /// Version of the program that the instances run.
    pub version: String,
    /// The broker.
    pub broker: BrokerPlan,
    /// How patient the supervisor is.
    pub supervision: SupervisionConfig,
    /// What runs.
    pub instances: Vec<Instance>,
}

impl Plan {
    /// The folder whose `keys` the broker knows; none where it asks for no key.
    pub(crate) fn keys(&self) -> Option<StateDir> {
        match &self.broker {
            BrokerPlan::Managed { .. } => Some(StateDir::new(&self.state_dir)),
            BrokerPlan::External { creds, .. } => creds.as_ref().map(StateDir::new),
        }
    }
}

/// Whose broker it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerPlan {
    /// A child of the supervisor, on loopback.
    Managed {
        /// TCP port; 0 takes any free one.
        port: u16,
    },
    /// Somebody else's, set up with our users (see [`crate::broker::conf::users`]).
    External {
        /// `nats://host:port`
        url: String,
        /// Folder with the keys that `vjbus broker setup` made; none for a broker that is open to everybody.
        creds: Option<PathBuf>,
    },
}

/// One instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its name.
    pub name: Name,
    /// Its component, `processors/beat`.
    pub component: String,
    /// Producer, processor or sink.
    pub kind: Kind,
    /// What it may subscribe to.
    pub reads: Vec<&'static Topic>,
    /// What it may publish.
    pub writes: Vec<&'static Topic>,
    /// How it is started; the supervisor adds the variables named in this module.
    pub launch: Launch,
    /// Its configuration as written: a change of nothing else is handed over live.
    pub config: Value,
}
