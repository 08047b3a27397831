//! The shipped `vjbus.toml` is the defaults, and live changes can be kept or forgotten.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value};
use testkit::osc::Receiver;
use vjbus::config::DEFAULTS;
use vjbus::registry::REGISTRY;

use crate::pipeline::show;

#[test]
fn the_shipped_file_equals_the_defaults_and_names_every_field() -> Result<()> {
    let text = switched_on(DEFAULTS);
    let file: Map<String, Value> = toml::from_str(&text)?;
    let supervision = serde_json::to_value(supervisor::SupervisionConfig::default())?;
    ensure!(file["supervision"] == supervision, "[supervision] is not the default: {supervision}");
    for entry in REGISTRY {
        let name = entry.spec.name;
        let mut tables = file["instances"].as_object().into_iter().flat_map(Map::values);
        let table = tables.find(|table| table["component"] == name).and_then(Value::as_object);
        let table = table.with_context(|| format!("no instance of {name}"))?;
        for (key, default) in (entry.defaults)().as_object().context("no defaults")? {
            let told = text.contains(&format!("\n{key} = ")) || text.contains(&format!("\n# {key} = "));
            ensure!(told || key == "targets", "{name}: {key} is not in vjbus.toml");
            ensure!(
                table.get(key).is_none_or(|v| v == default),
                "{name}: {key} is {} and its default {default}",
                table[key]
            );
        }
        for key in table.keys().filter(|key| *key != "component") {
            ensure!(
                (entry.defaults)().get(key).is_some(),
                "{name}: {key} is set in vjbus.toml and has no default"
            );
        }
    }
    Ok(())
}

/// The file with the instances that are shipped as comments, as if a user had taken the `#` away.
fn switched_on(text: &str) -> String {
    let mut inside = false;
    let line = |line: &str| {
        inside = line.starts_with("# [instances.") || (inside && !line.is_empty());
        let bare = line.strip_prefix("# ").filter(|_| inside);
        format!("{}\n", bare.unwrap_or(line))
    };
    text.lines().map(line).collect()
}

#[test]
fn live_changes_are_shown_kept_and_forgotten() -> Result<()> {
    let receiver = Receiver::start()?;
    let mut show = show("source = \"demo\"", receiver.port())?;
    show.up()?;
    ensure!(show.run(&["ctl", "osc", "offset_ms", "generic", "17.5"])?.status.success());
    let seen = |show: &crate::support::show::Show| {
        show.run(&["config", "diff"]).map(|d| d.stdout).unwrap_or_default()
    };
    testkit::wait_until(crate::support::SOON, "the live change to be shown", || {
        seen(&show).contains("17.5")
    })?;
    ensure!(show.run(&["config", "save"])?.status.success());
    let file = std::fs::read_to_string(show.config())?;
    ensure!(file.contains("offset_ms = 17.5"), "it is not in the file:\n{file}");

    ensure!(show.run(&["ctl", "osc", "offset_ms", "generic", "99"])?.status.success());
    ensure!(show.run(&["config", "reset"])?.status.success());
    let config = show.run(&["ctl", "osc", "get_config"])?.stdout;
    ensure!(config.contains("17.5") && !config.contains("99.0"), "it is not forgotten: {config}");
    show.down()
}
