//! `vjbus target`: the target files, and a trial of one.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use osc::target;

use crate::cli::TargetCommand;
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// Lists all targets, or tries one.
pub(crate) fn run(config: &Config, what: Option<TargetCommand>) -> Outcome {
    match what {
        None | Some(TargetCommand::List) => list(config),
        Some(TargetCommand::Test { name }) => test(config, &name),
    }
}

fn list(config: &Config) -> Outcome {
    let mut out = std::io::stdout().lock();
    for (name, place) in target::list(folder(config).as_deref()) {
        let using: Vec<String> =
            users(config, &name).map(|(sink, address)| format!("{sink} → {address}")).collect();
        let used = if using.is_empty() { "not used".into() } else { using.join(", ") };
        writeln!(out, "{name:<16} {used:<32} {place}")?;
    }
    Ok(())
}

fn test(config: &Config, name: &str) -> Outcome {
    let found =
        target::find(name, folder(config).as_deref()).map_err(|e| Failure::usage(crate::chain(&e)))?;
    let address = users(config, name).next().map(|(_, address)| address).filter(|a| a != OF_THE_FILE);
    let sent =
        osc::test_target(&found.text, address.as_deref()).map_err(|e| Failure::usage(crate::chain(&e)))?;
    let mut out = std::io::stdout().lock();
    for message in sent {
        let args: Vec<String> = message.args.iter().map(ToString::to_string).collect();
        writeln!(out, "{} {}", message.address, args.join(" "))?;
    }
    Ok(())
}

const OF_THE_FILE: &str = "the file's address";

/// Sinks that have this target enabled, each with its address.
fn users<'a>(config: &'a Config, name: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
    config.instances.iter().filter_map(move |(sink, instance)| {
        let target = instance.config.get("targets")?.get(name)?;
        let enabled = target.get("enabled").and_then(serde_json::Value::as_bool).unwrap_or(true);
        let address = target.get("address").and_then(serde_json::Value::as_str).unwrap_or(OF_THE_FILE);
        enabled.then(|| (sink.to_string(), address.to_owned()))
    })
}

fn folder(config: &Config) -> Option<PathBuf> {
    config.instances.values().find_map(|i| i.config.get("targets_dir")?.as_str().map(PathBuf::from))
}

/// Mistakes of all files in the user's folder, also of those that nothing uses yet.
pub(crate) fn mistakes(config: Option<&Config>, beside: Option<&Path>) -> Vec<String> {
    let folder = config.and_then(folder).or_else(|| beside.map(Path::to_owned));
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        files.map(|f| f.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files.iter().flat_map(|file| in_file(file)).collect()
}

fn in_file(file: &Path) -> Vec<String> {
    match std::fs::read_to_string(file) {
        Err(error) => vec![format!("{}: cannot be read: {error}", file.display())],
        Ok(text) => osc::check_target(&text)
            .into_iter()
            .map(|m| {
                format!(
                    "{}:{}: {}{}{}",
                    file.display(),
                    m.line,
                    m.key,
                    if m.key.is_empty() { "" } else { ": " },
                    m.message
                )
            })
            .collect(),
    }
}
