//! `vjbus config`: what is in force, what differs, and live changes kept or forgotten.

use std::io::Write as _;
use std::path::PathBuf;

use bus::Bus;
use component::Entry;
use schemas::Name;
use serde_json::{Map, Value};
use supervisor::StateDir;

use crate::cli::ConfigCommand;
use crate::client::{self, Key};
use crate::config::{self, Config, Layers};
use crate::failure::{Failure, Outcome};

/// Prints the configuration, or does one thing with it.
pub(crate) async fn run(
    config: &Config,
    layers: &Layers,
    registry: &[Entry],
    what: Option<ConfigCommand>,
) -> Outcome {
    match what {
        None => print(layers),
        Some(ConfigCommand::Diff) => diff(config, layers),
        Some(ConfigCommand::Save) => save(config, layers, registry).await,
        Some(ConfigCommand::Reset) => reset(config).await,
    }
}

fn print(layers: &Layers) -> Outcome {
    let tree = layers.merged().map_err(crate::mistakes)?;
    let text =
        toml::to_string_pretty(&config::without_nulls(Value::Object(tree))).map_err(Failure::internal)?;
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

async fn save(config: &Config, layers: &Layers, registry: &[Entry]) -> Outcome {
    let path = layers.path().unwrap_or_else(|| PathBuf::from(config::FILE));
    let live = overlays(config);
    let changes: Vec<(Vec<String>, Value)> =
        live.iter().flat_map(|(name, overlay)| placed(name, overlay.clone())).collect();
    config::save(&path, &changes)?;
    let written = config::load(layers, registry).map_err(crate::mistakes)?;
    let bus = client::connect(config, Key::Operator).await.ok();
    for (instance, overlay) in &live {
        // First what is written now, then away with what lies over it: the value in force never changes.
        let config = written.instances.get(instance).map(|i| &i.config);
        if let Some(config) = config {
            tell(bus.as_ref(), instance, component::RELOAD, config).await?;
        }
        forget(&written, bus.as_ref(), instance, overlay).await?;
    }
    Ok(writeln!(
        std::io::stdout(),
        "{}: {} written",
        path.display(),
        crate::count(changes.len(), "live change")
    )?)
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
        forget(config, bus.as_ref(), &instance, &overlay).await?;
    }
    Ok(())
}

async fn forget(config: &Config, bus: Option<&Bus>, instance: &Name, overlay: &Value) -> Outcome {
    tell(bus, instance, "set_config", &nulled(overlay)).await?;
    match std::fs::remove_file(StateDir::new(&config.state_dir).overlay(instance.as_str())) {
        // The supervisor may have been quicker.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => Ok(done?),
    }
}

// An instance that does not run reads what is written at its start.
async fn tell(bus: Option<&Bus>, instance: &Name, verb: &str, args: &Value) -> Outcome {
    let Some(bus) = bus else { return Ok(()) };
    match bus.request(instance, verb, args).await {
        Ok(_) | Err(bus::RequestError::Absent { .. }) => Ok(()),
        Err(error) => Err(client::failure(error)),
    }
}

/// The patch that takes every leaf of `overlay` away again.
fn nulled(overlay: &Value) -> Value {
    match overlay {
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(k, v)| (k.clone(), nulled(v))).collect::<Map<_, _>>())
        }
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
