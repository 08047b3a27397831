//! What the user may set.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

use crate::template::Template;

/// What a password is shown as.
const MASK: &str = "(set)";
/// Range of `forget_s`, in seconds.
const FORGET_S: std::ops::RangeInclusive<f64> = 1.0..=86_400.0;
/// Range of `icecast_linger_s`, in seconds.
const LINGER_S: std::ops::RangeInclusive<f64> = 0.0..=600.0;

/// Configuration of one intake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// address of the HTTP intake, e.g. `127.0.0.1:8011`; port 0: any free one; empty: off
    pub http: String,
    /// whether programs on other machines may tell by HTTP too; `http` must then be an address that they reach
    pub http_remote: bool,
    /// seconds after which a player that told by HTTP, and was not heard of since, is taken to have stopped; 1 to 86400
    pub forget_s: f64,
    /// text file in which another program keeps what it plays
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// what stands in the file: `{artist}`, `{title}`, `{album}`, `{duration}`, `{position}`, `{_}` for what is ignored
    pub template: String,
    /// which line of the file counts: `first`, or `last` of a list that grows
    pub line: Line,
    /// address of the Icecast mount, e.g. `127.0.0.1:8012`; port 0: any free one; empty: off
    pub icecast: String,
    /// password of the source client; its user is `source`
    pub icecast_password: Secret,
    /// seconds after which the track of a source that has left is taken to have stopped; 0 to 600
    pub icecast_linger_s: f64,
}

/// Which line of a file counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// the first that is not blank
    First,
    /// the last that is not blank
    Last,
}

/// A password: read from the configuration, never shown again.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { MASK })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { MASK })
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            http: "127.0.0.1:8011".to_owned(),
            http_remote: false,
            forget_s: 3_600.0,
            file: None,
            template: "{artist} - {title}".to_owned(),
            line: Line::First,
            icecast: String::new(),
            icecast_password: Secret::default(),
            icecast_linger_s: 10.0,
        }
    }
}

impl Config {
    /// Everything that is wrong with the values, one sentence each, in order of the keys.
    pub fn mistakes(&self) -> Vec<String> {
        let mut found = Vec::new();
        match address(&self.http) {
            Err(wrong) => found.push(format!("http: {wrong}")),
            Ok(Some(http)) if !http.ip().is_loopback() && !self.http_remote => found.push(format!(
                "http: {http} can be reached from other machines: use 127.0.0.1, or set http_remote = true"
            )),
            Ok(_) => {}
        }
        if !FORGET_S.contains(&self.forget_s) {
            found.push(format!(
                "forget_s: {} is outside {}-{}",
                self.forget_s,
                FORGET_S.start(),
                FORGET_S.end()
            ));
        }
        if let Err(wrong) = Template::parse(&self.template) {
            found.push(format!("template: {wrong}"));
        }
        self.icecast_mistakes(&mut found);
        found
    }

    fn icecast_mistakes(&self, found: &mut Vec<String>) {
        match address(&self.icecast) {
            Err(wrong) => found.push(format!("icecast: {wrong}")),
            Ok(Some(icecast)) if icecast.port() != 0 && address(&self.http) == Ok(Some(icecast)) => {
                found.push(format!("icecast: {icecast} is the address of http already: use another port"));
            }
            Ok(Some(_)) if self.icecast_password.0.is_empty() => found.push(
                "icecast_password: a source client needs one: choose it here, and enter it there too"
                    .to_owned(),
            ),
            Ok(_) => {}
        }
        if !LINGER_S.contains(&self.icecast_linger_s) {
            let (from, to) = (LINGER_S.start(), LINGER_S.end());
            found.push(format!("icecast_linger_s: {} is outside {from}-{to}", self.icecast_linger_s));
        }
    }
}

/// An address to listen on; `None` when it is empty.
pub(crate) fn address(text: &str) -> Result<Option<SocketAddr>, String> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_error| {
            format!("“{text}” is no address: write one with its port, e.g. 127.0.0.1:8011, or \"\" for off")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_and_unknown_ones_are_refused() {
        let text = r#"{"http":"","http_remote":true,"forget_s":60,"file":"now.txt","template":"{title}","line":"last",
            "icecast":"[::1]:8012","icecast_password":"x","icecast_linger_s":0}"#;
        let config: Config = serde_json::from_str(text).unwrap();
        assert_eq!(config.mistakes(), [""; 0]);
        assert!(serde_json::from_str::<Config>(r#"{"port":8011}"#).is_err());
        assert_eq!(Config::default().mistakes(), [""; 0]);
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let config = Config {
            http: "0.0.0.0:8011".into(),
            forget_s: f64::NAN,
            template: "{artist}".into(),
            icecast: "127.0.0.1:8012".into(),
            icecast_linger_s: -1.0,
            ..Config::default()
        };
        let mistakes = config.mistakes();
        let keys: Vec<_> = mistakes.iter().filter_map(|m| m.split(':').next()).collect();
        assert_eq!(keys, ["http", "forget_s", "template", "icecast_password", "icecast_linger_s"]);
        assert!(mistakes[0].contains("http_remote = true"));
        let same = Config { icecast: "127.0.0.1:8011".into(), ..Config::default() };
        assert!(same.mistakes()[0].contains("another port"));
        let wrong = Config { http: "8011".into(), ..Config::default() };
        assert!(wrong.mistakes()[0].contains("127.0.0.1:8011"));
    }

    #[test]
    fn a_password_is_never_shown() {
        let config: Config = serde_json::from_str(r#"{"icecast_password":"hunter2"}"#).unwrap();
        let shown = format!("{config:?} {}", serde_json::to_string(&config).unwrap());
        assert!(!shown.contains("hunter2") && shown.contains("(set)"), "{shown}");
    }
}
