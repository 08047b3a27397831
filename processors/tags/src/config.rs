//! Configuration of the tags.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

/// Who tags after the rules have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// nobody: the embedded rules are all
    #[default]
    Rules,
    /// an Ollama server
    Ollama,
    /// any server with the chat completions of OpenAI
    Openai,
}

/// Configuration of the tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `rules` (no network), `ollama`, or `openai` (any server that speaks its protocol).
    pub provider: Service,
    /// Base URL of the server; empty means `http://127.0.0.1:11434` for Ollama, `https://api.openai.com` for OpenAI.
    pub url: String,
    /// Name of the model, as the server calls it.
    pub model: String,
    /// Longest wait for one answer of the model, in seconds, 1..600.
    #[serde(deserialize_with = "timeout")]
    pub timeout_s: f64,
    /// Name of the environment variable that holds the key of the server; empty when it needs none.
    pub api_key_env: String,
    /// How long a track must have been on before a model is asked, in seconds, 0..60: by then its energy is
    /// measured, and skimming through tracks asks nothing.
    #[serde(deserialize_with = "settle")]
    pub settle_s: f64,
    /// Whether tracks and lyrics known from Spotify may be sent to a model. Spotify's developer terms forbid it;
    /// only an owner who has other terms may say yes.
    pub spotify_to_models: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            provider: Service::Rules,
            url: String::new(),
            model: String::new(),
            timeout_s: 60.0,
            api_key_env: String::new(),
            settle_s: 10.0,
            spotify_to_models: false,
        }
    }
}

impl Config {
    /// What no single field shows, each as `key: what would be right`.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if !self.api_key_env.is_empty() && !is_variable(&self.api_key_env) {
            // Most likely it is the key itself: it must not be repeated.
            mistakes.push(
                "api_key_env: the name of an environment variable, e.g. OPENAI_API_KEY, and never the key itself".into(),
            );
        }
        if self.provider == Service::Rules {
            return mistakes;
        }
        if self.model.trim().is_empty() {
            let example = if self.provider == Service::Ollama { "llama3.2" } else { "gpt-4o-mini" };
            mistakes.push(format!("model: the name of a model that the server has, e.g. {example}"));
        }
        match fetch::Url::parse(&self.base()) {
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                mistakes
                    .push("url: no name and password in it; name the key's variable in api_key_env".into());
            }
            Ok(url) if matches!(url.scheme(), "http" | "https") => {}
            _ => mistakes.push("url: http:// or https:// and a host, e.g. http://127.0.0.1:11434".into()),
        }
        mistakes
    }

    /// The base URL that is asked, without what the paths of the protocol say again.
    pub(crate) fn base(&self) -> String {
        let url = match (self.url.trim(), self.provider) {
            ("", Service::Openai) => "https://api.openai.com",
            ("", _) => "http://127.0.0.1:11434",
            (url, _) => url,
        };
        let url = url.trim_end_matches('/');
        let url = if self.provider == Service::Openai { url.strip_suffix("/v1").unwrap_or(url) } else { url };
        url.to_owned()
    }

    /// Longest wait for one answer.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_s.clamp(1.0, 600.0))
    }
}

fn is_variable(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    name.len() <= 64 && name.bytes().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn timeout<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    within(from, 1.0, 600.0)
}

fn settle<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    within(from, 0.0, 60.0)
}

fn within<'de, D: Deserializer<'de>>(from: D, least: f64, most: f64) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    let fits = (least..=most).contains(&value);
    fits.then_some(value)
        .ok_or_else(|| serde::de::Error::custom(format!("{value} is not within {least} to {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> String {
        serde_json::from_str::<Config>(text).unwrap().mistakes().join("; ")
    }

    #[test]
    fn config_round_trips_and_refuses_what_it_does_not_know() {
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), Config::default());
        for wrong in
            [r#"{"api_key": "x"}"#, r#"{"timeout_s": 0}"#, r#"{"settle_s": 61}"#, r#"{"provider": "gpt"}"#]
        {
            assert!(serde_json::from_str::<Config>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn mistakes_are_named_and_a_key_is_not_repeated() {
        assert_eq!(mistakes("{}"), "");
        assert!(mistakes(r#"{"provider": "ollama"}"#).starts_with("model: "));
        assert_eq!(mistakes(r#"{"provider": "ollama", "model": "m"}"#), "");
        assert!(mistakes(r#"{"provider": "openai", "model": "m", "url": "ftp://x"}"#).starts_with("url: "));
        assert!(
            mistakes(r#"{"provider": "openai", "model": "m", "url": "http://a:b@x"}"#).starts_with("url: ")
        );
        let told = mistakes(r#"{"api_key_env": "sk-very-secret"}"#);
        assert!(told.starts_with("api_key_env: ") && !told.contains("very-secret"), "{told}");
    }

    #[test]
    fn the_base_is_the_servers_own_unless_set() {
        let base = |provider, url: &str| Config { provider, url: url.into(), ..Config::default() }.base();
        assert_eq!(base(Service::Ollama, ""), "http://127.0.0.1:11434");
        assert_eq!(base(Service::Openai, "http://127.0.0.1:1234/v1/"), "http://127.0.0.1:1234");
    }
}
