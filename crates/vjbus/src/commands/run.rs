//! `vjbus run`: one component in this process. The supervisor starts its children this way too.

use component::{Entry, Launch};
use schemas::Name;
use serde_json::Value;

use crate::client;
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// Runs it to its end.
pub(crate) async fn run(config: &Config, registry: &[Entry], instance: &str) -> Outcome {
    let name = Name::new(instance).map_err(Failure::usage)?;
    let Some(wanted) = config.instances.get(&name) else {
        let known: Vec<&str> = config.instances.keys().map(Name::as_str).collect();
        return Err(Failure::usage(format!(
            "there is no instance “{instance}” in the configuration; there is {}",
            known.join(", ")
        )));
    };
    let Some(entry) = registry.iter().find(|entry| entry.spec.name == wanted.component) else {
        return Err(Failure::usage(format!("this build has no component “{}”", wanted.component)));
    };
    let launch = Launch {
        bus: client::settings_of(config, entry.spec.kind, &name)?,
        config: wanted.config.clone(),
        overlay: overlay(),
        state_dir: config.state_dir.clone(),
        instance: name,
    };
    match (entry.run)(launch).await {
        component::Exit::Done => Ok(()),
        exit => Err(exit.into()),
    }
}

fn overlay() -> Value {
    let Some(path) = std::env::var_os(supervisor::plan::ENV_OVERLAY_FILE) else { return empty() };
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return empty(),
        Err(error) => {
            tracing::warn!(%error, "live changes of earlier generations cannot be read and are left out");
            return empty();
        }
    };
    serde_json::from_slice(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, "live changes of earlier generations cannot be read and are left out");
        empty()
    })
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}
