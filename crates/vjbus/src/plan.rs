//! What the supervisor is to run, from the configuration.

use std::path::Path;

use component::Entry;
use supervisor::{BrokerPlan, Instance, Launch, Plan};

use crate::config::{BrokerMode, Config, Layers};

/// The plan; `program` is what the children run.
pub(crate) fn of(config: &Config, layers: &Layers, registry: &[Entry], program: &Path) -> Plan {
    let instances = config.instances.iter().filter_map(|(name, wanted)| {
        let spec = registry.iter().find(|entry| entry.spec.name == wanted.component)?.spec;
        Some(Instance {
            name: name.clone(),
            component: spec.name.to_owned(),
            kind: spec.kind,
            reads: spec.reads.to_vec(),
            writes: spec.writes.to_vec(),
            launch: Launch { program: program.to_owned(), args: arguments(name.as_str(), layers), ..Launch::default() },
            config: wanted.config.clone(),
        })
    });
    Plan {
        state_dir: config.state_dir.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        broker: match config.broker.mode {
            BrokerMode::Managed => BrokerPlan::Managed { port: config.broker.port },
            BrokerMode::External => BrokerPlan::External { url: config.broker.url() },
        },
        supervision: config.supervision.clone(),
        instances: instances.collect(),
    }
}

// The child reads the same layers again, so that nothing that must stay secret passes through argv.
fn arguments(instance: &str, layers: &Layers) -> Vec<String> {
    let mut args = vec!["run".to_owned(), instance.to_owned()];
    if let Some(path) = layers.path() {
        let path = std::path::absolute(&path).unwrap_or(path);
        args.extend(["--config".to_owned(), path.to_string_lossy().into_owned()]);
    }
    for set in &layers.sets {
        args.extend(["--set".to_owned(), set.clone()]);
    }
    args
}
