//! `vjbus config`: what is in force, what differs, and live changes kept or forgotten.

use std::io::Write as _;
use std::path::PathBuf;

use schemas::Name;
use serde_json::{Map, Value};
use supervisor::StateDir;

use crate::cli::ConfigCommand;
use crate::client::{self, Key};
use crate::config::{self, Config, Layers};
use crate::failure::{Failure, Outcome};

/// Prints the configuration, or does one thing with it.
pub(crate) async fn run(config: &Config, layers: &Layers, what: Option<ConfigCommand>) -> Outcome {
    match what {
        None => print(layers),
        Some(ConfigCommand::Diff) => diff(config, layers),
        Some(ConfigCommand::Save) => save(config, layers),
        Some(ConfigCommand::Reset) => reset(config).await,
    }
}

fn print(layers: &Layers) -> Outcome {
    let tree = layers.merged().map_err(crate::mistakes)?;
    let text = toml::to_string_pretty(&config::without_nulls(Value::Object(tree))).map_err(Failure::internal)?;
    Ok(write!(std::io::stdout(), "{text}")?)
}

fn diff(config: &Config, layers: &Layers) -> Outcome {
    let mut out = std::io::stdout().lock();
    for d in config::differences(&layers.merged().map_err(crate::mistakes)?) {
        writeln!(out, "{} = {}  (default {})", d.key, d.value, d.default)?;
    }
    for (instance, overlay) in overlays(config) {
        writeln!(out, "{instance}: live {overlay}")?;
    }
    Ok(())
}

fn save(config: &Config, layers: &Layers) -> Outcome {
    let path = layers.path().unwrap_or_else(|| PathBuf::from(config::FILE));
    let changes: Vec<(Vec<String>, Value)> = overlays(config).into_iter().flat_map(|(name, o)| placed(&name, o)).collect();
    config::save(&path, &changes)?;
    for (instance, _) in overlays(config) {
        std::fs::remove_file(StateDir::new(&config.state_dir).overlay(instance.as_str()))?;
    }
    Ok(writeln!(std::io::stdout(), "{}: {} written", path.display(), crate::count(changes.len(), "live change"))?)
}

/// Where a live change belongs in the file: targets have tables of their own.
fn placed(instance: &Name, overlay: Value) -> Vec<(Vec<String>, Value)> {
    let Value::Object(mut fields) = overlay else { return Vec::new() };
    let mut places = Vec::new();
    if let Some(targets) = fields.remove("targets") {
        places.push((vec!["targets".to_owned()], targets));
    }
    if !fields.is_empty() {
        places.push((vec!["instances".to_owned(), instance.to_string()], Value::Object(fields)));
    }
    places
}

async fn reset(config: &Config) -> Outcome {
    let bus = client::connect(config, Key::Operator).await.ok();
    for (instance, overlay) in overlays(config) {
        if let Some(bus) = &bus {
            // A running instance goes back to what is written; one that does not run reads that at its start.
            match bus.request(&instance, "set_config", &nulled(&overlay)).await {
                Ok(_) | Err(bus::RequestError::Absent { .. }) => {}
                Err(error) => return Err(client::failure(error)),
            }
        }
        std::fs::remove_file(StateDir::new(&config.state_dir).overlay(instance.as_str()))?;
    }
    Ok(())
}

/// The patch that takes every leaf of `overlay` away again.
fn nulled(overlay: &Value) -> Value {
    match overlay {
        Value::Object(fields) => Value::Object(fields.iter().map(|(k, v)| (k.clone(), nulled(v))).collect::<Map<_, _>>()),
        _ => Value::Null,
    }
}

fn overlays(config: &Config) -> Vec<(Name, Value)> {
    let dir = StateDir::new(&config.state_dir);
    let read = |name: &Name| {
        let text = std::fs::read(dir.overlay(name.as_str())).ok()?;
        serde_json::from_slice::<Value>(&text).ok().filter(|o| o.as_object().is_some_and(|o| !o.is_empty()))
    };
    config.instances.keys().filter_map(|name| Some((name.clone(), read(name)?))).collect()
}
