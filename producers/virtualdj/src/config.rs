//! What the user may set.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use schemas::Name;
use serde::{Deserialize, Serialize, Serializer};

use crate::{network, os2l::follow};

/// Configuration of one VirtualDJ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// name of its beats on the bus
    pub source: Name,
    /// whether to listen for its beats (OS2L)
    pub os2l: bool,
    /// address to listen at: 127.0.0.1 for a VirtualDJ on this machine, 0.0.0.0 for one on another
    pub bind: IpAddr,
    /// port to listen at (`os2lDirectIp` in VirtualDJ, when it does not find us by itself); 0 is any that is free
    pub port: u16,
    /// whether to be found by VirtualDJ in the network (`_os2l._tcp`), as far as `bind` reaches
    pub advertise: bool,
    /// beats are announced so long ahead, in ms, 20 to 500
    pub announce_ms: f64,
    /// shift of every beat in ms, later when positive, -500 to 500; see also `os2lBeatOffset` in VirtualDJ
    pub offset_ms: f64,
    /// VirtualDJ is connected and has sent no beat for so long, in seconds: it is silent, 1 to 60
    pub pause_s: f64,
    /// the beats run on for so long when VirtualDJ is gone, in seconds, 0 to 3600
    pub hold_max_s: f64,
    /// whether to read the track from its files
    pub files: bool,
    /// the only file to read, or VirtualDJ's `History` folder where that was moved; without it the newest of the known
    /// places
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// time between two looks at the files in ms, 100 to 10000
    pub file_poll_ms: u64,
    /// how long after its start VirtualDJ logs a track (its option `historyDelay`), in seconds, 0 to 300
    pub file_delay_s: f64,
    /// a track that was logged so long ago plays no more, in seconds, 60 to 86400
    pub file_forget_s: f64,
    /// where the Network Control plugin answers, e.g. `http://127.0.0.1:8080`; without it, it is not asked
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_url: Option<String>,
    /// the password of the plugin
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_password: Option<Secret>,
    /// time between two rounds of questions in ms, 100 to 5000
    pub network_poll_ms: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            source: Name::new("vdj").unwrap_or_else(|_| Name::main()),
            os2l: true,
            bind: Ipv4Addr::LOCALHOST.into(),
            // The first port of the example on os2l.org.
            port: 8010,
            advertise: true,
            announce_ms: 100.0,
            offset_ms: 0.0,
            pause_s: 4.0,
            hold_max_s: 300.0,
            files: true,
            file: None,
            file_poll_ms: 500,
            file_delay_s: 0.0,
            file_forget_s: 1200.0,
            network_url: None,
            network_password: None,
            network_poll_ms: 500,
        }
    }
}

impl Config {
    /// Values out of range, and what no single field shows, each as `key: what would be right`.
    pub fn mistakes(&self) -> Vec<String> {
        let ranges = [
            ("announce_ms", self.announce_ms, 20.0, 500.0),
            ("offset_ms", self.offset_ms, -500.0, 500.0),
            ("pause_s", self.pause_s, 1.0, 60.0),
            ("hold_max_s", self.hold_max_s, 0.0, 3600.0),
            ("file_poll_ms", self.file_poll_ms as f64, 100.0, 10_000.0),
            ("file_delay_s", self.file_delay_s, 0.0, 300.0),
            ("file_forget_s", self.file_forget_s, 60.0, 86_400.0),
            ("network_poll_ms", self.network_poll_ms as f64, 100.0, 5_000.0),
        ];
        let outside = ranges.iter().filter(|(_, value, least, most)| !(*least..=*most).contains(value));
        let mut mistakes: Vec<String> = outside
            .map(|(key, value, least, most)| format!("{key}: is {value}: use {least} to {most}"))
            .collect();
        if let Some(Err(error)) = self.network_url.as_deref().map(network::client) {
            mistakes.push(format!("network_url: {error}"));
        }
        if self.source == Name::room() {
            mistakes.push("source: room is what follows the sources: use another name, e.g. vdj".into());
        }
        if !self.os2l && !self.files && self.network_url.is_none() {
            mistakes.push("os2l: nothing is listened to: switch on os2l or files, or set network_url".into());
        }
        mistakes
    }

    /// Where the OS2L server listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.bind, self.port)
    }

    /// What the beats need of it.
    pub fn beats(&self) -> follow::Settings {
        follow::Settings {
            announce_s: self.announce_ms / 1000.0,
            pause_s: self.pause_s,
            hold_max_s: self.hold_max_s,
        }
    }

    /// The same, where only that differs which takes effect without listening anew.
    pub(crate) fn without_tuning(&self) -> Config {
        let Config { announce_ms, offset_ms, pause_s, hold_max_s, file_delay_s, .. } = Config::default();
        Config { announce_ms, offset_ms, pause_s, hold_max_s, file_delay_s, ..self.clone() }
    }
}

/// A password: never shown, neither in logs nor in what `get_config` answers.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a password.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The password, for the one to whom it belongs.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_without_mistakes_and_reads_itself() {
        assert_eq!(Config::default().mistakes(), Vec::<String>::new());
        assert_eq!(Config::default().source.as_str(), "vdj");
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"prot": 1}"#).is_err());
    }

    #[test]
    fn mistakes_are_named() {
        let mistakes = |text: &str| serde_json::from_str::<Config>(text).unwrap().mistakes().join("\n");
        assert!(mistakes(r#"{"announce_ms": 5}"#).contains("announce_ms: is 5: use 20 to 500"));
        assert!(mistakes(r#"{"network_url": "virtualdj"}"#).contains("network_url"));
        assert!(mistakes(r#"{"source": "room"}"#).contains("source"));
        assert!(mistakes(r#"{"os2l": false, "files": false}"#).contains("nothing is listened to"));
    }

    #[test]
    fn the_password_is_not_shown() {
        let config = Config { network_password: Some(Secret::new("hush")), ..Config::default() };
        assert!(!format!("{config:?}").contains("hush"));
        assert!(!serde_json::to_string(&config).unwrap().contains("hush"));
    }
}
