//! How patient the supervisor is: `[supervision]` of the configuration, every value settable.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The numbers of the restart policy and of the log files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SupervisionConfig {
    /// Seconds without progress after which a component counts as hung and is killed.
    pub hung_after_s: f64,
    /// Seconds that a component may take from its start to its first heartbeat.
    pub startup_s: f64,
    /// Seconds after which a run counts as stable: what went wrong before it is forgotten.
    pub stable_s: f64,
    /// First delay before a restart, in seconds; it doubles with every further one.
    pub backoff_min_s: f64,
    /// Longest delay before a restart, in seconds.
    pub backoff_max_s: f64,
    /// Restarts within `restarts_window_s` after which the supervisor gives up.
    pub restarts_max: u32,
    /// Seconds over which restarts are counted.
    pub restarts_window_s: f64,
    /// Seconds between attempts after giving up.
    pub retry_s: f64,
    /// Seconds that a component has to drain after being asked to stop; then it is killed.
    pub grace_s: f64,
    /// Size in MB at which a log file is rotated.
    pub log_max_mb: u32,
    /// Rotated log files that are kept per instance.
    pub log_files: u32,
}

impl Default for SupervisionConfig {
    fn default() -> SupervisionConfig {
        SupervisionConfig {
            hung_after_s: 5.0,
            startup_s: 20.0,
            stable_s: 60.0,
            backoff_min_s: 0.25,
            backoff_max_s: 30.0,
            restarts_max: 5,
            restarts_window_s: 60.0,
            retry_s: 30.0,
            grace_s: 2.0,
            log_max_mb: 8,
            log_files: 3,
        }
    }
}

/// A value that cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Its key under `[supervision]`.
    pub key: &'static str,
    /// What would be right.
    pub message: String,
}

/// Longest time that makes sense here, in seconds: one day.
const LONGEST_S: f64 = 86_400.0;

impl SupervisionConfig {
    /// All mistakes at once; empty when the values can be worked with.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let times = [
            // Less than two heartbeats would call a lost one a hang.
            ("hung_after_s", self.hung_after_s, 2.0),
            ("startup_s", self.startup_s, 0.5),
            ("stable_s", self.stable_s, 0.0),
            ("backoff_min_s", self.backoff_min_s, 0.01),
            ("backoff_max_s", self.backoff_max_s, 0.01),
            ("restarts_window_s", self.restarts_window_s, 1.0),
            ("retry_s", self.retry_s, 0.1),
            ("grace_s", self.grace_s, 0.0),
        ];
        let mut mistakes: Vec<Mistake> = times
            .into_iter()
            .filter(|(_, value, least)| !(*least..=LONGEST_S).contains(value))
            .map(|(key, value, least)| Mistake {
                key,
                message: format!("{key} = {value} is out of range: {least} to {LONGEST_S} seconds"),
            })
            .collect();
        if self.backoff_max_s < self.backoff_min_s {
            let message = "backoff_max_s must not be smaller than backoff_min_s".to_owned();
            mistakes.push(Mistake { key: "backoff_max_s", message });
        }
        if self.log_max_mb == 0 {
            mistakes.push(Mistake { key: "log_max_mb", message: "log_max_mb must be at least 1".to_owned() });
        }
        mistakes
    }
}

/// Seconds of the configuration as a duration; what cannot be one is as long as possible, so that a
/// wrong number never kills a component.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_without_mistake_and_survive_a_round_trip() {
        let config = SupervisionConfig::default();
        assert_eq!(config.mistakes(), []);
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<SupervisionConfig>(&text).unwrap(), config);
    }

    #[test]
    fn every_mistake_is_named() {
        let config =
            SupervisionConfig { hung_after_s: f64::NAN, grace_s: -1.0, log_max_mb: 0, ..Default::default() };
        let keys: Vec<_> = config.mistakes().into_iter().map(|m| m.key).collect();
        assert_eq!(keys, ["hung_after_s", "grace_s", "log_max_mb"]);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(serde_json::from_str::<SupervisionConfig>(r#"{"hung_after":5}"#).is_err());
    }
}
