//! What the user may set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::auth::{Accounts, AddressError};

/// Bounds of `poll_ms`. Spotify counts questions over 30 s and per app; one a second is too many for some.
const POLL_MS: std::ops::RangeInclusive<u64> = 500..=30_000;
/// Longest client id that is believed; Spotify's have 32 characters.
const CLIENT_ID_LEN: usize = 128;

/// Configuration of the producer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// client id of your app at <https://developer.spotify.com/dashboard>; empty: nothing is asked
    pub client_id: String,
    /// time between two questions while something plays, in milliseconds, 500 to 30000; 5 s or more while nothing does
    pub poll_ms: u64,
    /// where consent is given and renewed; another one only for tests
    pub accounts_url: String,
    /// the Web API; another one only for tests
    pub api_url: String,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            client_id: String::new(),
            poll_ms: 2_000,
            accounts_url: "https://accounts.spotify.com".into(),
            api_url: "https://api.spotify.com".into(),
        }
    }
}

impl Config {
    /// What no user can have meant, each as `key: what would be right`.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if !POLL_MS.contains(&self.poll_ms) {
            mistakes.push(format!("poll_ms: {} is not within 500 to 30000", self.poll_ms));
        }
        if self.client_id.len() > CLIENT_ID_LEN || !self.client_id.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            mistakes
                .push("client_id: use the letters and digits that the dashboard shows as “Client ID”".into());
        }
        for (key, url) in [("accounts_url", &self.accounts_url), ("api_url", &self.api_url)] {
            mistakes.extend(mistake(url).map(|what| format!("{key}: {what}")));
        }
        mistakes
    }

    /// Time between two questions while something plays.
    pub fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    /// The accounts service for this app.
    ///
    /// # Errors
    /// When `accounts_url` is no base URL.
    pub fn accounts(&self) -> Result<Accounts, AddressError> {
        Accounts::new(&self.accounts_url, &self.client_id)
    }

    /// Whether `other` speaks with the same service as the same app.
    pub(crate) fn same_service(&self, other: &Config) -> bool {
        (&self.client_id, &self.accounts_url, &self.api_url)
            == (&other.client_id, &other.accounts_url, &other.api_url)
    }
}

/// Tokens travel to these addresses: in the open only within this machine.
fn mistake(base: &str) -> Option<String> {
    if let Err(error) = fetch::Client::new(base, fetch::Limits::default()) {
        return Some(error.to_string());
    }
    let url = fetch::Url::parse(base.trim()).ok()?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    (url.scheme() == "http" && !here).then(|| "use https: what is sent there is secret".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_right_and_round_trip() {
        assert_eq!(Config::default().mistakes(), Vec::<String>::new());
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"client_secret": "x"}"#).is_err());
    }

    #[test]
    fn each_mistake_is_named_with_what_would_be_right() {
        let config = Config {
            client_id: "no client id".into(),
            poll_ms: 100,
            accounts_url: "http://accounts.example".into(),
            api_url: "spotify".into(),
        };
        let mistakes = config.mistakes();
        for (mistake, words) in mistakes.iter().zip(["500 to 30000", "Client ID", "use https", "base URL"]) {
            assert!(mistake.contains(words), "{mistake}");
        }
        assert_eq!(mistakes.len(), 4);
    }

    #[test]
    fn a_server_on_this_machine_needs_no_https() {
        let here = "http://127.0.0.1:1".to_owned();
        let config = Config { accounts_url: here.clone(), api_url: here, ..Config::default() };
        assert_eq!(config.mistakes(), Vec::<String>::new());
    }
}
