//! What the supervisor is to run, from the configuration.

use std::path::Path;

use component::Entry;
use supervisor::{BrokerPlan, Instance, Launch, Plan};

use crate::config::{BrokerMode, Config};

/// The plan; `program` is what the children run, `file` the configuration that they read.
pub(crate) fn of(config: &Config, registry: &[Entry], program: &Path, file: &Path) -> Plan {
    let file = file.to_string_lossy();
    let instances = config.instances.iter().filter_map(|(name, wanted)| {
        let spec = registry.iter().find(|entry| entry.spec.name == wanted.component)?.spec;
        Some(Instance {
            name: name.clone(),
            component: spec.name.to_owned(),
            kind: spec.kind,
            reads: spec.reads.to_vec(),
            writes: spec.writes.to_vec(),
            launch: Launch {
                program: program.to_owned(),
                args: ["run", name.as_str(), "--config", &file].map(str::to_owned).into(),
                ..Launch::default()
            },
            config: wanted.config.clone(),
        })
    });
    Plan {
        state_dir: config.state_dir.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        broker: match config.broker.mode {
            BrokerMode::Managed => BrokerPlan::Managed { port: config.broker.port },
            BrokerMode::External => {
                BrokerPlan::External { url: config.broker.url(), creds: config.broker.creds.clone() }
            }
        },
        supervision: config.supervision.clone(),
        instances: instances.collect(),
    }
}
