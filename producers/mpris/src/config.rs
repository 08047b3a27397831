//! What the user may set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// In `bus`: the bus of the desktop session.
const SESSION: &str = "session";
/// Milliseconds from one look at a player to the next.
const POLL_MS: std::ops::RangeInclusive<u64> = 100..=5_000;

/// Configuration of the players on D-Bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Players that are followed, by their short name (`mpv`, `vlc`, `chromium`); all when empty.
    pub players: Vec<String>,
    /// Players that are not followed, by their short name. `playerctld` repeats what other players say.
    pub ignore: Vec<String>,
    /// Time from one look at a player to the next in milliseconds, 100..5000. What a player signals is seen at once.
    pub poll_ms: u64,
    /// `session`, or the address of a bus, e.g. `unix:path=/run/user/1000/bus`.
    pub bus: String,
}

impl Default for Config {
    fn default() -> Config {
        Config { players: Vec::new(), ignore: vec!["playerctld".into()], poll_ms: 500, bus: SESSION.into() }
    }
}

impl Config {
    /// What is wrong with it, each as `key: what would be right`.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if !POLL_MS.contains(&self.poll_ms) {
            mistakes.push(format!("poll_ms: {} is not within 100 to 5000", self.poll_ms));
        }
        if let Some(Err(error)) = self.address().map(zbus::Address::try_from) {
            mistakes.push(format!(
                "bus: “{}” is no address of a bus ({error}): use {SESSION}, or e.g. unix:path=/run/user/1000/bus",
                self.bus
            ));
        }
        mistakes
    }

    /// Whether a player of this short name is followed.
    pub(crate) fn wants(&self, short: &str) -> bool {
        let names = |list: &[String]| list.iter().any(|name| name.eq_ignore_ascii_case(short));
        (self.players.is_empty() || names(&self.players)) && !names(&self.ignore)
    }

    /// The address of the bus; `None` for that of the session.
    pub(crate) fn address(&self) -> Option<&str> {
        (self.bus != SESSION).then_some(self.bus.as_str())
    }

    pub(crate) fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> Config {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn it_round_trips_and_refuses_what_it_does_not_know() {
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(with(&text), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"poll": 1}"#).is_err());
        assert_eq!(Config::default().mistakes(), [""; 0]);
    }

    #[test]
    fn mistakes_are_named_with_their_key() {
        for (text, said) in [
            (r#"{"poll_ms": 50}"#, "poll_ms: 50 is not within 100 to 5000"),
            (r#"{"bus": "somewhere"}"#, "bus: “somewhere” is no address"),
        ] {
            let mistakes = with(text).mistakes();
            assert!(mistakes.len() == 1 && mistakes[0].starts_with(said), "{text}: {mistakes:?}");
        }
        assert_eq!(with(r#"{"bus": "unix:path=/tmp/bus"}"#).mistakes(), [""; 0]);
    }

    #[test]
    fn players_are_wanted_by_their_short_name() {
        assert!(Config::default().wants("mpv") && !Config::default().wants("playerctld"));
        let some = with(r#"{"players": ["MPV", "vlc"], "ignore": ["vlc"]}"#);
        assert!(some.wants("mpv") && !some.wants("vlc") && !some.wants("chromium"));
    }
}
