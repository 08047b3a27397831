//! What a user may set.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemas::Name;
use serde::{Deserialize, Serialize};

use crate::follow::Following;
use crate::mapping::Target;
use crate::target;

/// Configuration of `sinks/osc`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Receivers by name; the name is that of a target file. In `vjbus.toml` these are the tables `[targets.NAME]`.
    pub targets: BTreeMap<Name, TargetConfig>,
    /// Folder of the user's own target files; those shipped with vjbus are found without it.
    pub targets_dir: Option<PathBuf>,
    /// Seconds for which beats go on when the beat grid has no news.
    pub hold_max_s: f64,
}

/// One receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetConfig {
    /// Whether anything is sent to it.
    pub enabled: bool,
    /// `host:port`; that of the target file when left out.
    pub address: Option<String>,
    /// Milliseconds by which its beats are later (positive) or earlier (negative).
    pub offset_ms: f64,
    /// The source that it follows; that of the target file when left out.
    pub source: Option<Name>,
    /// The player whose track, lyrics and tags it shows; that of the target file when left out.
    pub player: Option<Name>,
}

// A second is more than any chain of displays is late by; more is a typing mistake.
const MAX_OFFSET_MS: f64 = 2000.0;

impl Default for TargetConfig {
    fn default() -> TargetConfig {
        TargetConfig { enabled: true, address: None, offset_ms: 0.0, source: None, player: None }
    }
}

impl Default for Config {
    fn default() -> Config {
        let generic = TargetConfig { address: Some("127.0.0.1:9000".to_owned()), ..TargetConfig::default() };
        let targets = Name::new("generic").map(|name| (name, generic)).into_iter().collect();
        Config { targets, targets_dir: None, hold_max_s: beatclock::HOLD_MAX_S }
    }
}

/// A receiver with its file, ready for the show.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) name: Name,
    pub(crate) target: Target,
    pub(crate) address: String,
    pub(crate) following: Following,
    pub(crate) offset_ms: f64,
}

impl Config {
    /// Finds and compiles the files of all enabled targets.
    ///
    /// # Errors
    /// Every mistake, one a line, each with its file.
    pub(crate) fn receivers(&self) -> Result<Vec<Receiver>, String> {
        let mut mistakes = Vec::new();
        if !(self.hold_max_s >= 0.0 && self.hold_max_s.is_finite()) {
            mistakes.push("hold_max_s: a number of seconds is needed, 0 or more".to_owned());
        }
        let enabled = self.targets.iter().filter(|(_, target)| target.enabled);
        let receivers = enabled.filter_map(|(name, config)| {
            receiver(name, config, self.targets_dir.as_deref()).map_err(|found| mistakes.extend(found)).ok()
        });
        let receivers = receivers.collect();
        if mistakes.is_empty() { Ok(receivers) } else { Err(mistakes.join("\n")) }
    }
}

pub(crate) fn check_offset(offset_ms: f64) -> Result<(), String> {
    if offset_ms.abs() <= MAX_OFFSET_MS {
        return Ok(());
    }
    Err(format!(
        "an offset lies between -{MAX_OFFSET_MS} and {MAX_OFFSET_MS} ms: positive is later, negative earlier"
    ))
}

fn receiver(
    name: &Name,
    config: &TargetConfig,
    folder: Option<&std::path::Path>,
) -> Result<Receiver, Vec<String>> {
    let mut mistakes = Vec::new();
    if let Err(message) = check_offset(config.offset_ms) {
        mistakes.push(format!("targets.{name}.offset_ms: {message}"));
    }
    if let Some(Err(message)) = config.address.as_deref().map(crate::send::check_address) {
        mistakes.push(format!("targets.{name}.address: {message}"));
    }
    let found = target::find(name.as_str(), folder).map_err(|error| {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
        vec![format!("targets.{name}: {error}{cause}")]
    })?;
    match Target::compile(&found.text) {
        Ok(target) if mistakes.is_empty() => Ok(Receiver {
            name: name.clone(),
            address: config.address.clone().unwrap_or_else(|| target.address.clone()),
            following: Following {
                source: config.source.clone().unwrap_or_else(|| target.source.clone()),
                player: config.player.clone().unwrap_or_else(|| target.player.clone()),
            },
            offset_ms: config.offset_ms,
            target,
        }),
        Ok(_) => Err(mistakes),
        Err(in_file) => {
            let place = format!("target {name} ({})", found.place);
            mistakes.extend(in_file.iter().map(|mistake| format!("{place} {mistake}")));
            Err(mistakes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_sends_generic_to_loopback() {
        let receivers = Config::default().receivers().unwrap();
        assert_eq!(receivers.len(), 1);
        let generic = &receivers[0];
        assert_eq!((generic.name.as_str(), generic.address.as_str()), ("generic", "127.0.0.1:9000"));
        assert_eq!(generic.following, Following { source: Name::room(), player: Name::room() });
    }

    #[test]
    fn source_and_player_of_the_configuration_go_before_those_of_the_file() {
        let config: Config =
            serde_json::from_value(serde_json::json!({"targets": {"karaoke": {"player": "vdj-1"}}})).unwrap();
        let following = config.receivers().unwrap().remove(0).following;
        assert_eq!(following, Following { source: Name::room(), player: Name::new("vdj-1").unwrap() });
    }

    #[test]
    fn every_mistake_of_every_target_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.toml"), "title = 3\n").unwrap();
        let config: Config = serde_json::from_value(serde_json::json!({
            "targets_dir": folder.path(),
            "targets": {
                "mine": {},
                "nowhere": {},
                "generic": {"address": "here", "offset_ms": 9999},
                "resolume": {"enabled": false, "address": "not looked at"},
            },
        }))
        .unwrap();
        let mistakes = config.receivers().unwrap_err();
        for word in
            ["mine.toml) line 1", "nowhere.toml", "targets.generic.address", "targets.generic.offset_ms"]
        {
            assert!(mistakes.contains(word), "{word} is not in {mistakes}");
        }
        assert!(!mistakes.contains("resolume: "), "{mistakes}");
    }
}
